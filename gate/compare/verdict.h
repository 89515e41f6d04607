/* Row verdicts and overall verdicts with their exit codes: the one table that README, JSON and
 * tests share. */
#ifndef GATE_COMPARE_VERDICT_H
#define GATE_COMPARE_VERDICT_H

#define ROW_VERDICTS(X)                                                                            \
    X(REGRESSED, "regressed")                                                                      \
    X(IMPROVED, "improved")                                                                        \
    X(SAME, "same")                                                                                \
    X(INCONCLUSIVE, "inconclusive")                                                                \
    X(NEW, "new")                                                                                  \
    X(MISSING, "missing")                                                                          \
    X(INCOMPARABLE, "incomparable")                                                                \
    X(FAILED, "failed")                                                                            \
    X(WAIVED, "waived")

enum row_verdict {
#define X(name, text) ROW_##name,
    ROW_VERDICTS(X)
#undef X
        ROW_VERDICT_COUNT
};
const char *row_verdict_name(enum row_verdict verdict);

#define VERDICTS(X)                                                                                \
    X(PASS, "pass", 0)                                                                             \
    X(REGRESSION, "regression", 1)                                                                 \
    X(USAGE, "usage", 2)                                                                           \
    X(INCONCLUSIVE, "inconclusive", 3)                                                             \
    X(BROKEN, "broken", 4)

enum verdict {
#define X(name, text, code) VERDICT_##name,
    VERDICTS(X)
#undef X
};
const char *verdict_name(enum verdict verdict);
int verdict_exit_code(enum verdict verdict);

/* Why a verdict is broken, as in the report's `reason`; REASON_NONE is null there. In order of
 * precedence. */
#define REASONS(X)                                                                                 \
    X(NONE, 0)                                                                                     \
    X(IO, "io")                                                                                    \
    X(DAMAGED_INPUT, "damaged-input")                                                              \
    X(NO_BASELINE, "no-baseline")                                                                  \
    X(FINGERPRINT, "fingerprint")                                                                  \
    X(FAILED_ROWS, "failed-rows")                                                                  \
    X(NOTHING_COMPARABLE, "nothing-comparable")                                                    \
    X(MISSING_ROWS, "missing-rows")

enum reason {
#define X(name, text) REASON_##name,
    REASONS(X)
#undef X
};
const char *reason_name(enum reason reason); /* NULL for REASON_NONE */

#endif
