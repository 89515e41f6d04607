/* Cost that only moved: a function rises, and another one that has to do with it falls by as much.
 * Domains are looked for around one faller and its risers, then around one riser and its fallers;
 * callers, callees and namesakes come before functions of the same file, which are many. */
#include "gate/functions/function_judge.h"

#include <stdlib.h>

/* Pairs of one side, as function_side_calls has them, and with caller and callee exchanged. */
struct call_index {
    struct function_call *calls, *callers;
    size_t count;
};

struct shift {
    struct function_judge *judge;
    struct call_index sides[2];
    const struct function_slice *slice;
    size_t *risers, *fallers; /* rows, largest change first */
    size_t riser_count, faller_count;
    size_t *members; /* of the domain that is tried */
    size_t member_count;
    bool *taken; /* by row: of a domain already */
};

static struct function_row *row_at(const struct shift *s, size_t row) {
    return &s->judge->findings->rows[row];
}

/* ---- what has to do with what ---- */

static int by_pair(const void *left, const void *right) {
    const struct function_call *a = left, *b = right;
    if (a->caller != b->caller)
        return a->caller < b->caller ? -1 : 1;
    return a->callee < b->callee ? -1 : a->callee > b->callee;
}

static struct call_index index_calls(const struct function_side *side, const bool *flagged,
                                     struct arena *arena) {
    struct call_index index = {0};
    index.count = function_side_calls(side, flagged, &index.calls, arena);
    index.callers = ARENA_NEW(arena, struct function_call, index.count);
    for (size_t i = 0; i < index.count; i++)
        index.callers[i] = (struct function_call){index.calls[i].callee, index.calls[i].caller};
    if (index.count)
        qsort(index.callers, index.count, sizeof *index.callers, by_pair);
    return index;
}

static bool calls(const struct shift *s, uint32_t caller, uint32_t callee) {
    struct function_call wanted = {caller, callee};
    for (int side = 0; side < 2; side++) {
        const struct call_index *index = &s->sides[side];
        if (index->count && bsearch(&wanted, index->calls, index->count, sizeof wanted, by_pair))
            return true;
    }
    return false;
}

/* The callers of a function on one side: index->callers[first … last). */
static size_t first_caller(const struct call_index *index, uint32_t function) {
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->callers[middle].caller < function)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool share_caller(const struct shift *s, uint32_t old, uint32_t new) {
    const struct call_index *base = &s->sides[0], *head = &s->sides[1];
    size_t i = first_caller(base, old), k = first_caller(head, new);
    while (i < base->count && k < head->count && base->callers[i].caller == old &&
           head->callers[k].caller == new) {
        uint32_t a = base->callers[i].callee, b = head->callers[k].callee;
        if (a == b)
            return true;
        i += a < b;
        k += b < a;
    }
    return false;
}

enum relation { RELATION_NONE, RELATION_FILE, RELATION_CALL };

static enum relation relation_of(const struct shift *s, const struct function_row *riser,
                                 const struct function_row *faller) {
    if (calls(s, riser->function, faller->function) || calls(s, faller->function, riser->function))
        return RELATION_CALL;
    if (riser->class == FUNCTION_APPEARED && faller->class == FUNCTION_VANISHED &&
        share_caller(s, faller->function, riser->function))
        return RELATION_CALL;
    bool same_file = riser->file && faller->file && strcmp(riser->file, faller->file) == 0;
    /* shares of one whole always make up for each other somewhere */
    return same_file && !s->judge->request->by_share ? RELATION_FILE : RELATION_NONE;
}

/* ---- a domain ---- */

static double *sum_rounds(const struct shift *s, int side, double *samples) {
    uint32_t rounds = side ? s->slice->head_rounds : s->slice->base_rounds;
    double *sum = ARENA_NEW(s->judge->arena, double, rounds);
    for (size_t i = 0; i < s->member_count; i++) {
        const struct function_row *row = row_at(s, s->members[i]);
        *samples += side ? row->head.samples : row->base.samples;
        for (uint32_t r = 0; r < rounds; r++)
            sum[r] += row->flat_rounds[side][r];
    }
    return sum;
}

static struct function_test test_domain(const struct shift *s) {
    double samples[2] = {0, 0};
    const double *base = sum_rounds(s, 0, &samples[0]), *head = sum_rounds(s, 1, &samples[1]);
    struct function_values values[2] = {
        function_cost_values(s->judge, s->slice, base, samples[0], 0),
        function_cost_values(s->judge, s->slice, head, samples[1], 1)};
    return function_test(&values[0], &values[1], s->judge->request->policy, s->judge->ranks);
}

static void mark(const struct shift *s, bool gained) {
    struct arena *arena = s->judge->arena;
    for (size_t i = 0; i < s->member_count; i++) {
        struct function_row *row = row_at(s, s->members[i]);
        s->taken[s->members[i]] = true;
        if (gained && row->cost.difference < 0)
            continue;
        row->class = FUNCTION_MOVED;
        row->verdict = ROW_SAME;
        row->domain = ARENA_NEW(arena, const char *, s->member_count);
        for (size_t k = 0; k < s->member_count; k++) {
            if (k != i)
                row->domain[row->domain_count++] = row_at(s, s->members[k])->name;
        }
    }
}

/* Did the members together stay where they were, the falls making up for half of the rises at
 * least? Then they are marked. Together they are held to the same margin as a function. */
