/* The functions that profiles of two builds name, joined by function_name() and numbered. */
#ifndef GATE_FUNCTIONS_FUNCTION_NAMES_H
#define GATE_FUNCTIONS_FUNCTION_NAMES_H

#include "runners/profile/frame_names.h"

struct function_names {
    struct strings *strings;
    struct arena *arena;
    struct function_known {
        uint32_t name, file; /* texts; file 0: not known */
        uint32_t line;       /* of the head, where file is one of the repository; 0: not known */
    } * items;
    uint32_t count, capacity;
    uint32_t joined;   /* names that were not what the profile says */
    uint32_t *of_text; /* text → number + 1, or 0 */
    size_t texts;
};
struct function_names *function_names_new(struct strings *strings, struct arena *arena);

/* Frame names of a profile (which must share the strings) as function numbers. */
struct frame_names function_names_frames(struct function_names *names,
                                         const struct profile *profile);

/* Learns the source files of a profile's functions; what was learnt first stays. */
void function_names_files(struct function_names *names, const struct profile *profile);

/* Learns the lines of declarations, and files anew, of the functions in files of the repository. */
void function_names_lines(struct function_names *names, const struct profile *profile);

#endif
