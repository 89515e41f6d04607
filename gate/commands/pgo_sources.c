#include "gate/commands/pgo_parts.h"
#include "gate/commands/profile_pair.h"
#include "gate/commands/profile_parts.h"
#include "runners/base/number.h"
#include "runners/formats/format.h"
#include "runners/profile/profile_file.h"
#include "runners/sampler/sampling.h"

#include <math.h>

struct reading {
    struct pgo_sources *out;
    const struct pgo_options *options;
    int64_t *times; /* of the sources, s; 0: not known */
    int64_t newest, newest_commit;
    struct arena *arena;
};

/* ---- files ---- */

static bool is_recording(const char *path) {
    static const char first[] = "# perfgate recording: ";
    char begin[sizeof first] = "";
    FILE *file = fopen(path, "re");
    size_t got = file ? fread(begin, 1, sizeof first - 1, file) : 0;
    if (file)
        fclose(file);
    return got == sizeof first - 1 && strcmp(begin, first) == 0;
}

/* ---- short loops ---- */

/* Functions that harnesses run short loops from. */
static const char *const loops[] = {"testing.(*B).runN", "testing.(*B).launch",
                                    "benchmark::internal::", "criterion::"};

static const char *loop_in(const struct profile *p) {
    for (size_t i = 0; i < p->function_count; i++) {
        const char *name = strings_get(p->strings, p->functions[i].name);
        for (size_t k = 0; k < sizeof loops / sizeof *loops; k++) {
            if (strncmp(name, loops[k], strlen(loops[k])) == 0)
                return name;
        }
    }
    return NULL;
}

static bool has_harness(const struct recording *r) {
    for (uint32_t i = 0; i < r->series_count; i++) {
        if (strncmp(strings_get(r->strings, r->series[i].name), PROCESS_PREFIX,
                    strlen(PROCESS_PREFIX)) == 0)
            return true;
    }
    return false;
}

static void note_loops(struct reading *r, const char *name, const struct recording *recording,
                       const struct profile *profile) {
    const char *loop = loop_in(profile);
    if (r->out->microbenchmark)
        return;
    if (loop)
        r->out->microbenchmark = arena_printf(r->arena, "%s: it ran under %s", name, loop);
    else if (recording && has_harness(recording))
        r->out->microbenchmark =
            arena_printf(r->arena, "%s: the program printed benchmarks of its own", name);
}

/* ---- which samples ---- */

static const struct profile_label *label_of(const struct profile *p, size_t sample, uint32_t key) {
    for (uint32_t l = p->label_start[sample]; key && l < p->label_start[sample + 1]; l++) {
        if (p->labels[l].key == key && !p->labels[l].text)
            return &p->labels[l];
    }
    return NULL;
}

static void leave_out(struct profile *p, size_t sample) {
    memset(p->values + sample * p->type_count, 0, p->type_count * sizeof *p->values);
}

/* Samples of earlier rounds, or from the beginnings of all rounds, count nothing. */
static bool drop_warm_up(const char *text, struct profile *p, const char *name,
                         struct pg_error *err) {
    uint64_t rounds;
    double seconds = 0;
    bool by_round = number_u64(text_of(text), &rounds);
    const char *key = by_round ? "round" : SAMPLING_ELAPSED;
    uint32_t number = 0;
    bool labelled = false;
    if (!by_round && !number_duration(text_of(text), &seconds))
        return pg_error_set(err, PG_USAGE,
                            "--steady-after=%.100s: write a number of rounds (2) or a time (300ms)",
                            text);
    strings_find(p->strings, text_of(key), &number);
    double least = by_round ? (double)rounds + 1 : seconds * 1e9;
    for (size_t i = 0; i < p->sample_count; i++) {
        const struct profile_label *label = label_of(p, i, number);
        labelled |= label != NULL;
        if (!label || (double)label->number < least)
            leave_out(p, i);
    }
    return labelled || p->sample_count == 0 ||
           pg_error_set(err, PG_FORMAT,
                        by_round ? "%.300s: its samples have no label 'round', so that "
                                   "--steady-after cannot count rounds; record with perfgate run"
                                 : "%.300s: its samples do not say when they were taken, so that "
                                   "--steady-after cannot leave out the beginning; record with "
                                   "perfgate run --slices 50ms, or give a number of rounds",
                        name);
}

static bool cut_to_root(const char *root, struct profile *p, struct arena *arena,
                        struct pg_error *err) {
    struct place_matches ignored;
    struct profile_filter filter = {.show_from = root};
    if (!profile_match_places(&ignored, p, "root", root, arena, err) ||
        !profile_hide_frames(&filter, p, arena, err))
        return false;
    for (size_t i = 0; i < p->sample_count; i++) {
        if (p->stack_start[i] == p->stack_start[i + 1])
            leave_out(p, i);
    }
    return true;
}