static bool try_domain(const struct shift *s) {
    const struct policy *policy = s->judge->request->policy;
    double rise = 0, fall = 0;
    for (size_t i = 0; i < s->member_count; i++) {
        double difference = row_at(s, s->members[i])->cost.difference;
        *(difference > 0 ? &rise : &fall) += fabs(difference);
    }
    if (!(rise > 0) || fall < rise / 2)
        return false;
    struct arena_mark before = arena_mark(s->judge->arena);
    struct function_test total = test_domain(s);
    arena_reset(s->judge->arena, before);
    double floor = function_floor(s->judge, s->slice, s->judge->request->floor),
           margin = policy->threshold * total.base;
    bool differs = FUNCTION_CAUTION * total.p <= policy->alpha &&
                   fabs(total.difference) > (margin > floor ? margin : floor);
    if (isnan(total.p) || (differs && total.difference > 0))
        return false;
    mark(s, differs);
    return true;
}

/* Members: `center`, and those of the others that have to do with it. */
static void gather(struct shift *s, size_t center, const size_t *others, size_t count,
                   bool center_falls, enum relation wanted) {
    s->member_count = 0;
    s->members[s->member_count++] = center;
    for (size_t i = 0; i < count; i++) {
        const struct function_row *a = row_at(s, center), *b = row_at(s, others[i]);
        if (!s->taken[others[i]] &&
            relation_of(s, center_falls ? b : a, center_falls ? a : b) == wanted)
            s->members[s->member_count++] = others[i];
    }
}

/* Is `a` a likelier other half of the faller than `b`? What appeared where it vanished is, then
 * what is nearest in size. */
static bool likelier(const struct shift *s, const struct function_row *faller, size_t a, size_t b) {
    const struct function_row *x = row_at(s, a), *y = row_at(s, b);
    bool twin_x = x->class == FUNCTION_APPEARED, twin_y = y->class == FUNCTION_APPEARED;
    if (faller->class == FUNCTION_VANISHED && twin_x != twin_y)
        return twin_x;
    return fabs(x->cost.difference + faller->cost.difference) <
           fabs(y->cost.difference + faller->cost.difference);
}

static void try_likeliest(struct shift *s) {
    size_t faller = s->members[0], best = s->members[1];
    for (size_t i = 2; i < s->member_count; i++) {
        if (likelier(s, row_at(s, faller), s->members[i], best))
            best = s->members[i];
    }
    s->members[1] = best;
    s->member_count = 2;
    try_domain(s);
}

static void find_domains(struct shift *s, enum relation wanted) {
    for (size_t i = 0; i < s->faller_count; i++) {
        if (s->taken[s->fallers[i]])
            continue;
        gather(s, s->fallers[i], s->risers, s->riser_count, true, wanted);
        if (s->member_count > 1 && !try_domain(s) && s->member_count > 2)
            try_likeliest(s);
    }
    for (size_t i = 0; i < s->riser_count; i++) {
        if (s->taken[s->risers[i]])
            continue;
        gather(s, s->risers[i], s->fallers, s->faller_count, false, wanted);
        if (s->member_count > 2)
            try_domain(s);
    }
}

/* ---- all slices ---- */

static bool rises(const struct function_row *row) {
    return row->verdict == ROW_REGRESSED;
}

static bool falls(const struct function_row *row, double alpha) {
    return row->verdict == ROW_IMPROVED || (row->cost.p <= alpha && row->cost.difference < 0);
}

static int by_size(const void *left, const void *right, void *context) {
    const struct function_row *rows = context;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    double x = fabs(rows[a].cost.difference), y = fabs(rows[b].cost.difference);
    if (x != y)
        return x > y ? -1 : 1;
    return a < b ? -1 : a > b;
}

static void collect(struct shift *s, const struct function_slice *slice) {
    struct function_row *rows = s->judge->findings->rows;
    s->slice = slice;
    s->riser_count = s->faller_count = 0;
    for (size_t i = slice->first; i < slice->first + slice->count; i++) {
        if (rises(&rows[i]))
            s->risers[s->riser_count++] = i;
        else if (falls(&rows[i], s->judge->request->policy->alpha))
            s->fallers[s->faller_count++] = i;
    }
    if (s->riser_count)
        qsort_r(s->risers, s->riser_count, sizeof *s->risers, by_size, rows);
    if (s->faller_count)
        qsort_r(s->fallers, s->faller_count, sizeof *s->fallers, by_size, rows);
}

static void flag(const struct shift *s, bool *flagged) {
    for (size_t i = 0; i < s->riser_count; i++)
        flagged[row_at(s, s->risers[i])->function] = true;
    for (size_t i = 0; i < s->faller_count; i++)
        flagged[row_at(s, s->fallers[i])->function] = true;
}

void function_shift_find(struct function_judge *judge) {
    struct function_findings *f = judge->findings;
    struct arena *arena = judge->arena;
    struct shift s = {.judge = judge,
                      .risers = ARENA_NEW(arena, size_t, f->row_count),
                      .fallers = ARENA_NEW(arena, size_t, f->row_count),
                      .members = ARENA_NEW(arena, size_t, f->row_count + 1),
                      .taken = ARENA_NEW(arena, bool, f->row_count)};
    bool *flagged = ARENA_NEW(arena, bool, f->names->count), any = false;
    for (size_t i = 0; i < f->slice_count; i++) {
        collect(&s, &f->slices[i]);
        if (s.riser_count == 0 || s.faller_count == 0)
            continue;
        flag(&s, flagged);
        any = true;
    }
    if (!any)
        return;
    s.sides[0] = index_calls(judge->request->base, flagged, arena);
    s.sides[1] = index_calls(judge->request->head, flagged, arena);
    for (size_t i = 0; i < f->slice_count; i++) {
        collect(&s, &f->slices[i]);
        if (s.riser_count == 0 || s.faller_count == 0)
            continue;
        find_domains(&s, RELATION_CALL);
        find_domains(&s, RELATION_FILE);
    }
}
