/* A flame graph in words, for titles, tooltips and notes; not yet escaped for any language. */
#ifndef GATE_FLAME_FLAME_TEXT_H
#define GATE_FLAME_FLAME_TEXT_H

#include "gate/flame/flame.h"

/* "old.pb.gz → new.pb.gz", or the one label. */
const char *flame_title(const struct flame *flame, struct arena *arena);

/* "cpu per round: 1.20s → 1.33s (+10.83%), 20 and 20 rounds". */
const char *flame_summary(const struct flame *flame, struct arena *arena);

/* What stands beside the picture: what was joined, what is gone, what the widths mean. NULL behind
 * the last. */
enum { FLAME_NOTES = 7 };
void flame_notes(const char *out[FLAME_NOTES], const struct flame *flame, struct arena *arena);

/* Name, total, self and share of a frame, old → new, and what a test said of its function. */
const char *flame_words(const struct flame *flame, const struct flame_frame *frame,
                        struct arena *arena);

#endif
