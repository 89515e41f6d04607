#include "gate/commands/profile_parts.h"
#include "gate/commands/push_series.h"
#include "gate/commands/remote_source.h"
#include "runners/formats/format.h"
#include "runners/profile/profile_file.h"

enum { PUSH_SECONDS = 60, PUSH_ANSWER_BYTES = 64 * 1024 };

struct push {
    const char *service, *name;
    bool keep_paths, any_size;
    struct string_list labels;
    struct access_options access;
    struct http_request request;
    const char *url, *recording;
};

static bool parse(struct push *p, struct parsed_options *parsed, struct session *session, int argc,
                  const char **argv, struct pg_error *err) {
    const struct option options[] = {
        TEXT("service", 0, &p->service, "NAME", "what was measured: the label service_name"),
        LIST("label", 0, &p->labels, "KEY=VALUE",
             "benchmark, branch, build, commit, environment, job, region, repository, target or "
             "version (commit and branch: the recording's)"),
        TEXT("name", 0, &p->name, "NAME",
             "kind of profile (process_cpu, memory, … by its sample types)"),
        FLAG("any-size", 0, &p->any_size, "also what Pyroscope refuses unless told otherwise"),
        KEEP_PATHS_OPTION(&p->keep_paths),
        {.name = "timeout",
         .kind = OPTION_DURATION,
         .target = &p->access.timeout,
         .argument = "TIME",
         .help = "for the answer (60s)",
         .low = 0.001,
         .high = REMOTE_MOST_SECONDS},
        ACCESS_OPTIONS(&p->access),
        {.name = NULL}};
    return options_parse(parsed, &push_command, options, false, session, argc, argv, err);
}

static bool check(struct push *p, const struct parsed_options *parsed, struct arena *arena,
                  struct pg_error *err) {
    if (parsed->operands.count != 2 || !p->service)
        return pg_error_set(err, PG_USAGE,
                            "push: expected a URL, a recording or profile, and --service NAME");
    p->url = parsed->operands.items[0];
    p->recording = parsed->operands.items[1];
    if (!http_check_url(p->url, err) ||
        !http_below(&p->request.url, p->url, PYROSCOPE_PUSH_PATH, arena, err))
        return pg_error_in(err, "push");
    return access_options_check(&p->access, arena, err);
}

/* NAME.txt is a recording, whose profile lies beside it; anything else is a profile. */
static bool read_all(struct recording **recording, struct profile **profile, const struct push *p,
                     struct arena *arena, struct pg_error *err) {
    struct strings *strings = strings_new(arena);
    const char *beside = recording_profile_path(p->recording, arena);
    *recording = NULL;
    if (beside && !recording_read(recording, p->recording, NULL, strings, arena, err))
        return false;
    if (!profile_read(profile, beside ? beside : p->recording, strings, arena, err))
        return false;
    profile_hand_on(*profile, p->keep_paths, p->recording, arena);
    return true;
}

static bool send(struct push *p, const struct push_series *series, size_t count,
                 struct arena *arena, struct pg_error *err) {
    struct text answer;
    p->request.token = p->access.token;
    p->request.tenant = p->access.tenant;
    p->request.ca_file = p->access.ca_file;
    p->request.seconds = p->access.timeout > 0 ? p->access.timeout : PUSH_SECONDS;
    p->request.most_bytes = PUSH_ANSWER_BYTES;
    p->request.content = p->request.answer = PYROSCOPE_CONTENT;
    p->request.post = pyroscope_push_message(series, count, arena);
    return http_ask(&answer, &p->request, arena, err);
}

static bool push(struct push *p, struct session *session, struct pg_error *err) {
    struct arena *arena = session->arena;
    struct recording *recording;
    struct profile *profile;
    struct push_labels labels;
    struct push_series *series;
    size_t count;
    if (!read_all(&recording, &profile, p, arena, err))
        return false;
    const char *name = p->name ? p->name : push_profile_name(profile);
    if (!name)
        return pg_error_set(err, PG_USAGE,
                            "%.300s: its sample types do not say what kind of profile it is; give "
                            "--name",
                            p->recording);
    if (!push_labels_make(&labels, name, p->service, &p->labels, recording, arena, err))
        return false;
    if (!push_series_make(&series, &count, profile, &labels, p->any_size, arena, err))
        return pg_error_in(err, p->recording);
    if (!send(p, series, count, arena, err))
        return false;
    if (!session->quiet)
        fprintf(session->out, "pushed %s of %s: %zu %s\n", name, p->service, count,
                count == 1 ? "profile" : "profiles");
    return true;
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct push p = {0};
    struct parsed_options parsed;
    *exit_code = 0;
    if (!parse(&p, &parsed, session, argc, argv, err))
        return false;
    return parsed.helped || (check(&p, &parsed, session->arena, err) && push(&p, session, err));
}

const struct command push_command = {
    .name = "push",
    .summary = "Send a recording's profile to Pyroscope",
    .operands = "URL RECORDING",
    .run = run,
};
