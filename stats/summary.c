#include "stats/summary.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stats/double_key.h"
#include "stats/tdist.h"

#define EXCHANGE_LIMIT 24
#define INSERTION_LIMIT 64
#define STACK_VALUES 256
#define EXACT_LIMIT 30 /* benchstat's: larger samples take the normal approximation */

static void insertion_sort(double *values, size_t n) {
    for (size_t i = 1; i < n; i++) {
        double value = values[i];
        size_t j = i;
        for (; j > 0 && values[j - 1] > value; j--)
            values[j] = values[j - 1];
        values[j] = value;
    }
}

/* Insertion that always goes through to the front: for few values that is quicker than guessing
 * wrong where to stop. */
static void exchange_sort(double *values, size_t n) {
    for (size_t i = 1; i < n; i++) {
        double value = values[i];
        for (size_t j = i; j-- > 0;) {
            double other = values[j];
            values[j + 1] = other > value ? other : value;
            value = other > value ? value : other;
        }
        values[0] = value;
    }
}

/* Eight passes of a byte each, less those in which all bytes are equal. */
static bool radix_sort(double *values, size_t n) {
    uint64_t *keys = malloc(2 * n * sizeof *keys);
    if (!keys)
        return false;
    uint64_t *from = keys, *to = keys + n;
    size_t counts[8][256] = {{0}};
    for (size_t i = 0; i < n; i++) {
        from[i] = double_key(values[i]);
        for (unsigned byte = 0; byte < 8; byte++)
            counts[byte][from[i] >> (8 * byte) & 255]++;
    }
    for (unsigned byte = 0; byte < 8; byte++) {
        if (counts[byte][from[0] >> (8 * byte) & 255] == n)
            continue;
        size_t start = 0;
        for (unsigned digit = 0; digit < 256; digit++) {
            size_t count = counts[byte][digit];
            counts[byte][digit] = start;
            start += count;
        }
        for (size_t i = 0; i < n; i++)
            to[counts[byte][from[i] >> (8 * byte) & 255]++] = from[i];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 0; i < n; i++)
        values[i] = double_of_key(from[i]);
    free(keys);
    return true;
}

static bool is_sorted(const double *values, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (!(values[i - 1] <= values[i]))
            return false;
    return true;
}

bool sort_values(double *values, size_t n) {
    if (is_sorted(values, n))
        return true;
    if (n > INSERTION_LIMIT)
        return radix_sort(values, n);
    (n > EXCHANGE_LIMIT ? insertion_sort : exchange_sort)(values, n);
    return true;
}

/* The running form cannot overflow where the sum does. */
static double running_mean(const double *values, size_t n) {
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += values[i] / (double)n;
    return mean;
}

/* Sums of d and d^2, d = value - origin, by halves: summed in a row, 10 000 values that repeat lose
 * four digits. */
struct power_sums {
    double first, second;
};

static struct power_sums power_sums(const double *values, size_t n, double origin) {
    struct power_sums sums = {0, 0};
    if (n <= 32) {
        for (size_t i = 0; i < n; i++) {
            double d = values[i] - origin;
            sums.first += d;
            sums.second += d * d;
        }
        return sums;
    }
    struct power_sums left = power_sums(values, n / 2, origin);
    struct power_sums right = power_sums(values + n / 2, n - n / 2, origin);
    return (struct power_sums){left.first + right.first, left.second + right.second};
}

struct moments moments_of(const double *values, size_t n) {
    struct moments m = {n, NAN, NAN, NAN, NAN, NAN, NAN};
    if (n == 0)
        return m;
    double sum = 0, min = values[0], max = values[0];
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    m.min = isnan(sum) ? sum : min;
    m.max = isnan(sum) ? sum : max;
    if (min == max && isfinite(min) && !isnan(sum)) {
        m.mean = m.origin = min;
        m.offset = 0;
        m.variance = n > 1 ? 0 : NAN;
        return m;
    }
    m.origin = isinf(sum) ? running_mean(values, n) : sum / (double)n;
    struct power_sums sums = power_sums(values, n, m.origin);
    m.offset = sums.first / (double)n;
    m.mean = m.origin + m.offset;
    m.variance = (sums.second - sums.first * m.offset) / (double)(n - 1);
    return m;
}

double mean_of(const double *values, size_t n) {
    return moments_of(values, n).mean;
}

double variance_of(const double *values, size_t n) {
    return moments_of(values, n).variance;
}

double quantile_sorted(const double *sorted, size_t n, double q) {
    if (n == 0 || isnan(q))
        return NAN;
    if (q <= 0)
        return sorted[0];
    if (q >= 1)
        return sorted[n - 1];
    double whole, fraction = modf(1 / 3.0 + q * ((double)n + 1 / 3.0), &whole);
    if (whole < 1)
        return sorted[0];
    size_t k = (size_t)whole;
    if (k >= n)
        return sorted[n - 1];
    return sorted[k - 1] + fraction * (sorted[k] - sorted[k - 1]);
}

