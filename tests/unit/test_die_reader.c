/* Every entry of programs that are compiled here, ours against libdw's. */
#include "runners/symbols/die_facts.h"
#include "runners/symbols/elf_file.h"
#include "runners/symbols/range_lists.h"
#include "tests/unit/built_program.h"

#include <dwarf.h>
#include <unistd.h>

/* Inlined calls in several pieces, nested ones, blocks, and functions that were only declared. */
static const char source[] =
    "static volatile int sink;\n"
    "int later(int x);\n"
    "struct pair { int left, right; };\n"
    "static inline __attribute__((always_inline)) int inner(struct pair p) {\n"
    "    int sum = 0;\n"
    "    for (int i = 0; i < p.left; i++) { int square = i * i; sink += square; sum += sink; }\n"
    "    if (__builtin_expect(sum == 7, 0)) __builtin_trap();\n"
    "    return sum;\n"
    "}\n"
    "static inline __attribute__((always_inline)) int middle(int x) {\n"
    "    struct pair p = {x, sink};\n"
    "    { int twice = inner(p) + inner(p); sink = twice; }\n"
    "    return inner(p);\n"
    "}\n"
    "__attribute__((noinline)) int outer(int x) { return middle(x) * middle(sink); }\n"
    "int later(int x) { return x % 3 ? outer(x) : middle(x); }\n"
    "int main(int c, char **v) { (void)v; return later(c); }\n";

/* What was read without libdw. */
struct seen {
    size_t entries, whole, listed, names, calls, behind;
};

struct reading {
    struct die_unit unit;
    struct seen seen;
};

static void compare_ranges(struct reading *r, Dwarf_Die *entry, const struct die *die) {
    struct ranges ours = {0};
    Dwarf_Addr base = 0, start, end;
    uint64_t visits = 1000;
    size_t count = 0;
    if (die->whole)
        ranges_add(&ours, die->low, die->high, 0, arena);
    else if (!die->listed || !range_list_add(&ours, &r->unit, die->ranges, 0, 0, &visits, arena))
        return;
    for (ptrdiff_t at = 0; (at = dwarf_ranges(entry, at, &base, &start, &end)) > 0;) {
        if (start == end)
            continue;
        assert_true(count < ours.count);
        assert_int_equal(ours.items[count].start, start);
        assert_int_equal(ours.items[count++].end, end);
    }
    assert_int_equal(count, ours.count);
    r->seen.whole += die->whole;
    r->seen.listed += die->listed && count > 1;
}

static void compare_number(const struct die_facts *facts, enum die_fact fact, Dwarf_Die *entry,
                           unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    bool there = dwarf_attr(entry, name, &attribute) != NULL;
    assert_int_equal(there, (facts->has & 1u << fact) != 0);
    if (!there)
        return;
    assert_int_equal(dwarf_formudata(&attribute, &value), 0);
    assert_int_equal(value, facts->numbers[fact]);
}

static void compare_facts(struct reading *r, Dwarf_Die *entry) {
    struct die_facts facts = {0};
    Dwarf_Attribute attribute;
    Dwarf_Die origin;
    if (!die_facts_add(&facts, DIE_OF_FUNCTION | DIE_OF_CALL, &r->unit, entry->addr))
        return;
    const char *name = dwarf_formstring(dwarf_attr(entry, DW_AT_name, &attribute));
    assert_int_equal(!name, !(facts.has & 1u << DIE_NAME));
    if (name)
        assert_string_equal(name, facts.texts[DIE_NAME]);
    compare_number(&facts, DIE_DECLARED_FILE, entry, DW_AT_decl_file);
    compare_number(&facts, DIE_DECLARED_LINE, entry, DW_AT_decl_line);
    compare_number(&facts, DIE_CALL_FILE, entry, DW_AT_call_file);
    compare_number(&facts, DIE_CALL_LINE, entry, DW_AT_call_line);
    compare_number(&facts, DIE_CALL_COLUMN, entry, DW_AT_call_column);
    compare_number(&facts, DIE_CALL_DISCRIMINATOR, entry, DW_AT_GNU_discriminator);
    const void *further =
        dwarf_formref_die(dwarf_attr(entry, DW_AT_abstract_origin, &attribute), &origin) ||
                dwarf_formref_die(dwarf_attr(entry, DW_AT_specification, &attribute), &origin)
            ? origin.addr
            : NULL;
    assert_ptr_equal(further, facts.origin);
    r->seen.names += name != NULL;
    r->seen.calls += (facts.has & 1u << DIE_CALL_LINE) != 0;
}

