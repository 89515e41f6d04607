/* Revisions of a git repository checked out side by side, to build and to measure them. */
#ifndef RUNNERS_WORKTREE_H
#define RUNNERS_WORKTREE_H

#include "runners/base/arena.h"
#include "runners/base/error.h"

struct worktree {
    const char *path; /* of the checked-out tree */
    const char
        *directory; /* in it, what the current folder is in the repository: to build and run in */
    const char *commit; /* 40 (or 64) hex digits */
    const char *branch; /* the name given, when it is a branch; or NULL */
};

/* A folder that holds the trees of one session. */
struct worktrees {
    const char *repository; /* top folder of the repository */
    const char *prefix;     /* the current folder in it, "" or ending in / */
    const char *folder;     /* temporary, below TMPDIR or /tmp */
    struct worktree *items;
    size_t count;
    int lock; /* of the folder, held while the trees are in use */
};

/* Checks out `count` revisions (anything `git rev-parse` knows), each in a folder of the same path
 * length below one temporary folder. `repository` NULL is the current one. Errors: PG_CHILD with
 * git's message; nothing is left behind then. Trees of this repository that a killed process left
 * (their folder is not locked any more) are removed first. */
bool worktrees_add(struct worktrees *out, const char *repository, const char *const *revisions,
                   size_t count, struct arena *arena, struct pg_error *err);

/* Runs a build command (NULL-terminated) in a tree. Errors: PG_CHILD with the end of what it
 * printed. `timeout` in seconds, 0: none. */
bool worktree_build(const struct worktree *tree, const char *const *argv, double timeout,
                    struct arena *arena, struct pg_error *err);

/* Removes trees and folder again, also from git's list. Harmless on a zeroed struct. What cannot be
 * removed is named in a warning. */
void worktrees_remove(struct worktrees *trees, struct arena *arena);

#endif
