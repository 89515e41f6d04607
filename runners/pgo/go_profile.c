/* A profile as Go's compiler wants it, for default.pgo (golang/go: src/cmd/internal/pgo/pprof.go;
 * golang/website: _content/doc/pgo.md): samples and CPU time, symbols as the linker names them,
 * lines of declarations; no labels, and no paths of one machine. Of a stack Go reads the two
 * innermost locations, with all that is inlined there (src/internal/profile/graph.go), so they are
 * all that is written: a file that is committed with the program stays small. */
#include "runners/pgo/go_edges.h"
#include "runners/pgo/pgo_format.h"
#include "runners/profile/builder.h"
#include "runners/profile/merge.h"
#include "runners/profile/path_strip.h"
#include "runners/profile/pprof.h"
#include "runners/profile/value_unit.h"

enum { COLUMNS = 2 };

/* Where a column of values comes from. */
struct column {
    uint32_t type; /* of the profile; PROFILE_NONE: there is no such column */
    double factor;
};

struct making {
    const struct profile *from;
    struct profile_builder *builder;
    struct column columns[COLUMNS];
    struct path_strip strip;
    uint32_t *functions, *mappings, *locations; /* those made, by those there were */
    struct arena *arena;
};

/* ---- values ---- */

static uint32_t number_of(const struct making *m, const char *text) {
    return strings_add(m->from->strings, text_of(text));
}

/* The type of that name whose unit is another name of `unit`. */
static struct column find_column(const struct making *m, const char *name, const char *unit) {
    const struct profile *p = m->from;
    struct column column = {PROFILE_NONE, 1};
    for (uint32_t i = 0; i < p->type_count && column.type == PROFILE_NONE; i++) {
        if (strcmp(strings_get(p->strings, p->types[i].name), name) == 0 &&
            value_unit_ratio(strings_get(p->strings, p->types[i].unit), unit, &column.factor))
            column.type = i;
    }
    return column;
}

/* One can be worked out from the other when it is known how often a sample was taken. */
static void find_columns(struct making *m) {
    const struct profile *p = m->from;
    struct column *samples = &m->columns[0], *cpu = &m->columns[1];
    double ns = 0;
    *samples = find_column(m, "samples", "count");
    *cpu = find_column(m, "cpu", "nanoseconds");
    if (strcmp(strings_get(p->strings, p->period_type.name), "cpu") == 0 &&
        value_unit_ratio(strings_get(p->strings, p->period_type.unit), "nanoseconds", &ns))
        ns *= (double)p->period;
    if (ns > 0 && samples->type == PROFILE_NONE && cpu->type != PROFILE_NONE)
        *samples = (struct column){cpu->type, cpu->factor / ns};
    else if (ns > 0 && cpu->type == PROFILE_NONE && samples->type != PROFILE_NONE)
        *cpu = (struct column){samples->type, ns};
}

static struct profile_builder *new_builder(struct making *m) {
    static const char *const names[COLUMNS][2] = {{"samples", "count"}, {"cpu", "nanoseconds"}};
    struct profile_type types[COLUMNS];
    size_t count = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        if (m->columns[i].type == PROFILE_NONE)
            continue;
        m->columns[count] = m->columns[i];
        types[count++] =
            (struct profile_type){number_of(m, names[i][0]), number_of(m, names[i][1])};
    }
    for (size_t i = count; i < COLUMNS; i++)
        m->columns[i].type = PROFILE_NONE;
    return count ? profile_builder_new(m->from->strings, types, count, m->arena) : NULL;
}

/* ---- places ---- */

/* Go's assembler functions have symbols of their own for each calling convention. */
static uint32_t linker_name(const struct making *m, const struct profile_function *f) {
    static const char *const suffixes[] = {".abi0", ".abiinternal"};
    uint32_t name = f->system_name ? f->system_name : f->name;
    const char *text = strings_get(m->from->strings, name);
    size_t length = strings_length(m->from->strings, name);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t end = strlen(suffixes[i]);
        if (length > end && memcmp(text + length - end, suffixes[i], end) == 0)
            return strings_add(m->from->strings, (struct text){text, length - end});
    }
    return name;
}

/* The names stand each on a line of what `go build` makes of the profile. */
static bool make_functions(struct making *m, struct pg_error *err) {
    const struct profile *p = m->from;
    for (size_t i = 0; i < p->function_count; i++)
        path_strip_learn(&m->strip, strings_get(p->strings, p->functions[i].file));
    for (size_t i = 0; i < p->function_count; i++) {
        struct profile_function f = {.name = linker_name(m, &p->functions[i]),
                                     .file = path_strip_source(&m->strip, p->functions[i].file),
                                     .start_line = p->functions[i].start_line};
        f.system_name = f.name;
        const char *name = strings_get(p->strings, f.name);
        if (strpbrk(name, "\n\r"))
            return pg_error_set(err, PG_FORMAT,
                                "a function's name has a line break, which Go cannot read: %.200s",
                                name);
        m->functions[i] = profile_builder_function(m->builder, &f);
    }
    return true;
}

