#include "runners/symbols/scope_tree.h"

#include "runners/symbols/die_facts.h"
#include "runners/symbols/range_lists.h"

#include <dwarf.h>

enum {
    ORIGINS = 1 << 12,
    ORIGIN_DEPTH = 16 /* of origins of origins; more are asked of libdw */
};

struct scope_origin {
    const uint8_t *die;
    struct scope_function function;
};

struct scope_tree scope_tree_new(uint64_t *visits, struct unit_lines *lines, struct arena *arena) {
    return (struct scope_tree){.visits = visits,
                               .lines = lines,
                               .arena = arena,
                               .origins = ARENA_NEW(arena, struct scope_origin, ORIGINS)};
}

void unit_ranges(struct ranges *ranges, Dwarf_Die *unit, uint64_t lowest, uint32_t of,
                 uint64_t *visits, struct arena *arena) {
    Dwarf_Addr base = 0, start, end;
    for (ptrdiff_t at = 0; *visits && (at = dwarf_ranges(unit, at, &base, &start, &end)) > 0;) {
        --*visits;
        if (start < end && start >= lowest)
            ranges_add(ranges, start, end, of, arena);
    }
}

void die_ranges(struct ranges *ranges, const struct die_unit *unit, const struct die *die,
                uint64_t lowest, uint32_t of, uint64_t *visits, struct arena *arena) {
    Dwarf_Die same = die_of(unit, die->at);
    if (!die->shape->has_code)
        return;
    if (die->whole && die->low < die->high && die->low >= lowest)
        ranges_add(ranges, die->low, die->high, of, arena);
    if (!die->whole &&
        !(die->listed && range_list_add(ranges, unit, die->ranges, lowest, of, visits, arena)))
        unit_ranges(ranges, &same, lowest, of, visits, arena);
}

static bool is_block(int tag) {
    return tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block ||
           tag == DW_TAG_with_stmt;
}

/* Adds a scope when it has code of its own. */
static bool add_scope(struct scope_tree *tree, const struct die *die, bool block) {
    size_t before = tree->ranges.count;
    bool inlined = die->shape->tag == DW_TAG_inlined_subroutine;
    die_ranges(&tree->ranges, tree->unit, die, 0, (uint32_t)tree->count, tree->visits, tree->arena);
    if (tree->ranges.count == before)
        return false;
    ARENA_PUSH(tree->arena, tree->scopes, tree->count, tree->capacity,
               ((struct scope){.die = die->at,
                               .inside = die->shape->children ? die->inside : NULL,
                               .origin = inlined ? die->origin : NULL,
                               .block = block,
                               .range_start = (uint32_t)before,
                               .range_count = (uint32_t)(tree->ranges.count - before)}));
    return true;
}

void scope_tree_begin(struct scope_tree *tree, const struct die_unit *unit,
                      const uint8_t *function) {
    struct die die;
    const uint8_t *next;
    tree->unit = unit;
    tree->count = tree->ranges.count = 0;
    if (die_read(unit, function, &die, &next))
        add_scope(tree, &die, false);
}

/* Reads what is right inside; blocks that have no code themselves are looked through. */
static void expand(struct scope_tree *tree, uint32_t of) {
    const uint8_t *at = tree->scopes[of].inside, *next;
    size_t depth = 1, before = tree->count;
    struct die die;
    while (at && depth > 0 && *tree->visits) {
        --*tree->visits;
        if (!die_read(tree->unit, at, &die, &next)) {
            depth--;
            at = next;
            continue;
        }
        bool block = is_block(die.shape->tag);
        bool through = block && die.shape->children;
        if ((block || die.shape->tag == DW_TAG_inlined_subroutine) && add_scope(tree, &die, block))
            through = false;
        depth += through;
        at = through ? die.inside : die_behind(tree->unit, &die, tree->visits);
    }
    struct scope *scope = &tree->scopes[of];
    scope->expanded = true;
    scope->inner_start = (uint32_t)before;
    scope->inner_count = (uint32_t)(tree->count - before);
}

static bool covers(const struct scope_tree *tree, const struct scope *scope, uint64_t address) {
    for (size_t i = 0; i < scope->range_count; i++) {
        const struct range *range = &tree->ranges.items[scope->range_start + i];
        if (address >= range->start && address < range->end)
            return true;
    }
    return false;
}

/* The scope right inside that has the address; 0, which is the function, for none. */
static uint32_t find_inner(struct scope_tree *tree, uint32_t of, uint64_t address) {
    if (!tree->scopes[of].expanded)
        expand(tree, of);
    uint32_t start = tree->scopes[of].inner_start, end = start + tree->scopes[of].inner_count;
    for (uint32_t i = start; i < end; i++) {
        if (covers(tree, &tree->scopes[i], address))
            return i;
    }
    return 0;
}

