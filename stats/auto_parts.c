#include "stats/auto_parts.h"

#include <math.h>

#include "stats/tdist.h"

#define NOTICED 0.8 /* power at which a change counts as detectable */
#define REMEMBERED 8

/* Share cut from the upper end: four values stay, more of a large sample. */
static double upper_share(size_t n) {
    return n <= 4 ? 0 : fmin(0.75, 1 - 4 / (double)n);
}

struct t_plan auto_side_plan(size_t n, struct auto_plan plan) {
    struct t_plan out = {.scale = SCALE_RAW, .confidence = plan.confidence};
    if (plan.time_like)
        out.trim_upper = upper_share(n);
    else
        out.trim_lower = out.trim_upper = 0.2;
    return out;
}

double auto_quantile(double p, double df) {
    /* Rows of one comparison nearly always ask for the same few. */
    static _Thread_local struct { double p, df, t; } memory[REMEMBERED];
    static _Thread_local unsigned oldest;
    for (unsigned i = 0; i < REMEMBERED; i++) {
        if (memory[i].p == p && memory[i].df == df && memory[i].t > 0)
            return memory[i].t;
    }
    double t = t_two_sided_quantile(p, df);
    memory[oldest].p = p;
    memory[oldest].df = df;
    memory[oldest].t = t;
    oldest = (oldest + 1) % REMEMBERED;
    return t;
}

struct auto_result auto_without(enum outcome outcome, size_t base_n, size_t head_n) {
    struct auto_result out = {.outcome = outcome,
                              .name = NULL,
                              .base = {base_n, NAN, NAN, NAN},
                              .head = {head_n, NAN, NAN, NAN},
                              .change = NAN,
                              .change_low = NAN,
                              .change_high = NAN,
                              .t = NAN,
                              .df = NAN,
                              .p = NAN,
                              .smallest_detectable_change = NAN,
                              .tail = {NAN, NAN}};
    return out;
}

static double back(double value, struct auto_scale scale) {
    return scale.log ? exp(scale.sign * value) : scale.sign * value;
}

static struct auto_side side_back(size_t n, double center, double half, struct auto_scale scale) {
    double a = back(center - half, scale), b = back(center + half, scale);
    return (struct auto_side){n, back(center, scale), fmin(a, b), fmax(a, b)};
}

/* Half the interval of a side's own centre. */
static double half_of(struct t_side side, double alpha) {
    return side.variance > 0 ? auto_quantile(alpha, side.df) * sqrt(side.variance) : 0;
}

/* The interval by the estimate's standard error; its end towards 0 follows p where they disagree.
 */
static void interval(struct auto_shift shift, double p, double alpha, double *low, double *high) {
    double half = shift.se > 0 ? auto_quantile(alpha, shift.df) * shift.se : 0;
    double size = fabs(shift.shift), near = size - half, far = size + half;
    if (p <= alpha && near <= 0)
        near = 0.01 * size;
    else if (p > alpha && near > 0)
        near = -0.01 * size;
    *low = shift.shift < 0 ? -far : near;
    *high = shift.shift < 0 ? -near : far;
}

void auto_report(struct auto_result *r, struct auto_scale scale, double center,
                 struct auto_shift shift, struct t_side base, struct t_side head,
                 struct auto_plan plan) {
    double alpha = 1 - plan.confidence, low, high, turned = scale.sign * shift.shift;
    r->log_scale = scale.log;
    r->base = side_back(r->base.n, center, half_of(base, alpha), scale);
    r->head = side_back(r->head.n, center + shift.shift, half_of(head, alpha), scale);
    interval((struct auto_shift){turned, shift.se, shift.df, shift.caution}, r->p, alpha, &low,
             &high);
    double seen = (auto_quantile(alpha / shift.caution, shift.df) +
                   auto_quantile(2 * (1 - NOTICED), shift.df)) *
                  shift.se;
    if (scale.log) {
        r->change = expm1(turned);
        r->change_low = expm1(low);
        r->change_high = expm1(high);
        r->smallest_detectable_change = expm1(seen);
        return;
    }
    double unit = r->base.center;
    r->change = turned == 0 ? 0 : turned / unit;
    r->change_low = fmin(low / unit, high / unit);
    r->change_high = fmax(low / unit, high / unit);
    r->smallest_detectable_change = seen / fabs(unit);
}
