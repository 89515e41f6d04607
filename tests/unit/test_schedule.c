#include "tests/unit/test.h"

#include "runners/schedule.h"

static void sides_alternate_and_come_back(void **state) {
    (void)state;
    struct schedule schedule = {ORDER_ABBA, 3, 1};
    size_t sides[3];
    for (uint32_t round = 1; round <= 6; round++) {
        schedule_round(&schedule, round, sides, 0);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(sides[i], round % 2 ? i : 2 - i);
    }
}

static void a_shuffle_is_fair_and_repeats_with_its_seed(void **state) {
    (void)state;
    struct schedule one = {ORDER_SHUFFLE, 4, 99}, two = {ORDER_SHUFFLE, 4, 99};
    size_t a[4], b[4], seen[4][4] = {{0}};
    enum { ROUNDS = 4000 };
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        assert_int_equal(schedule_round(&one, round, a, 4096),
                         schedule_round(&two, round, b, 4096));
        assert_memory_equal(a, b, sizeof a);
        for (size_t i = 0; i < 4; i++)
            seen[i][a[i]]++;
    }
    /* 1000 expected in each place, standard deviation 27: five of them. */
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++)
            assert_in_range(seen[i][j], 863, 1137);
    }
}

static void padding_covers_its_range(void **state) {
    (void)state;
    struct schedule schedule = {ORDER_ABBA, 1, 7};
    size_t side;
    uint32_t least = UINT32_MAX, most = 0;
    double sum = 0;
    for (uint32_t round = 1; round <= 10000; round++) {
        uint32_t padding = schedule_round(&schedule, round, &side, 4096);
        assert_true(padding <= 4096);
        least = padding < least ? padding : least;
        most = padding > most ? padding : most;
        sum += padding;
    }
    assert_true(least < 20 && most > 4076);
    assert_near(sum / 10000, 2048, 0.03);
    assert_int_equal(schedule_round(&schedule, 1, &side, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides_alternate_and_come_back),
        cmocka_unit_test(a_shuffle_is_fair_and_repeats_with_its_seed),
        cmocka_unit_test(padding_covers_its_range),
    };
    return RUN_TESTS(tests);
}
