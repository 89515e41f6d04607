#include "gate/commands/option_rows.h"
#include "gate/commands/trial.h"
#include "gate/compare/calibration.h"
#include "gate/config/config_edit.h"
#include "runners/base/json.h"
#include "runners/base/number.h"
#include "runners/base/out_file.h"
#include "runners/base/source.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_CAP = 200 }; /* suggested rounds; beyond it the threshold has to give way */

struct calibrate {
    const char *config, *json;
    int rounds;
    bool write;
    uint64_t random;
};

/* What came of one trial, and what is suggested for all its rows together. */
struct outcome_of_trial {
    const struct trial *trial;
    struct calibration calibration;
    uint32_t rounds;
    double threshold;
    bool calm; /* the settings as they are will do */
};

static void conclude(struct outcome_of_trial *o) {
    uint32_t now = o->calibration.rounds;
    o->rounds = now;
    o->threshold = 0;
    o->calm = true;
    for (size_t i = 0; i < o->calibration.count; i++) {
        const struct calibrated_row *row = &o->calibration.rows[i];
        uint32_t needed = row->rounds_needed ? row->rounds_needed : ROUNDS_CAP + 1;
        o->calm = o->calm && needed <= now;
        if (needed > o->rounds)
            o->rounds = needed < ROUNDS_CAP ? needed : ROUNDS_CAP;
        /* At the cap the detectable change has shrunk by the root of the rounds. */
        double least = needed <= ROUNDS_CAP
                           ? row->threshold
                           : ceil(row->detectable * sqrt((double)now / ROUNDS_CAP) * 200) / 200;
        if (least > o->threshold)
            o->threshold = least;
    }
}

static bool try(struct calibrate *c, const struct trials *trials, const struct trial *trial,
                struct outcome_of_trial *out, struct session *session, struct pg_error *err) {
    struct recording *pair[2];
    struct policy policy;
    struct arena *arena = session->arena;
    int rounds = c->rounds ? c->rounds : 2 * trial->measure.rounds + 10;
    if (rounds < trial->measure.rounds)
        return pg_error_set(err, PG_USAGE,
                            "--rounds=%d: %d are configured, and at least so many "
                            "are needed to try them",
                            rounds, trial->measure.rounds);
    struct trial_pair same = {trial->argv, trial->argv, rounds};
    if (!trial_measure(trials, trial, &same, pair, session, err))
        return false;
    trial_policy(trials, trial, pair[0], &policy, arena);
    out->trial = trial;
    calibrate(&out->calibration, pair, (uint32_t)trial->measure.rounds, c->random, &policy, arena);
    if (out->calibration.count == 0)
        return pg_error_set(err, PG_CHILD, "%s: no gated row with %d rounds was measured",
                            trial->name, trial->measure.rounds);
    conclude(out);
    return true;
}

static void print_rows(FILE *out, const struct outcome_of_trial *o) {
    fprintf(out, "%s: %u rounds a side, threshold and alpha as configured\n", o->trial->name,
            o->calibration.rounds);
    fprintf(out, "  %-30s %-12s %9s %7s %11s %7s\n", "benchmark", "unit", "different", "red",
            "would see", "rounds");
    for (size_t i = 0; i < o->calibration.count; i++) {
        const struct calibrated_row *row = &o->calibration.rows[i];
        char rounds[16] = "?";
        if (row->rounds_needed)
            snprintf(rounds, sizeof rounds, "%u", row->rounds_needed);
        fprintf(out, "  %-30.30s %-12.12s %8.1f%% %6.1f%% %10.2f%% %7s\n", row->benchmark,
                row->unit, 100 * row->false_alarms, 100 * row->false_reds, 100 * row->detectable,
                rounds);
    }
    if (o->calm)
        fprintf(out, "  these settings will do\n");
    else
        fprintf(out, "  suggested: rounds: %u, threshold: %g%%\n", o->rounds, 100 * o->threshold);
}

static void explain(FILE *out) {
    fputs(
        "\ndifferent  share of A/A comparisons that the test called different (alpha is expected)\n"
        "red        share that would have failed the gate for nothing\n"
        "would see  smallest change seen four times in five with these rounds\n"
        "rounds     a side at which that is the threshold\n",
        out);
}

static void write_row(struct json_writer *w, const struct calibrated_row *row) {
    json_open_object(w);
    json_string_member(w, "benchmark", row->benchmark);
    json_string_member(w, "unit", row->unit);
    json_count_member(w, "windows", row->windows);
    json_number_member(w, "false_alarms", row->false_alarms);
    json_number_member(w, "false_reds", row->false_reds);
    json_number_member(w, "smallest_detectable_change", row->detectable);
    json_number_member(w, "threshold", row->threshold);
    json_key(w, "rounds_needed");
    if (row->rounds_needed)
        json_put_int(w, row->rounds_needed);
    else
        json_put_null(w);
    json_number_member(w, "threshold_suggested", row->threshold_suggested);
    json_close_object(w);
}

