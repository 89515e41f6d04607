#include "runners/symbols/function_places.h"

#include "runners/symbols/module.h"

#include <dwarf.h>
#include <stdlib.h>

enum { DEPTH_MOST = 64 };

struct reading {
    struct function_places *out;
    struct strings *strings;
    struct arena *arena;
    const char *file; /* the last one; belongs to the DWARF, so the same pointer is the same text */
    uint32_t file_number;
};

static uint32_t number_of(struct reading *r, const char *file) {
    if (file != r->file)
        r->file_number = file ? strings_add(r->strings, text_of(file)) : 0;
    r->file = file;
    return r->file_number;
}

static void add_function(struct reading *r, const char *name, const char *file, int line) {
    struct function_place place = {strings_add(r->strings, text_of(name)), number_of(r, file),
                                   line > 0 ? (uint32_t)line : 0};
    ARENA_PUSH(r->arena, r->out->functions, r->out->count, r->out->capacity, place);
}

/* ---- debug information ---- */

static const char *linked_name(Dwarf_Die *die) {
    static const unsigned names[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name};
    Dwarf_Attribute attribute;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *name = dwarf_formstring(dwarf_attr_integrate(die, names[i], &attribute));
        if (name && *name)
            return name;
    }
    return NULL;
}

/* dwarf_decl_file knows no file 0, which DWARF 5 has. */
static const char *declaring_file(Dwarf_Die *die) {
    Dwarf_Attribute attribute;
    Dwarf_Word index;
    Dwarf_Half version;
    Dwarf_Die unit;
    Dwarf_Files *files;
    size_t count;
    if (!dwarf_attr_integrate(die, DW_AT_decl_file, &attribute) ||
        dwarf_formudata(&attribute, &index) != 0 ||
        dwarf_cu_info(attribute.cu, &version, NULL, &unit, NULL, NULL, NULL, NULL) != 0 ||
        dwarf_getsrcfiles(&unit, &files, &count) != 0 || index >= count ||
        (index == 0 && version < 5))
        return NULL;
    return dwarf_filesrc(files, (size_t)index, NULL, NULL);
}

static void take_function(struct reading *r, Dwarf_Die *die) {
    int line = 0;
    const char *name = dwarf_hasattr(die, DW_AT_declaration) ? NULL : linked_name(die);
    if (!name)
        return;
    dwarf_decl_line(die, &line);
    add_function(r, name, declaring_file(die), line);
}

static bool holds_functions(int tag) {
    return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_class_type ||
           tag == DW_TAG_structure_type || tag == DW_TAG_union_type || tag == DW_TAG_subprogram ||
           tag == DW_TAG_lexical_block;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as DEPTH_MOST */
static void take_entries(struct reading *r, Dwarf_Die *parent, unsigned depth) {
    Dwarf_Die die;
    if (depth > DEPTH_MOST || dwarf_child(parent, &die) != 0)
        return;
    do {
        int tag = dwarf_tag(&die);
        if (tag == DW_TAG_subprogram)
            take_function(r, &die);
        if (holds_functions(tag))
            take_entries(r, &die, depth + 1);
    } while (dwarf_siblingof(&die, &die) == 0);
}

static void take_lines(struct reading *r, Dwarf_Die *unit) {
    Dwarf_Lines *lines;
    size_t count;
    if (dwarf_getsrclines(unit, &lines, &count) != 0)
        return;
    struct code_line last = {0, 0};
    for (size_t i = 0; i < count; i++) {
        Dwarf_Line *row = dwarf_onesrcline(lines, i);
        int line = 0;
        if (dwarf_lineno(row, &line) != 0 || line <= 0)
            continue;
        struct code_line here = {number_of(r, dwarf_linesrc(row, NULL, NULL)), (uint32_t)line};
        if (here.file != last.file || here.line != last.line)
            ARENA_PUSH(r->arena, r->out->lines, r->out->line_count, r->out->line_capacity, here);
        last = here;
    }
}

static void take_units(struct reading *r, Dwarf *dwarf) {
    Dwarf_CU *unit = NULL;
    Dwarf_Die die;
    while (dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
        take_entries(r, &die, 0);
        take_lines(r, &die);
    }
}

/* ---- order ---- */

static int compare(const uint32_t *a, const uint32_t *b, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

static int by_place(const void *a, const void *b) {
    const struct function_place *x = a, *y = b;
    return compare((const uint32_t[]){x->name, x->file, x->declared},
                   (const uint32_t[]){y->name, y->file, y->declared}, 3);
}

static int by_line(const void *a, const void *b) {
    const struct code_line *x = a, *y = b;
    return compare((const uint32_t[]){x->file, x->line}, (const uint32_t[]){y->file, y->line}, 2);
}

static size_t distinct(void *items, size_t count, size_t size,
                       int (*order)(const void *, const void *)) {
    char *at = items;
    size_t kept = 0;
    if (count)
        qsort(items, count, size, order);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || order(at + i * size, at + (kept - 1) * size) != 0)
            memmove(at + kept++ * size, at + i * size, size);
    }
    return kept;
}

/* ---- all of it ---- */

bool function_places_read(struct function_places *out, const char *path, const char *debug_root,
                          struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct reading r = {.out = out, .strings = strings, .arena = arena};
    struct arena *scratch = arena_new();
    struct module module;
    *out = (struct function_places){.count = 0};
    module_open(&module, path, "", debug_root ? debug_root : "/usr/lib/debug", scratch);
    if (module.program.elf)
        elf_build_id(module.program.elf, out->build_id);
    for (size_t i = 0; i < module.symbols.count; i++)
        add_function(&r, module.symbols.symbols[i].name, NULL, 0);
    if (module.dwarf)
        take_units(&r, module.dwarf);
    enum symbols_state state = module.state;
    module_close(&module);
    arena_free(scratch);
    if (out->count == 0)
        return pg_error_set(err, state == SYMBOLS_NO_FILE ? PG_IO : PG_FORMAT,
                            "%.400s: its functions are not known: %s", path,
                            symbols_state_text(state));
    out->count = distinct(out->functions, out->count, sizeof *out->functions, by_place);
    out->line_count = distinct(out->lines, out->line_count, sizeof *out->lines, by_line);
    return true;
}

const struct function_place *function_places_find(const struct function_places *places,
                                                  uint32_t name, size_t *count) {
    size_t low = 0, high = places->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (places->functions[middle].name < name)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < places->count && places->functions[low + *count].name == name)
        ++*count;
    return *count ? &places->functions[low] : NULL;
}

bool function_places_have(const struct function_places *places, uint32_t file, uint32_t line) {
    struct code_line key = {file, line};
    return bsearch(&key, places->lines, places->line_count, sizeof key, by_line) != NULL;
}
