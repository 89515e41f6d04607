#include "runners/symbols/scope_tree.h"

#include <dwarf.h>

bool die_sibling(Dwarf_Die *die) {
    Dwarf_Die next;
    if (dwarf_siblingof(die, &next) != 0 || dwarf_dieoffset(&next) <= dwarf_dieoffset(die))
        return false;
    *die = next;
    return true;
}

void die_ranges(struct ranges *ranges, Dwarf_Die *die, uint64_t lowest, uint32_t of,
                uint64_t *visits, struct arena *arena) {
    Dwarf_Addr base = 0, start, end;
    for (ptrdiff_t at = 0; *visits && (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;) {
        --*visits;
        if (start < end && start >= lowest)
            ranges_add(ranges, start, end, of, arena);
    }
}

static bool holds_scopes(int tag) {
    return tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block ||
           tag == DW_TAG_with_stmt || tag == DW_TAG_inlined_subroutine;
}

/* Adds a scope when it has code of its own. */
static bool add_scope(struct scope_tree *tree, Dwarf_Die *die, uint64_t *visits,
                      struct arena *arena) {
    size_t before = tree->ranges.count;
    die_ranges(&tree->ranges, die, 0, (uint32_t)tree->count, visits, arena);
    if (tree->ranges.count == before)
        return false;
    ARENA_PUSH(arena, tree->scopes, tree->count, tree->capacity,
               ((struct scope){.die = *die,
                               .range_start = (uint32_t)before,
                               .range_count = (uint32_t)(tree->ranges.count - before)}));
    return true;
}

struct scope_tree scope_tree_read(Dwarf_Die *function, uint64_t *visits, struct arena *arena) {
    struct scope_tree tree = {0};
    Dwarf_Die path[SCOPE_DEPTH], child; /* entries whose inner ones are being read */
    uint32_t opened[SCOPE_DEPTH];       /* their scope + 1, 0: not a scope */
    size_t depth = 0;
    add_scope(&tree, function, visits, arena);
    path[depth] = *function;
    opened[depth] = tree.count ? 1 : 0;
    bool more = dwarf_child(function, &child) == 0;
    for (;;) {
        if (!more || *visits == 0) { /* back to the outer entry, and on behind it */
            if (opened[depth])
                tree.scopes[opened[depth] - 1].end = (uint32_t)tree.count;
            if (depth == 0)
                return tree;
            child = path[depth--];
            more = *visits && die_sibling(&child);
            continue;
        }
        --*visits;
        int tag = dwarf_tag(&child);
        bool scope = tag == DW_TAG_inlined_subroutine && add_scope(&tree, &child, visits, arena);
        Dwarf_Die inner;
        if (depth + 1 < SCOPE_DEPTH && holds_scopes(tag) &&
            (scope || tag != DW_TAG_inlined_subroutine) && dwarf_child(&child, &inner) == 0) {
            path[++depth] = child;
            opened[depth] = scope ? (uint32_t)tree.count : 0;
            child = inner;
            continue;
        }
        if (scope)
            tree.scopes[tree.count - 1].end = (uint32_t)tree.count;
        more = die_sibling(&child);
    }
}

static bool covers(const struct scope_tree *tree, const struct scope *scope, uint64_t address) {
    for (size_t i = 0; i < scope->range_count; i++) {
        const struct range *range = &tree->ranges.items[scope->range_start + i];
        if (address >= range->start && address < range->end)
            return true;
    }
    return false;
}

size_t scope_tree_find(const struct scope_tree *tree, uint64_t address,
                       struct scope *out[static SCOPE_DEPTH]) {
    size_t found = 0;
    for (size_t i = 0, end = tree->count; i < end;) {
        struct scope *scope = &tree->scopes[i];
        if (found < SCOPE_DEPTH && covers(tree, scope, address)) {
            out[found++] = scope;
            end = scope->end;
            i++;
        } else {
            i = scope->end > i ? scope->end : i + 1;
        }
    }
    for (size_t i = 0; i < found / 2; i++) {
        struct scope *swap = out[i];
        out[i] = out[found - 1 - i];
        out[found - 1 - i] = swap;
    }
    return found;
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
