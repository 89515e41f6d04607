/* Flat and cumulative values per function, as `go tool pprof -top` counts them: the value of a
 * sample is flat for the innermost function at its leaf (inlined ones too), and cumulative once for
 * every function on its stack, however often it is there. Functions of one name are one; what has
 * no name is one row per binary, `[name]`, or `<unknown>`. Sums wrap around at 64 bits, as pprof's.
 */
#ifndef RUNNERS_PROFILE_TALLY_H
#define RUNNERS_PROFILE_TALLY_H

#include "runners/profile/join_table.h"
#include "runners/profile/profile.h"

/* How a function comes to be called, as far as samples show it. */
enum tally_inlining { TALLY_ROOT = 0, TALLY_INLINED = 1, TALLY_CALLED = 2, TALLY_BOTH = 3 };

struct tally_row {
    uint32_t name; /* text */
    uint32_t seen; /* the sample that was counted last */
    int64_t flat, cum;
    int64_t line;  /* with by_line; else 0 */
    uint32_t file; /* text */
    bool may_be_inlined;
    uint8_t inlining; /* enum tally_inlining, with marks_inlined */
};

struct tally {
    struct strings *strings;
    struct arena *arena;
    struct tally_row *rows; /* in the order first seen until tally_finish */
    uint32_t row_count, row_capacity;
    uint32_t *row_of; /* text → row + 1, or 0 */
    size_t texts;
    uint32_t samples; /* counted until now */
    /* To be set before the first tally_add: a row for each line of a function, not for the whole of
     * it; `inlining` of each row is found out. */
    bool by_line, marks_inlined;
    bool any_inlined;
    struct join_table lines, calls;
    struct tally_call *called;
    uint32_t call_count, call_room;
};

/* What of a profile is counted: one of its sample types, the samples whose `skip` is false (NULL:
 * all), each value multiplied by `factor` (rounded half away from zero; 1 and -1 are exact). */
struct tally_part {
    const struct profile *profile; /* of the tally's strings */
    uint32_t type;
    const bool *skip;
    double factor;
};

struct tally *tally_new(struct strings *strings, struct arena *arena);
void tally_add(struct tally *tally, const struct tally_part *part);

/* The last call: drops rows without any value and sorts by |flat| (or |cum|), largest first, then
 * by name. */
void tally_finish(struct tally *tally, bool by_cum);

/* Sum of the absolute values of a type: what percentages refer to. */
int64_t tally_total(const struct profile *profile, uint32_t type);

#endif
