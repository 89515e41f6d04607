#include "stats/rank.h"

#include "stats/rank_null.h"
#include "tests/unit/test.h"

#include "tests/unit/stats_sample.h"

static struct rank_workspace *workspace;

static int open_workspace(void **state) {
    (void)state;
    workspace = rank_workspace_new();
    return workspace ? 0 : -1;
}

static int close_workspace(void **state) {
    (void)state;
    rank_workspace_free(workspace);
    return 0;
}

static void sum_agrees_with_r(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/rank_sum.tsv");
    size_t exact_ties = 0;
    while (table_next(&r)) {
        size_t base_n = table_count(&r, 0), head_n = table_count(&r, 1);
        uint32_t seed = (uint32_t)r.number[3];
        double *base = sample_new(r.text[2], base_n, seed, 1, 0, 0);
        double *head = sample_new(r.text[2], head_n, seed + 500000, 1, 0, r.number[4]);
        struct mann_whitney test = mann_whitney_test(base, base_n, head, head_n, workspace);
        struct mann_whitney again = mann_whitney_test(base, base_n, head, head_n, NULL);
        assert_memory_equal(&test.p, &again.p, sizeof test.p);
        if (test.outcome != OUTCOME_CONSTANT_EQUAL)
            assert_int_equal(test.outcome, OUTCOME_OK);
        assert_int_equal(test.exact, r.number[5] > 0);
        assert_near(test.u, r.number[6], 1e-14);
        assert_near(test.p, r.number[7], 1e-12);
        assert_near(test.p_greater, r.number[8], 1e-12);
        assert_near(test.p_less, r.number[9], 1e-12);
        exact_ties += test.exact && test.ties;
        struct shift_estimate shift = hodges_lehmann(base, base_n, head, head_n, 0.95, workspace);
        if (!isnan(r.number[10])) {
            assert_near(1 + shift.shift - r.number[10], 1, 1e-12);
            assert_near(shift.low, r.number[11], 1e-12);
            assert_near(shift.high, r.number[12], 1e-12);
        }
        assert_true(shift.low <= shift.shift && shift.shift <= shift.high);
        free(base);
        free(head);
    }
    assert_true(r.rows > 100);
    assert_true(exact_ties >= 16);
}

static void signed_agrees_with_r(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/signed_rank.tsv");
    while (table_next(&r)) {
        size_t n = table_count(&r, 0);
        uint32_t seed = (uint32_t)r.number[2];
        double *base = sample_new(r.text[1], n, seed, 1, 0, 0);
        double *head = sample_new(r.text[1], n, seed + 500000, 1, 0, r.number[3]);
        struct signed_rank test = signed_rank_test(base, head, n);
        assert_int_equal(test.outcome, OUTCOME_OK);
        assert_int_equal(test.exact, r.number[4] > 0);
        assert_int_equal(test.used, table_count(&r, 5));
        assert_near(test.v, r.number[6], 0);
        assert_near(test.p, r.number[7], 1e-12);
        assert_near(test.p_greater, r.number[8], 1e-12);
        assert_near(test.p_less, r.number[9], 1e-12);
        free(base);
        free(head);
    }
    assert_true(r.rows > 30);
}

/* The library that benchstat uses, run: fixtures/stats/make_benchstat.go. Its binomials are exp of
 * lgamma. */
static void p_benchstat_is_benchstats(void **state) {
    (void)state;
    struct table r = table_open("fixtures/stats/benchstat_ranks.tsv");
    size_t lopsided = 0;
    while (table_next(&r)) {
        size_t base_n = table_count(&r, 0), head_n = table_count(&r, 1);
        uint32_t seed = (uint32_t)r.number[3];
        double *base = sample_new("uniform", base_n, seed, r.number[2], 0, 0);
        double *head = sample_new("uniform", head_n, seed + 500000, r.number[2], 0, 0);
        for (size_t i = 0; i < base_n; i++)
            base[i] = floor(base[i]);
        for (size_t i = 0; i < head_n; i++)
            head[i] = floor(head[i]);
        struct mann_whitney test = mann_whitney_test(base, base_n, head, head_n, workspace);
        if (test.outcome == OUTCOME_CONSTANT_EQUAL)
            assert_string_equal(r.text[4], "equal");
        else
            assert_near(test.p_benchstat, r.number[4], 1e-11);
        assert_true(test.p > 0 && test.p <= 1);
        lopsided += fabs(test.p - test.p_benchstat) > 1e-6;
        free(base);
        free(head);
    }
    assert_int_equal(r.rows, 60);
    assert_true(lopsided > 5);
}

