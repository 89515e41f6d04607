/* Function verdicts of a comparison of recordings: from the profiles beside them. */
#ifndef GATE_FUNCTIONS_FUNCTION_COMPARE_H
#define GATE_FUNCTIONS_FUNCTION_COMPARE_H

#include "gate/compare/comparison.h"
#include "gate/functions/function_findings.h"

/* The smallest change that counts, as a share of a benchmark's whole cost. */
#define FUNCTION_FLOOR 0.005

/* Profiles at hand, of the recordings' strings, whose paths are stripped (profile_strip_paths)
 * unless policy->keep_paths; NULL: those in files beside the recordings. */
struct function_profiles {
    struct profile *base, *head;
};

/* Takes the profiles at hand, or reads NAME.pb.gz beside the NAME.txt of every base recording and
 * of the only head; where policy wants it and both sides have one, sets comparison->functions.
 * The policy's renames hold for the
 * base's profiles too. Samples are cut by the labels benchmark and round; a benchmark's time is
 * that of its row in cpu-sec/op, or in sec/op (gated ones first), or of its process. With
 * FUNCTIONS_GATE functions that regressed decide the verdict. What is in the way is a note; a
 * damaged profile is damaged input. */
void functions_compare(struct comparison *comparison, struct function_profiles at_hand);

/* A comparison of profiles alone, without rows. Regression: a function regressed. Broken: no slice
 * has samples on both sides. Inconclusive: no function is regressed, improved or same; with
 * policy->strict, any is inconclusive. The request must outlive it. */
void functions_alone(struct comparison *out, const struct function_request *request,
                     struct arena *arena);

/* The verdict of such a comparison, from what its functions add up to. */
void functions_alone_settle(struct comparison *comparison);

#endif
