#include "gate/functions/function_cells.h"
#include "gate/functions/function_judge.h"

#include <stdlib.h>

struct slice_sides {
    const struct function_rounds *rounds[2];
    double *whole[2]; /* what a whole round is worth, by round; NULL: what it cost */
};

static void fill_side(struct function_row *row, int side, struct function_cells cells,
                      const struct slice_sides *sides, struct arena *arena) {
    const struct function_rounds *rounds = sides->rounds[side];
    double *flat = ARENA_NEW(arena, double, rounds->count);
    double *cum = ARENA_NEW(arena, double, rounds->count);
    double *share = ARENA_NEW(arena, double, rounds->count);
    struct function_amount sum = {0};
    for (const struct function_cell *cell = cells.at; cell < cells.end; cell++) {
        double total = rounds->cost[cell->round];
        double unit = sides->whole[side] ? sides->whole[side][cell->round] / total : 1;
        share[cell->round] = cell->flat / total;
        flat[cell->round] = cell->flat * unit;
        cum[cell->round] = cell->cum * unit;
        sum.flat += flat[cell->round];
        sum.cum += cum[cell->round];
        sum.flat_fraction += share[cell->round];
        sum.cum_fraction += cell->cum / total;
        sum.samples += cell->flat_samples;
        sum.cum_samples += cell->cum_samples;
    }
    double n = rounds->count;
    struct function_amount mean = {sum.flat / n,         sum.cum / n,     sum.flat_fraction / n,
                                   sum.cum_fraction / n, sum.samples / n, sum.cum_samples / n};
    *(side ? &row->head : &row->base) = mean;
    row->flat_rounds[side] = flat;
    row->cum_rounds[side] = cum;
    row->share_rounds[side] = share;
}

/* Flat and cumulative samples, a round. */
struct extent {
    double flat, cum, flat_share, cum_share;
};

static struct extent extent_of(struct function_cells cells, const struct function_rounds *rounds) {
    struct extent sum = {0, 0, 0, 0};
    double n = rounds->count;
    for (; cells.at < cells.end; cells.at++) {
        sum.flat += cells.at->flat_samples;
        sum.cum += cells.at->cum_samples;
        sum.flat_share += cells.at->flat / rounds->cost[cells.at->round];
        sum.cum_share += cells.at->cum / rounds->cost[cells.at->round];
    }
    return (struct extent){sum.flat / n, sum.cum / n, sum.flat_share / n, sum.cum_share / n};
}

/* Crafted profiles could have a round a sample and samples of any size. */
static bool has_room(struct function_judge *judge, const struct slice_sides *sides) {
    const size_t most = (size_t)1 << 26;
    size_t values = 3 * ((size_t)sides->rounds[0]->count + sides->rounds[1]->count);
    judge->full |= values > most - judge->values;
    judge->values += judge->full ? 0 : values;
    return !judge->full;
}

/* Enough samples for a row? And for the test of the flat cost? */
static bool large_enough(const struct function_cells *cells, const struct slice_sides *sides,
                         const struct function_policy *policy, bool *flat) {
    struct extent base = extent_of(cells[0], sides->rounds[0]);
    struct extent head = extent_of(cells[1], sides->rounds[1]);
    bool one_sided = cells[0].at == cells[0].end || cells[1].at == cells[1].end;
    if (isnan(base.cum + head.cum)) {
        *flat = fmax(base.flat_share, head.flat_share) >= policy->floor;
        return *flat || fmax(base.cum_share, head.cum_share) >= policy->floor;
    }
    *flat = function_large_enough(base.flat, head.flat, one_sided, policy->least_samples);
    return *flat || function_large_enough(base.cum, head.cum, one_sided, -1);
}

static void count_small(struct function_slice *slice, struct function_cells head,
                        const struct slice_sides *sides) {
    double share = 0;
    for (; head.at < head.end; head.at++)
        share += head.at->flat / sides->rounds[1]->cost[head.at->round];
    slice->small++;
    slice->small_fraction += share / sides->rounds[1]->count;
}

/* A row of which nothing is known yet but what it is of. */
static struct function_row new_row(const struct function_judge *judge, size_t slice,
                                   const struct function_walk *walk) {
    const struct function_findings *f = judge->findings;
    const struct function_known *known = &f->names->items[walk->function];
    const struct function_cells *cells = walk->taken;
    const char *name = strings_get(f->names->strings, known->name);
    return (struct function_row){
        .slice = (uint32_t)slice,
        .function = walk->function,
        .name = name,
        .file = known->file ? strings_get(f->names->strings, known->file) : NULL,
        .line = known->line,
        .policy = policy_for_function(judge->request->policy, judge->request->floor,
                                      f->slices[slice].name, name, judge->used),
        .verdict = ROW_INCONCLUSIVE,
        .class = cells[0].at == cells[0].end   ? FUNCTION_APPEARED
                 : cells[1].at == cells[1].end ? FUNCTION_VANISHED
                                               : FUNCTION_PLAIN,
        .p_adjusted = NAN,
        .share_p_adjusted = NAN,
        .share_of_regression = NAN,
    };
}

