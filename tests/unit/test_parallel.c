#include "tests/unit/test.h"

#include "runners/base/parallel.h"

#include <sched.h>
#include <sys/resource.h>

enum { PIECES = 10000 };

static void add_one(void *context, size_t piece) {
    ((unsigned *)context)[piece]++;
}

static void assert_each_done_once(void) {
    static const size_t counts[] = {0, 1, 2, 3, 100, PIECES};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        static unsigned done[PIECES + 1];
        memset(done, 0, sizeof done);
        parallel_for(counts[i], add_one, done);
        for (size_t k = 0; k <= PIECES; k++)
            assert_int_equal(done[k], k < counts[i]);
    }
}

static void every_piece_is_done_once(void **state) {
    (void)state;
    assert_each_done_once();
}

/* Numbers in the order in which they were put there. */
struct row {
    struct turns turns;
    size_t numbers[PIECES], count;
};

static void join_the_row(void *context, size_t piece) {
    struct row *row = context;
    for (int i = 0; i < (int)(piece % 3); i++)
        turns_wait(&row->turns, piece);
    turns_wait(&row->turns, piece);
    row->numbers[row->count++] = piece;
    turns_pass(&row->turns);
}

static void turns_come_in_order(void **state) {
    (void)state;
    static struct row row = {.turns = TURNS_FROM_FIRST};
    parallel_for(PIECES, join_the_row, &row);
    assert_int_equal(row.count, PIECES);
    for (size_t i = 0; i < PIECES; i++)
        assert_int_equal(row.numbers[i], i);
}

static void threads_follow_the_affinity_mask(void **state) {
    (void)state;
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    size_t allowed = (size_t)CPU_COUNT(&before);
    assert_int_equal(parallel_threads(), allowed < 8 ? allowed : 8);
    size_t cpu = 0;
    while (!CPU_ISSET(cpu, &before))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(parallel_threads(), 1);
    assert_each_done_once();
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* Address space is short, so that no further stack fits. The first test: a stack that was used once
 * is kept. Sanitizers need that space themselves. */
static void works_without_further_threads(void **state) {
    (void)state;
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    none = before;
    none.rlim_cur = 1024 * 1024;
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    assert_each_done_once();
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        cmocka_unit_test(works_without_further_threads),
#endif
        cmocka_unit_test(every_piece_is_done_once),
        cmocka_unit_test(turns_come_in_order),
        cmocka_unit_test(threads_follow_the_affinity_mask),
    };
    return RUN_TESTS(tests);
}
