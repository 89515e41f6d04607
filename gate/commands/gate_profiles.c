#include "gate/commands/gate_profiles.h"

#include "gate/commands/run_sampling.h"
#include "runners/profile/merge.h"
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

static uint32_t benchmark_of(const struct profile *p, size_t sample) {
    for (uint32_t l = p->label_start[sample]; l < p->label_start[sample + 1]; l++) {
        if (strcmp(strings_get(p->strings, p->labels[l].key), "benchmark") == 0)
            return p->labels[l].text;
    }
    return 0;
}

static bool is_chosen(const struct gate_measuring *m, const bool *chosen, const char *name) {
    size_t i = 0;
    while (i < m->count && !(chosen[i] && gate_entry_is(m, i, name)))
        i++;
    return i < m->count;
}

/* Leaves the samples of the chosen entries, or those of all others, as they are; the rest becomes
 * 0, which a merge leaves out. */
static void keep(struct profile *p, const struct gate_measuring *m, const bool *chosen,
                 bool wanted) {
    uint32_t last = 0;
    bool is = is_chosen(m, chosen, "");
    for (size_t i = 0; i < p->sample_count; i++) {
        uint32_t benchmark = benchmark_of(p, i);
        if (benchmark != last)
            is = is_chosen(m, chosen, strings_get(p->strings, benchmark));
        last = benchmark;
        if (is != wanted)
            memset(p->values + i * p->type_count, 0, p->type_count * sizeof *p->values);
    }
}

bool gate_profiles_replace(struct gate_profiles *first, const struct gate_profiles *fresh,
                           const struct gate_measuring *m, const bool *chosen,
                           struct pg_error *err) {
    struct arena *arena = m->session->arena;
    size_t head = m->side_count - 1;
    struct profile *old, *new, *joined;
    if (!first->paths[head] || !fresh->paths[head])
        return true;
    /* the files, since those in memory lose their paths where they are compared */
    if (!profile_read(&old, first->paths[head], m->strings, arena, err) ||
        !profile_read(&new, fresh->paths[head], m->strings, arena, err))
        return false;
    keep(old, m, chosen, false);
    keep(new, m, chosen, true);
    const struct profile *parts[] = {old, new};
    if (!first->temporary[head])
        first->temporary[head] = temporary(arena, err);
    first->paths[head] = first->temporary[head];
    return first->paths[head] && profile_merge(&joined, parts, 2, arena, err) &&
           profile_write(first->paths[head], joined, arena, err);
}

void gate_profiles_end(struct gate_profiles *profiles) {
    for (size_t i = 0; i < GATE_SIDES; i++) {
        if (profiles->temporary[i])
            unlink(profiles->temporary[i]);
    }
}