static void write_json(FILE *out, const struct outcome_of_trial *outcomes, size_t count) {
    struct json_writer w;
    json_open_document(&w, out, "perfgate.calibration/1");
    json_key(&w, "benchmarks");
    json_open_array(&w);
    for (size_t i = 0; i < count; i++) {
        const struct outcome_of_trial *o = &outcomes[i];
        json_open_object(&w);
        json_string_member(&w, "name", o->trial->name);
        json_count_member(&w, "rounds", o->calibration.rounds);
        json_count_member(&w, "rounds_suggested", o->rounds);
        json_number_member(&w, "threshold_suggested", o->threshold);
        json_key(&w, "rows");
        json_open_array(&w);
        for (size_t k = 0; k < o->calibration.count; k++)
            write_row(&w, &o->calibration.rows[k]);
        json_close_array(&w);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
}

/* Line of an entry, from its "path:line". */
static unsigned line_of(const char *where) {
    uint64_t line = 0;
    const char *colon = strrchr(where, ':');
    if (colon)
        number_u64(text_of(colon + 1), &line);
    return (unsigned)line;
}

/* Entries from the last to the first, so that lines above stay where they are. */
static bool edit(struct text *text, const struct trials *trials,
                 const struct outcome_of_trial *outcomes, struct arena *arena,
                 struct pg_error *err) {
    char today[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(today, sizeof today, "%Y-%m-%d", gmtime_r(&now, &utc));
    const char *comment = arena_printf(arena, "perfgate calibrate, %s", today);
    for (size_t i = trials->count; i-- > 0;) {
        const struct outcome_of_trial *o = &outcomes[i];
        if (o->calm)
            continue;
        unsigned line = line_of(o->trial->entry->where);
        const char *rounds = arena_printf(arena, "%u", o->rounds);
        const char *threshold = arena_printf(arena, "%g%%", 100 * o->threshold);
        if (!config_edit_set(text, *text, line, "rounds", rounds, comment, arena, err) ||
            !config_edit_set(text, *text, line, "threshold", threshold, comment, arena, err))
            return pg_error_in(err, trials->path);
    }
    return true;
}

static bool write_back(const struct trials *trials, const struct outcome_of_trial *outcomes,
                       struct session *session, struct pg_error *err) {
    struct source *source;
    struct text text, before;
    struct gate_config check;
    struct out_file file;
    if (!source_open(&source, trials->path, err))
        return false;
    bool good = source_rest(source, 1 << 20, session->arena, &text, err);
    source_close(source);
    before = text;
    /* What was edited must still be what the reader understands. */
    good = good && edit(&text, trials, outcomes, session->arena, err) &&
           config_parse(&check, trials->path, text, session->arena, err);
    if (good && text.length == before.length && !memcmp(text.at, before.at, text.length)) {
        fprintf(session->out, "\n%s stays as it is\n", trials->path);
        return true;
    }
    if (!good || !out_file_open(&file, trials->path, session->arena, err))
        return false;
    fwrite(text.at, 1, text.length, file.stream);
    if (!out_file_commit(&file, err))
        return false;
    fprintf(session->out, "\nwritten to %s\n", trials->path);
    return true;
}

static bool calibrate_all(struct calibrate *c, const struct trials *trials, struct out_file *json,
                          struct session *session, struct pg_error *err) {
    struct outcome_of_trial *outcomes =
        ARENA_NEW(session->arena, struct outcome_of_trial, trials->count);
    bool text = !c->json || strcmp(c->json, "-") != 0;
    for (size_t i = 0; i < trials->count; i++) {
        if (!try(c, trials, &trials->items[i], &outcomes[i], session, err))
            return false;
        if (text)
            print_rows(session->out, &outcomes[i]);
    }
    if (text)
        explain(session->out);
    if (json->stream) {
        write_json(json->stream, outcomes, trials->count);
        if (!out_file_commit(json, err))
            return false;
    }
    return !c->write || write_back(trials, outcomes, session, err);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct calibrate c = {.random = 1};
    const struct option options[] = {
        TEXT("config", 'c', &c.config, "FILE",
             "calibrate every benchmark of this file (perfgate.yml)"),
        COUNT("rounds", 'r', &c.rounds, 2, 100000,
              "A/A rounds to measure (twice the configured ones and ten)"),
        FLAG("write", 'w', &c.write, "write the suggested rounds and thresholds into the file"),
        TEXT("json", 0, &c.json, "PATH",
             "write the findings as JSON (- is stdout and then replaces the text)"),
        {.name = NULL},
    };
    struct parsed_options parsed;
    struct trials trials;
    if (!options_parse(&parsed, &calibrate_command, options, true, session, argc, argv, err))
        return false;
    *exit_code = 0;
    if (parsed.helped)
        return true;
    if (c.write && parsed.operands.count)
        return pg_error_set(err, PG_USAGE,
                            "--write: there is no configuration to write to when a "
                            "command is given");
    struct out_file json = {0};
    if (!trials_read(&trials, c.config, &parsed, session->arena, err) ||
        (c.json && !out_file_open(&json, c.json, session->arena, err)))
        return false;
    bool good = calibrate_all(&c, &trials, &json, session, err);
    out_file_abandon(&json);
    return good;
}

const struct command calibrate_command = {
    .name = "calibrate",
    .summary = "Measure A/A: false alarms, detectable changes, what to set",
    .operands = "[[--] COMMAND [ARGUMENT…]]",
    .run = run,
};
