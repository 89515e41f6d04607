#include "gate/commands/run_sampling.h"

#include "runners/profile/pprof.h"
#include "runners/sampler/rings.h"
#include "runners/symbols/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

bool run_sampling_open(struct run_sampling *out, struct run_sides *sides, struct plan *plan,
                       const struct sampling_options *options, struct pg_error *err) {
    struct arena *arena = sides->arena;
    *out = (struct run_sampling){.files = ARENA_NEW(arena, struct out_file, sides->count),
                                 .paths = ARENA_NEW(arena, const char *, sides->count),
                                 .count = sides->count};
    plan->sampling = (struct plan_sampling){(enum sampler)options->sampler,
                                            (enum stack)options->stack,
                                            options->rate,
                                            (uint32_t)options->rounds,
                                            options->slice,
                                            options->branches};
    for (size_t i = 0; i < out->count; i++) {
        out->paths[i] = recording_profile_path(sides->recordings[i]->path, arena);
        if (!out->paths[i] && options->sampler != SAMPLER_AUTO && options->sampler != SAMPLER_NONE)
            return pg_error_set(err, PG_USAGE,
                                "--sampler: %.300s is no file NAME.txt that a profile could "
                                "stand beside",
                                sides->recordings[i]->path);
        if (!out->paths[i] || options->sampler == SAMPLER_NONE)
            continue;
        if (!out_file_open(&out->files[i], out->paths[i], arena, err))
            return false;
        sides->sides[i].sampling = sampling_new(sides->strings, arena);
    }
    return true;
}

/* With names, and a note for each binary that has not all of them. */
static void name_functions(struct profile *profile, struct recording *r) {
    for (uint32_t i = 0; i < profile->mapping_count; i++) {
        struct profile_mapping *mapping = &profile->mappings[i];
        const char *file = strings_get(profile->strings, mapping->file);
        if (!mapping->build_id) /* an old kernel, or sampled from inside */
            mapping->build_id =
                strings_add(profile->strings, text_of(symbols_build_id(file, r->arena)));
    }
    const struct symbols_result *results =
        symbols_resolve(profile, &(struct symbols_options){.debug_root = NULL}, r->arena);
    for (uint32_t i = 0; i < profile->mapping_count; i++) {
        const char *note = symbols_note(profile, &results[i], i, r->arena);
        if (note)
            recording_note(r, NOTE_INFO, NULL, "%s", note);
    }
}

struct profile *run_sampling_profile(const struct sampling *sampling, double rate,
                                     struct recording *r) {
    if (!sampling || sampling_counts(sampling).samples == 0)
        return NULL;
    struct profile *profile = sampling_profile(sampling, (int64_t)ring_period(rate), r->arena);
    name_functions(profile, r);
    recording_set(r, "profile", "yes");
    return profile;
}

bool run_sampling_write(struct run_sampling *sampling, struct run_sides *sides,
                        const struct plan *plan, struct pg_error *err) {
    for (size_t i = 0; i < sampling->count; i++) {
        struct profile *profile = run_sampling_profile(sides->sides[i].sampling,
                                                       plan->sampling.rate, sides->recordings[i]);
        struct out_file *file = &sampling->files[i];
        if (profile &&
            (!pprof_write(file->stream, profile, sides->arena, err) || !out_file_commit(file, err)))
            return false;
        if (!profile && sampling->paths[i] && unlink(sampling->paths[i]) != 0 && errno != ENOENT)
            return pg_error_errno(err, "%.400s: cannot remove the profile of an earlier recording",
                                  sampling->paths[i]);
    }
    return true;
}

void run_sampling_tell(const struct run_sampling *sampling, const struct run_sides *sides,
                       FILE *out) {
    for (size_t i = 0; i < sampling->count; i++) {
        const struct recording *r = sides->recordings[i];
        const char *slowdown = recording_get(r, "sampling-slowdown");
        if (!recording_get(r, "profile"))
            continue;
        fprintf(out, "%s: %s samples in %s further rounds", sampling->paths[i],
                recording_get(r, "samples"), recording_get(r, "sampled-rounds"));
        if (slowdown)
            fprintf(out, ", which took %+.1f%% CPU time", 100 * strtod(slowdown, NULL));
        fputc('\n', out);
    }
}

void run_sampling_close(struct run_sampling *sampling) {
    for (size_t i = 0; sampling->files && i < sampling->count; i++)
        out_file_abandon(&sampling->files[i]);
}
