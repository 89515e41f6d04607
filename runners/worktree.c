#include "runners/worktree.h"

#include "runners/base/log.h"
#include "runners/sampler/child.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *git_line(const char *repository, const char *const *arguments, size_t count,
                            struct arena *arena, struct pg_error *err) {
    const char **argv = ARENA_NEW(arena, const char *, count + 2);
    struct launched result;
    argv[0] = "git";
    memcpy(argv + 1, arguments, count * sizeof *argv);
    struct child_request request = {
        .argv = argv, .directory = repository, .timeout = 600, .finish = true};
    if (!child_succeed(&request, &result, arena, err))
        return NULL;
    struct text line = text_trim(result.output);
    return arena_strndup(arena, line.at, line.length);
}

#define GIT(repository, arena, err, ...)                                                           \
    git_line((repository), (const char *const[]){__VA_ARGS__},                                     \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), (arena), (err))

/* "HEAD" is of a branch when one is checked out. */
static const char *branch_name(const char *repository, const char *revision, struct arena *arena) {
    struct pg_error ignored;
    const char *name = GIT(repository, arena, &ignored, "rev-parse", "--abbrev-ref", "--verify",
                           "--quiet", revision, "--");
    if (name && strchr(name, '\n'))
        name = arena_strndup(arena, name, (size_t)(strchr(name, '\n') - name));
    return name && *name && strcmp(name, "HEAD") != 0 && strcmp(name, "--") != 0 ? name : NULL;
}

static bool add_one(struct worktrees *trees, const char *revision, struct arena *arena,
                    struct pg_error *err) {
    struct worktree *tree = &trees->items[trees->count];
    if (revision[0] == '-' || revision[0] == '\0')
        return pg_error_set(err, PG_USAGE, "'%.100s' is not a git revision", revision);
    tree->commit = GIT(trees->repository, arena, err, "rev-parse", "--verify", "--quiet",
                       "--end-of-options", arena_printf(arena, "%s^{commit}", revision));
    if (!tree->commit)
        return pg_error_set(err, PG_CHILD, "%.200s: git knows no such revision in %.400s", revision,
                            trees->repository);
    tree->branch = branch_name(trees->repository, revision, arena);
    tree->path = arena_printf(arena, "%s/side%04zu", trees->folder, trees->count + 1);
    tree->directory = arena_printf(arena, "%s/%s", tree->path, trees->prefix);
    if (!GIT(trees->repository, arena, err, "worktree", "add", "--detach", "--force", "--quiet",
             tree->path, tree->commit))
        return false;
    trees->count++;
    return true;
}

bool worktrees_add(struct worktrees *out, const char *repository, const char *const *revisions,
                   size_t count, struct arena *arena, struct pg_error *err) {
    const char *base = getenv("TMPDIR");
    char *folder = arena_printf(arena, "%s/perfgate.XXXXXX", base && *base ? base : "/tmp");
    memset(out, 0, sizeof *out);
    const char *top = GIT(repository, arena, err, "rev-parse", "--show-toplevel");
    const char *prefix = top ? GIT(repository, arena, err, "rev-parse", "--show-prefix") : NULL;
    if (!prefix)
        return false;
    if (!mkdtemp(folder))
        return pg_error_errno(err, "%.400s: cannot create a folder", folder);
    *out = (struct worktrees){top, prefix, folder, ARENA_NEW(arena, struct worktree, count), 0};
    for (size_t i = 0; i < count; i++) {
        if (!add_one(out, revisions[i], arena, err)) {
            worktrees_remove(out, arena);
            return false;
        }
    }
    return true;
}

bool worktree_build(const struct worktree *tree, const char *const *argv, double timeout,
                    struct arena *arena, struct pg_error *err) {
    struct child_request request = {.argv = argv, .directory = tree->directory, .timeout = timeout};
    struct launched result;
    if (!child_run(&request, &result, arena, err))
        return false;
    const char *reason = spawn_reason(&result.process, timeout, arena);
    if (!reason)
        return true;
    if (result.output.length)
        pg_log(LOG_ERROR, "the build printed:\n%s", launched_end(result.output, arena));
    if (result.error.length)
        pg_log(LOG_ERROR, "the build printed on stderr:\n%s", launched_end(result.error, arena));
    return pg_error_set(err, PG_CHILD, "build of %.40s failed: %s", tree->commit, reason);
}

void worktrees_remove(struct worktrees *trees, struct arena *arena) {
    struct pg_error err;
    if (!trees->folder)
        return;
    for (size_t i = 0; i < trees->count; i++) {
        if (!GIT(trees->repository, arena, &err, "worktree", "remove", "--force", "--force",
                 trees->items[i].path))
            pg_log(LOG_WARNING, "%s", err.text);
    }
    if (rmdir(trees->folder) != 0)
        pg_log(LOG_WARNING, "%s: cannot be removed", trees->folder);
    *trees = (struct worktrees){0};
}
