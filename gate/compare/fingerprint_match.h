/* May two recordings be compared? Their provenance says on what machine each was made. */
#ifndef GATE_COMPARE_FINGERPRINT_MATCH_H
#define GATE_COMPARE_FINGERPRINT_MATCH_H

#include "runners/recording/recording.h"

/* Both carry a session and it is the same: measured together, round by round. */
bool recordings_share_session(const struct recording *base, const struct recording *head);

/* NULL when the recordings may be compared: fingerprints equal, or not known on both sides, or one
 * session. Else which keys differ, e.g. "cpu (A / B), kernel (5.10 / 6.1)", in the arena. */
const char *fingerprint_difference(const struct recording *base, const struct recording *head,
                                   struct arena *arena);

/* The next `key=value` of a fingerprint line; words without `=` belong to the value before. False
 * at the end. */
struct fingerprint_field {
    struct text key, value;
};
bool fingerprint_next(struct text *rest, struct fingerprint_field *out);

#endif
