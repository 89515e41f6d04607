#include "gate/functions/function_side.h"

#include "gate/functions/function_place.h"

#include <math.h>
#include <stdlib.h>

/* By function number, of the round that is counted now. */
struct function_scratch {
    struct function_sum {
        double flat, cum, flat_samples, cum_samples;
        uint32_t seen;  /* the sample that was counted last */
        uint32_t round; /* the round in which it was touched last */
    } * sums;
    size_t capacity;
    uint32_t *touched, touched_count;
    uint32_t sample, round;
};

struct function_side *function_side_new(struct function_names *names, struct function_cut cut) {
    struct function_side *side = ARENA_NEW(names->arena, struct function_side, 1);
    side->names = names;
    side->cut = cut;
    side->scratch = ARENA_NEW(names->arena, struct function_scratch, 1);
    return side;
}

/* ---- counting ---- */

struct counting {
    const struct profile *profile;
    double factor;             /* of the type's unit */
    uint32_t type, count_type; /* PROFILE_NONE: */
    double period;             /* what one sample stands for; NaN: not known */
    struct frame_names frames; /* function numbers instead of names */
};

const struct function_rounds *function_side_rounds(const struct function_side *side,
                                                   uint32_t slice) {
    bool known = slice < side->texts && side->slice_of_text[slice];
    return known ? &side->slices[side->slice_of_text[slice] - 1] : NULL;
}

static struct function_rounds *rounds_of(struct function_side *side, uint32_t slice) {
    struct arena *arena = side->names->arena;
    if (slice >= side->texts) {
        size_t texts = 2 * (size_t)strings_count(side->names->strings);
        side->slice_of_text =
            arena_grow(arena, side->slice_of_text, side->texts, texts, sizeof(uint32_t));
        side->texts = texts;
    }
    if (!side->slice_of_text[slice]) {
        struct function_rounds rounds = {.slice = slice};
        ARENA_PUSH(arena, side->slices, side->slice_count, side->slice_capacity, rounds);
        side->slice_of_text[slice] = (uint32_t)side->slice_count;
    }
    return &side->slices[side->slice_of_text[slice] - 1];
}

static uint32_t new_round(struct function_side *side, struct function_rounds *rounds) {
    struct arena *arena = side->names->arena;
    if (rounds->count == rounds->capacity) {
        size_t capacity = rounds->capacity ? 2 * (size_t)rounds->capacity : 32;
        rounds->cost = arena_grow(arena, rounds->cost, rounds->count, capacity, sizeof(double));
        rounds->samples =
            arena_grow(arena, rounds->samples, rounds->count, capacity, sizeof(double));
        rounds->session =
            arena_grow(arena, rounds->session, rounds->count, capacity, sizeof(uint32_t));
        rounds->capacity = (uint32_t)capacity;
    }
    rounds->session[rounds->count] = side->session;
    side->scratch->round++;
    return rounds->count++;
}

static void make_room(struct function_side *side) {
    struct function_scratch *s = side->scratch;
    struct arena *arena = side->names->arena;
    size_t wanted = side->names->count;
    if (s->capacity >= wanted)
        return;
    s->sums = arena_grow(arena, s->sums, s->capacity, wanted, sizeof *s->sums);
    s->touched = ARENA_NEW(arena, uint32_t, wanted);
    s->capacity = wanted;
}

static struct function_sum *touch(struct function_scratch *s, uint32_t function) {
    struct function_sum *sum = &s->sums[function];
    if (sum->round != s->round) {
        *sum = (struct function_sum){.round = s->round};
        s->touched[s->touched_count++] = function;
    }
    return sum;
}

static void count_sample(struct function_scratch *s, const struct counting *c, size_t sample,
                         double value, double samples) {
    const struct profile *p = c->profile;
    uint32_t first = p->stack_start[sample], last = p->stack_start[sample + 1];
    struct function_sum *leaf = touch(s, c->frames.names[c->frames.start[p->frames[first]]]);
    leaf->flat += value;
    leaf->flat_samples += samples;
    s->sample++;
    for (uint32_t f = first; f < last; f++) {
        uint32_t place = p->frames[f];
        for (uint32_t n = c->frames.start[place]; n < c->frames.start[place + 1]; n++) {
            struct function_sum *sum = touch(s, c->frames.names[n]);
            if (sum->seen == s->sample)
                continue;
            sum->seen = s->sample;
            sum->cum += value;
            sum->cum_samples += samples;
        }
    }
}

static void keep_cells(struct function_side *side, uint32_t slice, uint32_t round) {
    struct function_scratch *s = side->scratch;
    for (uint32_t i = 0; i < s->touched_count; i++) {
        const struct function_sum *sum = &s->sums[s->touched[i]];
        struct function_cell cell = {slice,    s->touched[i],     round,           sum->flat,
                                     sum->cum, sum->flat_samples, sum->cum_samples};
        ARENA_PUSH(side->names->arena, side->cells, side->cell_count, side->cell_capacity, cell);
    }
    s->touched_count = 0;
}

