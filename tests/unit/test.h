/* What every unit test includes. cmocka's assert_float_equal casts to float (1.00000000001 equals 1
 * at 1e-15), so it is poisoned here and assert_near takes its place. Units never skip: what depends
 * on the machine is a bats test. */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

#undef assert_float_equal
#undef assert_float_not_equal
#pragma GCC poison assert_float_equal assert_float_not_equal

/* Fails unless `got` is within `relative` of `want` (exactly equal counts; NaN never does, equal
 * infinities do). */
#define assert_near(got, want, relative)                                                           \
    assert_near_at((got), (want), (relative), __FILE__, __LINE__)
static inline void assert_near_at(double got, double want, double relative, const char *file,
                                  int line) {
    if (got == want)
        return;
    double scale = fabs(want) > 0 ? fabs(want) : 1;
    if (!(fabs(got - want) <= relative * scale)) {
        print_error("%s:%d: got %.17g, want %.17g (relative %.3g, allowed %.3g)\n", file, line, got,
                    want, fabs(got - want) / scale, relative);
        _fail(file, line);
    }
}

#define assert_nan(got) assert_true(isnan(got))

/* Runs a table of tests as TAP under prove, with GSL's aborting handler off as in the program. */
#define RUN_TESTS(tests)                                                                           \
    (gsl_set_error_handler_off(), cmocka_set_message_output(CM_OUTPUT_TAP),                        \
     cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL))

#endif