size_t scope_tree_find(struct scope_tree *tree, uint64_t address,
                       struct scope *out[static SCOPE_DEPTH]) {
    uint32_t found[SCOPE_DEPTH] = {0}, at = 0;
    size_t depth = 0, used = 0;
    if (tree->count == 0)
        return 0;
    do {
        found[depth++] = at;
        at = find_inner(tree, at, address);
    } while (at && depth < SCOPE_DEPTH);
    for (; depth > 0; depth--) {
        struct scope *scope = &tree->scopes[found[depth - 1]];
        if (!scope->block)
            out[used++] = scope;
    }
    return used;
}

/* ---- what they are ---- */

/* A number that stands nowhere is 0. */
static int number_in(const struct die_facts *facts, enum die_fact fact) {
    return facts->numbers[fact] <= INT32_MAX ? (int)facts->numbers[fact] : 0;
}

static const char *file_in(const struct scope_tree *tree, const struct die_facts *facts,
                           enum die_fact fact) {
    return facts->has & 1u << fact
               ? unit_file(tree->lines, tree->unit->cu, (uint64_t)number_in(facts, fact))
               : NULL;
}

/* The entry's facts and those of its origins; false when libdw is to be asked. */
static bool read_facts(const struct scope_tree *tree, const uint8_t *at, struct die_facts *out) {
    *out = (struct die_facts){0};
    for (int depth = 0; at && depth < ORIGIN_DEPTH; depth++) {
        if (!die_facts_add(out, DIE_OF_FUNCTION, tree->unit, at))
            return false;
        at = out->origin;
    }
    return !at;
}

static int number_of(Dwarf_Attribute *attribute) {
    Dwarf_Word value;
    return attribute && dwarf_formudata(attribute, &value) == 0 && value <= INT32_MAX ? (int)value
                                                                                      : 0;
}

/* A file by its number in the table of the unit that the attribute stands in. */
static const char *file_of(const struct scope_tree *tree, Dwarf_Attribute *attribute) {
    return attribute ? unit_file(tree->lines, attribute->cu, (uint64_t)number_of(attribute)) : NULL;
}

static struct scope_function function_of_libdw(const struct scope_tree *tree, Dwarf_Die die) {
    struct scope_function out = {0};
    Dwarf_Attribute attribute;
    if (dwarf_attr_integrate(&die, DW_AT_linkage_name, &attribute) ||
        dwarf_attr_integrate(&die, DW_AT_MIPS_linkage_name, &attribute))
        out.name = dwarf_formstring(&attribute);
    if (!out.name)
        out.name = dwarf_diename(&die);
    out.start_line = number_of(dwarf_attr_integrate(&die, DW_AT_decl_line, &attribute));
    out.declared_in = file_of(tree, dwarf_attr_integrate(&die, DW_AT_decl_file, &attribute));
    return out;
}

static struct scope_function read_function(const struct scope_tree *tree, const uint8_t *at) {
    struct die_facts facts;
    if (!read_facts(tree, at, &facts))
        return function_of_libdw(tree, die_of(tree->unit, at));
    return (struct scope_function){
        .name = facts.texts[facts.texts[DIE_LINKED_NAME] ? DIE_LINKED_NAME : DIE_NAME],
        .start_line = number_in(&facts, DIE_DECLARED_LINE),
        .declared_in = file_in(tree, &facts, DIE_DECLARED_FILE)};
}

void scope_name(struct scope_tree *tree, struct scope *scope) {
    if (scope->known)
        return;
    scope->known = true;
    if (!scope->origin) {
        scope->function = read_function(tree, scope->die);
        return;
    }
    size_t slot = (size_t)((uintptr_t)scope->origin * 0x9E3779B97F4A7C15u >> 32) % ORIGINS;
    struct scope_origin *origin = &tree->origins[slot];
    if (origin->die != scope->origin)
        *origin = (struct scope_origin){scope->origin, read_function(tree, scope->origin)};
    scope->function = origin->function;
}

static void call_of_libdw(const struct scope_tree *tree, struct scope *scope) {
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    Dwarf_Die die = die_of(tree->unit, scope->die);
    scope->call_line = number_of(dwarf_attr(&die, DW_AT_call_line, &attribute));
    scope->call_column = number_of(dwarf_attr(&die, DW_AT_call_column, &attribute));
    scope->call_file = file_of(tree, dwarf_attr(&die, DW_AT_call_file, &attribute));
    if (dwarf_formudata(dwarf_attr(&die, DW_AT_GNU_discriminator, &attribute), &value) == 0)
        scope->call_discriminator = (uint32_t)value;
}

void scope_call(const struct scope_tree *tree, struct scope *scope) {
    struct die_facts facts = {0};
    if (scope->call_known)
        return;
    scope->call_known = true;
    if (!die_facts_add(&facts, DIE_OF_CALL, tree->unit, scope->die)) {
        call_of_libdw(tree, scope);
        return;
    }
    scope->call_line = number_in(&facts, DIE_CALL_LINE);
    scope->call_column = number_in(&facts, DIE_CALL_COLUMN);
    scope->call_file = file_in(tree, &facts, DIE_CALL_FILE);
    scope->call_discriminator = (uint32_t)facts.numbers[DIE_CALL_DISCRIMINATOR];
}
