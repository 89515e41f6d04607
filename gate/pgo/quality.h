/* Is a profile good enough to be handed to a compiler? Facts about what was sampled in, reasons
 * against it out, each with its figures, what was asked for and what to do. */
#ifndef GATE_PGO_QUALITY_H
#define GATE_PGO_QUALITY_H

#include "runners/base/arena.h"

#include <stdbool.h>

/* What is asked for. The defaults are those of pgo_limits_init. */
struct pgo_limits {
    double samples;   /* told by line, at least: 20 000 */
    double lines;     /* share of the program's samples outside line 0 that are, at least: 0.9 */
    double line_zero; /* share of the program's samples that are at line 0, at most: 0.25; optimised
                         loops have up to 20 %, which no profile of lines can tell */
    double function;  /* share of them in one function, at most: 0.95 */
    double coverage;  /* share of the hot functions' samples that are in functions told by line, at
                         least: 0.9 */
    double stacks;    /* share of all stacks that are whole, at least, where calls count: 0.9 */
};

void pgo_limits_init(struct pgo_limits *limits);

/* Samples are weighted numbers of them. */
struct pgo_facts {
    double samples; /* of the program */
    double lines, line_zero;
    double largest; /* in one function */
    const char *largest_name;
    double hot, hot_told;   /* in functions that have 1 % or more; in those of them told by line */
    const char *hot_untold; /* the names of the others, or "" */
    bool needs_stacks;      /* what is written are calls */
    double stacks, whole_stacks; /* all samples; those whose stack has callers and is not cut */
    const char *losses;          /* where samples went that are not told by line, or "" */
    const char
        *binary; /* the file that was given, or NULL: none was, and builds are not compared */
    const char *binary_id, *sampled_id; /* build ids: the file's, and that of the newest profile */
};

struct pgo_reasons {
    const char **items;
    size_t count, capacity;
};

/* Adds a reason for each limit that is not kept; texts live in the arena. */
void pgo_quality(struct pgo_reasons *out, const struct pgo_facts *facts,
                 const struct pgo_limits *limits, struct arena *arena);

#endif
