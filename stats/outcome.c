#include "stats/outcome.h"

const char *outcome_text(enum outcome outcome) {
    switch (outcome) {
    case OUTCOME_OK:
        return "decided";
    case OUTCOME_TOO_FEW:
        return "too few values";
    case OUTCOME_CONSTANT_EQUAL:
        return "no variance on either side, and equal";
    case OUTCOME_CONSTANT_DIFFERENT:
        return "no variance on either side, and different";
    case OUTCOME_OUT_OF_RANGE:
        return "a value is not finite or too large or small to square";
    case OUTCOME_NOT_POSITIVE:
        return "a value is not above zero";
    case OUTCOME_BAD_ARGUMENT:
        return "an argument is out of range";
    case OUTCOME_NO_MEMORY:
        return "out of memory";
    }
    return "unknown outcome";
}
