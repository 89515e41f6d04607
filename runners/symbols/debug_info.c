#include "runners/symbols/debug_info.h"

#include "runners/symbols/scope_tree.h"
#include "runners/symbols/source_paths.h"

#include <dwarf.h>
#include <string.h>

struct unit {
    Dwarf_Die die;   /* with lines */
    Dwarf_Die inner; /* with functions: another one where units are split over files */
    struct die_unit entries;
    const char *folder; /* that the compiler ran in, or NULL */
    enum debug_compiler compiler;
    bool read, read_nested;
    struct ranges ranges; /* of functions */
    const uint8_t **functions;
    size_t count, capacity;
};

struct debug_info {
    struct arena *arena; /* its own; it lives there */
    uint64_t lowest, visits;
    struct unit *units;
    size_t count, capacity;
    struct ranges ranges; /* of units */
    struct source_paths paths;
    struct die_sections sections;
    struct unit_lines lines;
    const uint8_t *current; /* the function of the last lookup: addresses mostly come in order */
    struct scope_tree tree;
    bool want_sites;
};

static const char *folder_of(Dwarf_Die *unit) {
    Dwarf_Attribute attribute;
    return dwarf_attr(unit, DW_AT_comp_dir, &attribute) ? dwarf_formstring(&attribute) : NULL;
}

static enum debug_compiler compiler_of(Dwarf_Die *unit) {
    Dwarf_Attribute attribute;
    const char *producer =
        dwarf_attr(unit, DW_AT_producer, &attribute) ? dwarf_formstring(&attribute) : NULL;
    if (!producer)
        return DEBUG_COMPILER_OTHER;
    if (strncmp(producer, "GNU ", 4) == 0)
        return DEBUG_COMPILER_GCC;
    return strstr(producer, "clang") ? DEBUG_COMPILER_LLVM : DEBUG_COMPILER_OTHER;
}

struct debug_info *debug_info_new(Dwarf *dwarf, uint64_t lowest) {
    struct arena *arena = arena_new();
    struct debug_info *info = ARENA_NEW(arena, struct debug_info, 1);
    Dwarf_Die die, inner;
    uint8_t type;
    *info = (struct debug_info){.arena = arena,
                                .lowest = lowest,
                                .visits = SCOPE_VISITS,
                                .paths = {.known = {.arena = arena}},
                                .sections = die_sections_of(dwarf)};
    info->lines = unit_lines_new(dwarf, lowest, arena);
    info->tree = scope_tree_new(&info->visits, &info->lines, arena);
    for (Dwarf_CU *at = NULL;
         info->visits && dwarf_get_units(dwarf, at, &at, NULL, &type, &die, &inner) == 0;) {
        info->visits--;
        if (type != DW_UT_compile && type != DW_UT_skeleton)
            continue;
        unit_ranges(&info->ranges, &die, lowest, (uint32_t)info->count, &info->visits, arena);
        ARENA_PUSH(arena, info->units, info->count, info->capacity,
                   ((struct unit){
                       .die = die, .inner = inner.addr ? inner : die, .folder = folder_of(&die)}));
    }
    ranges_sort(&info->ranges);
    return info;
}

void debug_info_free(struct debug_info *info) {
    if (!info)
        return;
    arena_free(info->arena);
}

void debug_info_want_sites(struct debug_info *info) {
    info->want_sites = info->lines.room.wants_marks = true;
    for (size_t i = 0; i < info->count; i++)
        info->units[i].compiler = compiler_of(&info->units[i].inner);
}

bool debug_info_has_code(const struct debug_info *info) {
    return info->ranges.count > 0;
}

/* Do functions stand inside such an entry? `nested`: those of few languages and compilers, too. */
static bool holds_functions(int tag, bool nested) {
    return tag == DW_TAG_namespace || tag == DW_TAG_module ||
           (nested && (tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
                       tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type ||
                       tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block));
}

static void add_function(struct debug_info *info, struct unit *unit, const struct die *die) {
    size_t before = unit->ranges.count;
    die_ranges(&unit->ranges, &unit->entries, die, info->lowest, (uint32_t)unit->count,
               &info->visits, info->arena);
    if (unit->ranges.count > before)
        ARENA_PUSH(info->arena, unit->functions, unit->count, unit->capacity, die->at);
}