static void make_locations(struct making *m) {
    const struct profile *p = m->from;
    for (size_t i = 0; i < p->mapping_count; i++) {
        struct profile_mapping mapping = p->mappings[i];
        mapping.file = path_strip_binary(&m->strip, mapping.file);
        m->mappings[i] = profile_builder_mapping(m->builder, &mapping);
    }
    for (size_t i = 0; i < p->location_count; i++) {
        struct profile_location location = p->locations[i];
        uint32_t start = p->line_start[i], count = p->line_start[i + 1] - start;
        struct profile_line *lines = ARENA_NEW(m->arena, struct profile_line, count);
        for (uint32_t l = 0; l < count; l++) {
            lines[l] = p->lines[start + l];
            lines[l].function = m->functions[lines[l].function];
        }
        if (location.mapping != PROFILE_NONE) {
            uint32_t made = m->mappings[location.mapping];
            location.address += profile_builder_profile(m->builder)->mappings[made].start -
                                p->mappings[location.mapping].start;
            location.mapping = made;
        }
        m->locations[i] = profile_builder_location(m->builder, &location, lines, count);
    }
}

/* ---- all ---- */

static void make_samples(struct making *m) {
    const struct profile *p = m->from;
    uint32_t *frames = ARENA_NEW(m->arena, uint32_t, p->stack_start[p->sample_count]);
    for (uint32_t i = 0; i < p->stack_start[p->sample_count]; i++)
        frames[i] = m->locations[p->frames[i]];
    profile_builder_reserve(m->builder, p->sample_count, p->stack_start[p->sample_count]);
    for (size_t i = 0; i < p->sample_count; i++) {
        int64_t values[COLUMNS] = {0};
        uint32_t start = p->stack_start[i];
        for (size_t c = 0; c < COLUMNS && m->columns[c].type != PROFILE_NONE; c++)
            values[c] = profile_scaled(p->values[i * p->type_count + m->columns[c].type],
                                       m->columns[c].factor);
        profile_builder_sample(
            m->builder,
            &(struct profile_stack){frames + start, p->stack_start[i + 1] - start, NULL, 0},
            values);
    }
}

static void make_header(struct making *m, const char *note) {
    const struct profile *p = m->from;
    struct profile *header = profile_builder_profile(m->builder);
    header->period_type = p->period_type;
    header->period = p->period;
    header->time_ns = p->time_ns;
    header->duration_ns = p->duration_ns;
    if (note) {
        header->comments = ARENA_NEW(m->arena, uint32_t, 1);
        header->comments[header->comment_count++] = number_of(m, note);
    }
}

/* Go would take it without a word, and nothing from it. */
static bool check_calls(const struct profile *profile, struct arena *arena, struct pg_error *err) {
    struct go_edges edges;
    if (!go_edges_read(&edges, profile, arena, err))
        return false;
    if (edges.total == 0)
        return pg_error_set(err, PG_FORMAT,
                            "no sample shows a call: every stack is one function alone, and Go "
                            "uses nothing but calls; profile with whole stacks");
    return true;
}

static bool make(struct profile **out, struct making *m, const char *note, struct pg_error *err) {
    const struct profile *p = m->from;
    find_columns(m);
    m->builder = new_builder(m);
    if (!m->builder)
        return pg_error_set(err, PG_FORMAT,
                            "no sample type is samples in count or cpu in nanoseconds, and Go "
                            "reads no other");
    m->functions = ARENA_NEW(m->arena, uint32_t, p->function_count);
    m->mappings = ARENA_NEW(m->arena, uint32_t, p->mapping_count);
    m->locations = ARENA_NEW(m->arena, uint32_t, p->location_count);
    if (!make_functions(m, err))
        return false;
    make_locations(m);
    make_samples(m);
    make_header(m, note);
    return profile_builder_finish(out, m->builder, err);
}

static bool go_write(FILE *out, const struct pgo_input *input, struct pg_error *err) {
    struct arena *arena = arena_new();
    struct making m = {.from = input->profile,
                       .strip = {.strings = input->profile->strings, .arena = arena},
                       .arena = arena};
    struct profile *made;
    bool good = make(&made, &m, input->note, err) && check_calls(made, arena, err) &&
                pprof_write(out, made, arena, err);
    arena_free(arena);
    return good;
}

const struct pgo_format go_pgo_format = {
    .name = "go",
    .about = "Go's profile, gzipped pprof: go build -pgo=FILE, or default.pgo",
    .kind = PGO_PROFILE,
    .compiler = DEBUG_COMPILER_OTHER,
    .frames = 2,
    .write = go_write,
};