static bool filter(const struct pgo_options *o, struct profile *p, const char *name,
                   struct arena *arena, struct pg_error *err) {
    return (!o->steady_after || drop_warm_up(o->steady_after, p, name, err)) &&
           (!o->root || cut_to_root(o->root, p, arena, err));
}

/* ---- one source ---- */

static double samples_of(const struct profile *p) {
    uint32_t type = profile_find_type(p, text_of("samples"));
    double sum = 0;
    for (size_t i = 0; type != PROFILE_NONE && i < p->sample_count; i++)
        sum += (double)p->values[i * p->type_count + type];
    return type == PROFILE_NONE ? (double)p->sample_count : sum;
}

static int64_t time_of(const struct recording *recording, const struct profile *profile) {
    const char *said = recording ? recording_get(recording, "time") : NULL;
    int64_t seconds;
    return said && sidecar_time(said, &seconds) ? seconds : profile->time_ns / 1000000000;
}

static void take_commit(struct reading *r, const struct recording *recording, int64_t time) {
    const char *commit = recording ? recording_get(recording, "commit") : NULL;
    if (!commit || (r->out->commit && time <= r->newest_commit))
        return;
    r->out->commit = commit;
    r->out->modified = recording_modified(recording);
    r->newest_commit = time;
}

static bool read_one(struct reading *r, const char *path, double weight, struct pg_error *err) {
    struct pgo_sources *out = r->out;
    struct profile_pair pair = profile_pair_of(path, r->arena);
    struct recording *recording = NULL;
    struct profile *profile;
    if (!pair.recording && is_recording(path))
        return pg_error_set(err, PG_FORMAT,
                            "%.300s: this recording was not sampled: there is no profile beside it",
                            path);
    if (pair.recording &&
        !recording_read(&recording, pair.recording, NULL, out->strings, r->arena, err))
        return false;
    if (!profile_read(&profile, pair.profile, out->strings, r->arena, err) ||
        !filter(r->options, profile, pair.profile, r->arena, err))
        return false;
    int64_t time = time_of(recording, profile);
    note_loops(r, path, recording, profile);
    take_commit(r, recording, time);
    r->newest = time > r->newest ? time : r->newest;
    r->times[out->count] = time;
    out->shown[out->count] = (struct sidecar_source){
        .name = text_file_name(path),
        .weight = weight,
        .samples = samples_of(profile),
        .date = time > 0 ? sidecar_date(time, r->arena) : NULL,
        .commit = recording ? recording_get(recording, "commit") : NULL,
    };
    out->items[out->count++] = (struct pgo_source){profile, path, weight};
    return true;
}

/* ---- all ---- */

static bool read_weighted(struct reading *r, const char *text, struct pg_error *err) {
    const char *comma = strchr(text, ',');
    double weight;
    if (!comma || !comma[1] ||
        !number_double((struct text){text, (size_t)(comma - text)}, &weight) || !(weight > 0))
        return pg_error_set(err, PG_USAGE, "--weight=%.200s: write N,FILE with N above 0", text);
    return read_one(r, comma + 1, weight, err);
}

/* Half the weight for each half-life that a source is older than the newest. */
static bool decay(struct reading *r, struct pg_error *err) {
    for (size_t i = 0; r->options->half_life > 0 && i < r->out->count; i++) {
        if (r->times[i] <= 0)
            return pg_error_set(err, PG_FORMAT,
                                "%.300s: does not say when it was taken, so that --half-life "
                                "cannot be used",
                                r->out->items[i].name);
        double age = (double)(r->newest - r->times[i]);
        r->out->items[i].weight *= exp2(-age / r->options->half_life);
        r->out->shown[i].weight = r->out->items[i].weight;
    }
    return true;
}

bool pgo_sources_read(struct pgo_sources *out, const struct pgo_options *options,
                      const struct string_list *paths, struct arena *arena, struct pg_error *err) {
    size_t most = paths->count + options->weighted.count;
    struct reading r = {.out = out, .options = options, .arena = arena};
    *out = (struct pgo_sources){.strings = strings_new(arena),
                                .items = ARENA_NEW(arena, struct pgo_source, most),
                                .shown = ARENA_NEW(arena, struct sidecar_source, most)};
    r.times = ARENA_NEW(arena, int64_t, most);
    for (size_t i = 0; i < paths->count; i++) {
        if (!read_one(&r, paths->items[i], 1, err))
            return false;
    }
    for (size_t i = 0; i < options->weighted.count; i++) {
        if (!read_weighted(&r, options->weighted.items[i], err))
            return false;
    }
    if (r.newest > 0)
        out->date = sidecar_date(r.newest, arena);
    return decay(&r, err);
}
