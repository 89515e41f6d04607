#include "runners/profile/merge.h"
#include "runners/profile/builder.h"
#include "runners/profile/value_unit.h"

#include <math.h>

/* Room made for what is not there yet. */
enum { SAMPLES_EXPECTED = 4 << 20, FRAMES_EXPECTED = 128 << 20 };

struct merge {
    const struct merge_part *parts;
    size_t count;
    struct strings *strings;
    struct profile_type *types; /* those that all have */
    size_t type_count;
    struct profile_builder *builder;
    struct arena *arena;
    struct pg_error *err;
};

enum { EXPECTED = 16, FRAMES = 1024 };

/* A part on its way: from its indices to the builder's (+ 1; 0: not yet there), from its columns to
 * the result's. */
struct moving {
    const struct profile *profile;
    uint32_t *mappings, *functions, *locations;
    uint32_t *columns;
    double *factors;
    struct profile_line *lines; /* of one location */
    size_t line_room;
    struct expected {
        struct profile_stack stack;
        uint64_t hash;
    } expected[EXPECTED]; /* samples that will be added next, with their frames and values */
    size_t expected_count;
    uint32_t *frames;
    size_t frame_count, frame_room;
    int64_t *values;
};

int64_t profile_scaled(int64_t value, double factor) {
    if (factor == 1)
        return value;
    if (factor == -1)
        return (int64_t)(0 - (uint64_t)value);
    double product = round((double)value * factor);
    if (!(fabs(product) < 0x1p63))
        return product > 0 ? INT64_MAX : INT64_MIN;
    return (int64_t)product;
}

/* ---- sample types ---- */

static uint32_t column_of(const struct profile *p, uint32_t name) {
    for (uint32_t i = 0; i < p->type_count; i++) {
        if (p->types[i].name == name)
            return i;
    }
    return PROFILE_NONE;
}

static bool clash(const struct merge *m, size_t part, const char *what, uint32_t left,
                  uint32_t right) {
    const char *name = m->parts[part].name;
    if (!name)
        name = arena_printf(m->arena, "profile %zu", part + 1);
    return pg_error_set(m->err, PG_FORMAT, "%.300s: %.100s in %.60s, but in %.60s before", name,
                        what, strings_get(m->strings, left), strings_get(m->strings, right));
}

/* The finer of two units takes the place of *unit. */
static bool refine(const struct merge *m, size_t part, const char *what, uint32_t other,
                   uint32_t *unit) {
    double ratio;
    if (!value_unit_ratio(strings_get(m->strings, other), strings_get(m->strings, *unit), &ratio))
        return clash(m, part, what, other, *unit);
    if (ratio < 1)
        *unit = other;
    return true;
}

static bool find_common_type(struct merge *m, struct profile_type type) {
    for (size_t i = 0; i < m->count; i++) {
        const struct profile *p = m->parts[i].profile;
        uint32_t column = column_of(p, type.name);
        if (column == PROFILE_NONE)
            return true;
        if (!refine(m, i, strings_get(m->strings, type.name), p->types[column].unit, &type.unit))
            return false;
    }
    m->types[m->type_count++] = type;
    return true;
}

static bool find_types(struct merge *m) {
    const struct profile *first = m->parts[0].profile;
    m->types = ARENA_NEW(m->arena, struct profile_type, first->type_count);
    for (uint32_t i = 0; i < first->type_count; i++) {
        if (column_of(first, first->types[i].name) == i && !find_common_type(m, first->types[i]))
            return false;
    }
    return m->type_count || !first->type_count ||
           pg_error_set(m->err, PG_FORMAT, "the profiles have no sample type in common");
}

static double sum_of(const struct profile *p, uint32_t column) {
    double sum = 0;
    for (size_t i = 0; i < p->sample_count; i++)
        sum += (double)p->values[i * p->type_count + column];
    return sum;
}

/* Units that refine() brought together have a ratio. */
static double unit_ratio(const struct merge *m, uint32_t from, uint32_t to) {
    double ratio = 1;
    value_unit_ratio(strings_get(m->strings, from), strings_get(m->strings, to), &ratio);
    return ratio;
}

