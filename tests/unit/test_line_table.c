#include "tests/unit/built_program.h"

#include "runners/symbols/elf_file.h"
#include "runners/symbols/line_table.h"
#include "runners/symbols/unit_lines.h"

static const char source[] = "#include \"part.h\"\n"
                             "static int twice(int x) { return other(x) * 2; }\n"
                             "__attribute__((cold)) int rare(int x)\n"
                             "{\n"
                             "    for (int i = 0; i < x; i++)\n"
                             "        x += twice(i) % 7;\n"
                             "    return x;\n"
                             "}\n"
                             "#line 70000 \"far.c\"\n"
                             "int main(int argc, char **argv) { return rare(argc) + !argv; }\n";

static void compare_at(struct unit_lines *lines, Dwarf_Die *unit, uint64_t address) {
    struct unit_line ours = unit_line(lines, unit->cu, address);
    Dwarf_Line *theirs = dwarf_getsrc_die(unit, address);
    int line, column;
    unsigned discriminator;
    assert_int_equal(!ours.file, !theirs);
    if (!theirs)
        return;
    dwarf_lineno(theirs, &line);
    dwarf_linecol(theirs, &column);
    dwarf_linediscriminator(theirs, &discriminator);
    assert_string_equal(ours.file, dwarf_linesrc(theirs, NULL, NULL));
    assert_int_equal(ours.line, line);
    assert_int_equal(ours.column, column);
    assert_int_equal(ours.discriminator, lines->room.wants_marks ? discriminator : 0);
}

/* Every address of the program, ours against libdw's; how many have a line, or a discriminator. */
static size_t compare(const char *file, bool discriminators) {
    struct elf_file elf;
    size_t found = 0;
    Dwarf_Die die, none;
    uint8_t type;
    assert_true(elf_file_open(&elf, file));
    Dwarf *dwarf = dwarf_begin_elf(elf.elf, DWARF_C_READ, NULL);
    uint64_t start = symbol_value(file, "_start") & ~(uint64_t)0xfff;
    struct unit_lines lines = unit_lines_new(dwarf, start, arena);
    lines.room.wants_marks = discriminators;
    for (Dwarf_CU *at = NULL; dwarf_get_units(dwarf, at, &at, NULL, &type, &die, &none) == 0;) {
        for (uint64_t address = start; address < start + 0x2000; address++) {
            compare_at(&lines, &die, address);
            compare_at(&lines, &die, start + (address - start) * 1237 % 0x2000); /* in any order */
            struct unit_line at_address = unit_line(&lines, die.cu, address);
            found += discriminators ? at_address.discriminator != 0 : at_address.file != NULL;
        }
    }
    dwarf_end(dwarf);
    elf_file_close(&elf);
    return found;
}

static void every_version_gives_the_lines_that_libdw_gives(void **state) {
    (void)state;
    shell("mkdir -p sub && echo 'static inline int other(int x) { return x ^ 5; }' >sub/part.h");
    for (int version = 2; version <= 5; version++) {
        const char *format = "-O2 -g -gdwarf-%d -Isub -no-pie %s";
        assert_true(compare(build("a", arena_printf(arena, format, version, ""), source), false) >
                    30);
        assert_true(
            compare(build("a", arena_printf(arena, format, version, "-gz"), source), false) > 30);
        const char *own = arena_printf(arena, format, version, "-gno-as-loc-support");
        assert_true(compare(build("a", own, source), false) > 30);
        const char *apart = arena_printf(arena, format, version, "-ffunction-sections");
        assert_true(compare(build("a", apart, source), false) > 30);
    }
}

static void discriminators_are_those_that_libdw_gives(void **state) {
    (void)state;
    shell("mkdir -p sub && echo 'static inline int other(int x) { return x ^ 5; }' >sub/part.h");
    for (int version = 4; version <= 5; version++) {
        const char *format = "-O0 -g -gdwarf-%d -Isub -no-pie %s";
        assert_true(compare(build("a", arena_printf(arena, format, version, ""), source), true) >
                    5);
        const char *own = arena_printf(arena, format, version, "-gno-as-loc-support");
        assert_true(compare(build("a", own, source), true) > 5);
        const char *apart = arena_printf(arena, format, version, "-ffunction-sections");
        assert_true(compare(build("a", apart, source), true) > 5);
    }
}

/* ---- tables by hand: version 4, addresses of 8 bytes, opcodes from 13 on special ---- */

#define SET(low) "\0\x09\2" low "\x20\0\0\0\0\0\0", 11
#define END "\0\1\1", 3

