#include "runners/symbols/symbols.h"

#include "runners/symbols/line_builder.h"
#include "runners/symbols/module.h"
#include "runners/symbols/perf_map.h"

#include <math.h>
#include <stdlib.h>

#define DEBUG_ROOT "/usr/lib/debug"

/* One location that is to get lines. */
struct lookup {
    uint32_t mapping, location;
    uint64_t address; /* of the profile, then of the file */
};

struct resolver {
    struct profile *profile;
    const struct symbols_options *options;
    struct arena *arena;
    struct line_builder lines;
    struct symbols_result *results;
};

const char *symbols_state_text(enum symbols_state state) {
    switch (state) {
    case SYMBOLS_UNASKED:
        return "nothing to look up";
    case SYMBOLS_DEBUG_INFO:
        return "in no function of the debug information";
    case SYMBOLS_TABLE:
        return "no debug information: symbol table only";
    case SYMBOLS_EXPORTED:
        return "stripped: exported functions only";
    case SYMBOLS_STRIPPED:
        return "stripped";
    case SYMBOLS_MAP:
        return "not in the perf map of the just-in-time compiler";
    case SYMBOLS_NO_MAP:
        return "generated code without a perf map";
    case SYMBOLS_NO_FILE:
        return "the file is gone or cannot be read";
    case SYMBOLS_OTHER_BUILD:
        return "the file has another build id";
    case SYMBOLS_NOT_ELF:
        return "not an ELF program or library";
    case SYMBOLS_KERNEL:
        return "kernel";
    }
    return "";
}

/* Mappings by name: those of files, of the vdso, of generated code and of the kernel. SYMBOLS_TABLE
 * stands for what can be opened. */
static enum symbols_state kind_of(const char *file) {
    static const char *const generated[] = {"//anon",      "/memfd:", "/dev/zero", "/SYSV",
                                            "anon_inode:", "[anon",   "[heap]",    "[stack"};
    struct text name = text_of(file);
    for (size_t i = 0; i < sizeof generated / sizeof *generated; i++) {
        if (text_starts(name, generated[i]))
            return SYMBOLS_NO_MAP;
    }
    if (name.length == 0)
        return SYMBOLS_NO_MAP;
    return *file != '[' || strcmp(file, "[vdso]") == 0 ? SYMBOLS_TABLE : SYMBOLS_KERNEL;
}

static void keep_lines(struct resolver *r, const struct lookup *lookup, struct line_run run) {
    r->lines.of[lookup->location] = run;
    if (run.count)
        r->results[lookup->mapping].named++;
}

static void resolve_from_map(struct resolver *r, const struct lookup *lookups, size_t count,
                             const struct perf_map *map) {
    for (size_t i = 0; i < count; i++) {
        struct text name = perf_map_find(map, lookups[i].address);
        if (name.at) {
            struct debug_frame frame = {.name = arena_strndup(r->arena, name.at, name.length)};
            keep_lines(r, &lookups[i], line_builder_add(&r->lines, &frame, 1));
        }
    }
}

static int by_address(const void *left, const void *right) {
    const struct lookup *a = left, *b = right;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->location < b->location ? -1 : a->location > b->location;
}

/* From addresses of the profile to those of the file; what is not loaded from it becomes 0. */
static void translate(struct resolver *r, struct lookup *lookups, size_t count, Elf *elf) {
    for (size_t i = 0; i < count; i++) {
        const struct profile_mapping *m = &r->profile->mappings[lookups[i].mapping];
        uint64_t offset = lookups[i].address - m->start + m->offset;
        if (!elf_address_of(elf, offset, &lookups[i].address))
            lookups[i].address = 0;
    }
}

static void resolve_from_module(struct resolver *r, struct lookup *lookups, size_t count,
                                struct module *module) {
    struct debug_frame frames[DEBUG_FRAMES];
    struct line_run run = {0, 0};
    translate(r, lookups, count, module->program.elf);
    qsort(lookups, count, sizeof *lookups, by_address);
    for (size_t i = 0; i < count; i++) {
        uint64_t address = lookups[i].address;
        if (i == 0 || address != lookups[i - 1].address)
            run = address
                      ? line_builder_add(&r->lines, frames, module_find(module, address, frames))
                      : (struct line_run){0, 0};
        keep_lines(r, &lookups[i], run);
    }
}

