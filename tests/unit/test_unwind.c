/* Call chains that are known: tests/programs/call_chains.c is built with and without frame pointers
 * and stops itself where its chain is what its source says. */
#include "runners/symbols/unwind.h"

#include "runners/symbols/frame_step.h"
#include "runners/symbols/module.h"
#include "tests/unit/built_program.h"

#include <unistd.h>

enum { MAPS = 128, FRAMES = 200 };

struct map {
    uint64_t start, end, offset;
    char file[256];
};

static struct map maps[MAPS];
static uint32_t map_count;
static struct unwind_sample sample;

static bool locate(void *context, uint64_t address, struct unwind_code *out) {
    (void)context;
    for (uint32_t i = 0; i < map_count; i++) {
        if (address >= maps[i].start && address < maps[i].end) {
            *out = (struct unwind_code){.number = i,
                                        .file = maps[i].file[0] ? maps[i].file : NULL,
                                        .build_id = "",
                                        .offset = address - maps[i].start + maps[i].offset};
            return true;
        }
    }
    return false;
}

static void read_maps(const char *path) {
    char line[512];
    FILE *file = fopen(path, "r");
    for (map_count = 0; map_count < MAPS && fgets(line, sizeof line, file);) {
        struct map *m = &maps[map_count];
        unsigned long long start, end, offset;
        char permissions[8];
        m->file[0] = '\0';
        sscanf(line, "%llx-%llx %7s %llx %*s %*s %255s", &start, &end, permissions, &offset,
               m->file);
        *m = (struct map){start, end, offset, ""};
        sscanf(line, "%*s %*s %*s %*s %*s %255s", m->file);
        map_count += permissions[2] == 'x';
    }
    fclose(file);
}

static uint64_t take_word(FILE *file) {
    uint64_t word = 0;
    assert_int_equal(fread(&word, sizeof word, 1, file), 1);
    return word;
}

static void read_seen(void) {
    read_maps(in_folder("seen.maps"));
    FILE *file = fopen(in_folder("seen"), "rb");
    size_t registers = take_word(file);
    sample = (struct unwind_sample){.locate = locate};
    sample.registers.machine = registers == 17 ? UNWIND_X86_64 : UNWIND_AARCH64;
    for (unsigned i = 0; i < registers; i++)
        register_set(&sample.registers, i, take_word(file));
    size_t bytes = take_word(file);
    char *stack = arena_alloc(arena, bytes);
    assert_int_equal(fread(stack, 1, bytes, file), bytes);
    sample.stack = (struct text){stack, bytes};
    sample.chain_length = take_word(file);
    uint64_t *chain = ARENA_NEW(arena, uint64_t, sample.chain_length);
    for (size_t i = 0; i < sample.chain_length; i++)
        chain[i] = take_word(file);
    sample.chain = chain;
    fclose(file);
}

/* Runs a case and reads what it saw. */
static void stop_in(const char *program, const char *which) {
    shell(arena_printf(arena, "%s %s seen", program, which));
    read_seen();
}

/* Is it a function of call_chains.c? (A static program has those of libc, too.) */
static bool is_own(const char *name) {
    static const char own[] =
        " leaf middle top compare sort_them recurse tail_target jumper "
        "tail_caller handler interrupted on_fault generated worker threaded at_load main _start ";
    return strstr(own, arena_printf(arena, " %s ", name)) != NULL;
}

/* The program's own functions of a chain, blanks between them. */
static const char *names_of(const char *program, const uint64_t *addresses, size_t count) {
    struct debug_frame frames[DEBUG_FRAMES];
    struct unwind_code code;
    struct module module;
    uint64_t in_file;
    char *out = arena_strdup(arena, "");
    module_open(&module, program, "", "/nowhere", arena);
    for (size_t i = 0; i < count; i++) {
        size_t depth = 0;
        if (locate(NULL, addresses[i], &code) && code.file && strcmp(code.file, program) == 0 &&
            elf_address_of(module.program.elf, code.offset, &in_file))
            depth = module_find(&module, in_file, frames);
        if (depth && is_own(frames[depth - 1].name))
            out = arena_printf(arena, "%s%s%s", out, *out ? " " : "", frames[depth - 1].name);
    }
    module_close(&module);
    return out;
}

