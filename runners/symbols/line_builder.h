/* Functions and lines that are added to a profile: equal functions are one. */
#ifndef RUNNERS_SYMBOLS_LINE_BUILDER_H
#define RUNNERS_SYMBOLS_LINE_BUILDER_H

#include "runners/profile/profile.h"
#include "runners/symbols/debug_info.h"

/* A run of new lines; count 0: none. */
struct line_run {
    uint32_t start, count;
};

struct line_builder {
    struct profile *profile;
    struct arena *arena;
    struct line_run *of; /* by location; runs may be shared */
    struct profile_line *lines;
    size_t line_count, line_capacity, function_capacity;
    uint32_t *slots; /* hash table: function + 1, or 0 */
    size_t slot_mask, first_function;
    struct line_text *texts; /* the last ones, by where they are */
};

struct line_builder line_builder_new(struct profile *profile, struct arena *arena);

/* Before what frames point to is gone, and other texts may stand there. */
void line_builder_forget(struct line_builder *builder);

/* Frames, the innermost first, as a run of lines. */
struct line_run line_builder_add(struct line_builder *builder, const struct debug_frame *frames,
                                 size_t count);

/* Puts the new lines of each location in the place of its old ones. */
void line_builder_finish(struct line_builder *builder);

#endif
