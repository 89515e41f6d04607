#include "gate/commands/option_rows.h"
#include "gate/commands/pgo_parts.h"
#include "gate/pgo/staleness.h"
#include "runners/base/json.h"
#include "runners/base/log.h"
#include "runners/base/out_file.h"

#include <math.h>
#include <time.h>

struct checking {
    const char *binary, *report;
    double max_age, max_stale;
    struct sidecar sidecar;
    double age; /* seconds; NaN: not known */
    struct staleness stale;
};

static bool parse(struct checking *c, struct parsed_options *parsed, struct session *session,
                  int argc, const char **argv, struct pg_error *err) {
    const struct option options[] = {
        TEXT("binary", 0, &c->binary, "FILE",
             "a build of now: are the profile's hot functions and their lines still in it?"),
        {.name = "max-age",
         .kind = OPTION_DURATION,
         .target = &c->max_age,
         .argument = "TIME",
         .help = "warn of an older one (168h: a week)",
         .high = 1e10},
        {.name = "max-stale",
         .kind = OPTION_RATIO,
         .target = &c->max_stale,
         .argument = "SHARE",
         .help = "of the samples in hot functions that are gone, renamed or have other lines; "
                 "beyond it ends with 4 (20%)",
         .high = 1},
        TEXT("report", 0, &c->report, "json=PATH", "the same as JSON (- replaces the lines)"),
        {.name = NULL}};
    return options_parse(parsed, &pgo_check_command, options, false, session, argc, argv, err);
}

static bool look(struct checking *c, const char *path, struct arena *arena, struct pg_error *err) {
    struct function_places places;
    struct strings *strings = strings_new(arena);
    int64_t taken;
    if (!pgo_sidecar_open(&c->sidecar, path, arena, err))
        return false;
    c->age = c->sidecar.date && sidecar_time(c->sidecar.date, &taken)
                 ? difftime(time(NULL), (time_t)taken)
                 : NAN;
    if (!c->binary)
        return true;
    if (!function_places_read(&places, c->binary, NULL, strings, arena, err))
        return false;
    c->stale = staleness_of(&c->sidecar, &places, strings, arena);
    return true;
}

static bool is_stale(const struct checking *c) {
    return c->binary && c->stale.stale > c->max_stale;
}

static void print_part(FILE *out, const char *what, const struct stale_part *part) {
    if (part->functions)
        fprintf(out, "  %-12s %5.1f%%  %zu: %s%s\n", what, 100 * part->share, part->functions,
                part->names, part->functions > 5 ? ", …" : "");
}

static void print(const struct checking *c, const char *path, FILE *out) {
    const struct sidecar *s = &c->sidecar;
    const struct staleness *stale = &c->stale;
    fprintf(out, "%s: for %s, of %.0f samples%s%s%s%s%s\n", path, s->format, s->samples,
            s->commit ? " of commit " : "", s->commit ? s->commit : "",
            s->commit && s->modified ? " with changes" : "", s->date ? ", taken " : "",
            s->date ? s->date : "");
    if (!isnan(c->age))
        fprintf(out, "  age          %.1f days\n", c->age / 86400);
    if (!c->binary)
        return;
    if (stale->same_build) {
        fprintf(out, "  %s is the build that was sampled\n", c->binary);
        return;
    }
    fprintf(out, "  of %zu hot functions in %s:\n", stale->functions, c->binary);
    print_part(out, "gone", &stale->gone);
    print_part(out, "renamed", &stale->renamed);
    print_part(out, "lines moved", &stale->moved);
    fprintf(out, "  %-12s %5.1f%% of their samples\n", "stale", 100 * stale->stale);
}

static void put_part(struct json_writer *w, const char *key, const struct stale_part *part) {
    json_key(w, key);
    json_open_object(w);
    json_number_member(w, "share", part->share);
    json_count_member(w, "functions", part->functions);
    json_close_object(w);
}

static void print_json(const struct checking *c, const char *path, FILE *out) {
    struct json_writer writer, *w = &writer;
    json_open_document(w, out, "perfgate.pgo-check/1");
    json_string_member(w, "profile", path);
    json_string_member(w, "date", c->sidecar.date);
    json_string_member(w, "commit", c->sidecar.commit);
    json_number_member(w, "age_seconds", c->age);
    json_string_member(w, "binary", c->binary);
    if (c->binary) {
        json_bool_member(w, "same_build", c->stale.same_build);
        json_bool_member(w, "lines_known", c->stale.lines_known);
        json_count_member(w, "functions", c->stale.functions);
        put_part(w, "gone", &c->stale.gone);
        put_part(w, "renamed", &c->stale.renamed);
        put_part(w, "moved", &c->stale.moved);
        json_number_member(w, "stale", c->stale.stale);
    }
    json_bool_member(w, "fresh", !is_stale(c));
    json_close_object(w);
}

static void warn(const struct checking *c, const char *path) {
    const struct sidecar *s = &c->sidecar;
    if (isnan(c->age))
        pg_log(LOG_WARNING, "%s: nothing says when it was taken", path);
    else if (c->age > c->max_age)
        pg_log(LOG_WARNING, "%s: %.1f days old, more than %.3g; sample again", path, c->age / 86400,
               c->max_age / 86400);
    if (s->forced)
        pg_log(LOG_WARNING, "%s: written by --force: %s", path,
               s->reasons.count ? s->reasons.items[0] : "");
    if (c->binary && !c->stale.same_build && !c->stale.lines_known)
        pg_log(LOG_WARNING, "%s: without debug information, so that only names were looked for",
               c->binary);
    if (c->binary && !c->stale.functions)
        pg_log(LOG_WARNING, "%s: no hot functions are known to look for", path);
    if (is_stale(c))
        pg_log(LOG_ERROR,
               "%s: stale: %.1f%% of the samples in hot functions, more than %.1f%%; "
               "sample this build again",
               path, 100 * c->stale.stale, 100 * c->max_stale);
}

/* `json=PATH`. */
static bool open_report(const struct checking *c, struct out_file *file, struct arena *arena,
                        struct pg_error *err) {
    if (!c->report)
        return true;
    if (strncmp(c->report, "json=", 5) != 0 || !c->report[5])
        return pg_error_set(err, PG_USAGE, "--report=%.100s: write json=PATH", c->report);
    return out_file_open(file, c->report + 5, arena, err);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct checking c = {.max_age = 7 * 86400.0, .max_stale = 0.2, .age = NAN};
    struct parsed_options parsed;
    struct out_file report = {0};
    *exit_code = 0;
    if (!parse(&c, &parsed, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (parsed.operands.count != 1)
        return pg_error_set(err, PG_USAGE, "pgo check: expected one profile");
    const char *path = parsed.operands.items[0];
    bool good =
        open_report(&c, &report, session->arena, err) && look(&c, path, session->arena, err);
    if (good && !session->quiet && !(c.report && strcmp(c.report, "json=-") == 0))
        print(&c, path, session->out);
    if (good && report.stream) {
        print_json(&c, path, report.stream);
        good = out_file_commit(&report, err);
    }
    out_file_abandon(&report);
    if (good) {
        warn(&c, path);
        *exit_code = is_stale(&c) ? 4 : 0;
    }
    return good;
}

const struct command pgo_check_command = {
    .name = "pgo check",
    .summary = "Is a profile still of this program? Exit 4 where it is stale",
    .operands = "FILE",
    .run = run,
};