static const char recursion[] =
    "leaf recurse recurse recurse recurse recurse recurse recurse recurse "
    "recurse recurse main _start";

static const struct {
    const char *which, *chain;
} cases[] = {
    {"leaf", "leaf middle top main _start"},
    {"sort", "leaf compare sort_them main _start"},
    {"recursion", recursion},
    {"tail", "leaf tail_target tail_caller main _start"},
    {"signal", "leaf handler on_fault interrupted main _start"},
    {"generated", "leaf generated main _start"},
    {"thread", "leaf middle worker"},
};

static char root[4096];

static const char *build_chains(const char *name, const char *options) {
    shell(arena_printf(arena,
                       "%s -O2 -w -D_GNU_SOURCE %s -o %s %s/tests/programs/call_chains.c -lpthread",
                       getenv("CHAINS_CC") ? getenv("CHAINS_CC") : "cc", options, name, root));
    return in_folder(name);
}

static void check_chain(struct unwinder *unwinder, const char *program, const char *want) {
    uint64_t addresses[FRAMES];
    struct unwound got = unwind(unwinder, &sample, addresses, FRAMES);
    assert_string_equal(names_of(program, addresses, got.count), want);
    assert_int_equal(got.end, UNWIND_ROOT);
}

static void check_build(const char *options) {
    const char *program = build_chains("chains", options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct unwinder *unwinder = unwinder_new();
        stop_in(program, cases[i].which);
        check_chain(unwinder, program, cases[i].chain);
        unwinder_free(unwinder);
    }
}

static void chains_are_right_without_frame_pointers(void **state) {
    (void)state;
    check_build("-fomit-frame-pointer");
    check_build("-fomit-frame-pointer -no-pie -static");
    check_build("-fomit-frame-pointer -g -static-pie");
}

static void chains_are_right_with_frame_pointers(void **state) {
    (void)state;
    check_build("-fno-omit-frame-pointer");
    check_build("-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer");
}

/* The dynamic linker's entry has no call frame information, and nothing has called it. */
static void what_the_dynamic_linker_calls_reaches_its_entry(void **state) {
    (void)state;
    const char *library = build_chains("loaded.so", "-fomit-frame-pointer -DAT_LOAD -fPIC -shared");
    struct unwinder *unwinder = unwinder_new();
    build("nothing", "", "int main(void) { return 1; }");
    shell(arena_printf(arena, "CHAINS_FILE=seen LD_PRELOAD=%s ./nothing", library));
    read_seen();
    check_chain(unwinder, library, "leaf at_load");
    unwinder_free(unwinder);
}

static bool locate_anywhere(void *context, uint64_t address, struct unwind_code *out) {
    (void)context, (void)address;
    *out = (struct unwind_code){.file = NULL};
    return true;
}

/* By the ABI the frame pointer of the outermost frame is 0: believed where it was found by frame
 * pointers, not where a register happens to be 0. */
static void code_with_frame_pointers_alone_ends_at_zero(void **state) {
    (void)state;
    const uint64_t base = 0x7fff0000, stack[] = {base + 16, 0x2000, 0, 0x3000};
    const uint64_t want[] = {0x1000, 0x1fff, 0x2fff};
    uint64_t addresses[FRAMES];
    struct unwinder *unwinder = unwinder_new();
    struct unwind_sample bare = {.registers.machine = UNWIND_X86_64,
                                 .stack = {(const char *)stack, sizeof stack},
                                 .locate = locate_anywhere};
    register_set(&bare.registers, 6, base);
    register_set(&bare.registers, 7, base);
    register_set(&bare.registers, 16, 0x1000);
    struct unwound got = unwind(unwinder, &bare, addresses, FRAMES);
    assert_int_equal(got.end, UNWIND_ROOT);
    assert_int_equal(got.count, 3);
    assert_memory_equal(addresses, want, sizeof want);
    register_set(&bare.registers, 6, 0);
    got = unwind(unwinder, &bare, addresses, FRAMES);
    assert_int_equal(got.end, UNWIND_LOST);
    assert_int_equal(got.count, 1);
    unwinder_free(unwinder);
}

