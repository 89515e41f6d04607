#include "gate/compare/noise_notes.h"

#include "runners/recording/unit.h"
#include "stats/summary.h"

#include <math.h>
#include <stdlib.h>

enum { FEWEST = 10, FEWEST_FOR_SHAPE = 20, TREND_MOST = 2000, NOTES_MOST = 10 };

/* Values ascending, in the caller's room; false when sorting has no memory. */
static bool sorted_copy(const double *values, size_t n, double *room) {
    memcpy(room, values, n * sizeof *room);
    return sort_values(room, n);
}

static double outlier_limit(const double *values, size_t n, double median, double *room) {
    for (size_t i = 0; i < n; i++)
        room[i] = fabs(values[i] - median);
    return median_of(room, n) * (3.5 / 0.6745);
}

static double outlier_share(const double *values, size_t n, double median, double limit) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += fabs(values[i] - median) > limit;
    return (double)count / (double)n;
}

static double trend(const double *values, const double *sorted, size_t n) {
    double s = 0, count = (double)n;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++)
            s += (values[j] > values[i]) - (values[j] < values[i]);
    }
    double variance = count * (count - 1) * (2 * count + 5);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && sorted[j] == sorted[i]; j++)
            continue;
        double ties = (double)(j - i);
        variance -= ties * (ties - 1) * (2 * ties + 5);
    }
    if (!(variance > 0))
        return NAN;
    return (s - (s > 0) + (s < 0)) / sqrt(variance / 18);
}

/* Midrank of a value among ascending ones. */
static double rank_in(const double *sorted, size_t n, double value) {
    size_t below = 0, above = n;
    while (below < above) {
        size_t middle = below + (above - below) / 2;
        if (sorted[middle] < value)
            below = middle + 1;
        else
            above = middle;
    }
    size_t end = below;
    while (end < n && sorted[end] == value)
        end++;
    return ((double)below + (double)end + 1) / 2;
}

static double autocorrelation(const double *values, const double *sorted, size_t n, double *room) {
    double mean = ((double)n + 1) / 2, products = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        room[i] = rank_in(sorted, n, values[i]) - mean;
        squares += room[i] * room[i];
        products += i ? room[i] * room[i - 1] : 0;
    }
    return products / squares;
}

/* Otsu's cut of ascending values. */
static void modes(const double *sorted, size_t n, struct series_noise *out) {
    double total = 0, squares = 0, low_sum = 0, best = -1;
    size_t cut = 0;
    double origin = sorted[0];
    for (size_t i = 0; i < n; i++) {
        total += sorted[i] - origin;
        squares += (sorted[i] - origin) * (sorted[i] - origin);
    }
    for (size_t k = 1; k < n; k++) {
        double low_n = (double)k, high_n = (double)(n - k);
        low_sum += sorted[k - 1] - origin;
        double apart = low_sum / low_n - (total - low_sum) / high_n;
        double between = low_n * high_n * apart * apart;
        if (between > best) {
            best = between;
            cut = k;
        }
    }
    double low = mean_of(sorted, cut) - origin, high = mean_of(sorted + cut, n - cut) - origin;
    double within = squares - (double)cut * low * low - (double)(n - cut) * high * high;
    double spread = sqrt(fmax(within, 0) / (double)(n - 2));
    double share = (double)(n - cut) / (double)n;
    if (share < 0.15 || share > 0.85 || !(high - low > 5 * spread))
        return;
    out->low_mode = low + origin;
    out->high_mode = high + origin;
    out->high_share = share;
}

/* A twentieth is left out at each end, so that a single far value cannot be a mode. */
static void shape(const double *sorted, size_t n, struct series_noise *out) {
    size_t out_of_sight = n / 20, left = n - 2 * out_of_sight;
    if (sorted[out_of_sight] == sorted[n - 1 - out_of_sight])
        return;
    modes(sorted + out_of_sight, left, out);
    out->high_share = (out->high_share * (double)left + (double)out_of_sight) / (double)n;
}