/* Mann & Whitney (1947), table I, n = 5: P(U <= u), m down. */
static void published_untied(void **state) {
    (void)state;
    static const double table[5][6] = {{.167, .333, .500, .667, 1, 1},
                                       {.047, .095, .190, .286, .429, .571},
                                       {.018, .036, .071, .125, .196, .286},
                                       {.008, .016, .032, .056, .095, .143},
                                       {.004, .008, .016, .028, .048, .075}};
    for (size_t m = 2; m <= 5; m++)
        for (size_t u = 0; u < 6; u++) {
            assert_near(1 + rank_untied(workspace, m, 5)[u], 1 + table[m - 1][u], 6e-4);
            assert_near(rank_untied(workspace, 5, m)[u], rank_untied(workspace, m, 5)[u], 0);
        }
    for (size_t m = 1; m <= 50; m += 7) {
        const double *at_most = rank_untied(workspace, m, 50);
        assert_near(at_most[m * 50], 1, 1e-14);
        for (size_t u = 0; u < m * 50; u++)
            assert_near(at_most[u] + at_most[m * 50 - u - 1], 1, 1e-13);
    }
}

/* Klotz (1966), JASA 61:772-787, table 1: 5 of 10 with these runs of equal values; W = U + 25 / 2.
 */
static void published_tied(void **state) {
    (void)state;
    static const int group[] = {1, 1, 2, 1, 1, 2, 1, 1};
    static const double table[][2] = {{12.5, .003968}, {13.5, .007937}, {15.0, .023810},
                                      {16.5, .047619}, {17.5, .071429}, {18.0, .087302},
                                      {19.0, .134921}, {19.5, .138889}};
    const double *below = rank_tied(workspace, 5, 5, group, 8);
    for (size_t i = 0; i < 8; i++) {
        size_t twice_u = (size_t)(2 * table[i][0] - 25);
        assert_near(below[twice_u + 1] / below[51], table[i][1], 2e-4);
    }
    assert_near(below[51], 252, 0);
}

/* Without ties the two distributions are one. */
static void tied_table_of_single_values(void **state) {
    (void)state;
    int group[50];
    for (size_t i = 0; i < 50; i++)
        group[i] = 1;
    for (size_t m = 1; m <= 25; m += 4)
        for (size_t n = 1; n <= 25; n += 6) {
            const double *below = rank_tied(workspace, m, n, group, m + n);
            const double *at_most = rank_untied(workspace, m, n);
            for (size_t u = 0; u <= m * n; u++)
                assert_near(below[2 * u + 1] / below[2 * m * n + 1], at_most[u], 1e-13);
        }
}

/* Every run pattern of 12 values, more than the workspace has slots: mean and variance of U are
 * known for each, m n / 2 and m n / 12 (N + 1 - sum(t^3 - t) / (N (N - 1))). Twice, so that some
 * come from memory. */
