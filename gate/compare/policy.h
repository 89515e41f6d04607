/* What the gate demands: filled from options and configuration once, then only read. */
#ifndef GATE_COMPARE_POLICY_H
#define GATE_COMPARE_POLICY_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/recording/recording.h"

enum correction { CORRECTION_BH, CORRECTION_HOLM, CORRECTION_NONE };
enum test_choice { TEST_AUTO, TEST_WELCH, TEST_WELCH_LOG, TEST_TRIMMED, TEST_MANN_WHITNEY };

/* Applies to rows whose benchmark and unit match both globs (NULL matches all); the last match that
 * sets a field wins. NaN / negative / UNKNOWN fields are unset. */
struct policy_rule {
    const char *benchmark, *unit;
    double threshold;      /* ratio, e.g. 0.05; NaN unset */
    double absolute_floor; /* in the base unit; |difference| must exceed it; NaN unset */
    double alpha;          /* NaN unset */
    enum better better;
    int gated;         /* 1 yes, 0 no (reported only), -1 unset */
    const char *where; /* "perfgate.yml:12" or "--threshold" for messages */
};

struct rename_rule {
    const char *from, *to; /* exact full names: baseline name → new name */
};

/* One line of a waiver file (waiver.h). */
struct waiver {
    const char *benchmark, *unit; /* exact */
    double ceiling;               /* ratio: the change up to which it waives */
    const char *expires;          /* YYYY-MM-DD; waives up to and including that day (UTC) */
    const char *reason;
    const char *where; /* file:line */
    bool expired, used;
};

struct policy {
    double threshold;  /* 0.05 */
    double alpha;      /* 0.05 */
    double confidence; /* of printed intervals: 0.95 */
    enum correction correction;
    enum test_choice test;
    bool strict;             /* any inconclusive row → exit 3 */
    bool ignore_fingerprint; /* override of the mismatch guard */
    struct policy_rule *rules;
    size_t rule_count, rule_capacity;
    const char **allow_missing; /* globs */
    size_t allow_missing_count, allow_missing_capacity;
    struct rename_rule *renames;
    size_t rename_count, rename_capacity;
    struct waiver *waivers;
    size_t waiver_count, waiver_capacity;
};

/* Defaults of DESIGN.md. */
void policy_init(struct policy *policy);

/* What holds for one row, all rules applied. */
struct row_policy {
    double threshold, absolute_floor, alpha;
    enum better better;
    bool gated;
    const char *where; /* of the rule that decided the threshold, or NULL */
};
struct row_policy policy_for(const struct policy *policy, const char *benchmark, const char *unit,
                             const struct unit_metadata *metadata);

const char *correction_name(enum correction correction);
const char *test_choice_name(enum test_choice choice);
bool test_choice_parse(const char *name, enum test_choice *out);
bool correction_parse(const char *name, enum correction *out);

#endif
