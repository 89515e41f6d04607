#include "runners/symbols/scope_tree.h"

#include <dwarf.h>

bool die_sibling(Dwarf_Die *die) {
    Dwarf_Die next;
    if (dwarf_siblingof(die, &next) != 0 || next.cu != die->cu ||
        (const char *)next.addr <= (const char *)die->addr)
        return false;
    *die = next;
    return true;
}

void die_ranges(struct ranges *ranges, Dwarf_Die *die, uint64_t lowest, uint32_t of,
                uint64_t *visits, struct arena *arena) {
    Dwarf_Addr base = 0, start, end;
    if (!dwarf_hasattr(die, DW_AT_low_pc) && !dwarf_hasattr(die, DW_AT_ranges))
        return; /* most entries have no code, and this says so fastest */
    for (ptrdiff_t at = 0; *visits && (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;) {
        --*visits;
        if (start < end && start >= lowest)
            ranges_add(ranges, start, end, of, arena);
    }
}

static bool is_block(int tag) {
    return tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block ||
           tag == DW_TAG_with_stmt;
}

/* Adds a scope when it has code of its own. */
static bool add_scope(struct scope_tree *tree, Dwarf_Die *die, bool block) {
    size_t before = tree->ranges.count;
    die_ranges(&tree->ranges, die, 0, (uint32_t)tree->count, tree->visits, tree->arena);
    if (tree->ranges.count == before)
        return false;
    ARENA_PUSH(tree->arena, tree->scopes, tree->count, tree->capacity,
               ((struct scope){.die = *die,
                               .block = block,
                               .range_start = (uint32_t)before,
                               .range_count = (uint32_t)(tree->ranges.count - before)}));
    return true;
}

struct scope_tree scope_tree_new(Dwarf_Die *function, uint64_t *visits, struct arena *arena) {
    struct scope_tree tree = {.visits = visits, .arena = arena};
    add_scope(&tree, function, false);
    return tree;
}

/* Reads what is right inside; blocks that have no code themselves are looked through. */
static void expand(struct scope_tree *tree, uint32_t of) {
    Dwarf_Die path[SCOPE_DEPTH], child = tree->scopes[of].die, inner;
    size_t depth = 0, before = tree->count;
    bool more = dwarf_child(&child, &child) == 0;
    while (*tree->visits) {
        if (!more) {
            if (depth == 0)
                break;
            child = path[--depth];
        } else {
            --*tree->visits;
            int tag = dwarf_tag(&child);
            bool block = is_block(tag);
            if ((block || tag == DW_TAG_inlined_subroutine) && !add_scope(tree, &child, block) &&
                block && depth < SCOPE_DEPTH && dwarf_child(&child, &inner) == 0) {
                path[depth++] = child;
                child = inner;
                continue;
            }
        }
        more = die_sibling(&child);
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

static int number_of(Dwarf_Attribute *attribute) {
    Dwarf_Word value;
    return attribute && dwarf_formudata(attribute, &value) == 0 && value <= INT32_MAX ? (int)value
                                                                                      : 0;
}

/* A file by its number in the table of the unit that the attribute stands in. (dwarf_decl_file
 * asserts that there is a table.) */
static const char *file_of(Dwarf_Attribute *attribute) {
    Dwarf_Files *files;
    Dwarf_Die unit;
    size_t count;
    if (!attribute || !dwarf_cu_die(attribute->cu, &unit, NULL, NULL, NULL, NULL, NULL, NULL) ||
        dwarf_getsrcfiles(&unit, &files, &count) != 0)
        return NULL;
    return dwarf_filesrc(files, (size_t)number_of(attribute), NULL, NULL);
}

void scope_name(struct scope *scope) {
    Dwarf_Attribute attribute;
    Dwarf_Die *die = &scope->die;
    if (scope->known)
        return;
    scope->known = true;
    if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) ||
        dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
        scope->name = dwarf_formstring(&attribute);
    if (!scope->name)
        scope->name = dwarf_diename(die);
    scope->start_line = number_of(dwarf_attr_integrate(die, DW_AT_decl_line, &attribute));
    scope->declared_in = file_of(dwarf_attr_integrate(die, DW_AT_decl_file, &attribute));
}

void scope_call(struct scope *scope) {
    Dwarf_Attribute attribute;
    if (scope->call_known)
        return;
    scope->call_known = true;
    scope->call_line = number_of(dwarf_attr(&scope->die, DW_AT_call_line, &attribute));
    scope->call_column = number_of(dwarf_attr(&scope->die, DW_AT_call_column, &attribute));
    scope->call_file = file_of(dwarf_attr(&scope->die, DW_AT_call_file, &attribute));
}
