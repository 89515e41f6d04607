/* From samples in programs that are compiled here to what is told of their lines; where a place is,
 * nm and the source's lines say. */
#include "runners/pgo/pgo_make.h"
#include "runners/pgo/symbol_counts.h"

#include "runners/profile/profile_format.h"
#include "runners/symbols/symbols.h"
#include "tests/unit/built_program.h"

/* `mark` is inside inner, which is inlined into middle, which is inlined into outer. */
static const char program[] =
    "static volatile int sink;\n"
    "static inline __attribute__((always_inline)) void inner(int x) {\n" /* 2 */
    "    sink += x;\n"
    "    __asm__ volatile(\".globl mark\\nmark: nop\\n.globl after\\nafter: nop\");\n" /* 4 */
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

static const struct pgo_format any = {.name = "any", .kind = PGO_SOURCE};
static struct strings *texts;

static int set_up(void **state) {
    int status = make_folder(state);
    texts = strings_new(arena);
    return status;
}

struct seen {
    uint64_t address;
    int64_t samples;
};

/* A profile of one mapping, where the file is loaded at `base`, as its program headers say. */
static struct profile *profile_of(const char *file, const char *build_id, const struct seen *seen,
                                  size_t count) {
    static const uint64_t base = 0x555500000000;
    struct profile *p = profile_new(texts, arena);
    p->type_count = 1;
    p->types = ARENA_NEW(arena, struct profile_type, 1);
    p->types[0].name = strings_add(texts, text_of("samples"));
    p->types[0].unit = strings_add(texts, text_of("count"));
    p->mapping_count = 1;
    p->mappings = ARENA_NEW(arena, struct profile_mapping, 1);
    p->mappings[0] = (struct profile_mapping){.start = base + 0x1000,
                                              .limit = base + 0x100000,
                                              .offset = 0x1000,
                                              .file = strings_add(texts, text_of(file)),
                                              .build_id = strings_add(texts, text_of(build_id))};
    p->location_count = p->sample_count = count;
    p->locations = ARENA_NEW(arena, struct profile_location, count);
    p->line_start = ARENA_NEW(arena, uint32_t, count + 1);
    p->values = ARENA_NEW(arena, int64_t, count);
    p->frames = ARENA_NEW(arena, uint32_t, count);
    p->stack_start = ARENA_NEW(arena, uint32_t, count + 1);
    p->label_start = ARENA_NEW(arena, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        p->locations[i] = (struct profile_location){base + seen[i].address, 0, false};
        p->values[i] = seen[i].samples;
        p->frames[i] = i;
        p->stack_start[i + 1] = i + 1;
    }
    return p;
}

/* The file as it is, with its build id. */
static struct profile *profile_here(const char *file, const struct seen *seen, size_t count) {
    return profile_of(file, symbols_build_id(file, arena), seen, count);
}

static bool make(struct pgo_made *out, const struct pgo_format *format, struct profile *a,
                 struct profile *b, double weight, const char *binary, struct pg_error *err) {
    const struct pgo_source sources[] = {{a, "a.pb.gz", 1}, {b, "b.pb.gz", weight}};
    return pgo_make(out,
                    &(struct pgo_request){.format = format,
                                          .sources = sources,
                                          .source_count = b ? 2 : 1,
                                          .binaries = &binary,
                                          .binary_count = binary != NULL,
                                          .debug_root = in_folder("debug")},
                    arena, err);
}

static const char *name_of(const struct source_instance *instance) {
    return strings_get(texts, instance->name);
}

static void check_refused(const struct pgo_format *format, struct profile *p, const char *binary,
                          const char *reason) {
    struct pgo_made made;
    struct pg_error err = {0};
    assert_false(make(&made, format, p, NULL, 0, binary, &err));
    assert_true(err.status == PG_FORMAT || err.status == PG_IO);
    if (!strstr(err.text, reason))
        fail_msg("not because of: %s, but: %s", reason, err.text);
}