/* Looks up the addresses of mappings of one file. */
static enum symbols_state resolve_file(struct resolver *r, struct lookup *lookups, size_t count) {
    const struct profile_mapping *mapping = &r->profile->mappings[lookups->mapping];
    const char *root = r->options->debug_root ? r->options->debug_root : DEBUG_ROOT;
    struct arena *own = arena_new();
    struct module module;
    module_open(&module, strings_get(r->profile->strings, mapping->file),
                strings_get(r->profile->strings, mapping->build_id), root, own);
    if (module.program.elf)
        resolve_from_module(r, lookups, count, &module);
    enum symbols_state state = module.state;
    line_builder_forget(&r->lines);
    module_close(&module);
    arena_free(own);
    return state;
}

static const struct perf_map *map_of(const struct resolver *r, uint32_t mapping) {
    return r->options->maps ? r->options->maps[mapping] : NULL;
}

static enum symbols_state resolve_group(struct resolver *r, struct lookup *lookups, size_t count) {
    uint32_t mapping = lookups->mapping;
    const char *file = strings_get(r->profile->strings, r->profile->mappings[mapping].file);
    if (map_of(r, mapping)) {
        resolve_from_map(r, lookups, count, map_of(r, mapping));
        return SYMBOLS_MAP;
    }
    enum symbols_state kind = kind_of(file);
    return kind == SYMBOLS_TABLE ? resolve_file(r, lookups, count) : kind;
}

/* Are two mappings of one file, whose addresses are looked up together? */
static bool same_file(const struct resolver *r, uint32_t left, uint32_t right) {
    const struct profile_mapping *a = &r->profile->mappings[left],
                                 *b = &r->profile->mappings[right];
    return a->file == b->file && a->build_id == b->build_id && map_of(r, left) == map_of(r, right);
}

static size_t collect(struct resolver *r, struct lookup *out) {
    const struct profile *p = r->profile;
    size_t count = 0;
    for (uint32_t i = 0; i < p->location_count; i++) {
        uint32_t mapping = p->locations[i].mapping;
        if (mapping == PROFILE_NONE || p->line_start[i] != p->line_start[i + 1])
            continue;
        out[count++] = (struct lookup){mapping, i, p->locations[i].address};
        r->results[mapping].addresses++;
    }
    return count;
}

static int by_file(const void *left, const void *right, void *context) {
    const struct lookup *a = left, *b = right;
    const struct profile_mapping *mappings = context, *m = &mappings[a->mapping],
                                 *n = &mappings[b->mapping];
    if (m->file != n->file)
        return m->file < n->file ? -1 : 1;
    if (m->build_id != n->build_id)
        return m->build_id < n->build_id ? -1 : 1;
    if (a->mapping != b->mapping)
        return a->mapping < b->mapping ? -1 : 1;
    return a->location < b->location ? -1 : a->location > b->location;
}

/* Where all locations are of one mapping they are in order. */
static void sort_by_file(const struct resolver *r, struct lookup *lookups, size_t count) {
    size_t ordered = 1;
    while (ordered < count && lookups[ordered].mapping == lookups->mapping)
        ordered++;
    if (ordered < count)
        qsort_r(lookups, count, sizeof *lookups, by_file, r->profile->mappings);
}

static void finish_mappings(struct resolver *r) {
    for (size_t i = 0; i < r->profile->mapping_count; i++) {
        struct profile_mapping *m = &r->profile->mappings[i];
        bool lines = r->results[i].named && r->results[i].state == SYMBOLS_DEBUG_INFO;
        m->has_functions |= r->results[i].named > 0;
        m->has_filenames |= lines;
        m->has_line_numbers |= lines;
        m->has_inline_frames |= lines;
    }
}

