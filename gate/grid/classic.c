#include "gate/grid/classic.h"

#include <math.h>

/* benchstat knows the smallest p for samples of up to 9. */
enum { LARGEST_KNOWN = 9 };

void classic_init(struct classic *classic, double alpha, double confidence) {
    *classic = (struct classic){.alpha = alpha, .confidence = confidence};
    classic->ranks = rank_workspace_new();
    classic->need_summary = median_interval_needs(confidence);
    for (size_t n = 1; n <= LARGEST_KNOWN && !classic->need_test; n++) {
        if (mann_whitney_smallest_p(n) <= alpha)
            classic->need_test = n;
    }
}

void classic_release(struct classic *classic) {
    rank_workspace_free(classic->ranks);
}

static struct order_interval orders_of(struct classic *classic, size_t count) {
    if (count >= CLASSIC_ORDERS)
        return median_orders(count, classic->confidence);
    struct order_interval *known = &classic->orders[count];
    if (known->confidence == 0)
        *known = median_orders(count, classic->confidence);
    return *known;
}

/* The first of the most frequent values. */
static double mode_of(const double *sorted, size_t count) {
    double mode = sorted[0];
    size_t most = 1, run = 1;
    for (size_t i = 1; i < count; i++) {
        run = sorted[i] == sorted[i - 1] ? run + 1 : 1;
        if (run > most) {
            most = run;
            mode = sorted[i];
        }
    }
    return mode;
}

struct classic_summary classic_summarise(struct classic *classic, const double *sorted,
                                         uint32_t count, bool exact) {
    struct classic_summary summary = {.count = count, .low = sorted[0], .high = sorted[count - 1]};
    if (exact) {
        summary.center = mode_of(sorted, count);
        summary.doubt = sorted[0] == sorted[count - 1] ? CLASSIC_SURE : CLASSIC_INEXACT;
        return summary;
    }
    struct order_interval orders = orders_of(classic, count);
    summary.center = quantile_sorted(sorted, count, 0.5);
    summary.low = orders.low_order < 1 ? -INFINITY : sorted[orders.low_order - 1];
    summary.high = orders.high_order > count ? INFINITY : sorted[orders.high_order - 1];
    if (isinf(summary.low) || isinf(summary.high))
        summary.doubt = CLASSIC_FEW;
    return summary;
}

struct classic_test classic_compare(struct classic *classic, const double *base, size_t base_count,
                                    const double *head, size_t head_count, bool exact) {
    if (exact)
        return (struct classic_test){0, true, CLASSIC_SURE};
    struct mann_whitney test =
        mann_whitney_test(base, base_count, head, head_count, classic->ranks);
    if (test.outcome == OUTCOME_CONSTANT_EQUAL)
        return (struct classic_test){1, 1 <= classic->alpha, CLASSIC_EQUAL};
    struct classic_test result = {test.p_benchstat, !(test.p_benchstat > classic->alpha),
                                  CLASSIC_SURE};
    size_t need = classic->need_test ? classic->need_test : LARGEST_KNOWN + 1;
    if (!result.significant && base_count < need && head_count < need)
        result.doubt = CLASSIC_FEW;
    return result;
}