static void check_nested(const char *file, const char *kind) {
    const struct seen seen[] = {{symbol_value(file, "mark"), 30},
                                {symbol_value(file, "after"), 20}};
    struct pgo_made made;
    struct pg_error err = {0};
    if (!make(&made, &any, profile_here(file, seen, 2), NULL, 0, NULL, &err))
        fail_msg("%s: %s", kind, err.text);
    const struct source_profile *source = made.input.source;
    assert_string_equal(made.binary, file);
    assert_int_equal(source->function_count, 1);
    const struct source_instance *outer = source->functions[0], *middle = outer->calls[0],
                                 *inner = middle->calls[0];
    assert_string_equal(name_of(outer), "outer");
    assert_int_equal(outer->declared, 11);
    assert_string_equal(strings_get(texts, outer->file), in_folder("source.c"));
    assert_int_equal(outer->line_count, 0);
    assert_string_equal(name_of(middle), "middle");
    assert_int_equal(middle->at.offset, 13 - 11);
    assert_int_equal(middle->declared, 7);
    assert_string_equal(name_of(inner), "inner");
    assert_int_equal(inner->at.offset, 9 - 7);
    assert_int_equal(inner->line_count, 1);
    assert_int_equal(inner->lines[0]->site.offset, 4 - 2);
    assert_near(inner->lines[0]->count, 30, 0); /* the larger of the two on that line */
    assert_near(outer->total, 30, 0);
    assert_near(outer->samples, 50, 0);
    assert_near(made.account.lines, 50, 0);
    assert_near(made.account.largest, 50, 0);
    assert_true(made.builds[0].current && made.builds[0].from_file && !made.builds[0].unsure);
    assert_string_equal(pgo_losses(&made.account, arena), "");
}