/* By location: the mapping that it has no name in, or PROFILE_NONE. */
static uint32_t *nameless_places(const struct resolver *r) {
    const struct profile *p = r->profile;
    uint32_t *out = ARENA_NEW(r->arena, uint32_t, p->location_count);
    for (size_t i = 0; i < p->location_count; i++)
        out[i] = p->line_start[i] == p->line_start[i + 1] ? p->locations[i].mapping : PROFILE_NONE;
    return out;
}

/* What one sample adds to its nameless mappings; `seen` has the number of the last sample that
 * counted for a mapping. */
static void count_sample(struct resolver *r, const uint32_t *nameless, size_t sample, double value,
                         size_t *seen) {
    const struct profile *p = r->profile;
    for (uint32_t i = p->stack_start[sample]; i < p->stack_start[sample + 1]; i++) {
        uint32_t mapping = nameless[p->frames[i]];
        if (mapping == PROFILE_NONE)
            continue;
        if (i == p->stack_start[sample])
            r->results[mapping].unknown_flat += value;
        if (seen[mapping] != sample + 1)
            r->results[mapping].unknown_cum += value;
        seen[mapping] = sample + 1;
    }
}

/* Addresses say nothing of how often they were seen. */
static void count_unknown(struct resolver *r) {
    const struct profile *p = r->profile;
    uint32_t shown = profile_shown_type(p);
    bool any = false;
    double total = 0;
    for (size_t i = 0; i < p->mapping_count; i++)
        any |= r->results[i].named < r->results[i].addresses;
    if (!any || shown == PROFILE_NONE)
        return;
    const uint32_t *nameless = nameless_places(r);
    size_t *seen = ARENA_NEW(r->arena, size_t, p->mapping_count);
    for (size_t i = 0; i < p->sample_count; i++) {
        double value = fabs((double)p->values[i * p->type_count + shown]);
        total += value;
        count_sample(r, nameless, i, value, seen);
    }
    for (size_t i = 0; total > 0 && i < p->mapping_count; i++) {
        r->results[i].unknown_flat /= total;
        r->results[i].unknown_cum /= total;
    }
}

const struct symbols_result *
symbols_resolve(struct profile *p, const struct symbols_options *options, struct arena *arena) {
    struct resolver r = {p, options, arena, line_builder_new(p, arena),
                         ARENA_NEW(arena, struct symbols_result, p->mapping_count)};
    struct lookup *lookups = ARENA_NEW(arena, struct lookup, p->location_count);
    size_t count = collect(&r, lookups);
    sort_by_file(&r, lookups, count);
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1;
             end < count && same_file(&r, lookups[start].mapping, lookups[end].mapping);)
            end++;
        enum symbols_state state = resolve_group(&r, lookups + start, end - start);
        for (size_t i = start; i < end; i++)
            r.results[lookups[i].mapping].state = state;
    }
    line_builder_finish(&r.lines);
    finish_mappings(&r);
    count_unknown(&r);
    return r.results;
}

const char *symbols_note(const struct profile *p, const struct symbols_result *result,
                         uint32_t mapping, struct arena *arena) {
    const char *file = strings_get(p->strings, p->mappings[mapping].file);
    if (result->named == result->addresses)
        return NULL;
    const char *name = *file ? text_file_name(file) : "[anonymous]";
    double callers = 100 * (result->unknown_cum - result->unknown_flat);
    return arena_printf(
        arena, "%s: %.1f%% of the samples are in code without a name%s (%zu of %zu addresses; %s)",
        name, 100 * result->unknown_flat,
        callers >= 0.05 ? arena_printf(arena, ", %.1f%% more were called from there", callers) : "",
        result->addresses - result->named, result->addresses, symbols_state_text(result->state));
}

const char *symbols_build_id(const char *path, struct arena *arena) {
    char id[BUILD_ID_TEXT] = "";
    struct elf_file file;
    if (program_open(&file, path, "", arena) == SYMBOLS_TABLE)
        elf_build_id(file.elf, id);
    elf_file_close(&file);
    return arena_strdup(arena, id);
}