/* The frames that the copy reaches, then no more. */
static void a_short_copy_is_truncated(void **state) {
    (void)state;
    const char *program = build_chains("chains", "-fomit-frame-pointer");
    uint64_t addresses[FRAMES];
    struct unwinder *unwinder = unwinder_new();
    stop_in(program, "recursion");
    size_t whole = unwind(unwinder, &sample, addresses, FRAMES).count, before = 0;
    for (size_t bytes = 0; bytes < 2400; bytes += 8) {
        sample.stack.length = bytes;
        struct unwound got = unwind(unwinder, &sample, addresses, FRAMES);
        assert_int_equal(got.end, UNWIND_TRUNCATED);
        assert_true(got.count >= 1 && got.count >= before && got.count < whole);
        assert_memory_equal(names_of(program, addresses, got.count), recursion,
                            strlen(names_of(program, addresses, got.count)));
        assert_int_equal(got.by_frame_pointer, 0);
        before = got.count;
    }
    assert_true(before >= 8);
    unwinder_free(unwinder);
}

/* 60 frames of more than 200 bytes: 1 KiB of stack, then frame pointers up to main's caller, which
 * has none. What is further out is learnt from a whole chain. */
static void frame_pointers_continue_a_short_copy(void **state) {
    (void)state;
    const char *program = build_chains("chains", "-fno-omit-frame-pointer");
    uint64_t addresses[FRAMES], again[FRAMES];
    struct unwinder *unwinder = unwinder_new();
    stop_in(program, "deep");
    struct unwound whole = unwind(unwinder, &sample, addresses, FRAMES);
    assert_int_equal(whole.end, UNWIND_ROOT);
    assert_int_equal(whole.by_frame_pointer, 0);
    for (size_t bytes = 64; bytes < 12000; bytes += 64) {
        sample.stack.length = bytes;
        struct unwound got = unwind(unwinder, &sample, again, FRAMES);
        assert_int_equal(got.end, UNWIND_ROOT);
        assert_int_equal(got.count, whole.count);
        assert_true(got.by_frame_pointer > 0);
        assert_memory_equal(addresses, again, got.count * sizeof *again);
    }
    /* in another process nothing was learnt */
    sample.process = 7;
    struct unwound got = unwind(unwinder, &sample, again, FRAMES);
    assert_int_equal(got.end, UNWIND_ROOT);
    assert_true(got.count < whole.count);
    assert_string_equal(names_of(program, again + 61, got.count - 61), "main");
    assert_memory_equal(addresses, again, got.count * sizeof *again);
    unwinder_free(unwinder);

    sample.stack.length = 1024;
    shell("strip chains"); /* and now nobody knows what main is */
    unwinder = unwinder_new();
    got = unwind(unwinder, &sample, again, FRAMES);
    assert_int_equal(got.end, UNWIND_TRUNCATED);
    assert_true(got.by_frame_pointer > 50);
    unwinder_free(unwinder);
}

/* A frame pointer that leads nowhere: neither it nor the kernel's chain from it is believed. */
static void broken_frames_are_not_followed(void **state) {
    (void)state;
    const char *program = build_chains("chains", "-fno-omit-frame-pointer");
    uint64_t addresses[FRAMES];
    struct unwinder *unwinder = unwinder_new();
    stop_in(program, "deep");
    sample.registers.values[register_fp(sample.registers.machine)] = 8;
    struct unwound got = unwind(unwinder, &sample, addresses, FRAMES);
    assert_int_equal(got.end, UNWIND_LOST);
    assert_int_equal(got.by_frame_pointer, 0);
    assert_true(got.count <= 2);
    unwinder_free(unwinder);
}

static void no_room_no_registers_no_code(void **state) {
    (void)state;
    const char *program = build_chains("chains", "-fomit-frame-pointer");
    uint64_t addresses[FRAMES];
    struct unwinder *unwinder = unwinder_new();
    stop_in(program, "leaf");
    struct unwound got = unwind(unwinder, &sample, addresses, 2);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.end, UNWIND_TRUNCATED);
    map_count = 0;
    got = unwind(unwinder, &sample, addresses, FRAMES);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.end, UNWIND_LOST);
    sample.registers.known = 0;
    got = unwind(unwinder, &sample, addresses, FRAMES);
    assert_int_equal(got.count, 0);
    assert_int_equal(got.end, UNWIND_LOST);
    unwinder_free(unwinder);
}