static void inlined_calls_are_nested_and_lines_count_from_the_declaration(void **state) {
    (void)state;
    static const char *const kinds[] = {"-gdwarf-4", "-gdwarf-5",     "-gdwarf-5 -gz",
                                        "-gdwarf-3", "-gsplit-dwarf", "-shared -fPIC"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        check_nested(build("program", arena_printf(arena, "-O2 -g %s", kinds[i]), program),
                     kinds[i]);
    shell("mkdir -p debug/.build-id");
    const char *file = build("program", "-O2 -g", program);
    uint64_t mark = symbol_value(file, "mark");
    shell("objcopy --only-keep-debug program program.debug && cp program whole && "
          "strip --strip-debug program && objcopy --add-gnu-debuglink=program.debug program");
    assert_int_equal(symbol_value(file, "mark"), mark);
    check_nested(file, "debug file");
}

static void equal_builds_are_added_up_before_the_largest_is_taken(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    uint64_t mark = symbol_value(file, "mark"), after = symbol_value(file, "after");
    const struct seen first[] = {{mark, 10}, {after, 4}}, second[] = {{after, 8}};
    struct pgo_made made;
    struct pg_error err;
    assert_true(make(&made, &any, profile_here(file, first, 2), profile_here(file, second, 1), 2,
                     file, &err));
    assert_int_equal(made.build_count, 1);
    assert_near(made.input.source->functions[0]->total, 4 + 2 * 8, 0);
    assert_near(made.account.lines, 10 + 4 + 16, 0);
}

/* The functions and lines of a profile whose program is gone. */
static struct profile *profile_kept(const char *file, const char *build_id, int64_t samples) {
    const struct seen seen[] = {{0x4000, samples}, {0x5000, 1}};
    struct profile *p = profile_of(file, build_id, seen, 2);
    p->function_count = 2;
    p->functions = ARENA_NEW(arena, struct profile_function, 2);
    p->functions[0] = (struct profile_function){.name = strings_add(texts, text_of("inner(int)")),
                                                .system_name = strings_add(texts, text_of("inner")),
                                                .file = strings_add(texts, text_of("b.c")),
                                                .start_line = 102};
    p->functions[1] =
        (struct profile_function){.name = strings_add(texts, text_of("outer")), .start_line = 111};
    p->lines = ARENA_NEW(arena, struct profile_line, 2);
    p->lines[0] = (struct profile_line){.function = 0, .line = 104};
    p->lines[1] = (struct profile_line){.function = 1, .line = 113};
    p->line_start[1] = p->line_start[2] = 2;
    return p;
}

static void other_builds_are_added_up_by_line(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    const struct seen seen[] = {{symbol_value(file, "mark"), 10}};
    struct pgo_made made;
    struct pg_error err;
    assert_true(make(&made, &any, profile_here(file, seen, 1),
                     profile_kept("/gone/program", "0123", 6), 0.5, file, &err));
    assert_int_equal(made.build_count, 2);
    assert_int_equal(made.input.source->function_count, 1);
    const struct source_instance *outer = made.input.source->functions[0];
    assert_int_equal(outer->call_count, 2); /* middle, and inner where middle was not there yet */
    assert_string_equal(name_of(outer->calls[0]), "inner");
    assert_near(outer->calls[0]->lines[0]->count, 3, 0);
    assert_int_equal(outer->calls[0]->lines[0]->site.offset, 2);
    assert_near(made.account.nameless, 0.5, 0);
    assert_near(made.account.lines, 13, 0);
    assert_true(made.builds[0].current && made.builds[0].from_file);
    assert_true(made.builds[1].ours && !made.builds[1].current && !made.builds[1].from_file);
    assert_string_equal(pgo_losses(&made.account, arena), "3.7% in no known function");
}

static void libraries_and_other_programs_are_outside(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    const struct seen seen[] = {{symbol_value(file, "mark"), 10}};
    struct pgo_made made;
    struct pg_error err;
    struct profile *library = profile_kept("/lib/libother.so.6", "77", 29);
    library->time_ns = 5; /* a newer profile, but not of a program */
    assert_true(make(&made, &any, profile_here(file, seen, 1), library, 1, NULL, &err));
    assert_string_equal(made.binary, file);
    assert_near(made.account.outside, 30, 0);
    assert_near(made.account.lines, 10, 0);
    assert_false(made.builds[0].ours);
    assert_true(made.builds[1].ours);
}

static void the_program_is_that_of_the_newest_profile(void **state) {
    (void)state;
    struct pgo_made made;
    struct pg_error err;
    struct profile *old = profile_kept("/gone/old", "1", 100),
                   *new = profile_kept("/gone/new", "2", 9);
    old->time_ns = 1;
    new->time_ns = 2;
    assert_true(make(&made, &any, old, new, 1, NULL, &err));
    assert_string_equal(made.binary, "/gone/new");
    assert_near(made.account.lines, 9, 0);
    assert_true(make(&made, &any, new, old, 1, NULL, &err));
    assert_string_equal(made.binary, "/gone/new");
}

static void a_profile_without_build_id_is_joined_by_name_and_unsure(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    const struct seen seen[] = {{symbol_value(file, "mark"), 10}};
    struct pgo_made made;
    struct pg_error err;
    assert_true(
        make(&made, &any, profile_of("/elsewhere/program", "", seen, 1), NULL, 0, file, &err));
    assert_true(made.builds[0].unsure && made.builds[0].from_file && !made.builds[0].current);
    assert_near(made.account.lines, 10, 0);
}

/* Lines of `perf script -F ip,brstack --show-mmap-events`, of the file loaded as profile_of has it.
 */
static struct profile *profile_of_branches(const char *file, const char *lines) {
    struct profile *p;
    struct pg_error err = {0};
    const char *text = arena_printf(
        arena,
        "x 0 PERF_RECORD_MMAP2 10/10: [0x555500001000(0xff000) @ 0x1000 08:01 5 0]: r-xp %s\n%s",
        file, lines);
    assert_ptr_equal(profile_format_detect(text_of(text)), &branch_script_format);
    if (!branch_script_format.read(&p, text_of(text), texts, arena, &err))
        fail_msg("%s", err.text);
    return p;
}

/* From main into outer, as far as `after`, and back; and from within outer to `mark` and on. */
static void branch_stacks_tell_how_often_lines_ran_and_who_called(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    const uint64_t base = 0x555500000000, mark = base + symbol_value(file, "mark"),
                   after = base + symbol_value(file, "after"),
                   outer_at = base + symbol_value(file, "outer"),
                   main_at = base + symbol_value(file, "main");
    const char *called = arena_printf(arena, "  %lx 0x%lx/0x%lx/P/-/-/0 0x%lx/0x%lx/P/-/-/7\n",
                                      mark, after, main_at + 1, main_at, outer_at),
               *looped = arena_printf(arena, "  %lx 0x%lx/0x%lx/M/-/-/0 0x%lx/0x%lx/P/-/-/7\n",
                                      mark, after, mark, after, mark),
               *lines = "";
    for (int i = 0; i < 3; i++)
        lines = arena_printf(arena, "%s%s%s", lines, called, i ? looped : "");
    lines = arena_printf(arena, "%s  %lx 0x%lx/0x%lx/P/-/-/0\n", lines, mark, after, outer_at);
    struct pgo_made made;
    struct pg_error err = {0};
    if (!make(&made, &any, profile_of_branches(file, lines), NULL, 0, file, &err))
        fail_msg("%s", err.text);
    assert_near(made.account.lines, 6, 0);
    assert_near(made.account.samples, 6, 0);
    const struct source_instance *main_in = made.input.source->functions[0],
                                 *outer = made.input.source->functions[1];
    assert_string_equal(name_of(main_in), "main");
    assert_string_equal(name_of(outer), "outer");
    assert_near(outer->head, 3 + 1, 0); /* once by itself */
    assert_near(main_in->head, 0, 0);
    assert_int_equal(main_in->lines[0]->target_count, 1);
    assert_near(main_in->lines[0]->targets[0].count, 3, 0);
    assert_near(main_in->lines[0]->count, 3, 0);
    assert_int_equal(main_in->lines[0]->targets[0].name, outer->name);
    assert_int_equal(outer->lines[0]->site.offset, 12 - 11);
    assert_near(outer->lines[0]->count, 3, 0);
    const struct source_instance *inner = outer->calls[0]->calls[0];
    for (uint32_t i = 0; i < inner->line_count; i++) {
        assert_int_equal(inner->lines[i]->target_count, inner->lines[i]->site.offset == 2);
        assert_near(inner->lines[i]->count, inner->lines[i]->site.offset == 2 ? 5 : 3, 0);
    }
    assert_near(outer->samples, 6, 0);
}

static void what_nothing_can_be_told_of_is_refused_with_the_reason(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    const struct seen seen[] = {{symbol_value(file, "mark"), 10}}, nowhere[] = {{0x10, 5}},
                      nothing[] = {{0x4000, 0}};
    const char *other = build("other", "-O1 -g", program);
    check_refused(&any, profile_here(file, seen, 1), other,
                  arena_printf(arena, "no sample is of %s (build id %s): most are of %s", other,
                               symbols_build_id(other, arena), file));
    check_refused(&any, profile_here(file, nowhere, 1), NULL, "100.0% in no known function");
    check_refused(&any, profile_here(file, nothing, 1), NULL, "a.pb.gz: there are no samples");
    check_refused(&any, profile_of("", "", seen, 0), NULL, "a.pb.gz: there are no samples");
    struct profile *unknown = profile_of("[kernel.kallsyms]", "", seen, 1);
    check_refused(&any, unknown, NULL, "no sample is of a program");
    check_refused(&any, profile_here(file, seen, 1), in_folder("missing"),
                  "gone or cannot be read");
    check_refused(&any, profile_here(file, seen, 1), in_folder("source.c"), "not an ELF program");
    check_refused(&clang_pgo_format, profile_here(file, seen, 1), file,
                  "100.0% in functions that another compiler made");
    file = build("bare", "-O2", program);
    const struct seen in_bare[] = {{symbol_value(file, "mark"), 10}};
    check_refused(
        &any, profile_here(file, in_bare, 1), NULL,
        "100.0% in functions without debug information; the program must be built with -g");
    shell("strip bare");
    check_refused(&any, profile_here(file, in_bare, 1), file, "100.0% in no known function");
    check_refused(&any, profile_kept("/gone/program", "", 0), NULL, "in no known function");
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, remove_folder)

/* Rounding loses no sample of those that count least; what counts alike stays as it is. */
static void weights_of_merged_profiles_are_shares(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    const struct seen here[] = {{symbol_value(file, "mark"), 30}},
                      there[] = {{symbol_value(file, "after"), 1}};
    struct pgo_made made;
    struct pg_error err = {0};
    assert_true(make(&made, &go_pgo_format, profile_here(file, here, 1),
                     profile_here(file, there, 1), 0.25, NULL, &err));
    assert_int_equal(made.input.profile->sample_count, 2);
    assert_int_equal(made.input.profile->values[0], 12000);
    assert_int_equal(made.input.profile->values[1], 100);
    assert_true(make(&made, &go_pgo_format, profile_here(file, here, 1),
                     profile_here(file, there, 1), 1, NULL, &err));
    assert_int_equal(made.input.profile->values[0], 30);
    assert_int_equal(made.input.profile->values[1], 1);
}

/* Distances in bytes mean something in one build only. */
static void symbols_are_those_of_the_sampled_build(void **state) {
    (void)state;
    const char *file = build("program", "-O2 -g", program);
    uint64_t outer = symbol_value(file, "outer"), mark = symbol_value(file, "mark");
    const struct seen seen[] = {{mark, 30}, {outer, 2}, {mark, 5}, {0x10, 1}};
    struct profile *p = profile_here(file, seen, 4);
    struct profile *other = profile_of(in_folder("program"), "0123", seen, 1);
    struct pgo_made made;
    struct pg_error err = {0};
    assert_true(make(&made, &bolt_pgo_format, p, other, 1, file, &err));
    const struct symbol_counts *counts = made.input.symbols;
    assert_int_equal(counts->count, 2);
    assert_string_equal(counts->items[0].name, "outer");
    assert_int_equal(counts->items[0].offset, 0);
    assert_near(counts->items[0].count, 2, 0);
    assert_int_equal(counts->items[1].offset, mark - outer);
    assert_near(counts->items[1].count, 35, 0);
    assert_near(made.account.samples, 68, 0);
    assert_near(made.account.lines, 37, 0);
    assert_near(made.account.nameless, 1, 0);
    assert_near(made.account.outside, 30, 0);
    assert_near(made.account.largest, 37, 0);
    assert_string_equal(strings_get(texts, made.account.largest_name), "outer");
    shell("cp program stripped && strip -s stripped");
    check_refused(&bolt_pgo_format, p, in_folder("stripped"), "not stripped");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(weights_of_merged_profiles_are_shares),
        ROW(symbols_are_those_of_the_sampled_build),
        ROW(inlined_calls_are_nested_and_lines_count_from_the_declaration),
        ROW(equal_builds_are_added_up_before_the_largest_is_taken),
        ROW(other_builds_are_added_up_by_line),
        ROW(libraries_and_other_programs_are_outside),
        ROW(the_program_is_that_of_the_newest_profile),
        ROW(a_profile_without_build_id_is_joined_by_name_and_unsure),
        ROW(branch_stacks_tell_how_often_lines_ran_and_who_called),
        ROW(what_nothing_can_be_told_of_is_refused_with_the_reason),
    };
    return RUN_TESTS(tests);
}
