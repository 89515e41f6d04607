/* A profile: stacks with values, as pprof knows them. Everything is a flat array, and everything
 * refers to everything else by a 32-bit index into its array; texts are numbers of a string set
 * (runners/base/strings.h, number 0 is ""). All arrays live in the arena of their maker. */
#ifndef RUNNERS_PROFILE_PROFILE_H
#define RUNNERS_PROFILE_PROFILE_H

#include "runners/base/error.h"
#include "runners/base/strings.h"

#define PROFILE_NONE UINT32_MAX /* no mapping, no sample type */

/* "cpu" in "nanoseconds". */
struct profile_type {
    uint32_t name, unit;
};

/* A part of the address space. The has_… flags say that symbols were looked up already. */
struct profile_mapping {
    uint64_t start, limit, offset;
    uint32_t file, build_id;
    bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
};

struct profile_function {
    uint32_t name, system_name, file;
    int64_t start_line;
    bool in_repository; /* profile_strip_paths made the file a path in it */
};

/* A place in a function; of a location's lines the first is the innermost inlined one. */
struct profile_line {
    uint32_t function;
    int64_t line, column;
};

/* An instruction. Without lines it is not symbolised. */
struct profile_location {
    uint64_t address;
    uint32_t mapping; /* or PROFILE_NONE */
    bool folded;      /* several functions may share this code */
};

/* key = text, or key = number in a unit when text is 0. */
struct profile_label {
    uint32_t key, text, unit;
    int64_t number;
};

struct profile {
    struct strings *strings;
    struct profile_type *types;
    struct profile_type period_type;
    int64_t period, time_ns, duration_ns;
    uint32_t default_type, drop_frames, keep_frames, doc_url; /* texts */
    uint32_t *comments;
    size_t type_count, comment_count;

    size_t sample_count, mapping_count, location_count, function_count;
    /* Of sample i: values[i × type_count …], the leaf first frames[stack_start[i] …
     * stack_start[i + 1]), labels[label_start[i] … label_start[i + 1]). */
    int64_t *values;
    uint32_t *stack_start, *frames; /* frames are locations */
    uint32_t *label_start;
    struct profile_label *labels;
    struct profile_mapping *mappings;
    struct profile_location *locations;
    uint32_t *line_start; /* of location i: lines[line_start[i] … line_start[i + 1]) */
    struct profile_line *lines;
    struct profile_function *functions;
};

/* An empty profile, whose start arrays hold their one 0. */
struct profile *profile_new(struct strings *strings, struct arena *arena);

/* True when every index is within its array, ranges follow each other and samples have types. What
 * a reader or merge returns passes; err names the first thing that does not. */
bool profile_check(const struct profile *profile, struct pg_error *err);

/* Index of the type that tools show: the default type by name, else the last; PROFILE_NONE without
 * types. */
uint32_t profile_shown_type(const struct profile *profile);

/* Index of the type of that name; PROFILE_NONE when there is none. */
uint32_t profile_find_type(const struct profile *profile, struct text name);

#endif
