#include "gate/commands/option_rows.h"
#include "runners/base/log.h"
#include "runners/base/out_file.h"
#include "runners/formats/format.h"
#include "runners/profile/profile_file.h"
#include "runners/profile_join.h"
#include "runners/recording/recording_text.h"
#include "runners/recording_join.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* An earlier recording's profile is not this one's. */
static bool remove_old(const char *path, struct pg_error *err) {
    return unlink(path) == 0 || errno == ENOENT ||
           pg_error_errno(err, "%.400s: cannot remove the profile of an earlier recording", path);
}

/* The profile goes first: a recording that says it has one never stands there without. */
static bool join_profiles(struct recording *whole, struct recording *const *shards, size_t count,
                          const char **written, struct pg_error *err) {
    struct profile *profile;
    const char *path = recording_profile_path(whole->path, whole->arena);
    *written = NULL;
    if (!path) { /* a stream: nothing can stand beside it */
        for (size_t i = 0; i < count; i++) {
            if (recording_get(shards[i], "profile"))
                pg_log(LOG_WARNING, "%s: its profile stays behind", shards[i]->path);
        }
        return true;
    }
    uint32_t notes = whole->note_count;
    if (!profile_join(&profile, whole, shards, count, err))
        return false;
    for (uint32_t i = notes; i < whole->note_count; i++)
        pg_log(LOG_WARNING, "%s", whole->notes[i].text);
    *written = profile ? path : NULL;
    return profile ? profile_write(path, profile, whole->arena, err) : remove_old(path, err);
}

static void tell(FILE *out, const struct recording *whole, const char *profile, size_t shards) {
    fprintf(out, "%s: %s benchmarks from %zu shards\n", whole->path,
            recording_get(whole, "benchmarks"), shards);
    if (profile)
        fprintf(out, "%s: their profiles\n", profile);
}

static bool join_and_write(const char *output, const struct parsed_options *parsed,
                           struct session *session, struct pg_error *err) {
    struct arena *arena = session->arena;
    struct strings *strings = strings_new(arena);
    struct recording **shards;
    struct out_file file = {0};
    const char *profile;
    size_t count = parsed->operands.count;
    if (!out_file_open(&file, output, arena, err))
        return false;
    struct recording *whole = recording_new("merged", output, strings, arena);
    bool good =
        recordings_read(&shards, parsed->operands.items, count, NULL, strings, arena, err) &&
        recording_join(whole, shards, count, err) &&
        join_profiles(whole, shards, count, &profile, err);
    if (good) {
        recording_write(file.stream, whole);
        good = out_file_commit(&file, err);
    }
    out_file_abandon(&file);
    if (good && !session->quiet && strcmp(output, "-") != 0)
        tell(session->out, whole, profile, count);
    return good;
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    const char *output = NULL;
    struct parsed_options parsed;
    const struct option options[] = {
        TEXT("output", 'o', &output, "PATH",
             "the whole recording, its profile beside it (- is stdout)"),
        {.name = NULL}};
    if (!options_parse(&parsed, &merge_command, options, false, session, argc, argv, err))
        return false;
    *exit_code = 0;
    if (parsed.helped)
        return true;
    if (!output)
        return pg_error_set(err, PG_USAGE, "-o PATH is missing: where the recording goes");
    if (parsed.operands.count == 0)
        return pg_error_set(err, PG_USAGE, "no shards given");
    return join_and_write(output, &parsed, session, err);
}

const struct command merge_command = {
    .name = "merge",
    .summary = "Join the shards of a recording, measured on several machines",
    .operands = "SHARD…",
    .run = run,
};