double median_of(const double *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            return NAN;
    if (is_sorted(values, n))
        return quantile_sorted(values, n, 0.5);
    double few[STACK_VALUES], *copy = n <= STACK_VALUES ? few : malloc(n * sizeof *copy);
    if (!copy)
        return NAN;
    memcpy(copy, values, n * sizeof *copy);
    double median = sort_values(copy, n) ? quantile_sorted(copy, n, 0.5) : NAN;
    if (copy != few)
        free(copy);
    return median;
}

/* C(n, k) / 2^n for n <= 30, exact. */
static double half_binomial(int n, int k) {
    if (k < 0 || k > n)
        return 0;
    double choose = 1;
    for (int i = 1; i <= k; i++)
        choose = choose * (n - k + i) / i;
    return ldexp(choose, -n);
}

/* Above n = 20 benchstat computes C(n, k) as exp(lgamma…), whose rounding makes some equal
 * neighbours unequal. Bit k of row n - 21 is set where its right neighbour n - k then looks
 * likelier than its left neighbour k. */
static const unsigned rounds_right[] = {0x0094, 0x0494, 0x0094, 0x0894, 0x0494,
                                        0x0494, 0x2c94, 0x3494, 0x24f4, 0x65f4};

static bool goes_left(int n, int left, double before, double after) {
    if (before == after && n > 20 && left > 0)
        return !(rounds_right[n - 21] >> (left - 1) & 1);
    return before >= after;
}

static struct order_interval exact_orders(int n, double confidence) {
    int left = (n + 2) / 2 - 1, right = left + 1; /* intervals [left, right) are covered */
    double covered = half_binomial(n, left);
    double before = half_binomial(n, left - 1), after = half_binomial(n, right);
    bool ambiguous = after == covered;
    while (covered < confidence && (before > 0 || after > 0)) {
        ambiguous = before == after;
        if (goes_left(n, left, before, after)) {
            covered += before;
            left--;
            before = half_binomial(n, left - 1);
        } else {
            covered += after;
            right++;
            after = half_binomial(n, right);
        }
    }
    return (struct order_interval){(size_t)left, (size_t)right, covered, ambiguous};
}

static double band(double left, double right, double mean, double deviation) {
    return normal_upper_tail((left - 0.5 - mean) / deviation) -
           normal_upper_tail((right - 0.5 - mean) / deviation);
}

static struct order_interval normal_orders(size_t n, double confidence) {
    double mean = (double)n / 2, deviation = sqrt((double)n) / 2;
    double below = mean - normal_upper_quantile((1 - confidence) / 2) * deviation;
    double left = floor(below - 0.5) + 1, right = ceil(2 * mean - below - 0.5) + 1;
    struct order_interval interval = {0, 0, band(left, right, mean, deviation), false};
    double narrower = band(left, right - 1, mean, deviation);
    if (narrower >= confidence && narrower < interval.confidence) {
        interval.confidence = narrower;
        interval.ambiguous = true;
        right--;
    }
    if (left <= 0 && right >= (double)n + 1) {
        interval.confidence = 1;
        interval.ambiguous = false;
    }
    interval.low_order = left < 0 ? 0 : (size_t)left;
    interval.high_order = right > (double)n + 1 ? n + 1 : (size_t)right;
    return interval;
}

struct order_interval median_orders(size_t n, double confidence) {
    if (n == 0 || isnan(confidence))
        return (struct order_interval){0, n + 1, NAN, false};
    if (confidence >= 1)
        return (struct order_interval){0, n + 1, 1, false};
    if (n <= EXACT_LIMIT)
        return exact_orders((int)n, confidence);
    return normal_orders(n, confidence > 0 ? confidence : 0);
}

struct median_interval median_interval_sorted(const double *sorted, size_t n, double confidence) {
    if (n == 0)
        return (struct median_interval){NAN, NAN, NAN, NAN};
    struct order_interval orders = median_orders(n, confidence);
    return (struct median_interval){
        quantile_sorted(sorted, n, 0.5),
        orders.low_order < 1 ? -INFINITY : sorted[orders.low_order - 1],
        orders.high_order > n ? INFINITY : sorted[orders.high_order - 1],
        orders.confidence,
    };
}

size_t median_interval_needs(double confidence) {
    for (size_t n = 2; n <= 50; n++) {
        struct order_interval orders = median_orders(n, confidence);
        if (orders.low_order > 0 && orders.high_order <= n)
            return n;
    }
    return 0;
}

double geometric_mean(const double *values, size_t n) {
    if (n == 0)
        return NAN;
    double mean = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(values[i] > 0))
            return NAN;
        mean += (log(values[i]) - mean) / (double)(i + 1);
    }
    return exp(mean);
}

bool log_values(const double *values, size_t n, double *logs) {
    for (size_t i = 0; i < n; i++) {
        if (!(values[i] > 0 && isfinite(values[i])))
            return false;
        logs[i] = log(values[i]);
    }
    return true;
}
