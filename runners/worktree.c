#include "runners/worktree.h"

#include "runners/base/log.h"
#include "runners/profile/path_strip.h"
#include "runners/sampler/child.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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
    tree->path = arena_printf(arena, "%s/" TREE_SIDE "%04zu", trees->folder, trees->count + 1);
    tree->directory = arena_printf(arena, "%s/%s", tree->path, trees->prefix);
    if (!GIT(trees->repository, arena, err, "worktree", "add", "--detach", "--force", "--quiet",
             tree->path, tree->commit))
        return false;
    trees->count++;
    return true;
}

static void remove_tree(const char *repository, const char *path, struct arena *arena) {
    struct pg_error err;
    if (!GIT(repository, arena, &err, "worktree", "remove", "--force", "--force", path))
        pg_log(LOG_WARNING, "%s", err.text);
}

/* The lock ends with the process, whatever ends that. -1: somebody else has it, or there is none
 * to be had on this file system. */
static int lock_folder(const char *folder) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void remove_left_behind(const char *repository, struct arena *arena) {
    static const char key[] = "worktree ";
    struct pg_error ignored;
    const char *line = GIT(repository, arena, &ignored, "worktree", "list", "--porcelain");
    for (const char *end; line; line = *end ? end + 1 : NULL) {
        end = strchrnul(line, '\n');
        const char *path = arena_strndup(arena, line, (size_t)(end - line));
        if (strncmp(path, key, sizeof key - 1) != 0)
            continue;
        path += sizeof key - 1;
        if (fnmatch("*/" TREE_FOLDER "*/" TREE_SIDE "[0-9][0-9][0-9][0-9]", path, 0) != 0)
            continue;
        const char *folder = arena_strndup(arena, path, (size_t)(strrchr(path, '/') - path));
        int lock = lock_folder(folder);
        if (lock < 0)
            continue;
        pg_log(LOG_NOTE, "%s: left by a process that was killed; is removed", path);
        remove_tree(repository, path, arena);
        rmdir(folder);
        close(lock);
    }
}

bool worktrees_add(struct worktrees *out, const char *repository, const char *const *revisions,
                   size_t count, struct arena *arena, struct pg_error *err) {
    const char *base = getenv("TMPDIR");
    char *folder = arena_printf(arena, "%s/" TREE_TEMPLATE, base && *base ? base : "/tmp");
    memset(out, 0, sizeof *out);
    const char *top = GIT(repository, arena, err, "rev-parse", "--show-toplevel");
    const char *prefix = top ? GIT(repository, arena, err, "rev-parse", "--show-prefix") : NULL;
    if (!prefix)
        return false;
    remove_left_behind(top, arena);
    if (!mkdtemp(folder))
        return pg_error_errno(err, "%.400s: cannot create a folder", folder);
    *out = (struct worktrees){.repository = top,
                              .prefix = prefix,
                              .folder = folder,
                              .items = ARENA_NEW(arena, struct worktree, count),
                              .lock = lock_folder(folder)};
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
    if (!trees->folder)
        return;
    for (size_t i = 0; i < trees->count; i++)
        remove_tree(trees->repository, trees->items[i].path, arena);
    if (rmdir(trees->folder) != 0)
        pg_log(LOG_WARNING, "%s: cannot be removed", trees->folder);
    if (trees->lock >= 0)
        close(trees->lock);
    *trees = (struct worktrees){0};
}