static void every_tie_pattern_has_its_own_table(void **state) {
    (void)state;
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned cuts = 0; cuts < 2048; cuts++) {
            int group[12] = {1};
            size_t groups = 1;
            for (unsigned i = 0; i < 11; i++)
                if (cuts >> i & 1)
                    group[groups++] = 1;
                else
                    group[groups - 1]++;
            double correction = 0;
            for (size_t g = 0; g < groups; g++)
                correction += pow(group[g], 3) - group[g];
            const double *below = rank_tied(workspace, 5, 7, group, groups);
            double total = below[71], mean = 0, square = 0;
            assert_near(total, 792, 0); /* C(12, 5) */
            for (int s = 0; s <= 70; s++) {
                double share = (below[s + 1] - below[s]) / total;
                mean += share * s / 2;
                square += share * s * s / 4;
            }
            assert_near(mean, 17.5, 1e-13);
            assert_near(1 + square - mean * mean, 1 + 35.0 / 12 * (13 - correction / 132), 1e-12);
        }
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A quarter of the values are equal, so that the correction for ties shows in the rank. */
static void normal_interval_with_ties(void **state) {
    (void)state;
    size_t m = 60, n = 70;
    double *base = sample_new("heavy", m, 15, 1, 0, 0),
           *head = sample_new("heavy", n, 16, 1, 0, 0.8);
    double *all = malloc(m * n * sizeof *all), tied = 0;
    for (size_t i = 0; i < m; i++)
        tied += (base[i] = fmax(base[i], -1)) == -1;
    for (size_t j = 0; j < n; j++)
        tied += (head[j] = fmax(head[j], -1)) == -1;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            all[i * n + j] = head[j] - base[i];
    qsort(all, m * n, sizeof *all, by_value);
    double correction = tied * tied * tied - tied, size = (double)(m + n);
    double pairs = (double)(m * n);
    double untied = sqrt(pairs / 12 * (size + 1));
    double deviation = sqrt(pairs / 12 * (size + 1 - correction / (size * (size - 1))));
    size_t rank = (size_t)floor(pairs / 2 - 2.5758293035489004 * deviation);
    size_t uncorrected = (size_t)floor(pairs / 2 - 2.5758293035489004 * untied);
    struct shift_estimate shift = hodges_lehmann(base, m, head, n, 0.99, workspace);
    assert_near(shift.low, all[rank - 1], 0);
    assert_near(shift.high, all[m * n - rank], 0);
    assert_near(shift.shift, (all[m * n / 2 - 1] + all[m * n / 2]) / 2, 0);
    assert_near(shift.confidence, 0.99, 1e-3);
    assert_true(all[rank - 1] != all[uncorrected - 1]);
    free(base);
    free(head);
    free(all);
}

static void swapping_and_monotone_maps(void **state) {
    (void)state;
    static const char *const shapes[] = {"ties", "heavy"};
    for (uint32_t i = 0; i < 60; i++) {
        size_t base_n = 1 + i % 30, head_n = 1 + (i * 7) % 33;
        const char *shape = shapes[i % 2];
        double *base = sample_new(shape, base_n, i, 1, 0, 0);
        double *head = sample_new(shape, head_n, 77 + i, 1, 0, i % 4 == 1 ? 0.3 : 0);
        struct mann_whitney a = mann_whitney_test(base, base_n, head, head_n, workspace);
        struct mann_whitney b = mann_whitney_test(head, head_n, base, base_n, workspace);
        assert_near(a.u + b.u, (double)(base_n * head_n), 0);
        assert_near(a.p, b.p, 1e-12);
        assert_near(a.p_greater, b.p_less, 1e-12);
        struct shift_estimate s = hodges_lehmann(base, base_n, head, head_n, 0.9, workspace);
        struct shift_estimate t = hodges_lehmann(head, head_n, base, base_n, 0.9, workspace);
        assert_near(1 + s.shift, 1 - t.shift, 1e-12);
        assert_near(s.low, -t.high, 1e-12);
        assert_near(s.confidence, t.confidence, 0);
        for (size_t j = 0; j < base_n; j++)
            base[j] = atan(base[j]);
        for (size_t j = 0; j < head_n; j++)
            head[j] = atan(head[j]);
        struct mann_whitney c = mann_whitney_test(base, base_n, head, head_n, workspace);
        assert_near(c.u, a.u, 0);
        assert_near(c.p, a.p, 0);
        free(base);
        free(head);
    }
}

