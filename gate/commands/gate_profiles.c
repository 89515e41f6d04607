#include "gate/commands/gate_profiles.h"

#include "gate/commands/run_sampling.h"
#include "runners/base/out_file.h"
#include "runners/profile/pprof.h"

#include <stdlib.h>
#include <unistd.h>

static bool write_profile(const struct profile *profile, const char *path, struct arena *arena,
                          struct pg_error *err) {
    struct out_file file;
    if (!out_file_open(&file, path, arena, err))
        return false;
    bool good = pprof_write(file.stream, profile, arena, err) && out_file_commit(&file, err);
    out_file_abandon(&file);
    return good;
}

static const char *temporary(struct arena *arena, struct pg_error *err) {
    const char *base = getenv("TMPDIR");
    char *path = arena_printf(arena, "%s/perfgate.XXXXXX", base && *base ? base : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0) {
        pg_error_errno(err, "%.400s: cannot be made", path);
        return NULL;
    }
    close(fd);
    return path;
}

bool gate_profiles_make(struct gate_profiles *out, const struct gate_measuring *m,
                        struct recording *const *recordings, const char *folder, int stored,
                        struct pg_error *err) {
    struct arena *arena = m->session->arena;
    for (size_t i = 0; i < m->side_count; i++) {
        out->of[i] = run_sampling_profile(m->samplings[i], GATE_RATE, recordings[i]);
        if (!out->of[i] || (!folder && (int)i != stored))
            continue;
        out->paths[i] = folder ? arena_printf(arena, "%s/%s%s.pb.gz", folder, m->sides[i].label,
                                              out->again ? "-again" : "")
                               : temporary(arena, err);
        out->temporary[i] = folder ? NULL : out->paths[i];
        if (!out->paths[i] || !write_profile(out->of[i], out->paths[i], arena, err))
            return false;
    }
    return true;
}

void gate_profiles_end(struct gate_profiles *profiles) {
    for (size_t i = 0; i < GATE_SIDES; i++) {
        if (profiles->temporary[i])
            unlink(profiles->temporary[i]);
    }
}
