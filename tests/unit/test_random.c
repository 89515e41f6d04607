#include "stats/random.h"

#include "stats/summary.h"
#include "tests/unit/test.h"

/* Matsumoto & Nishimura's mt19937 with seed 4357, GSL's default: its first number is 4293858116. */
static void is_mt19937(void **state) {
    (void)state;
    gsl_rng *random = random_new(4357);
    assert_non_null(random);
    assert_int_equal(gsl_rng_get(random), 4293858116u);
    random_free(random);
    random_free(NULL);
}

static void below_is_uniform(void **state) {
    (void)state;
    gsl_rng *random = random_new(1);
    size_t counts[7] = {0};
    for (int i = 0; i < 70000; i++) {
        size_t at = random_below(random, 7);
        assert_in_range(at, 0, 6);
        counts[at]++;
    }
    for (size_t i = 0; i < 7; i++)
        assert_in_range(counts[i], 10000 - 400, 10000 + 400);
    random_free(random);
}

static void shuffle_is_a_uniform_permutation(void **state) {
    (void)state;
    gsl_rng *random = random_new(2);
    size_t first[5] = {0}, last[5] = {0};
    for (int i = 0; i < 50000; i++) {
        double x[] = {0, 1, 2, 3, 4};
        random_shuffle(random, x, 5);
        first[(size_t)x[0]]++;
        last[(size_t)x[4]]++;
        sort_values(x, 5);
        for (int j = 0; j < 5; j++)
            assert_true(x[j] == j);
    }
    for (size_t i = 0; i < 5; i++) {
        assert_in_range(first[i], 9600, 10400);
        assert_in_range(last[i], 9600, 10400);
    }
    random_free(random);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_mt19937),
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(shuffle_is_a_uniform_permutation),
    };
    return RUN_TESTS(tests);
}
