/* Which function changed: verdicts for every function of two builds' profiles.
 *
 * A function is tested when on one side it has, itself, at least FUNCTION_LEAST_SAMPLES samples a
 * round on average; one that only one side has, at least one; where profiles do not tell how many
 * samples they hold, when its share reaches the floor. That goes by size alone, never by how
 * much it changed, so that the correction for many tests holds. The test is of its flat cost, one
 * value a round (function_test.h), corrected over all functions of all slices (policy->correction).
 * What a function costs with its callees (cum) is tested and corrected likewise, and decides
 * nothing: whoever calls the slow one is not to blame. A function with enough samples in cum alone
 * has a row without a flat test, whose verdict is inconclusive, new or missing. Costs are
 *
 *   by time    the function's share of the round, times the time of an operation that the recording
 *              gives, whose error counts; without a time the cost of the round itself
 *   by share   the share of the round
 *
 * and with a margin, the larger of the threshold and the floor (by share: the floor alone),
 *
 *   regressed     p_adjusted <= alpha, and the rise is beyond the margin
 *   improved      the mirror image
 *   same          the whole interval within the margin; or one of the two classes below
 *   new, missing  only one side has it, and it costs no more than the floor or p leaves it open
 *   inconclusive  otherwise: smallest_detectable says what could have been seen
 *
 * classes, beside the verdict:
 *   appeared, vanished   samples on one side only
 *   mix-shift  its share changed, its cost did not: something else became cheaper or dearer. By
 *              share costs are known up to a factor, for which the median ratio of all functions
 *              stands.
 *   moved      it rose by what a caller, a callee, a function of its file, or one that vanished
 *              under the same caller fell: what they cost together did not rise (domain names the
 *              others). A function renamed, split or inlined is this. */
#ifndef GATE_FUNCTIONS_FUNCTION_FINDINGS_H
#define GATE_FUNCTIONS_FUNCTION_FINDINGS_H

#include "gate/compare/policy.h"
#include "gate/compare/verdict.h"
#include "gate/functions/function_side.h"
#include "gate/functions/function_test.h"

enum function_class {
    FUNCTION_PLAIN,
    FUNCTION_APPEARED,
    FUNCTION_VANISHED,
    FUNCTION_MIX_SHIFT,
    FUNCTION_MOVED
};
const char *function_class_name(enum function_class class); /* NULL for FUNCTION_PLAIN */

enum { FUNCTION_LEAST_SAMPLES = 5 };

/* Means over the rounds of a side; fractions are of all samples of a round. */
struct function_amount {
    double flat, cum, flat_fraction, cum_fraction, samples, cum_samples;
};

struct function_row {
    uint32_t slice;          /* index of findings->slices */
    uint32_t function;       /* number in the sides' names */
    const char *name, *file; /* file NULL: not known */
    uint32_t
        line; /* of its declaration in head, when file is one of the repository; 0: not known */
    struct function_policy policy;
    enum row_verdict verdict;
    enum row_verdict unwaived; /* what it would be without a waiver */
    enum function_class class;
    bool flat_tested; /* else too few samples are its own */
    struct function_amount base, head;
    struct function_test cost, share, cum;
    double p_adjusted, share_p_adjusted, cum_p_adjusted;
    double share_of_regression; /* part of the slice's slow-down; NaN unless regressed */
    const char **domain;        /* names, of FUNCTION_MOVED */
    size_t domain_count;
    const char **notes; /* what became of it afterwards */
    size_t note_count, note_capacity;
    /* One value a round, of base and head: flat cost, cumulative cost, flat share. */
    double *flat_rounds[2], *cum_rounds[2], *share_rounds[2];
};

/* What recordings say of one slice: the time of an operation, as centres with relative standard
 * errors and their degrees of freedom. `sessions`, with a history: the base's time by number of
 * session (NaN: not measured); base is then their mean, base_se that of one. */
struct function_time {
    const char *slice, *unit;
    double base, head, base_se, head_se, base_df, head_df;
    const double *sessions;
    uint32_t session_count;
    double change, p; /* of the row */
    bool regressed;
    bool ungated; /* the benchmark has rows, and none of them decides */
};

/* The order of times, for qsort: by slice. */
int function_time_order(const void *left, const void *right);

struct function_slice {
    const char *name; /* "" when nothing is cut into slices */
    const char *unit; /* of costs: "sec/op", "sec/round" */
    uint32_t base_rounds, head_rounds;
    const size_t *sessions; /* of the base: how many of its rounds are of each */
    size_t session_count;
    double base, head;     /* cost of everything */
    double change, p;      /* of that: the time's row, else Welch's test of the rounds */
    bool regressed;        /* by the row, else p <= alpha and beyond the threshold */
    double rest;           /* of the slow-down, what regressed functions do not explain; NaN */
    size_t first, count;   /* rows */
    size_t tested;         /* of these, those whose flat cost is */
    size_t small;          /* functions with too few samples for a row */
    double small_fraction; /* what they have of the head's cost */
    const struct function_time *time; /* NULL: costs are those of rounds, or shares */
    bool gated;                       /* its functions may decide */
};

struct function_findings {
    const struct function_names *names;
    const struct function_side *base, *head;
    struct function_slice *slices; /* by name */
    size_t slice_count, slice_capacity;
    struct function_row *rows; /* by slice; worst first */
    size_t row_count, row_capacity;
    size_t counts[ROW_VERDICT_COUNT]; /* of rows whose flat cost is tested */
    size_t family;                    /* tests corrected together */
    const char **notes;
    size_t note_count, note_capacity;
    bool by_share;
    double floor; /* ratio: of the cost of everything; by share: points / 100 */
    double threshold;
};

/* Functions that regressed and are gated, in slices that are. */
bool function_decides(const struct function_findings *findings, const struct function_row *row);

struct function_request {
    const struct function_side *base, *head; /* of the same names */
    const struct policy *policy;             /* threshold, alpha, confidence, correction */
    double floor;                            /* share of the base's whole cost; 0.005 */
    bool by_share;
    const struct function_time *times; /* by time; in their order */
    size_t time_count;
};

/* Never fails: what cannot be compared is a note. Everything lives in the arena. */
struct function_findings *functions_judge(const struct function_request *request,
                                          struct arena *arena);

#endif
