#include "gate/baseline/history.h"

#include "runners/sampler/child.h"

#include <stdlib.h>

enum { LINE_BYTES = 80 }; /* a commit's hex digits (SHA-256: 64) and a newline */

static const char *git(const char *folder, const char *const *argv, size_t limit,
                       struct arena *arena) {
    struct pg_error ignored;
    struct launched result;
    struct child_request request = {
        .argv = argv, .directory = folder, .timeout = 600, .output_limit = limit};
    if (!child_succeed(&request, &result, arena, &ignored))
        return NULL;
    struct text text = text_trim(result.output);
    return arena_strndup(arena, text.at, text.length);
}

#define GIT(folder, arena, ...)                                                                    \
    git((folder), (const char *const[]){"git", __VA_ARGS__, NULL}, 0, (arena))

bool history_known(const char *folder, struct arena *arena) {
    return history_commit(folder, "HEAD", arena) != NULL;
}

const char *history_commit(const char *folder, const char *revision, struct arena *arena) {
    if (!revision[0] || revision[0] == '-')
        return NULL;
    return GIT(folder, arena, "rev-parse", "--verify", "--quiet", "--end-of-options",
               arena_printf(arena, "%s^{commit}", revision));
}

/* A pull request is never taken for the branch whose name its author gave it: that may be "main".
 */
static const char *branch_of_ci(struct arena *arena) {
    static const char *const names[] = {"CI_COMMIT_BRANCH", "BUILDKITE_BRANCH", "CIRCLE_BRANCH",
                                        "BRANCH_NAME"};
    const char *type = getenv("GITHUB_REF_TYPE"), *name = getenv("GITHUB_REF_NAME");
    const char *source = getenv("GITHUB_HEAD_REF");
    if (source && source[0])
        return arena_printf(arena, "pull/%s", name ? name : source);
    if (type && strcmp(type, "branch") == 0 && name && name[0])
        return name;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        name = getenv(names[i]);
        if (name && name[0])
            return name;
    }
    return NULL;
}

const char *history_branch(const char *folder, struct arena *arena) {
    const char *name = GIT(folder, arena, "symbolic-ref", "--quiet", "--short", "HEAD");
    return name && name[0] ? name : branch_of_ci(arena);
}

bool history_changed(const char *folder, struct arena *arena) {
    const char *changes =
        GIT(folder, arena, "--no-optional-locks", "status", "--porcelain", "--untracked-files=no");
    return changes && changes[0];
}

bool history_shallow(const char *folder, struct arena *arena) {
    const char *answer = GIT(folder, arena, "rev-parse", "--is-shallow-repository");
    return answer && strcmp(answer, "true") == 0;
}

/* Where a commit left a branch. With both a local and a remote branch, the nearer of the two
 * counts: merge-base takes them as one. */
static const char *left_at(const char *folder, const char *commit, const char *branch,
                           struct arena *arena) {
    const char *remote =
        history_commit(folder, arena_printf(arena, "refs/remotes/origin/%s", branch), arena);
    const char *local = history_commit(folder, arena_printf(arena, "refs/heads/%s", branch), arena);
    if (!remote && !local)
        return commit;
    const char *first = remote ? remote : local;
    return GIT(folder, arena, "merge-base", commit, first, local ? local : first);
}

struct strings *history_before(const char *folder, const char *commit, const char *branch,
                               struct arena *arena) {
    const char *start = left_at(folder, commit, branch, arena);
    if (!start)
        return NULL;
    const char *limit = arena_printf(arena, "--max-count=%d", HISTORY_LIMIT);
    const char *const argv[] = {"git", "rev-list", "--date-order", limit, start, NULL};
    const char *lines = git(folder, argv, (size_t)HISTORY_LIMIT * LINE_BYTES, arena);
    if (!lines)
        return NULL;
    struct strings *out = strings_new(arena);
    struct text rest = text_of(lines), line;
    while (text_field(&rest, &line))
        strings_add(out, line);
    return out;
}
