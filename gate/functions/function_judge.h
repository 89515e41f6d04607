/* What functions_judge keeps while it works, for the files that do the work: function_rows.c makes
 * the rows, function_judge.c tests and decides, function_shift.c finds what only moved. */
#ifndef GATE_FUNCTIONS_FUNCTION_JUDGE_H
#define GATE_FUNCTIONS_FUNCTION_JUDGE_H

#include "gate/functions/function_findings.h"

struct function_judge {
    const struct function_request *request;
    struct function_findings *findings;
    struct rank_workspace *ranks;
    struct usual {
        double ratio, se, df;
    } * usual;     /* by share, by slice: what shares became that did not change, relative se */
    size_t values; /* numbers that rows hold, one a round */
    bool *used;    /* by rule for functions: it matched one */
    bool full;     /* no more of them: the functions that follow count as small */
    struct arena *arena;
};

/* The slices of both sides with their rows: amounts and rounds, not yet tested. */
void function_rows_make(struct function_judge *judge);

/* Values of a side (0 base, 1 head), one a round, that hold nothing in common. */
struct function_values function_share_values(const struct function_slice *slice,
                                             const double *rounds, double samples, int side);

/* Costs of a side, one a round, with the error of what they hold in common. */
struct function_values function_cost_values(const struct function_judge *judge,
                                            const struct function_slice *slice,
                                            const double *rounds, double samples, int side);

/* After verdicts were decided or changed: the order, shares of the slow-down, counts. */
void function_conclude(struct function_findings *findings);

/* What a round of a side is worth, where the time of an operation is known (NULL: 1, by share):
 * with a history the base's is that of the round's own session. */
double function_round_worth(const struct function_time *time, const struct function_rounds *rounds,
                            uint32_t round, int side);

/* Puts the rows of every slice worst first. */
void function_rows_order(struct function_findings *findings);

/* Smallest absolute change that counts in a slice, where a change up to `floor` is tolerated. */
double function_floor(const struct function_judge *judge, const struct function_slice *slice,
                      double floor);

/* Finds rises that are made up for by falls, and turns both into FUNCTION_MOVED. */
void function_shift_find(struct function_judge *judge);

#endif