static void hodges_lehmann_moves_with_the_data(void **state) {
    (void)state;
    double base[] = {1, 2, 4, 8, 16, 32, 64}, head[] = {3, 5, 9, 17, 33, 65, 129};
    struct shift_estimate a = hodges_lehmann(base, 7, head, 7, 0.95, workspace);
    for (size_t i = 0; i < 7; i++)
        head[i] += 1000;
    struct shift_estimate b = hodges_lehmann(base, 7, head, 7, 0.95, workspace);
    assert_near(b.shift, a.shift + 1000, 0);
    assert_near(b.low, a.low + 1000, 0);
    assert_near(b.high, a.high + 1000, 0);
    assert_true(b.confidence >= 0.95 && b.confidence < 1);
    /* 2 against 2 can promise no more than 2/3. */
    struct shift_estimate few = hodges_lehmann(base, 2, head, 2, 0.95, workspace);
    assert_near(few.confidence, 1 - 2.0 / 6, 1e-14);
    assert_near(few.low, 1001, 0);
    assert_near(few.high, 1004, 0);
}

static void smallest_p(void **state) {
    (void)state;
    double base[9], head[9];
    for (size_t n = 1; n <= 9; n++) {
        base[n - 1] = (double)n;
        head[n - 1] = 100 + (double)n;
        struct mann_whitney test = mann_whitney_test(base, n, head, n, workspace);
        assert_near(mann_whitney_smallest_p(n), test.p, 1e-14);
    }
    assert_near(mann_whitney_smallest_p(4), 0.02857142857142857, 1e-14);
    assert_near(mann_whitney_smallest_p(0), 1, 0);
}

static void bad_input_has_an_outcome(void **state) {
    (void)state;
    const double good[] = {1, 2, 3}, same[] = {2, 2, 2}, wild[] = {1, NAN, 3};
    const double vast[] = {-1.5e308, 0, 1.5e308};
    assert_int_equal(mann_whitney_test(good, 0, good, 3, workspace).outcome, OUTCOME_TOO_FEW);
    assert_nan(mann_whitney_test(good, 3, good, 0, NULL).p);
    assert_int_equal(mann_whitney_test(good, 3, wild, 3, NULL).outcome, OUTCOME_OUT_OF_RANGE);
    struct mann_whitney equal = mann_whitney_test(same, 3, same, 3, workspace);
    assert_int_equal(equal.outcome, OUTCOME_CONSTANT_EQUAL);
    assert_near(equal.p, 1, 0);
    assert_int_equal(hodges_lehmann(good, 0, good, 3, 0.95, NULL).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(hodges_lehmann(good, 3, good, 3, 1, NULL).outcome, OUTCOME_BAD_ARGUMENT);
    assert_int_equal(hodges_lehmann(good, 3, wild, 3, 0.9, NULL).outcome, OUTCOME_OUT_OF_RANGE);
    assert_int_equal(hodges_lehmann(vast, 3, vast, 3, 0.9, NULL).outcome, OUTCOME_OUT_OF_RANGE);
    assert_int_equal(hodges_lehmann(same, 3, same, 3, 0.9, NULL).outcome, OUTCOME_CONSTANT_EQUAL);
    assert_int_equal(signed_rank_test(good, good, 3).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(signed_rank_test(good, good, 0).outcome, OUTCOME_TOO_FEW);
    assert_int_equal(signed_rank_test(good, wild, 3).outcome, OUTCOME_OUT_OF_RANGE);
    rank_workspace_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sum_agrees_with_r),
        cmocka_unit_test(signed_agrees_with_r),
        cmocka_unit_test(p_benchstat_is_benchstats),
        cmocka_unit_test(published_untied),
        cmocka_unit_test(published_tied),
        cmocka_unit_test(tied_table_of_single_values),
        cmocka_unit_test(every_tie_pattern_has_its_own_table),
        cmocka_unit_test(normal_interval_with_ties),
        cmocka_unit_test(swapping_and_monotone_maps),
        cmocka_unit_test(hodges_lehmann_moves_with_the_data),
        cmocka_unit_test(smallest_p),
        cmocka_unit_test(bad_input_has_an_outcome),
    };
    gsl_set_error_handler_off();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name(__FILE__, tests, open_workspace, close_workspace);
}
