/* What was sampled in the functions of one build, by symbol and distance in bytes. */
#ifndef RUNNERS_PGO_SYMBOL_COUNTS_H
#define RUNNERS_PGO_SYMBOL_COUNTS_H

#include "runners/pgo/source_fold.h"

struct symbol_count {
    const char *name; /* unique in the program: unique_names.h */
    uint64_t offset;
    double count;
};

struct symbol_counts {
    struct symbol_count *items; /* by name, then offset */
    size_t count, capacity;
};

/* Adds the counts of a build, and to the account what is in functions and in none. The names live
 * in the arena. */
void symbol_counts_add(struct symbol_counts *out, struct source_account *account,
                       const struct address_counts *counts, Elf *elf, struct arena *arena);

/* Sorts, makes equal places one, and finds the largest function. */
void symbol_counts_finish(struct symbol_counts *counts, struct source_account *account,
                          struct strings *strings);

#endif
