#include "gate/commands/gate_profiles.h"

#include "gate/commands/run_sampling.h"
#include "runners/profile/profile_file.h"

#include <stdlib.h>
#include <unistd.h>

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
        if (!out->paths[i] || !profile_write(out->paths[i], out->of[i], arena, err))
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
