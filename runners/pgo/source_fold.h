/* From addresses to lines: what was sampled in one build, by its debug information or, when the
 * build is gone, by what the profile has kept of it. */
#ifndef RUNNERS_PGO_SOURCE_FOLD_H
#define RUNNERS_PGO_SOURCE_FOLD_H

#include "runners/pgo/address_counts.h"
#include "runners/pgo/source_profile.h"
#include "runners/symbols/module.h"

/* Where the samples went; all but the last two add up to `samples`. */
struct source_account {
    double samples;
    double outside;        /* in other programs and libraries, the kernel, or of no address */
    double nameless;       /* in no function */
    double without_lines;  /* in a function without debug information */
    double line_zero;      /* in code that the compiler gave no line */
    double other_compiler; /* in functions that another compiler than the wanted one has made */
    double lines;          /* told by line */
    double largest;        /* in the function with most of them, with what is inlined into it */
    uint32_t largest_name; /* text */
};

/* Adds `from` to `account`; the largest function is for source_account_finish to find. */
void source_account_add(struct source_account *account, const struct source_account *from);
void source_account_finish(struct source_account *account, const struct source_profile *profile);

/* Adds what was sampled in the build to an empty profile, and to the account. The module is the
 * build's file. Where there are branch stacks, lines count what ran between branches, not samples,
 * functions know how often they were called, and lines whom they called. Functions of compilers
 * other than `compiler` are left out (DEBUG_COMPILER_OTHER: none is). */
void source_fold(struct source_profile *into, struct source_account *account,
                 const struct address_counts *counts, struct module *module,
                 enum debug_compiler compiler);

/* The same by functions, start lines and lines of the profile, where there are no discriminators
 * and nobody knows the compiler. */
void source_fold_names(struct source_profile *into, struct source_account *account,
                       const struct address_counts *counts);

#endif
