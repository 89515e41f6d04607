#include "gate/commands/option_rows.h"
#include "runners/base/out_file.h"
#include "runners/formats/format.h"
#include "runners/recording/recording_text.h"
#include "runners/recording_join.h"

#include <string.h>

static bool join_and_write(const char *output, const struct parsed_options *parsed,
                           struct session *session, struct pg_error *err) {
    struct arena *arena = session->arena;
    struct strings *strings = strings_new(arena);
    struct recording **shards;
    struct out_file file = {0};
    size_t count = parsed->operands.count;
    if (!out_file_open(&file, output, arena, err))
        return false;
    struct recording *whole = recording_new("merged", output, strings, arena);
    bool good =
        recordings_read(&shards, parsed->operands.items, count, NULL, strings, arena, err) &&
        recording_join(whole, shards, count, err);
    if (good) {
        recording_write(file.stream, whole);
        good = out_file_commit(&file, err);
    }
    out_file_abandon(&file);
    if (good && !session->quiet && strcmp(output, "-") != 0)
        fprintf(session->out, "%s: %s benchmarks from %zu shards\n", output,
                recording_get(whole, "benchmarks"), count);
    return good;
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    const char *output = NULL;
    struct parsed_options parsed;
    const struct option options[] = {
        TEXT("output", 'o', &output, "PATH", "the whole recording (- is stdout)"), {.name = NULL}};
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
    .summary = "Join the shards of a recording that several machines measured",
    .operands = "SHARD…",
    .run = run,
};