enum { ARM_BASE = 0x400000 };

static bool locate_arm(void *context, uint64_t address, struct unwind_code *out) {
    (void)context;
    *out = (struct unwind_code){0, "fixtures/symbols/aarch64.so", "", address - ARM_BASE};
    return address >= ARM_BASE && address < ARM_BASE + 0x3a0;
}

/* Of a chain in fixtures/symbols/aarch64.so: where it is stopped, x30 there, and the stack from sp
 * on. */
static void check_arm(uint64_t pc, uint64_t link, const uint64_t *stack, size_t words,
                      const uint64_t *want, size_t count) {
    uint64_t addresses[FRAMES];
    struct unwinder *unwinder = unwinder_new();
    struct unwind_sample arm = {.registers.machine = UNWIND_AARCH64,
                                .stack = {(const char *)stack, words * sizeof *stack},
                                .locate = locate_arm};
    register_set(&arm.registers, 29, 0x7fff0000);
    register_set(&arm.registers, 30, link);
    register_set(&arm.registers, 31, 0x7fff0000);
    register_set(&arm.registers, 32, pc);
    struct unwound got = unwind(unwinder, &arm, addresses, FRAMES);
    assert_int_equal(got.end, UNWIND_ROOT);
    assert_int_equal(got.count, count);
    assert_memory_equal(addresses, want, count * sizeof *want);
    unwinder_free(unwinder);
}

/* Return addresses with a signature in their upper bits, as on processors that sign them; the
 * return address 0 ends it. */
static void chains_of_aarch64_are_right(void **state) {
    (void)state;
    const uint64_t to_middle = 0x40033c, to_top = (uint64_t)0xb4 << 48 | 0x400354;
    const uint64_t stack[] = {0x7fff0010, to_top, 0, 0}, want[] = {0x400324, 0x40033b, 0x400353};
    check_arm(0x400324, to_middle, stack, 4, want, 3);
    const uint64_t in_middle[] = {0x400338, 0x400353};
    check_arm(0x400338, to_middle, stack, 4, in_middle, 2);
    const uint64_t entering[] = {0x40032c, 0x400353};
    check_arm(0x40032c, to_top, stack + 2, 2, entering, 2);
}

/* asm/perf_regs.h: AX BX CX DX SI DI BP SP IP, FLAGS … GS, R8 … R15; DWARF has DX before CX and BX.
 */
static void registers_of_samples_are_renumbered(void **state) {
    (void)state;
    uint64_t mask = unwind_perf_mask(UNWIND_X86_64), values[24];
    assert_int_equal(mask, 0xff01ff);
    for (unsigned i = 0; i < 24; i++)
        values[i] = 100 + i;
    struct unwind_registers r = unwind_perf_registers(UNWIND_X86_64, mask, values, 17);
    assert_int_equal(r.known, 0x1ffff);
    assert_int_equal(r.values[0], 100);
    assert_int_equal(r.values[1], 103);
    assert_int_equal(r.values[3], 101);
    assert_int_equal(r.values[7], 107);
    assert_int_equal(r.values[16], 108);
    assert_int_equal(r.values[8], 109);
    r = unwind_perf_registers(UNWIND_X86_64, 0x180, values, 2);
    assert_int_equal(r.known, 1 << 7 | 1 << 16);
    assert_int_equal(r.values[16], 101);
    assert_int_equal(unwind_perf_mask(UNWIND_AARCH64), 0x1ffffffff);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void) {
    if (!getcwd(root, sizeof root))
        return 1;
    const struct CMUnitTest tests[] = {
        ROW(chains_are_right_without_frame_pointers),
        ROW(chains_are_right_with_frame_pointers),
        ROW(what_the_dynamic_linker_calls_reaches_its_entry),
        ROW(code_with_frame_pointers_alone_ends_at_zero),
        ROW(a_short_copy_is_truncated),
        ROW(frame_pointers_continue_a_short_copy),
        ROW(broken_frames_are_not_followed),
        ROW(no_room_no_registers_no_code),
        ROW(chains_of_aarch64_are_right),
        ROW(registers_of_samples_are_renumbered),
    };
    return RUN_TESTS(tests);
}