/* Pieces, each with its length, up to NULL: a table of one file a.c in folder f. */
static bool read_table(struct line_table *out, struct line_header *header, const char *first, ...) {
    static uint8_t bytes[512];
    static const char tables[] = "f\0\0a.c\0\1\0\0";
    size_t used = 4;
    va_list pieces;
    va_start(pieces, first);
    const char *head[] = {"\4\0", "\x1d\0\0\0", "\1\1\1\xfb\x0e\x0d\0\1\1\1\1\0\0\0\1\0\0\1"};
    const size_t lengths[] = {2, 4, 18};
    for (size_t i = 0; i < 3; i++) {
        memcpy(bytes + used, head[i], lengths[i]);
        used += lengths[i];
    }
    memcpy(bytes + used, tables, sizeof tables);
    used += sizeof tables;
    bytes[6] = (uint8_t)(used - 10);
    for (const char *piece = first; piece; piece = va_arg(pieces, const char *)) {
        size_t length = (size_t)va_arg(pieces, int);
        memcpy(bytes + used, piece, length);
        used += length;
    }
    va_end(pieces);
    bytes[0] = (uint8_t)(used - 4);
    bytes[1] = (uint8_t)((used - 4) >> 8);
    struct line_sections sections = {.lines = {(const char *)bytes, used}};
    struct line_room room = {.arena = arena, .wants_marks = true};
    return line_header_read(header, &sections, 0, 8, "/build", arena) &&
           line_table_read(out, header, 0x1000, &room, arena);
}

static void rows_are_sorted_and_end(void **state) {
    (void)state;
    struct line_table table;
    struct line_header header;
    /* 0x2080: line 1, column 3; 0x2084: line 2; then a sequence before it, at 0x2010 */
    assert_true(read_table(&table, &header, SET("\x80"), "\5\3\1\x4b\2\4", 6, END, SET("\x10"),
                           "\1\2\1", 3, END, NULL));
    assert_int_equal(table.count, 5);
    assert_int_equal(line_table_find(&table, 0x2010)->line, 1);
    assert_null(line_table_find(&table, 0x2011));
    assert_null(line_table_find(&table, 0x207f));
    assert_int_equal(line_table_find(&table, 0x2083)->line, 1);
    assert_int_equal(line_table_find(&table, 0x2084)->line, 2);
    assert_int_equal(line_table_find(&table, 0x2087)->column, 3);
    assert_null(line_table_find(&table, 0x2088));
    assert_string_equal(line_file_path(&header, 1, arena), "f/a.c");
    assert_string_equal(line_file_path(&header, 0, arena), "???");
    assert_null(line_file_path(&header, 2, arena));
}

/* 0x2080: 5; 0x2084: the same line with 7, the last of two; 0x2088: none; then a sequence that ends
 * with one, and one right behind it without. */
static void a_discriminator_holds_for_one_row(void **state) {
    (void)state;
    struct line_table table;
    struct line_header header;
    assert_true(read_table(&table, &header, SET("\x80"), "\0\2\4\5\1", 5,
                           "\2\4\0\2\4\6\1\0\2\4\7\1", 12, "\2\4\1\2\4", 5, END, SET("\x90"),
                           "\0\2\4\3\1\2\4", 7, END, SET("\x94"), "\1\2\4", 3, END, NULL));
    assert_int_equal(line_table_mark(&table, 0x207f), 0);
    assert_int_equal(line_table_mark(&table, 0x2083), 5);
    assert_int_equal(line_table_mark(&table, 0x2084), 7);
    assert_int_equal(line_table_mark(&table, 0x2087), 7);
    assert_int_equal(line_table_mark(&table, 0x2088), 0);
    assert_int_equal(line_table_mark(&table, 0x2093), 3);
    assert_int_equal(line_table_mark(&table, 0x2094), 0);
    assert_int_equal(table.mark_count, 5);
}

static void what_rows_cannot_say_is_refused(void **state) {
    (void)state;
    struct line_table table;
    struct line_header header;
    /* no end */
    assert_false(read_table(&table, &header, SET("\x80"), "\1\2\4", 3, NULL));
    /* down */
    assert_false(
        read_table(&table, &header, SET("\x80"), "\1", 1, SET("\x10"), "\1\2\4", 3, END, NULL));
    /* two sequences claim 0x2084 */
    assert_false(read_table(&table, &header, SET("\x80"), "\1\2\x10", 3, END, SET("\x84"), "\1\2\4",
                            3, END, NULL));
    assert_int_equal(table.count, 0);
    /* column 70000; file 65535 */
    assert_false(read_table(&table, &header, SET("\x80"), "\5\xf0\xa2\4\1\2\4", 7, END, NULL));
    assert_false(read_table(&table, &header, SET("\x80"), "\4\xff\xff\3\1\2\4", 7, END, NULL));
    /* an opcode that is longer than the table; a file defined in the program */
    assert_false(read_table(&table, &header, SET("\x80"), "\0\x7f\1", 3, NULL));
    assert_false(
        read_table(&table, &header, "\0\6\3x\0\0\0\0", 8, SET("\x80"), "\1\2\4", 3, END, NULL));
}

static void what_the_linker_dropped_is_left_out(void **state) {
    (void)state;
    struct line_table table;
    struct line_header header;
    assert_true(read_table(&table, &header, "\0\x09\2\0\0\0\0\0\0\0\0\1\2\x80\x80\1", 16, END,
                           SET("\x80"), "\1\2\4", 3, END, NULL));
    assert_int_equal(table.count, 2);
    assert_null(line_table_find(&table, 0x2000));
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(every_version_gives_the_lines_that_libdw_gives),
        ROW(discriminators_are_those_that_libdw_gives),
        ROW(rows_are_sorted_and_end),
        ROW(a_discriminator_holds_for_one_row),
        ROW(what_rows_cannot_say_is_refused),
        ROW(what_the_linker_dropped_is_left_out),
    };
    return RUN_TESTS(tests);
}