/* What to multiply a part's column with, so that it is the result's column `to`. */
static double factor_of(const struct merge *m, const struct merge_part *part, uint32_t column,
                        size_t to) {
    const struct profile *p = part->profile, *like = part->normalize_to;
    if (!like)
        return part->factor * unit_ratio(m, p->types[column].unit, m->types[to].unit);
    uint32_t other = column_of(like, m->types[to].name);
    double sum = sum_of(p, column);
    if (sum == 0 || other == PROFILE_NONE)
        return 0;
    return part->factor * unit_ratio(m, like->types[other].unit, m->types[to].unit) *
           sum_of(like, other) / sum;
}

/* ---- places ---- */

static uint32_t move_mapping(struct merge *m, struct moving *from, uint32_t index) {
    if (index == PROFILE_NONE)
        return PROFILE_NONE;
    if (!from->mappings[index])
        from->mappings[index] =
            profile_builder_mapping(m->builder, &from->profile->mappings[index]) + 1;
    return from->mappings[index] - 1;
}

static uint32_t move_function(struct merge *m, struct moving *from, uint32_t index) {
    if (!from->functions[index])
        from->functions[index] =
            profile_builder_function(m->builder, &from->profile->functions[index]) + 1;
    return from->functions[index] - 1;
}

static uint32_t move_location(struct merge *m, struct moving *from, uint32_t index) {
    const struct profile *p = from->profile, *to = profile_builder_profile(m->builder);
    if (from->locations[index])
        return from->locations[index] - 1;
    struct profile_location location = p->locations[index];
    location.mapping = move_mapping(m, from, location.mapping);
    if (location.mapping != PROFILE_NONE)
        location.address +=
            to->mappings[location.mapping].start - p->mappings[p->locations[index].mapping].start;
    size_t count = p->line_start[index + 1] - p->line_start[index];
    if (count > from->line_room) {
        from->line_room = 2 * count;
        from->lines = ARENA_NEW(m->arena, struct profile_line, from->line_room);
    }
    for (size_t i = 0; i < count; i++) {
        from->lines[i] = p->lines[p->line_start[index] + i];
        from->lines[i].function = move_function(m, from, from->lines[i].function);
    }
    from->locations[index] =
        profile_builder_location(m->builder, &location, from->lines, count) + 1;
    return from->locations[index] - 1;
}

/* ---- samples ---- */

static void add_expected(struct merge *m, struct moving *from) {
    for (size_t i = 0; i < from->expected_count; i++) {
        const struct expected *next = &from->expected[i];
        profile_builder_expected(m->builder, &next->stack, next->hash,
                                 from->values + i * m->type_count);
    }
    from->expected_count = from->frame_count = 0;
}

/* Room for the frames of one more sample. */
static uint32_t *frame_room(struct merge *m, struct moving *from, size_t count) {
    if (from->frame_room - from->frame_count < count)
        add_expected(m, from);
    if (from->frame_room < count) {
        from->frame_room = 2 * count;
        from->frames = ARENA_NEW(m->arena, uint32_t, from->frame_room);
    }
    return from->frames + from->frame_count;
}

static void move_sample(struct merge *m, struct moving *from, size_t index) {
    const struct profile *p = from->profile;
    uint32_t start = p->stack_start[index], labels = p->label_start[index];
    size_t count = p->stack_start[index + 1] - start;
    uint32_t *frames = frame_room(m, from, count);
    int64_t *values = from->values + from->expected_count * m->type_count;
    bool zero = true;
    for (size_t i = 0; i < m->type_count; i++) {
        int64_t value = p->values[index * p->type_count + from->columns[i]];
        values[i] = profile_scaled(value, from->factors[i]);
        zero &= values[i] == 0;
    }
    if (zero)
        return;
    for (size_t i = 0; i < count; i++)
        frames[i] = move_location(m, from, p->frames[start + i]);
    from->frame_count += count;
    struct expected *next = &from->expected[from->expected_count++];
    next->stack = (struct profile_stack){.frames = frames,
                                         .frame_count = count,
                                         .labels = p->labels + labels,
                                         .label_count = p->label_start[index + 1] - labels};
    next->hash = profile_builder_expect(m->builder, &next->stack);
    if (from->expected_count == EXPECTED)
        add_expected(m, from);
}