static void compare_entry(struct reading *r, Dwarf_Die *entry) {
    struct die die;
    const uint8_t *next;
    Dwarf_Die sibling, child;
    uint64_t visits = 1u << 20;
    assert_true(die_read(&r->unit, entry->addr, &die, &next));
    assert_int_equal(die.shape->tag, dwarf_tag(entry));
    assert_int_equal(die.shape->children, dwarf_haschildren(entry) == 1);
    const uint8_t *behind = die_behind(&r->unit, &die, &visits);
    assert_non_null(behind);
    if (dwarf_siblingof(entry, &sibling) == 0) {
        assert_ptr_equal(sibling.addr, behind);
        r->seen.behind++;
    } else if (behind < r->unit.end) {
        assert_int_equal(*behind, 0);
    }
    if (dwarf_child(entry, &child) == 0)
        assert_ptr_equal(child.addr, die.inside);
    int tag = dwarf_tag(entry);
    if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block)
        compare_ranges(r, entry, &die);
    compare_facts(r, entry);
    r->seen.entries++;
}

static void compare_inside(struct reading *r, Dwarf_Die *of) {
    Dwarf_Die at;
    for (int more = dwarf_child(of, &at); more == 0; more = dwarf_siblingof(&at, &at)) {
        compare_entry(r, &at);
        compare_inside(r, &at);
    }
}

static struct seen compare(const char *file) {
    struct reading r = {.seen = {0}};
    struct elf_file elf;
    Dwarf_Die first, none;
    uint8_t type;
    assert_true(elf_file_open(&elf, file));
    Dwarf *dwarf = dwarf_begin_elf(elf.elf, DWARF_C_READ, NULL);
    struct die_sections sections = die_sections_of(dwarf);
    for (Dwarf_CU *at = NULL; dwarf_get_units(dwarf, at, &at, NULL, &type, &first, &none) == 0;) {
        assert_true(die_unit_open(&r.unit, &first, &sections, arena));
        compare_entry(&r, &first);
        compare_inside(&r, &first);
    }
    dwarf_end(dwarf);
    elf_file_close(&elf);
    return r.seen;
}

static void check(const char *file) {
    struct seen seen = compare(file);
    assert_true(seen.entries > 50);
    assert_true(seen.names > 15);
    assert_true(seen.calls > 5);
    assert_true(seen.behind > 20);
    assert_true(seen.whole > 2);
    assert_true(seen.listed > 0);
}

static void every_version_says_what_libdw_says(void **state) {
    (void)state;
    for (int version = 2; version <= 5; version++) {
        check(build("a", arena_printf(arena, "-O2 -g -gdwarf-%d", version), source));
        check(build("a", arena_printf(arena, "-O2 -g -gdwarf-%d -gz -no-pie", version), source));
    }
}

/* Texts, addresses and lists by number, and no word of what follows an entry. */
static void so_it_does_of_clang(void **state) {
    (void)state;
    build("a", "-O2", source);
    for (int version = 3; version <= 5; version++) {
        shell(arena_printf(
            arena, "! command -v clang >/dev/null || clang -O2 -g -gdwarf-%d source.c -o by_clang",
            version));
        if (access(in_folder("by_clang"), F_OK) == 0)
            check(in_folder("by_clang"));
    }
}

