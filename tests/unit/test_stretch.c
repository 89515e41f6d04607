#include "tests/unit/test.h"

#include "runners/sampler/stretch.h"

#include <sys/resource.h>
#include <time.h>

static double seconds_of(const char *const *argv, double share, int *status) {
    struct timespec start, end;
    struct pg_error err;
    clock_gettime(CLOCK_MONOTONIC, &start);
    assert_true(stretch_run(argv, share, status, &err));
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
}

static double cpu_of(int who) {
    struct rusage usage;
    getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* What computed for c seconds must have taken 4 c with three stopped for each that ran. No upper
 * bound, which a busy machine would break; a hundredth for the kernel's accounting by ticks. */
static void a_program_takes_longer_by_the_share(void **state) {
    (void)state;
    const char *const argv[] = {"sh", "-c", "i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done",
                                NULL};
    int status = 1;
    double before = cpu_of(RUSAGE_CHILDREN), own = cpu_of(RUSAGE_SELF);
    double took = seconds_of(argv, 3, &status);
    double worked = cpu_of(RUSAGE_CHILDREN) - before;
    assert_int_equal(status, 0);
    assert_true(took >= 4 * worked - 0.01);
    /* and somebody has worked for them, or a busy machine would make up for the stops */
    assert_true(cpu_of(RUSAGE_SELF) - own >= 3 * worked - 0.01);
}

static void the_exit_status_passes_through(void **state) {
    (void)state;
    int status = 0;
    const char *const seven[] = {"sh", "-c", "exit 7", NULL};
    seconds_of(seven, 0.5, &status);
    assert_int_equal(status, 7);
    const char *const killed[] = {"sh", "-c", "kill -9 $$", NULL};
    seconds_of(killed, 0, &status);
    assert_int_equal(status, 137);
}

static void a_missing_program_is_an_error(void **state) {
    (void)state;
    const char *const argv[] = {"/does/not/exist", NULL};
    struct pg_error err = {0};
    int status;
    assert_false(stretch_run(argv, 0.5, &status, &err));
    assert_int_equal(err.status, PG_CHILD);
    assert_non_null(strstr(err.text, "/does/not/exist: cannot start: No such file"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_takes_longer_by_the_share),
        cmocka_unit_test(the_exit_status_passes_through),
        cmocka_unit_test(a_missing_program_is_an_error),
    };
    return RUN_TESTS(tests);
}