static void add_row(struct function_judge *judge, struct function_row row,
                    const struct function_cells *cells, const struct slice_sides *sides) {
    struct function_findings *f = judge->findings;
    for (int side = 0; side < 2; side++)
        fill_side(&row, side, cells[side], sides, judge->arena);
    ARENA_PUSH(judge->arena, f->rows, f->row_count, f->row_capacity, row);
}

static void make_rows(struct function_judge *judge, size_t number, uint32_t text,
                      const struct slice_sides *sides) {
    struct function_slice *slice = &judge->findings->slices[number];
    struct function_walk walk = function_walk(judge->request->base, judge->request->head, text);
    slice->first = judge->findings->row_count;
    while (function_walk_next(&walk)) {
        struct function_row row = new_row(judge, number, &walk);
        if (!large_enough(walk.taken, sides, &row.policy, &row.flat_tested) ||
            !has_room(judge, sides)) {
            count_small(slice, walk.taken[1], sides);
            continue;
        }
        slice->tested += row.flat_tested;
        add_row(judge, row, walk.taken, sides);
    }
    slice->count = judge->findings->row_count - slice->first;
}

static void note(struct function_judge *judge, const char *text) {
    struct function_findings *f = judge->findings;
    ARENA_PUSH(judge->arena, f->notes, f->note_count, f->note_capacity, text);
}

int function_time_order(const void *left, const void *right) {
    const struct function_time *a = left, *b = right;
    return strcmp(a->slice, b->slice);
}

/* NULL when no recording gives one. */
static const struct function_time *time_of(const struct function_request *request,
                                           const char *slice) {
    struct function_time wanted = {.slice = slice};
    bool any = request->time_count > 0 && !request->by_share;
    return any ? bsearch(&wanted, request->times, request->time_count, sizeof wanted,
                         function_time_order)
               : NULL;
}

/* Without a time the rounds themselves tell how the whole changed. */
static void judge_whole(const struct function_judge *judge, struct function_slice *slice,
                        const struct function_rounds *base, const struct function_rounds *head) {
    const struct policy *policy = judge->request->policy;
    struct function_values values[2] = {function_share_values(slice, base->cost, INFINITY, 0),
                                        function_share_values(slice, head->cost, INFINITY, 1)};
    struct function_test test = function_test(&values[0], &values[1], policy, judge->ranks);
    slice->base = test.base;
    slice->head = test.head;
    slice->change = test.change;
    slice->p = test.p;
    slice->regressed =
        !judge->request->by_share && test.p <= policy->alpha && test.change > policy->threshold;
}

static void take_time(struct function_slice *slice, const struct function_time *time) {
    slice->time = time;
    slice->unit = time->unit;
    slice->base = time->base;
    slice->head = time->head;
    slice->change = time->change;
    slice->p = time->p;
    slice->regressed = time->regressed;
    slice->gated = !time->ungated;
}

/* How many rounds are of each session that has any. */
static void count_sessions(struct function_slice *slice, const struct function_rounds *base,
                           struct arena *arena) {
    size_t *sizes = NULL, capacity = 0;
    for (uint32_t r = 0; r < base->count; r++) {
        if (r == 0 || base->session[r] != base->session[r - 1])
            ARENA_PUSH(arena, sizes, slice->session_count, capacity, 0);
        sizes[slice->session_count - 1]++;
    }
    slice->sessions = sizes;
}

double function_round_worth(const struct function_time *time, const struct function_rounds *rounds,
                            uint32_t round, int side) {
    uint32_t session = rounds->session[round];
    if (!time)
        return 1;
    bool stored = side == 0 && session < time->session_count && time->sessions[session] > 0;
    return stored ? time->sessions[session] : side ? time->head : time->base;
}

static double *whole_rounds(const struct function_judge *judge, const struct function_time *time,
                            const struct function_rounds *rounds, int side) {
    if (!time && !judge->request->by_share)
        return NULL;
    double *whole = ARENA_NEW(judge->arena, double, rounds->count);
    for (uint32_t r = 0; r < rounds->count; r++)
        whole[r] = function_round_worth(time, rounds, r, side);
    return whole;
}