static bool count_rounds(struct function_side *side, const struct counting *c,
                         const struct placed_sample *placed, size_t count, struct pg_error *err) {
    const struct profile *p = c->profile;
    for (size_t i = 0, next; i < count; i = next) {
        struct function_rounds *rounds = rounds_of(side, placed[i].slice);
        uint32_t round = new_round(side, rounds);
        for (next = i; next < count && placed[next].slice == placed[i].slice &&
                       placed[next].round == placed[i].round &&
                       placed[next].round_text == placed[i].round_text;
             next++) {
            const int64_t *values = &p->values[placed[next].sample * p->type_count];
            double value = c->factor * (double)values[c->type];
            double samples = c->count_type == PROFILE_NONE ? (double)values[c->type] / c->period
                                                           : (double)values[c->count_type];
            if (value < 0 || samples < 0)
                return pg_error_set(err, PG_FORMAT,
                                    "sample %u has a negative value, as in a difference of "
                                    "profiles, which cannot be compared",
                                    placed[next].sample);
            count_sample(side->scratch, c, placed[next].sample, value, samples);
            rounds->cost[round] += value;
            rounds->samples[round] += samples;
        }
        keep_cells(side, placed[i].slice, round);
    }
    return true;
}

/* ---- a profile ---- */

static uint32_t type_of_unit(const struct profile *p, const char *unit) {
    for (uint32_t i = 0; i < p->type_count; i++) {
        if (strcmp(strings_get(p->strings, p->types[i].unit), unit) == 0)
            return i;
    }
    return PROFILE_NONE;
}

static bool pick_type(struct function_side *side, const struct profile *p, uint32_t *out,
                      struct pg_error *err) {
    const char *wanted = side->cut.type ? side->cut.type : side->type;
    uint32_t cpu = profile_find_type(p, text_of("cpu"));
    *out = wanted                ? profile_find_type(p, text_of(wanted))
           : cpu != PROFILE_NONE ? cpu
                                 : profile_shown_type(p);
    if (*out == PROFILE_NONE)
        return pg_error_set(err, wanted ? PG_USAGE : PG_FORMAT, "no sample type%s%.60s%s",
                            wanted ? " '" : "s", wanted ? wanted : "", wanted ? "'" : "");
    const char *unit = strings_get(p->strings, p->types[*out].unit);
    if (side->unit && strcmp(unit, side->unit) != 0)
        return pg_error_set(err, PG_FORMAT, "%.60s is in %.60s, but in %.60s in the others",
                            side->type, unit, side->unit);
    side->type = strings_get(p->strings, p->types[*out].name);
    side->unit = unit;
    return true;
}

/* Seconds, or itself. */
static const struct side_unit {
    const char *unit, *name;
    double factor;
} units[] = {{"nanoseconds", "sec", 1e-9},
             {"microseconds", "sec", 1e-6},
             {"milliseconds", "sec", 1e-3},
             {"seconds", "sec", 1},
             {"bytes", "B", 1}};

static const struct side_unit *unit_of(const struct function_side *side) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(side->unit, units[i].unit) == 0)
            return &units[i];
    }
    return NULL;
}

const char *function_side_unit(const struct function_side *side) {
    const struct side_unit *unit = unit_of(side);
    return unit ? unit->name : side->unit;
}

/* The time that one sample stands for: the period, unless values contradict it. Servers that join
 * and scale profiles keep a period that is none, or 1. */
static double sample_period(const struct profile *p, uint32_t type, const struct side_unit *unit) {
    const double least_sec = 1e-6;
    const struct profile_type *of = &p->types[type];
    bool good = p->period > 0 && p->period_type.name == of->name && p->period_type.unit == of->unit;
    good &= unit && strcmp(unit->name, "sec") == 0 && (double)p->period * unit->factor >= least_sec;
    for (size_t i = 0; i < p->sample_count && good; i++) {
        int64_t value = p->values[i * p->type_count + type];
        good = value == 0 || value >= p->period / 2;
    }
    return good ? (double)p->period : NAN;
}

bool function_side_add(struct function_side *side, const struct profile *p, const char *path,
                       struct pg_error *err) {
    struct counting c = {.profile = p, .count_type = type_of_unit(p, "count")};
    struct placed_sample *placed;
    if (!pick_type(side, p, &c.type, err))
        return pg_error_in(err, path);
    const struct side_unit *unit = unit_of(side);
    c.factor = unit ? unit->factor : 1;
    c.period = sample_period(p, c.type, unit);
    side->uncounted |= c.count_type == PROFILE_NONE && isnan(c.period);
    c.frames = function_names_frames(side->names, p);
    function_names_files(side->names, p);
    make_room(side);
    ARENA_PUSH(side->names->arena, side->profiles, side->profile_count, side->profile_capacity, p);
    size_t count = function_place(side, p, c.type, &placed);
    return count_rounds(side, &c, placed, count, err) || pg_error_in(err, path);
}

static int by_key(const void *left, const void *right) {
    const struct function_cell *a = left, *b = right;
    if (a->slice != b->slice)
        return a->slice < b->slice ? -1 : 1;
    if (a->function != b->function)
        return a->function < b->function ? -1 : 1;
    return a->round < b->round ? -1 : a->round > b->round;
}

void function_side_finish(struct function_side *side) {
    if (side->cell_count)
        qsort(side->cells, side->cell_count, sizeof *side->cells, by_key);
}
