/* fdata as llvm-bolt reads it, and what it calls functions. */
#include "runners/pgo/pgo_format.h"
#include "runners/pgo/symbol_counts.h"
#include "runners/symbols/unique_names.h"
#include "tests/unit/built_program.h"

static struct strings *texts;
static struct pg_error err;

static int set_up(void **state) {
    int status = make_folder(state);
    texts = strings_new(arena);
    return status;
}

/* "" and the error when it cannot be written. */
static const char *written(struct symbol_count *items, size_t count) {
    const struct symbol_counts counts = {.items = items, .count = count};
    char *bytes;
    size_t length;
    FILE *out = open_memstream(&bytes, &length);
    bool good = bolt_pgo_format.write(
        out, &(struct pgo_input){.symbols = &counts, .note = "not in this format"}, &err);
    fclose(out);
    assert_true(good == (length > 0));
    const char *copy = arena_strndup(arena, bytes, length);
    free(bytes);
    return copy;
}

static void a_line_for_each_place(void **state) {
    (void)state;
    struct symbol_count items[] = {{"_ZN1a1bEv", 0, 0.2},
                                   {"main", 0x1af, 12},
                                   {"main", 0x1b2, 3.5},
                                   {"main", 0x1b4, 0},
                                   {"with blanks\\/2", 0xffffffffff, 1e15}};
    assert_string_equal(written(items, 5), "no_lbr cycles:\n"
                                           "1 _ZN1a1bEv 0 1\n"
                                           "1 main 1af 12\n"
                                           "1 main 1b2 4\n"
                                           "1 with\\ blanks\\\\/2 ffffffffff 1000000000000000\n");
}

static void what_cannot_be_said_is_refused(void **state) {
    (void)state;
    struct symbol_count lines[] = {{"good", 0, 1}, {"two\nlines", 0, 1}};
    struct symbol_count many[] = {{"f", 0, 1e18}}, nameless[] = {{"", 0, 1}};
    assert_string_equal(written(lines, 2), "");
    assert_string_equal(err.text, "a function is named `two\nlines`, which the format cannot say");
    assert_string_equal(written(many, 1), "");
    assert_string_equal(err.text,
                        "a count of 1000000000000000000 is more than llvm-bolt can reckon with");
    assert_string_equal(written(nameless, 1), "");
    assert_string_equal(written(lines, 0), "");
    assert_string_equal(err.text, "no function was seen");
}

static const char *read_text(const char *text) {
    struct source_profile *p;
    const char *out = "";
    if (!bolt_pgo_format.read(&p, text_of(text), texts, arena, &err))
        return err.text;
    for (uint32_t i = 0; i < p->function_count; i++)
        out = arena_printf(arena, "%s%s:%.0f ", out, strings_get(texts, p->functions[i]->name),
                           p->functions[i]->total);
    return out;
}

static void functions_are_read_with_what_was_seen_in_them(void **state) {
    (void)state;
    assert_string_equal(read_text("no_lbr cycles:\n"
                                  "1 main 1af 12\n1 with\\ blanks\\\\/2 ff 7\n1 main 0 1\n"
                                  "1 a/b/3 AF 1"),
                        "a/b:1 main:13 with blanks\\:7 ");
}