static void add_slice(struct function_judge *judge, const struct function_rounds *base,
                      const struct function_rounds *head) {
    struct function_findings *f = judge->findings;
    const struct function_request *request = judge->request;
    struct function_slice slice = {.name = strings_get(f->names->strings, base->slice),
                                   .unit = "share",
                                   .base_rounds = base->count,
                                   .head_rounds = head->count,
                                   .rest = NAN,
                                   .gated = true};
    const struct function_time *time = time_of(request, slice.name);
    struct slice_sides sides = {
        {base, head}, {whole_rounds(judge, time, base, 0), whole_rounds(judge, time, head, 1)}};
    count_sessions(&slice, base, judge->arena);
    if (!request->by_share)
        slice.unit = arena_printf(judge->arena, "%s/round", function_side_unit(request->base));
    if (time)
        take_time(&slice, time);
    else
        judge_whole(judge, &slice, base, head);
    ARENA_PUSH(judge->arena, f->slices, f->slice_count, f->slice_capacity, slice);
    make_rows(judge, f->slice_count - 1, base->slice, &sides);
}

struct slice_pair {
    const char *name;
    const struct function_rounds *base, *head;
};

static int by_name(const void *left, const void *right) {
    const struct slice_pair *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static size_t pair_slices(const struct function_judge *judge, struct slice_pair **out) {
    const struct function_side *base = judge->request->base, *head = judge->request->head;
    struct strings *strings = judge->findings->names->strings;
    size_t count = 0;
    *out = ARENA_NEW(judge->arena, struct slice_pair, base->slice_count + head->slice_count);
    for (size_t i = 0; i < base->slice_count; i++) {
        uint32_t slice = base->slices[i].slice;
        (*out)[count++] = (struct slice_pair){strings_get(strings, slice), &base->slices[i],
                                              function_side_rounds(head, slice)};
    }
    for (size_t i = 0; i < head->slice_count; i++) {
        uint32_t slice = head->slices[i].slice;
        if (!function_side_rounds(base, slice))
            (*out)[count++] =
                (struct slice_pair){strings_get(strings, slice), NULL, &head->slices[i]};
    }
    if (count)
        qsort(*out, count, sizeof **out, by_name);
    return count;
}

static void note_one_sided(struct function_judge *judge, const struct slice_pair *first,
                           size_t count) {
    const char *more =
        count > 1 ? arena_printf(judge->arena, "; %zu more are on one side only", count - 1) : "";
    note(judge, arena_printf(judge->arena, "%s: only the %s has samples of it%s",
                             *first->name ? first->name : "profiles", first->base ? "base" : "head",
                             more));
}

void function_rows_make(struct function_judge *judge) {
    struct slice_pair *pairs, *one_sided = NULL;
    size_t count = pair_slices(judge, &pairs), left_out = 0;
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].base && pairs[i].head) {
            add_slice(judge, pairs[i].base, pairs[i].head);
            continue;
        }
        one_sided = one_sided ? one_sided : &pairs[i];
        left_out++;
    }
    if (left_out)
        note_one_sided(judge, one_sided, left_out);
}

/* Regressed, then what changed otherwise, by size; then the rest by cost, and callers by theirs. */
static int rank_of(const struct function_row *row) {
    static const int ranks[ROW_VERDICT_COUNT] = {
        [ROW_REGRESSED] = 0, [ROW_WAIVED] = 1, [ROW_IMPROVED] = 2,    [ROW_NEW] = 3,
        [ROW_MISSING] = 3,   [ROW_SAME] = 5,   [ROW_INCONCLUSIVE] = 4};
    return !row->flat_tested ? 6 : row->class == FUNCTION_MOVED ? 1 : ranks[row->verdict];
}

static int worst_first(const void *left, const void *right) {
    const struct function_row *a = left, *b = right;
    int x = rank_of(a), y = rank_of(b);
    if (x != y)
        return x < y ? -1 : 1;
    double i = x <= 2 ? fabs(a->cost.difference) : x == 6 ? a->head.cum : a->head.flat;
    double k = x <= 2 ? fabs(b->cost.difference) : x == 6 ? b->head.cum : b->head.flat;
    if (i != k)
        return i > k ? -1 : 1;
    return strcmp(a->name, b->name);
}

void function_rows_order(struct function_findings *f) {
    for (size_t i = 0; i < f->slice_count; i++) {
        const struct function_slice *slice = &f->slices[i];
        if (slice->count)
            qsort(f->rows + slice->first, slice->count, sizeof *f->rows, worst_first);
    }
}
