/* The baseline for a commit: the recordings of a branch that stand nearest before it and come from
 * an equal machine. */
#ifndef GATE_BASELINE_PICK_H
#define GATE_BASELINE_PICK_H

#include "gate/baseline/store.h"

/* Order: with ancestry, by git's history from the commit back (of the branch, where the repository
 * knows it), so that what the branch got since is not held against the commit; recordings of one
 * commit newest first. Without (no git, no repository, not wanted), newest first. Entries that are
 * damaged, regressed without being accepted, or broken are passed over and noted. An accepted entry
 * is a new level: what comes after it in this order is of the old one and ends the search, since a
 * history of two levels would take their difference for noise. */
struct pick_request {
    const char *branch;      /* whose recordings */
    const char *commit;      /* revision to find the baseline of; NULL: HEAD */
    bool without_commit;     /* recordings of the commit itself do not count */
    bool any_order;          /* do not ask git: newest first */
    const char *fingerprint; /* id that must be equal ("" for recordings without one); NULL: any */
    size_t history;          /* how many, at least 1 */
    const char *folder;      /* of the repository; NULL: here */
    const char *label;       /* of the recordings read; NULL: "baseline" */
    struct strings *strings;
};

struct pick {
    struct store_entry *entries; /* nearest first */
    const struct recording *
        *recordings; /* oldest first, as comparison_build wants them; all of one label */
    size_t count;
    bool none;          /* nothing found, and the branch has no recording at all */
    const char *why;    /* nothing found: why, and what would help */
    const char **notes; /* what was passed over and why, git's absence … */
    size_t note_count, note_capacity;
};

/* Nothing found is no error: count is 0 and why is set. Errors: PG_USAGE for a commit that git does
 * not know; PG_IO for a store that cannot be read. */
bool store_pick(const struct store *store, const struct pick_request *request, struct pick *out,
                struct pg_error *err);

/* "branches there: main, dev", "it is empty": for a branch that has nothing. */
const char *store_branches(const struct store *store);

#endif
