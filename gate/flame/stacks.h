/* The stacks of one profile, or of two beside each other: each distinct one once, in order. */
#ifndef GATE_FLAME_STACKS_H
#define GATE_FLAME_STACKS_H

#include "runners/profile/tally.h"

/* Sides of everything in this room. A profile alone is the new one. */
enum { FLAME_OLD, FLAME_NEW, FLAME_SIDES };

struct flame_sources {
    const struct tally_part *parts[FLAME_SIDES]; /* the old one may be NULL; factors do not count */
    const char *labels[FLAME_SIDES];             /* what people call them */
    const uint32_t *joined; /* by text: the name that it goes by on both sides; or NULL */
    uint32_t texts;         /* of `joined`; texts behind it keep their name */
};

/* Frames are indices into stacks.names, the root first. */
struct flame_stack {
    const uint32_t *frames;
    uint32_t depth;
    int64_t value[FLAME_SIDES];
};

struct flame_stacks {
    const struct strings *strings;
    const uint32_t *names; /* texts, in the order of their bytes */
    uint32_t name_count;
    struct flame_stack *items; /* in the order of their frames, a caller before what it calls */
    size_t count;
    int64_t total[FLAME_SIDES];
};

/* Joins the profiles by the names of their frames; inlined functions are frames of their own
 * (frame_names.h says what is called how). parts[FLAME_OLD] may be NULL; `labels` are for messages.
 * Of a part, `factor` is not looked at. Linear in the frames. PG_FORMAT for a negative value, which
 * a difference of profiles has: no frame can be drawn of it; PG_LIMIT for a sum beyond 64 bits or
 * more than 2^32 frames. */
bool flame_stacks_build(struct flame_stacks *out, const struct flame_sources *from,
                        struct arena *arena, struct pg_error *err);

#endif