static void damage_is_refused_with_its_line(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"", "empty: expected `no_lbr EVENT:`"},
        {"1 main 0 1\n", "line 1: expected `no_lbr EVENT:`: 1 main 0 1"},
        {"no_lbr cycles:\n", "no function is in it"},
        {"no_lbr cycles:\n2 main 0 1\n", "line 2: expected `1 SYMBOL OFFSET COUNT`: 2 main 0 1"},
        {"no_lbr cycles:\n1 main 0\n",
         "line 2: expected `1 SYMBOL OFFSET COUNT`; profiles of branches are not read: 1 main 0"},
        {"no_lbr cycles:\n1 a 0 1 b 0 1\n",
         "line 2: expected `1 SYMBOL OFFSET COUNT`; profiles of branches are not read: 1 a 0 1 b 0 "
         "1"},
        {"no_lbr cycles:\n1 a 0x1 1\n",
         "line 2: expected an offset in hexadecimal digits: 1 a 0x1 1"},
        {"no_lbr cycles:\n1 a 11111111111111111 1\n",
         "line 2: expected an offset in hexadecimal digits: 1 a 11111111111111111 1"},
        {"no_lbr cycles:\n1 a 1 -1\n", "line 2: expected a count: 1 a 1 -1"},
        {"no_lbr cycles:\n1 a 1 18446744073709551616\n",
         "line 2: expected a count: 1 a 1 18446744073709551616"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(read_text(rows[i][0]), rows[i][1]);
}

/* ---- names ---- */

static const char first[] = "static int twin(int x) { return x * 3; }\n"
                            "static int data[2] = {1, 2};\n"
                            "int other(int);\n"
                            "int (*volatile keep)(int) = twin;\n"
                            "int main(int c, char **v) {\n"
                            "    (void)v;\n"
                            "    return keep(c) + other(c) + data[c & 1] - 100;\n"
                            "}\n"
                            "__asm__(\".text\\n.globl unsized\\n.type unsized, @function\\n"
                            "unsized: nop\\nnop\\n.type within, @function\\nwithin: nop\\n"
                            ".size within, 1\\n.previous\");\n";
static const char second[] = "static int twin(int x) { return x * 5 + 1; }\n"
                             "static int data(int x) { return x + 2; }\n"
                             "int (*volatile keep2)(int) = twin, (*volatile keep3)(int) = data;\n"
                             "int other(int x) { return keep2(x) + keep3(x); }\n";

static const char *name_at(const struct unique_names *names, uint64_t address) {
    const struct unique_name *found = unique_name_find(names, address);
    return found ? arena_printf(arena, "%s+%d", found->name, (int)(address - found->start)) : "-";
}

/* The n-th address that nm has for a name. */
static uint64_t value_of(const char *symbol, int n) {
    shell(arena_printf(arena, "nm program | sort | grep ' %s$' | sed -n %dp >value", symbol, n));
    return number_in("value");
}

static void local_symbols_are_numbered(void **state) {
    (void)state;
    build("first.o", "-g -O0 -c", first);
    build("second.o", "-g -O0 -c", second);
    shell("cc first.o second.o -o program");
    struct elf_file file;
    assert_true(elf_file_open(&file, in_folder("program")));
    struct unique_names names = unique_names_read(file.elf, arena);
    assert_string_equal(name_at(&names, value_of("twin", 1)), "twin/1+0");
    assert_string_equal(name_at(&names, value_of("twin", 2) + 4), "twin/2+4");
    assert_string_equal(name_at(&names, value_of("main", 1) + 1), "main+1");
    /* one of the two is no function, and counts */
    assert_string_equal(name_at(&names, value_of("data", 1)), "data/1+0");
    assert_string_equal(name_at(&names, value_of("data", 2)), "-");
    /* without a size a function reaches to the next */
    assert_string_equal(name_at(&names, value_of("unsized", 1) + 1), "unsized+1");
    assert_string_equal(name_at(&names, 0), "-");
    assert_string_equal(name_at(&names, UINT64_MAX), "-");
    elf_file_close(&file);
    shell("strip program");
    assert_true(elf_file_open(&file, in_folder("program")));
    assert_int_equal(unique_names_read(file.elf, arena).count, 0);
    elf_file_close(&file);
}

int main(void) {
#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, remove_folder)
    const struct CMUnitTest tests[] = {
        ROW(a_line_for_each_place),
        ROW(what_cannot_be_said_is_refused),
        ROW(functions_are_read_with_what_was_seen_in_them),
        ROW(damage_is_refused_with_its_line),
        ROW(local_symbols_are_numbered),
    };
    return RUN_TESTS(tests);
}
