/* What git says: which commit this is, which branch, what came before. Without git, or outside a
 * repository, nothing is known, and that is no error. */
#ifndef GATE_BASELINE_HISTORY_H
#define GATE_BASELINE_HISTORY_H

#include "runners/base/arena.h"
#include "runners/base/strings.h"

#include <stdbool.h>

/* Is the folder (NULL: here) in a repository that has a commit? */
bool history_known(const char *folder, struct arena *arena);

/* Full hex digits of a revision; NULL when git knows none. */
const char *history_commit(const char *folder, const char *revision, struct arena *arena);

/* The branch that is checked out, or that the CI system names when a commit is checked out by
 * itself (GITHUB_REF_NAME of a push, CI_COMMIT_BRANCH, BRANCH_NAME …; `pull/7/merge` for a pull
 * request of GitHub); NULL when neither knows. */
const char *history_branch(const char *folder, struct arena *arena);

/* Do files that git follows differ from the commit checked out? */
bool history_changed(const char *folder, struct arena *arena);

/* Is part of the history cut off (a shallow clone)? */
bool history_shallow(const char *folder, struct arena *arena);

/* A commit and the commits before it, nearest first, at most HISTORY_LIMIT. Where the repository
 * knows the branch (as origin/BRANCH or BRANCH), only from where the commit left it. The number of
 * a commit's hex digits in the set is its distance plus 1. NULL when git cannot say. */
enum { HISTORY_LIMIT = 20000 };
struct strings *history_before(const char *folder, const char *commit, const char *branch,
                               struct arena *arena);

#endif