/* A list that is cut off, one that is nowhere, and one whose numbers lead out of the addresses. */
static void damaged_lists_add_nothing(void **state) {
    (void)state;
    static const uint8_t lists[] = {DW_RLE_start_length,
                                    0,
                                    0x10,
                                    0,
                                    0,
                                    8, /* and no end */
                                    DW_RLE_startx_length,
                                    1,
                                    8,
                                    DW_RLE_end_of_list};
    static const uint8_t addresses[] = {0, 0x20, 0, 0};
    const struct die_sections sections = {.range_lists = {lists, lists + sizeof lists, false}};
    struct die_unit unit = {.coding = {.version = 5, .address_size = 4, .offset_size = 4},
                            .sections = &sections,
                            .addresses = {addresses, addresses + sizeof addresses, false}};
    struct ranges ranges = {0};
    uint64_t visits = 100;
    assert_false(range_list_add(&ranges, &unit, 0, 0, 0, &visits, arena));
    assert_false(range_list_add(&ranges, &unit, sizeof lists + 1, 0, 0, &visits, arena));
    assert_false(range_list_add(&ranges, &unit, UINT64_MAX, 0, 0, &visits, arena));
    assert_false(range_list_add(&ranges, &unit, 6, 0, 0, &visits, arena));
    assert_int_equal(ranges.count, 0);
}

static void lists_are_those_of_the_standard(void **state) {
    (void)state;
    static const uint8_t lists[] = {DW_RLE_start_length,
                                    0,
                                    0x10,
                                    0,
                                    0,
                                    8,
                                    DW_RLE_base_address,
                                    0,
                                    0x30,
                                    0,
                                    0,
                                    DW_RLE_offset_pair,
                                    4,
                                    9,
                                    DW_RLE_start_end,
                                    0,
                                    0x40,
                                    0,
                                    0,
                                    0x10,
                                    0x40,
                                    0,
                                    0,
                                    DW_RLE_base_addressx,
                                    0,
                                    DW_RLE_offset_pair,
                                    1,
                                    2,
                                    DW_RLE_startx_endx,
                                    0,
                                    1,
                                    DW_RLE_startx_length,
                                    0,
                                    3,
                                    DW_RLE_start_length,
                                    1,
                                    0,
                                    0,
                                    0,
                                    8, /* dropped by the linker */
                                    DW_RLE_end_of_list};
    static const uint8_t addresses[] = {0, 0x50, 0, 0, 0, 0x51, 0, 0};
    static const uint64_t expected[][2] = {{0x1000, 0x1008}, {0x3004, 0x3009}, {0x4000, 0x4010},
                                           {0x5001, 0x5002}, {0x5000, 0x5100}, {0x5000, 0x5003}};
    const struct die_sections sections = {.range_lists = {lists, lists + sizeof lists, false}};
    struct die_unit unit = {.coding = {.version = 5, .address_size = 4, .offset_size = 4},
                            .sections = &sections,
                            .addresses = {addresses, addresses + sizeof addresses, false}};
    struct ranges ranges = {0};
    uint64_t visits = 100;
    assert_true(range_list_add(&ranges, &unit, 0, 0x1000, 7, &visits, arena));
    assert_int_equal(ranges.count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < ranges.count; i++) {
        assert_int_equal(ranges.items[i].start, expected[i][0]);
        assert_int_equal(ranges.items[i].end, expected[i][1]);
        assert_int_equal(ranges.items[i].of, 7);
    }
    visits = 2;
    range_list_add(&ranges, &unit, 0, 0x1000, 7, &visits, arena);
    assert_int_equal(visits, 0);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(every_version_says_what_libdw_says),
        ROW(so_it_does_of_clang),
        ROW(damaged_lists_add_nothing),
        ROW(lists_are_those_of_the_standard),
    };
    return RUN_TESTS(tests);
}
