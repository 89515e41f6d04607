#include "gate/commands/pgo_builds.h"

#include "runners/base/log.h"
#include "runners/base/out_file.h"
#include "runners/sampler/child.h"
#include "runners/worktree.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE "{profile}"

/* ---- lines ---- */

const char *pgo_build_line(const char *build, const char *profile, struct arena *arena) {
    const char *line = "";
    for (const char *at; (at = strstr(build, PLACE)) != NULL; build = at + strlen(PLACE))
        line = arena_printf(arena, "%s%.*s%s", line, (int)(at - build), build, profile);
    return arena_printf(arena, "%s%s", line, build);
}

static bool is_edge(char c) {
    return strchr(" \t\n'\";&|()<>", c) != NULL; /* NUL, too */
}

const char *pgo_plain_line(const char *build, struct arena *arena) {
    static const char go[] = "-pgo=";
    const char *line = "";
    for (const char *at; (at = strstr(build, PLACE)) != NULL;) {
        const char *start = at, *end = at + strlen(PLACE);
        while (start > build && !is_edge(start[-1]))
            start--;
        while (!is_edge(*end))
            end++;
        bool of_go = strncmp(start, go, strlen(go)) == 0 || strncmp(start, "--pgo=", 6) == 0;
        line = arena_printf(arena, "%s%.*s%s", line, (int)(start - build), build,
                            of_go ? "-pgo=off" : "");
        build = end;
    }
    return arena_printf(arena, "%s%s", line, build);
}

/* ---- the control's profile ---- */

bool pgo_write_control(const char *path, const struct pgo_format *format, unsigned version,
                       struct arena *arena, struct pg_error *err) {
    struct out_file file = {0};
    struct strings *strings = strings_new(arena);
    struct source_profile *source = source_profile_new(strings, arena);
    struct source_frame frame = {.name = strings_add(strings, text_of("perfgate_control_")),
                                 .declared = 1,
                                 .site = {.offset = 1}};
    struct pgo_input input = {.source = source, .version = version};
    if (format->kind != PGO_SOURCE)
        return false;
    source_profile_add(source, &frame, 1, 1, 1);
    source_profile_finish(source);
    bool good = out_file_open(&file, path, arena, err) && format->write(file.stream, &input, err) &&
                out_file_commit(&file, err);
    out_file_abandon(&file);
    return good;
}

/* ---- building ---- */

static const char *const names[] = {
    [PGO_PLAIN] = "plain", [PGO_CONTROL] = "other", [PGO_TUNED] = "tuned"};

static bool keep(struct pgo_builds *b, enum pgo_build_kind kind, struct pg_error *err) {
    const char *kept = arena_printf(b->arena, "%s/%s", b->folder, names[kind]);
    const char *const argv[] = {"cp", "-p", "--", b->program, kept, NULL};
    struct child_request request = {.argv = argv};
    struct launched ignored;
    if (access(b->program, F_OK) != 0)
        return pg_error_set(err, PG_CHILD,
                            "%.200s did not make %.200s; --program FILE says what it makes",
                            b->commands[kind], b->program);
    if (!child_succeed(&request, &ignored, b->arena, err))
        return false;
    b->paths[kind] = kept;
    return true;
}

/* The program of the build before goes first, so that it is never taken for this one's. */
static bool build(struct pgo_builds *b, enum pgo_build_kind kind, struct pg_error *err) {
    static const char *const of[] = {[PGO_PLAIN] = "the program without the profile",
                                     [PGO_CONTROL] = "the control",
                                     [PGO_TUNED] = "the program with the profile"};
    const char *const argv[] = {"/bin/sh", "-c", b->commands[kind], NULL};
    struct worktree here = {.commit = of[kind], .path = ".", .directory = "."};
    pg_log(LOG_NOTE, "building %s: %s", of[kind], b->commands[kind]);
    unlink(b->program);
    return worktree_build(&here, argv, b->timeout, b->arena, err) && keep(b, kind, err);
}

bool pgo_builds_make(struct pgo_builds *b, struct pg_error *err) {
    const char *slash = strrchr(b->program, '/');
    char *folder = arena_printf(b->arena, "%.*s.perfgate-pgo.XXXXXX",
                                slash ? (int)(slash + 1 - b->program) : 0, b->program);
    if (!mkdtemp(folder))
        return pg_error_errno(err, "%.400s: cannot create a folder", folder);
    b->folder = folder;
    const char *before = arena_printf(b->arena, "%s/before", folder);
    if (rename(b->program, before) == 0)
        b->before = before;
    else if (errno != ENOENT)
        return pg_error_errno(err, "%.400s: cannot be put aside", b->program);
    if (!build(b, PGO_PLAIN, err))
        return false;
    if (b->commands[PGO_CONTROL] && !build(b, PGO_CONTROL, err)) {
        pg_log(LOG_WARNING, "%s; what the profile itself changed is not told apart", err->text);
        *err = (struct pg_error){0};
    }
    return build(b, PGO_TUNED, err);
}

void pgo_builds_end(struct pgo_builds *b) {
    if (!b->folder)
        return;
    const char *stays = b->paths[PGO_TUNED] ? b->paths[PGO_TUNED] : b->before;
    if (stays && rename(stays, b->program) != 0) {
        pg_log(LOG_WARNING, "%s: cannot be put back, and is left as %s", b->program, stays);
        return;
    }
    if (b->before)
        unlink(b->before);
    for (size_t i = 0; i < PGO_BUILDS; i++)
        unlink(arena_printf(b->arena, "%s/%s", b->folder, names[i]));
    if (rmdir(b->folder) != 0)
        pg_log(LOG_WARNING, "%s: cannot be removed", b->folder);
    b->folder = NULL;
}