static void move_part(struct merge *m, const struct merge_part *part) {
    const struct profile *p = part->profile;
    struct moving from = {.profile = p,
                          .mappings = ARENA_NEW(m->arena, uint32_t, p->mapping_count),
                          .functions = ARENA_NEW(m->arena, uint32_t, p->function_count),
                          .locations = ARENA_NEW(m->arena, uint32_t, p->location_count),
                          .columns = ARENA_NEW(m->arena, uint32_t, m->type_count),
                          .factors = ARENA_NEW(m->arena, double, m->type_count),
                          .frames = ARENA_NEW(m->arena, uint32_t, FRAMES),
                          .frame_room = FRAMES,
                          .values = ARENA_NEW(m->arena, int64_t, m->type_count * EXPECTED)};
    for (size_t i = 0; i < m->type_count; i++) {
        from.columns[i] = column_of(p, m->types[i].name);
        from.factors[i] = factor_of(m, part, from.columns[i], i);
    }
    /* The first mapping is by convention the program itself, and stays the first. */
    if (p->mapping_count && !profile_builder_profile(m->builder)->mapping_count)
        move_mapping(m, &from, 0);
    for (size_t i = 0; i < p->sample_count; i++)
        move_sample(m, &from, i);
    add_expected(m, &from);
}

/* ---- header ---- */

static bool join_periods(struct merge *m, struct profile *to) {
    for (size_t i = 0; i < m->count; i++) {
        const struct profile *p = m->parts[i].profile;
        if (!p->period_type.name)
            continue;
        if (!to->period_type.name)
            to->period_type = p->period_type;
        if (p->period_type.name != to->period_type.name)
            return clash(m, i, "the period", p->period_type.name, to->period_type.name);
        if (!refine(m, i, "the period", p->period_type.unit, &to->period_type.unit))
            return false;
    }
    for (size_t i = 0; i < m->count; i++) {
        const struct profile *p = m->parts[i].profile;
        double ratio =
            p->period_type.name ? unit_ratio(m, p->period_type.unit, to->period_type.unit) : 1;
        int64_t period = profile_scaled(p->period, ratio);
        to->period = period > to->period ? period : to->period;
    }
    return true;
}

static void join_comments(struct merge *m, struct profile *to) {
    size_t most = 0;
    for (size_t i = 0; i < m->count; i++)
        most += m->parts[i].profile->comment_count;
    to->comments = ARENA_NEW(m->arena, uint32_t, most);
    bool *seen = ARENA_NEW(m->arena, bool, strings_count(m->strings));
    for (size_t i = 0; i < m->count; i++) {
        const struct profile *p = m->parts[i].profile;
        for (size_t c = 0; c < p->comment_count; c++) {
            if (!seen[p->comments[c]])
                to->comments[to->comment_count++] = p->comments[c];
            seen[p->comments[c]] = true;
        }
    }
}

static void first_of(uint32_t *to, uint32_t text) {
    if (!*to)
        *to = text;
}

static bool join_headers(struct merge *m) {
    struct profile *to = profile_builder_profile(m->builder);
    to->drop_frames = m->parts[0].profile->drop_frames;
    to->keep_frames = m->parts[0].profile->keep_frames;
    for (size_t i = 0; i < m->count; i++) {
        const struct profile *p = m->parts[i].profile;
        if (p->time_ns && (!to->time_ns || p->time_ns < to->time_ns))
            to->time_ns = p->time_ns;
        to->duration_ns = (int64_t)((uint64_t)to->duration_ns + (uint64_t)p->duration_ns);
        first_of(&to->default_type, p->default_type);
        first_of(&to->doc_url, p->doc_url);
    }
    join_comments(m, to);
    return join_periods(m, to);
}

/* ---- all ---- */

static void reserve(struct merge *m) {
    size_t samples = 0, frames = 0;
    for (size_t i = 0; i < m->count; i++) {
        const struct profile *p = m->parts[i].profile;
        samples += p->sample_count;
        frames += p->stack_start[p->sample_count];
    }
    profile_builder_reserve(m->builder, samples, frames);
}