static void read_functions(struct debug_info *info, struct unit *unit, bool nested) {
    const struct die_unit *entries = &unit->entries;
    const uint8_t *at = unit->inner.addr, *next;
    struct die die;
    size_t depth = 0;
    unit->read_nested = nested;
    unit->count = unit->ranges.count = 0;
    if (!unit->read)
        die_unit_open(&unit->entries, &unit->inner, &info->sections, info->arena);
    unit->read = true;
    while (at && info->visits) {
        info->visits--;
        if (!die_read(entries, at, &die, &next)) {
            at = depth > 1 ? next : NULL;
            depth -= depth > 0;
            continue;
        }
        if (die.shape->tag == DW_TAG_subprogram)
            add_function(info, unit, &die);
        bool into = depth == 0 || holds_functions(die.shape->tag, nested);
        if (into && die.shape->children) {
            depth++;
            at = die.inside;
        } else {
            at = die_behind(entries, &die, &info->visits);
        }
    }
    ranges_sort(&unit->ranges);
}

/* The function of the unit that has the address, NULL when none has it. */
static const uint8_t *find_function(struct debug_info *info, struct unit *unit, uint64_t address,
                                    bool sure) {
    if (!unit->read)
        read_functions(info, unit, false);
    uint32_t found = ranges_find(&unit->ranges, address);
    if (found == RANGES_NONE && sure && !unit->read_nested) {
        read_functions(info, unit, true);
        found = ranges_find(&unit->ranges, address);
    }
    return found == RANGES_NONE ? NULL : unit->functions[found];
}

static size_t find_scopes(struct debug_info *info, const struct unit *unit, const uint8_t *function,
                          uint64_t address, struct scope *out[static SCOPE_DEPTH]) {
    if (info->current != function)
        scope_tree_begin(&info->tree, &unit->entries, function);
    info->current = function;
    return scope_tree_find(&info->tree, address, out);
}

static struct debug_frame line_at(struct debug_info *info, struct unit *unit, uint64_t address) {
    struct unit_line at = unit_line(&info->lines, unit->die.cu, address);
    return (struct debug_frame){.file = source_path(&info->paths, unit->folder, at.file),
                                .line = at.line,
                                .column = at.column,
                                .discriminator = at.discriminator,
                                .compiler = unit->compiler};
}

size_t debug_info_find(struct debug_info *info, uint64_t address, bool sure,
                       struct debug_frame out[static DEBUG_FRAMES]) {
    struct scope *scopes[SCOPE_DEPTH];
    uint32_t which = ranges_find(&info->ranges, address);
    if (which == RANGES_NONE)
        return 0;
    struct unit *unit = &info->units[which];
    const uint8_t *function = find_function(info, unit, address, sure);
    size_t depth = function ? find_scopes(info, unit, function, address, scopes) : 0;
    struct debug_frame at = line_at(info, unit, address);
    if (depth == 0) {
        out[0] = at;
        return at.file ? 1 : 0;
    }
    for (size_t i = 0; i < depth; i++) {
        struct scope *scope = scopes[i];
        scope_name(&info->tree, scope);
        const char *declared = source_path(&info->paths, unit->folder, scope->function.declared_in);
        out[i] = at;
        out[i].name = scope->function.name;
        if (at.file && (!declared || strcmp(at.file, declared) == 0)) /* Go names no file */
            out[i].start_line = scope->function.start_line;
        if (info->want_sites) {
            out[i].decl_line = scope->function.start_line;
            out[i].decl_file = declared;
        }
        if (i + 1 < depth) {
            scope_call(&info->tree, scope);
            at = (struct debug_frame){.file =
                                          source_path(&info->paths, unit->folder, scope->call_file),
                                      .line = scope->call_line,
                                      .column = scope->call_column,
                                      .discriminator = scope->call_discriminator,
                                      .compiler = unit->compiler};
        }
    }
    return depth;
}

uint64_t debug_info_next(struct debug_info *info, uint64_t address) {
    uint32_t which = ranges_find(&info->ranges, address);
    return which == RANGES_NONE ? UINT64_MAX
                                : unit_next_line(&info->lines, info->units[which].die.cu, address);
}
