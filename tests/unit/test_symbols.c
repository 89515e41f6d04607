/* Names for addresses of programs that are compiled here; where a place is, nm and the source's
 * lines say. */
#include "runners/symbols/symbols.h"

#include "runners/symbols/demangle.h"
#include "runners/symbols/perf_map.h"
#include "tests/unit/built_program.h"

/* `mark` is inside inner, which is inlined into middle, which is inlined into outer. */
static const char program[] =
    "static volatile int sink;\n"
    "static inline __attribute__((always_inline)) void inner(int x) {\n" /* 2 */
    "    sink += x;\n"
    "    __asm__ volatile(\".globl mark\\nmark: nop\");\n" /* 4 */
    "    sink += x;\n"
    "}\n"
    "static inline __attribute__((always_inline)) void middle(int x) {\n" /* 7 */
    "    for (int i = 0; i < x; i++)\n"
    "        inner(i);\n" /* 9 */
    "}\n"
    "__attribute__((noinline)) void outer(int x) {\n" /* 11 */
    "    sink = 1;\n"
    "    middle(x);\n" /* 13 */
    "}\n"
    "int main(int c, char **v) { (void)v; outer(c); return 0; }\n";

static struct strings *texts;

/* A profile with a location at each address of a file that is loaded at `base`, as its program
 * headers say. */
static struct profile *profile_at(const char *file, const char *build_id, const uint64_t *addresses,
                                  size_t count) {
    static const uint64_t base = 0x555500000000;
    struct profile *p = profile_new(texts, arena);
    p->mapping_count = 1;
    p->mappings = ARENA_NEW(arena, struct profile_mapping, 1);
    p->mappings[0] = (struct profile_mapping){.start = base + 0x1000,
                                              .limit = base + 0x100000,
                                              .offset = 0x1000,
                                              .file = strings_add(texts, text_of(file)),
                                              .build_id = strings_add(texts, text_of(build_id))};
    p->location_count = count;
    p->locations = ARENA_NEW(arena, struct profile_location, count);
    for (size_t i = 0; i < count; i++)
        p->locations[i] = (struct profile_location){base + addresses[i], 0, false};
    p->line_start = ARENA_NEW(arena, uint32_t, count + 1);
    return p;
}

static const struct symbols_result *resolve(struct profile *p) {
    struct pg_error err;
    const struct symbols_options options = {.debug_root = in_folder("debug")};
    const struct symbols_result *results = symbols_resolve(p, &options, arena);
    assert_true(profile_check(p, &err));
    return results;
}

static void check_line(const struct profile *p, size_t line, const char *name, int64_t number,
                       int64_t start_line) {
    const struct profile_line *at = &p->lines[line];
    const struct profile_function *f = &p->functions[at->function];
    const char *file = strings_get(texts, f->file);
    assert_string_equal(strings_get(texts, f->system_name), name);
    assert_string_equal(strings_get(texts, f->name), name);
    assert_int_equal(at->line, number);
    assert_int_equal(f->start_line, start_line);
    assert_string_equal(file, number ? in_folder("source.c") : "");
}

static void check_inlined(const char *file) {
    const uint64_t at[] = {symbol_value(file, "mark") & 0xfffff}; /* non-PIE begins at 0x400000 */
    struct profile *p = profile_at(file, "", at, 1);
    const struct symbols_result *result = resolve(p);
    assert_int_equal(result->state, SYMBOLS_DEBUG_INFO);
    assert_int_equal(result->named, 1);
    assert_int_equal(p->line_start[1], 3);
    check_line(p, 0, "inner", 4, 2);
    check_line(p, 1, "middle", 9, 7);
    check_line(p, 2, "outer", 13, 11);
    assert_true(p->mappings[0].has_functions && p->mappings[0].has_filenames &&
                p->mappings[0].has_line_numbers && p->mappings[0].has_inline_frames);
    assert_null(symbols_note(p, result, 0, arena));
}