struct series_noise series_noise(const double *values, size_t n, struct arena *scratch) {
    struct series_noise out = {n, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (n < FEWEST)
        return out;
    double *sorted = ARENA_NEW(scratch, double, n), *room = ARENA_NEW(scratch, double, n);
    if (!sorted_copy(values, n, sorted) || sorted[0] == sorted[n - 1])
        return out;
    double median = quantile_sorted(sorted, n, 0.5);
    double limit = outlier_limit(values, n, median, room);
    out.outlier_share = outlier_share(values, n, median, limit);
    double first = median_of(values, n / 3), last = median_of(values + n - n / 3, n / 3);
    out.drift = last / first - 1;
    if (n >= FEWEST_FOR_SHAPE) {
        out.autocorrelation = autocorrelation(values, sorted, n, room);
        shape(sorted, n, &out);
    }
    size_t kept = n < TREND_MOST ? n : TREND_MOST;
    if (kept == n || sorted_copy(values + n - kept, kept, sorted))
        out.drift_z = trend(values + n - kept, sorted, kept);
    return out;
}

static const char *also(struct arena *arena, const char *text, const char *more) {
    return text ? arena_printf(arena, "%s; %s", text, more) : more;
}

const char *series_noise_text(const struct series_noise *noise, struct arena *arena) {
    const char *text = NULL;
    if (noise->outlier_share > 0.1 && !(noise->high_share > 0))
        text = also(
            arena, text,
            arena_printf(arena, "%.0f%% of the values are outliers", 100 * noise->outlier_share));
    if (fabs(noise->drift_z) > 3.29 && fabs(noise->drift) >= 0.01)
        text = also(arena, text,
                    arena_printf(arena, "drifted by %+.1f%% over the rounds", 100 * noise->drift));
    if (noise->autocorrelation > 0.3 && noise->autocorrelation > 2.58 / sqrt((double)noise->n))
        text = also(arena, text,
                    arena_printf(arena, "rounds resemble the one before (autocorrelation %.2f)",
                                 noise->autocorrelation));
    if (noise->high_share > 0)
        text = also(
            arena, text,
            arena_printf(arena, "two modes: %.0f%% of the values are %.1f%% above the others",
                         100 * noise->high_share, 100 * (noise->high_mode / noise->low_mode - 1)));
    return text;
}

/* How much a note matters when only some are shown. */
static double weight(const struct series_noise *noise) {
    double w = noise->outlier_share > 0.1 ? noise->outlier_share : 0;
    w += fabs(noise->drift_z) > 3.29 && fabs(noise->drift) >= 0.01 ? 1 : 0;
    w += noise->autocorrelation > 0.3 ? noise->autocorrelation : 0;
    return w + (noise->high_share > 0 ? 1 : 0);
}

struct weighed {
    double weight;
    uint32_t series;
    const char *text;
};

static int heavier_first(const void *a, const void *b) {
    const struct weighed *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return (x->series > y->series) - (x->series < y->series);
}

void noise_notes_add(struct recording *recording) {
    struct arena *arena = recording->arena;
    struct weighed *items = NULL;
    size_t count = 0, capacity = 0;
    for (uint32_t i = 0; i < recording->series_count; i++) {
        const struct series *series = &recording->series[i];
        const char *unit = strings_get(recording->strings, series->unit);
        if (!series->rounds || !unit_is_time(unit) || unit_is_informational(unit))
            continue;
        struct arena_mark mark = arena_mark(arena);
        struct series_noise noise = series_noise(series->values, series->count, arena);
        arena_reset(arena, mark);
        struct weighed item = {weight(&noise), i, series_noise_text(&noise, arena)};
        if (item.text)
            ARENA_PUSH(arena, items, count, capacity, item);
    }
    if (count)
        qsort(items, count, sizeof *items, heavier_first);
    for (size_t i = 0; i < count && i < NOTES_MOST; i++) {
        const struct series *series = &recording->series[items[i].series];
        recording_note(recording, NOTE_INFO, strings_get(recording->strings, series->name),
                       "%s: %s", strings_get(recording->strings, series->unit_written),
                       items[i].text);
    }
    if (count > NOTES_MOST)
        recording_note(recording, NOTE_INFO, NULL, "noise of %zu more series is not listed",
                       count - NOTES_MOST);
}
