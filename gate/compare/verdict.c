#include "gate/compare/verdict.h"

const char *row_verdict_name(enum row_verdict verdict) {
    static const char *const names[] = {
#define X(name, text) [ROW_##name] = text,
        ROW_VERDICTS(X)
#undef X
    };
    return names[verdict];
}

const char *verdict_name(enum verdict verdict) {
    static const char *const names[] = {
#define X(name, text, code) [VERDICT_##name] = text,
        VERDICTS(X)
#undef X
    };
    return names[verdict];
}

int verdict_exit_code(enum verdict verdict) {
    static const int codes[] = {
#define X(name, text, code) [VERDICT_##name] = code,
        VERDICTS(X)
#undef X
    };
    return codes[verdict];
}

const char *reason_name(enum reason reason) {
    static const char *const names[] = {
#define X(name, text) [REASON_##name] = text,
        REASONS(X)
#undef X
    };
    return names[reason];
}