static void inlined_functions_come_innermost_first(void **state) {
    (void)state;
    static const char *const kinds[] = {
        "-pie -fPIE",    "-no-pie -static", "-static-pie -fPIE",
        "-shared -fPIC", "-gdwarf-4",       "-gdwarf-5 -gz",
        "-gsplit-dwarf", "-gdwarf-3",       "-fdebug-types-section"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        check_inlined(build("program", arena_printf(arena, "-O2 -g %s", kinds[i]), program));
}

/* As Go writes it: a function that is inlined has the line where it is declared, but no file. */
static void a_declaration_without_file_is_in_the_file_of_the_line(void **state) {
    (void)state;
    build("source.s", "-O2 -g -S", program);
    shell("sed 's/\\.uleb128 0x3a$/.uleb128 0x2fff/' source.s >go.s && cc go.s -o program && "
          "! readelf --debug-dump=abbrev program | grep DW_AT_decl_file >/dev/null");
    check_inlined(in_folder("program"));
}

static void equal_addresses_share_and_old_lines_stay(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    uint64_t mark = symbol_value(file, "mark"), main_at = symbol_value(file, "main");
    const uint64_t at[] = {main_at, mark, mark, 0x10};
    struct profile *p = profile_at(file, "", at, 4);
    p->functions = ARENA_NEW(arena, struct profile_function, 1);
    p->functions[0].name = strings_add(texts, text_of("old"));
    p->function_count = 1;
    p->lines = ARENA_NEW(arena, struct profile_line, 1);
    for (size_t i = 1; i <= 4; i++)
        p->line_start[i] = 1; /* the first location has its line */
    const struct symbols_result *result = resolve(p);
    assert_int_equal(result->addresses, 3);
    assert_int_equal(result->named, 2); /* 0x10 is in the ELF header */
    assert_int_equal(p->line_start[1], 1);
    assert_int_equal(p->lines[0].function, 0);
    assert_int_equal(p->line_start[3], 7);
    assert_int_equal(p->line_start[4], 7);
    for (uint32_t i = 1; i < 4; i++)
        assert_int_equal(p->lines[i].function, p->lines[i + 3].function);
    assert_int_equal(p->function_count, 4);
    assert_string_equal(
        symbols_note(p, result, 0, arena),
        "program: 0.0% of the samples are in code without a name (1 of 3 addresses; in no "
        "function of the debug information)");
}

/* Locations 0 and 2 are of main, 1 and 3 of no function. By value 10 % of the samples are in one,
 * 20 % more below one, however often it is in the stack. */
static void what_is_unknown_is_a_share_of_the_samples(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    uint64_t main_at = symbol_value(file, "main");
    const uint64_t at[] = {main_at, 0x10, main_at, 0x14};
    static int64_t values[] = {1, 70, 1, 20, 1, 10};
    static uint32_t starts[] = {0, 2, 6, 8}, frames[] = {0, 2, 0, 1, 3, 1, 3, 0};
    struct profile *p = profile_at(file, "", at, 4);
    p->type_count = 2;
    p->types = ARENA_NEW(arena, struct profile_type, 2);
    p->sample_count = 3;
    p->values = values;
    p->stack_start = starts;
    p->frames = frames;
    p->label_start = ARENA_NEW(arena, uint32_t, 4);
    const struct symbols_result *result = resolve(p);
    assert_near(result->unknown_flat, 0.1, 1e-12);
    assert_near(result->unknown_cum, 0.3, 1e-12);
    assert_string_equal(
        symbols_note(p, result, 0, arena),
        "program: 10.0% of the samples are in code without a name, 20.0% more were called from "
        "there (2 of 4 addresses; in no function of the debug information)");
}

static void check_table(const char *file, uint64_t address, enum symbols_state state,
                        const char *name) {
    struct profile *p = profile_at(file, "", &address, 1);
    const struct symbols_result *result = resolve(p);
    assert_int_equal(result->state, state);
    assert_int_equal(p->line_start[1], name ? 1 : 0);
    if (name)
        check_line(p, 0, name, 0, 0);
    assert_int_equal(p->mappings[0].has_functions, name != NULL);
    assert_false(p->mappings[0].has_filenames || p->mappings[0].has_line_numbers ||
                 p->mappings[0].has_inline_frames);
}

static void without_debug_information_there_are_symbols(void **state) {
    (void)state;
    const char *file = build("program", "-O2", program);
    uint64_t mark = symbol_value(file, "mark");
    check_table(file, mark, SYMBOLS_TABLE, "outer");
    shell("strip -o stripped program");
    check_table(in_folder("stripped"), mark, SYMBOLS_STRIPPED, NULL);
    file = build("library.so", "-O2 -shared -fPIC", program);
    mark = symbol_value(file, "mark");
    shell("strip library.so");
    check_table(file, mark, SYMBOLS_EXPORTED, "outer");
}

/* objdump names stubs, too. */
static void stubs_are_named_by_what_they_call(void **state) {
    (void)state;
    static const char *const kinds[] = {"-O2 -Wl,-z,now", "-O2 -Wl,-z,lazy -fcf-protection",
                                        "-O2 -no-pie"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *file = build(
            "stubs", kinds[i], "int puts(const char *); int main(void) { return puts(\"x\"); }\n");
        shell("objdump -d stubs | sed -n 's/ <puts@plt>:$//p' | tail -n 1 >value");
        uint64_t stub = number_in("value");
        assert_true(stub > 0);
        check_table(file, stub & 0xfffff, SYMBOLS_TABLE, "puts@plt");
        shell("strip stubs");
        check_table(file, stub & 0xfffff, SYMBOLS_STRIPPED, "puts@plt");
    }
}

static void debug_files_are_found_by_link_and_by_build_id(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g -Wl,--build-id=none", program);
    uint64_t mark = symbol_value(file, "mark");
    shell("mkdir .debug && objcopy --only-keep-debug program .debug/program.debug && cp program "
          "whole &&"
          "strip program && objcopy --add-gnu-debuglink=.debug/program.debug program && mv program "
          "plain");
    struct profile *p = profile_at(in_folder("plain"), "", &mark, 1);
    assert_int_equal(resolve(p)->state, SYMBOLS_DEBUG_INFO);
    assert_int_equal(p->line_start[1], 3);
    check_line(p, 0, "inner", 4, 2);
    /* another checksum than the link says: not taken */
    shell("objcopy --add-section extra=source.c .debug/program.debug");
    check_table(in_folder("plain"), mark, SYMBOLS_STRIPPED, NULL);

    build("program", "-O2 -g -Wl,--build-id=0xabcdef0123456789", program);
    mark = symbol_value("program", "mark");
    shell("mkdir -p debug/.build-id/ab && objcopy --only-keep-debug program "
          "debug/.build-id/ab/cdef0123456789.debug && strip program");
    p = profile_at(in_folder("program"), "abcdef0123456789", &mark, 1);
    assert_int_equal(resolve(p)->state, SYMBOLS_DEBUG_INFO);
    assert_int_equal(p->line_start[1], 3);
    check_line(p, 2, "outer", 13, 11);
    assert_string_equal(symbols_build_id(in_folder("program"), arena), "abcdef0123456789");
}

static void files_that_are_not_what_ran_are_not_used(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    uint64_t mark = symbol_value(file, "mark");
    assert_int_equal(resolve(profile_at(file, "00ff", &mark, 1))->state, SYMBOLS_OTHER_BUILD);
    assert_int_equal(resolve(profile_at(in_folder("gone"), "", &mark, 1))->state, SYMBOLS_NO_FILE);
    assert_int_equal(resolve(profile_at(folder, "", &mark, 1))->state, SYMBOLS_NOT_ELF);
    assert_int_equal(resolve(profile_at(in_folder("source.c"), "", &mark, 1))->state,
                     SYMBOLS_NOT_ELF);
    shell("cp program large && truncate -s 17G large");
    assert_int_equal(resolve(profile_at(in_folder("large"), "", &mark, 1))->state, SYMBOLS_NOT_ELF);
    assert_int_equal(resolve(profile_at("//anon", "", &mark, 1))->state, SYMBOLS_NO_MAP);
    assert_int_equal(resolve(profile_at("", "", &mark, 1))->state, SYMBOLS_NO_MAP);
    assert_int_equal(resolve(profile_at("[kernel.kallsyms]_stext", "", &mark, 1))->state,
                     SYMBOLS_KERNEL);
}

static void a_truncated_program_gives_no_more_than_it_has(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    uint64_t mark = symbol_value(file, "mark");
    shell("head -c 3000 program >short");
    struct profile *p = profile_at(in_folder("short"), "", &mark, 1);
    const struct symbols_result *result = resolve(p);
    assert_int_equal(result->named, 0);
    assert_int_equal(result->state, SYMBOLS_STRIPPED);
}

static void generated_code_is_named_by_its_map(void **state) {
    (void)state;
    struct perf_map map;
    struct pg_error err;
    const uint64_t at[] = {0x10, 0x50};
    struct profile *p = profile_at("//anon", "", at, 2);
    assert_true(
        perf_map_read(&map, text_of("555500000000 20 LazyCompile:~f /a b.js:3\n"), arena, &err));
    const struct perf_map *const maps[] = {&map};
    const struct symbols_options options = {.maps = maps};
    const struct symbols_result *result = symbols_resolve(p, &options, arena);
    assert_int_equal(result->state, SYMBOLS_MAP);
    assert_int_equal(result->named, 1);
    check_line(p, 0, "LazyCompile:~f /a b.js:3", 0, 0);
    assert_string_equal(
        symbols_note(p, result, 0, arena),
        "anon: 0.0% of the samples are in code without a name (1 of 2 addresses; not in the perf "
        "map of the just-in-time compiler)");
}

static void the_vdso_has_names(void **state) {
    (void)state;
    const char *id = symbols_build_id("[vdso]", arena);
    assert_true(strlen(id) >= 16);
    uint64_t at[0x800];
    for (size_t i = 0; i < 0x800; i++)
        at[i] = i;
    struct profile *p = profile_at("[vdso]", id, at, 0x800);
    p->mappings[0].start -= 0x1000;
    p->mappings[0].offset = 0;
    for (size_t i = 0; i < 0x800; i++)
        p->locations[i].address += 0x400;
    const struct symbols_result *result = resolve(p);
    assert_int_equal(result->state, SYMBOLS_EXPORTED);
    assert_true(result->named > 0);
    assert_non_null(strstr(strings_get(texts, p->functions[0].name), "vdso"));
}

/* c++filt of binutils 2.40 prints the same. */
static void names_are_demangled(void **state) {
    (void)state;
    assert_string_equal(demangle("_ZN2ns1AD2Ev", arena), "ns::A::~A()");
    assert_string_equal(demangle("_ZSt4sortIPiEvT_S1_.constprop.0", arena),
                        "void std::sort<int*>(int*, int*) [clone .constprop.0]");
    assert_string_equal(demangle("_ZN4core3fmt5write17h0123456789abcdefE", arena),
                        "core::fmt::write");
    assert_string_equal(
        demangle("_RNvMs2_NtCslNYArtu3iFV_5alloc7raw_vecNtB5_11RawVecInner8grow_one", arena),
        "<alloc::raw_vec::RawVecInner>::grow_one");
    assert_string_equal(demangle("_Zebra", arena), "_Zebra");
    assert_string_equal(demangle("main.main", arena), "main.main");
    assert_string_equal(demangle("", arena), "");
}

/* Each pair has twice the one before: 2^36 characters are not printed. */
static void names_that_explode_stay_as_they_are(void **state) {
    (void)state;
    char name[1024] = "_Z1fSt4pairIiiE"; /* S_ is the template, S0_ the first pair */
    for (const char *d = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"; *d; d++) {
        size_t length = strlen(name);
        snprintf(name + length, sizeof name - length, "S_IS%c_S%c_E", *d, *d);
        if (*d == '2')
            assert_string_not_equal(demangle(name, arena), name);
    }
    assert_ptr_equal(demangle(name, arena), name);
    char long_name[MANGLED_LIMIT + 10];
    memset(long_name, 'i', sizeof long_name);
    memcpy(long_name, "_Z1f", 4);
    long_name[sizeof long_name - 1] = '\0';
    assert_ptr_equal(demangle(long_name, arena), long_name);
}

static int set_up(void **state) {
    int made = make_folder(state);
    texts = strings_new(arena);
    return made;
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(inlined_functions_come_innermost_first),
        ROW(a_declaration_without_file_is_in_the_file_of_the_line),
        ROW(equal_addresses_share_and_old_lines_stay),
        ROW(what_is_unknown_is_a_share_of_the_samples),
        ROW(without_debug_information_there_are_symbols),
        ROW(stubs_are_named_by_what_they_call),
        ROW(debug_files_are_found_by_link_and_by_build_id),
        ROW(files_that_are_not_what_ran_are_not_used),
        ROW(a_truncated_program_gives_no_more_than_it_has),
        ROW(generated_code_is_named_by_its_map),
        ROW(the_vdso_has_names),
        ROW(names_are_demangled),
        ROW(names_that_explode_stay_as_they_are),
    };
    return RUN_TESTS(tests);
}