static bool finish(struct profile **out, const struct merge *m) {
    /* What only cancelled samples used is still there: a second merge leaves it out. */
    bool again = profile_builder_cancelled(m->builder) > 0;
    struct profile *merged;
    if (!profile_builder_finish(&merged, m->builder, m->err))
        return false;
    const struct merge_part whole = {.profile = merged, .factor = 1};
    if (again)
        return profile_merge_parts(out, &whole, 1, m->arena, m->err);
    *out = merged;
    return true;
}

bool profile_merge_parts(struct profile **out, const struct merge_part *parts, size_t count,
                         struct arena *arena, struct pg_error *err) {
    struct merge m = {
        .parts = parts, .count = count, .arena = arena, .strings = parts[0].profile->strings};
    m.err = err;
    if (!find_types(&m))
        return false;
    m.builder = profile_builder_new(m.strings, m.types, m.type_count, arena);
    if (!join_headers(&m))
        return false;
    reserve(&m);
    for (size_t i = 0; i < count; i++)
        move_part(&m, &parts[i]);
    return finish(out, &m);
}

/* ---- one after the other ---- */

struct profile_adder {
    struct merge merge;
    struct merge_part *parts; /* their headers, for the end */
};

static bool same_types(const struct profile *p, const struct profile_type *types, size_t count) {
    return p->type_count == count &&
           (!count || memcmp(p->types, types, count * sizeof *types) == 0);
}

struct profile_adder *profile_adder_new(const struct profile *first, size_t most,
                                        struct arena *arena) {
    struct profile_adder *adder = ARENA_NEW(arena, struct profile_adder, 1);
    struct merge *m = &adder->merge;
    m->arena = arena;
    m->strings = first->strings;
    m->parts = adder->parts = ARENA_NEW(arena, struct merge_part, most);
    m->types = ARENA_NEW(arena, struct profile_type, first->type_count);
    for (uint32_t i = 0; i < first->type_count; i++) {
        if (column_of(first, first->types[i].name) == i)
            m->types[m->type_count++] = first->types[i];
    }
    m->builder = profile_builder_new(m->strings, m->types, m->type_count, arena);
    /* Profiles that are merged are mostly alike. */
    size_t samples = first->sample_count, frames = first->stack_start[samples];
    size_t times = samples < SAMPLES_EXPECTED / most && frames < FRAMES_EXPECTED / most ? most : 1;
    profile_builder_reserve(m->builder, samples * times, frames * times);
    return adder;
}

bool profile_adder_add(struct profile_adder *adder, const struct profile *p, const char *name) {
    struct merge *m = &adder->merge;
    if (!same_types(p, m->types, m->type_count))
        return false;
    struct merge_part part = {.profile = p, .factor = 1, .name = name};
    move_part(m, &part);
    struct profile *header = profile_new(p->strings, m->arena);
    header->period_type = p->period_type;
    header->period = p->period;
    header->time_ns = p->time_ns;
    header->duration_ns = p->duration_ns;
    header->default_type = p->default_type;
    header->drop_frames = p->drop_frames;
    header->keep_frames = p->keep_frames;
    header->doc_url = p->doc_url;
    header->comment_count = p->comment_count;
    header->comments = ARENA_NEW(m->arena, uint32_t, p->comment_count);
    if (p->comment_count)
        memcpy(header->comments, p->comments, p->comment_count * sizeof *p->comments);
    part.profile = header;
    adder->parts[m->count++] = part;
    return true;
}

bool profile_adder_finish(struct profile **out, struct profile_adder *adder, struct pg_error *err) {
    adder->merge.err = err;
    return join_headers(&adder->merge) && finish(out, &adder->merge);
}

bool profile_merge(struct profile **out, const struct profile *const *profiles, size_t count,
                   struct arena *arena, struct pg_error *err) {
    struct merge_part *parts = ARENA_NEW(arena, struct merge_part, count);
    for (size_t i = 0; i < count; i++)
        parts[i] = (struct merge_part){.profile = profiles[i], .factor = 1};
    return profile_merge_parts(out, parts, count, arena, err);
}
