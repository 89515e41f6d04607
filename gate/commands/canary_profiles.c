#include "gate/commands/canary_profiles.h"
#include "runners/profile/profile_file.h"
#include "runners/profile/strip.h"
#include "runners/recording/recording.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- servers ---- */

static bool open_sources(struct canary_side *side, const struct remote_options *remote, int windows,
                         struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct remote_place place = {.name = side->option,
                                 .labels = &side->labels,
                                 .from = side->from,
                                 .until = side->until,
                                 .windows = windows};
    side->sources = ARENA_NEW(arena, struct remote_source *, side->operands.count);
    for (size_t i = 0; i < side->operands.count; i++) {
        struct remote_source *source;
        place.url = side->operands.items[i];
        if (!remote_is_url(place.url))
            continue;
        source = ARENA_NEW(arena, struct remote_source, 1);
        if (!remote_source_open(source, &place, remote, strings, arena, err))
            return false;
        side->sources[side->source_count++] = source;
    }
    return true;
}

/* Has it URLs, and those where its own options ask for them? */
static bool check_side(const struct canary_side *side, const struct remote_options *remote,
                       bool *urls, struct pg_error *err) {
    bool own = side->labels.count || side->from || side->until, has = false;
    for (size_t i = 0; i < side->operands.count; i++)
        has = has || remote_is_url(side->operands.items[i]);
    *urls = *urls || has;
    return !own || (has && (remote->pyroscope || remote->parca)) ||
           pg_error_set(err, PG_USAGE,
                        "%s-label, -from and -until: expected a URL after %s, and --pyroscope or "
                        "--parca",
                        side->option, side->option);
}

static bool is_alone(const struct canary_side *side) {
    struct stat status;
    const char *path = side->operands.items[0];
    return side->operands.count == 1 && !remote_is_url(path) &&
           !(stat(path, &status) == 0 && S_ISDIR(status.st_mode));
}

bool canary_profiles_check(struct canary_side sides[2], struct remote_options *remote, int windows,
                           struct strings *strings, struct arena *arena, struct pg_error *err) {
    bool urls = false;
    if (!check_side(&sides[0], remote, &urls, err) || !check_side(&sides[1], remote, &urls, err))
        return false;
    for (int i = 0; i < 2; i++)
        sides[i].alone = is_alone(&sides[i]);
    if (!urls && remote_options_given(remote))
        return pg_error_set(err, PG_USAGE,
                            "canary: options of servers, but neither --base nor --head has a URL");
    if (!urls && windows && !sides[0].alone && !sides[1].alone)
        return pg_error_set(err, PG_USAGE,
                            "--windows: neither --base nor --head is a URL or one file alone");
    if (!urls)
        return true;
    return remote_options_check(remote, arena, err) &&
           open_sources(&sides[0], remote, windows, strings, arena, err) &&
           open_sources(&sides[1], remote, windows, strings, arena, err);
}

/* ---- adding ---- */

struct adding {
    const struct canary_side *from;
    struct function_side *to;
    int windows; /* of a file that is alone */
    bool keep_paths;
};

static bool add_profile(const struct adding *a, struct profile *profile, const char *path,
                        struct pg_error *err) {
    if (!a->keep_paths)
        profile_strip_paths(profile, a->to->names->arena);
    return function_side_add(a->to, profile, path, err);
}

static bool add_windows(const struct adding *a, int window, struct pg_error *err) {
    struct profile *profile;
    for (size_t i = 0; i < a->from->source_count; i++) {
        const struct remote_source *source = a->from->sources[i];
        if (window <= (source->windows ? source->windows : 1) &&
            (!remote_source_take(&profile, source, window, err) ||
             !add_profile(a, profile, source->request.url, err)))
            return false;
    }
    return true;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static bool add_file(const struct adding *a, const char *path, struct pg_error *err) {
    struct profile *profile;
    return profile_read(&profile, path, a->to->names->strings, a->to->names->arena, err) &&
           add_profile(a, profile, path, err);
}

static bool has_rounds(const struct function_side *side) {
    for (size_t i = 0; i < side->slice_count; i++) {
        if (side->slices[i].count > 1)
            return true;
    }
    return false;
}

static bool add_lone_file(const struct adding *a, const char *path, struct pg_error *err) {
    struct profile_windows windows = {.wanted = a->windows};
    struct profile *profile;
    if (!profile_read_windows(&profile, path, &windows, a->to->names->strings, a->to->names->arena,
                              err))
        return false;
    bool good = add_profile(a, profile, path, err);
    a->to->window_sec = windows.each_sec;
    a->to->alone = windows.each_sec > 0 || !has_rounds(a->to);
    return good;
}

/* A recording, whose profile is in the folder, too. */
static bool is_beside(const char *file, struct arena *arena) {
    const char *profile = recording_profile_path(file, arena);
    return profile && access(profile, F_OK) == 0;
}

static bool add_folder(const struct adding *a, const char *path, struct pg_error *err) {
    struct dirent **names;
    int count = scandir(path, &names, is_visible, by_name);
    bool good = count >= 0 || pg_error_errno(err, "%.400s: cannot list", path);
    for (int i = 0; i < count; i++) {
        struct stat status;
        const char *file = arena_printf(a->to->names->arena, "%s/%s", path, names[i]->d_name);
        if (good && stat(file, &status) == 0 && S_ISREG(status.st_mode) &&
            !is_beside(file, a->to->names->arena))
            good = add_file(a, file, err);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    return good;
}

static bool add_files(const struct adding *a, struct pg_error *err) {
    for (size_t i = 0; i < a->from->operands.count; i++) {
        struct stat status;
        const char *path = a->from->operands.items[i];
        bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
        bool lone = a->from->alone && a->windows;
        if (!remote_is_url(path) && !(folder ? add_folder
                                      : lone ? add_lone_file
                                             : add_file)(a, path, err))
            return false;
    }
    return true;
}

bool canary_profiles_add(const struct canary_side sides[2], struct function_side *const out[2],
                         int windows, bool keep_paths, struct pg_error *err) {
    const struct adding both[2] = {{&sides[0], out[0], windows, keep_paths},
                                   {&sides[1], out[1], windows, keep_paths}};
    int most = 1;
    for (int i = 0; i < 2; i++) {
        if (!add_files(&both[i], err))
            return false;
        for (size_t s = 0; s < sides[i].source_count; s++)
            most = sides[i].sources[s]->windows > most ? sides[i].sources[s]->windows : most;
    }
    for (int window = 1; window <= most; window++) {
        if (!add_windows(&both[0], window, err) || !add_windows(&both[1], window, err))
            return false;
    }
    function_side_finish(out[0]);
    function_side_finish(out[1]);
    return true;
}
