#include "gate/functions/function_times.h"

#include "gate/compare/samples.h"
#include "runners/recording/unit.h"
#include "stats/auto_test.h"
#include "stats/tdist.h"

#include <stdlib.h>

/* How well a row's unit stands for the cost of its benchmark; 0: not at all. Profiles are of CPU
 * time, which is also less disturbed than wall time. */
static int fitness(const struct row *row, bool process) {
    bool wall = strcmp(row->unit, "sec/op") == 0, cpu = strcmp(row->unit, "cpu-sec/op") == 0;
    if (process) /* not gated by nature */
        return cpu ? 2 : wall ? 1 : 0;
    return (cpu ? 5 : wall ? 4 : 0) + (row->policy.gated && (wall || cpu) ? 2 : 0);
}

/* The slice that a row is about: its name, or that of its process, or without the `-8` of Go. */
static bool find_slice(const struct row *row, const struct strings *strings, bool *process,
                       uint32_t *slice) {
    size_t prefix = strlen(PROCESS_PREFIX);
    *process = strncmp(row->name, PROCESS_PREFIX, prefix) == 0;
    struct text name = text_of(row->name + (*process ? prefix : 0));
    return strings_find(strings, name, slice) ||
           strings_find(strings, (struct text){row->name, name_without_suffix(row->name)}, slice);
}

static bool usable(const struct side *side) {
    return side->n >= 2 && side->low > 0 && side->center > 0 && isfinite(side->high);
}

/* From the interval of a centre back to its relative standard error. */
static double relative_error(const struct side *side, double confidence) {
    return log(side->high / side->low) / 2 / t_two_sided_quantile(1 - confidence, side->n - 1.0);
}

static struct function_time time_of(const struct row *row, double confidence) {
    return (struct function_time){
        .unit = row->unit,
        .base = row->base.center,
        .head = row->head.center,
        .base_se = relative_error(&row->base, confidence),
        .head_se = relative_error(&row->head, confidence),
        .base_df = row->base.n - 1.0,
        .head_df = row->head.n - 1.0,
        .change = row->change,
        .p = row->p_adjusted,
        .regressed = row->verdict == ROW_REGRESSED || row->unwaived == ROW_REGRESSED,
    };
}

/* ---- with a history ---- */

static const struct cell *cell_of(const struct row *row, size_t column) {
    for (size_t i = 0; row->table && row->grid_row && i < row->table->column_count; i++) {
        if (row->table->column_numbers[i] == column)
            return grid_cell(row->grid_row, i);
    }
    return NULL;
}

/* Of the values of one recording. */
static bool session_of(const double *values, const uint32_t *rounds, uint32_t count,
                       struct arena *arena, struct session_center *out) {
    struct sample_buffer buffer = {0};
    struct samples samples = samples_of(values, rounds, count, &buffer, arena);
    return count > 0 && auto_session_center(samples.values, samples.n, out) == OUTCOME_OK;
}

static uint32_t number_of(const struct comparison *c, const struct recording *recording) {
    uint32_t i = 0;
    while (i < c->base_count && c->base[i] != recording)
        i++;
    return i;
}

/* Shares of a session are shares of that session's time, so the row's pooled centres will not do:
 * both sides' are those by which the test of rows compares sessions. */
static void take_sessions(struct function_time *time, const struct comparison *c,
                          const struct row *row) {
    const struct cell *base = cell_of(row, 0), *head = cell_of(row, row->column);
    struct session_center one, new;
    double *sessions = ARENA_NEW(c->arena, double, c->base_count), sum = 0, variance = 0;
    double found = 0;
    if (!base || !head || base->source->part_count < 2 ||
        !session_of(head->series->values, head->series->rounds, head->series->count, c->arena,
                    &new))
        return;
    for (size_t i = 0; i < c->base_count; i++)
        sessions[i] = NAN;
    for (uint32_t i = 0; i < base->source->part_count; i++) {
        const struct cell_part *part = &base->source->parts[i];
        uint32_t number = number_of(c, part->recording);
        if (number == c->base_count || !session_of(base->series->values + part->first, part->rounds,
                                                   part->count, c->arena, &one))
            continue;
        sessions[number] = exp(one.center);
        sum += one.center;
        variance += one.variance;
        found++;
    }
    if (!(found > 0))
        return;
    time->sessions = sessions;
    time->session_count = (uint32_t)c->base_count;
    time->base = exp(sum / found);
    time->head = exp(new.center);
    time->base_se = sqrt(variance / found);
    time->head_se = sqrt(new.variance);
}

/* ---- which row ---- */

struct fitting {
    const struct row *row;
    int fitness;
    bool rows, gated; /* the benchmark has rows of its own; one of them is gated */
};

/* The fittest row of every text. */
static const struct fitting *fitting_rows(const struct comparison *c,
                                          const struct strings *strings) {
    struct fitting *best = ARENA_NEW(c->arena, struct fitting, strings_count(strings));
    for (size_t i = 0; i < c->row_count; i++) {
        const struct row *row = &c->rows[i];
        bool process;
        uint32_t slice;
        if (!find_slice(row, strings, &process, &slice))
            continue;
        struct fitting *of = &best[slice];
        of->rows |= !process;
        of->gated |= row->policy.gated;
        if (!usable(&row->base) || !usable(&row->head) || fitness(row, process) <= of->fitness)
            continue;
        of->row = row;
        of->fitness = fitness(row, process);
    }
    return best;
}

size_t function_times(struct function_time **out, const struct comparison *c,
                      const struct function_side *side) {
    const struct strings *strings = side->names->strings;
    const struct fitting *best = fitting_rows(c, strings);
    size_t count = 0;
    *out = ARENA_NEW(c->arena, struct function_time, side->slice_count);
    for (size_t i = 0; i < side->slice_count; i++) {
        uint32_t slice = side->slices[i].slice;
        if (!best[slice].row)
            continue;
        struct function_time time = time_of(best[slice].row, c->policy->confidence);
        time.slice = strings_get(strings, slice);
        time.ungated = best[slice].rows && !best[slice].gated;
        if (c->base_count > 1)
            take_sessions(&time, c, best[slice].row);
        (*out)[count++] = time;
    }
    if (count)
        qsort(*out, count, sizeof **out, function_time_order);
    return count;
}
