#include "gate/commands/fetch_windows.h"
#include "gate/commands/option_rows.h"
#include "runners/base/log.h"
#include "runners/base/number.h"
#include "runners/base/out_file.h"
#include "runners/base/source.h"
#include "runners/profile/merge.h"
#include "runners/profile/pprof.h"
#include "runners/profile/profile_file.h"
#include "runners/profile/set_label.h"
#include "runners/remote/http.h"
#include "runners/remote/pyroscope.h"

#include <stdlib.h>
#include <time.h>

/* An answer comes half a window late at most, or within that many seconds where there is no window;
 * and some more for the way. The first two are what `go tool pprof` waits. */
enum { NO_WINDOW_SECONDS = 60, SLACK_SECONDS = 5, MOST_SECONDS = 24 * 3600, MOST_ROUNDS = 10000 };

struct fetch {
    const char *url, *output, *benchmark, *token_file;
    int seconds, rounds; /* 0: not given */
    double timeout;      /* 0: not given */
    const char *pyroscope, *from, *until;
    struct string_list labels;
    struct pyroscope_query query;
    struct time_span span;
    struct http_request request;
    struct strings *strings;
    struct arena *arena;
};

/* ---- options ---- */

static bool parse(struct fetch *f, struct parsed_options *parsed, struct session *session, int argc,
                  const char **argv, struct pg_error *err) {
    const struct option options[] = {
        TEXT("output", 'o', &f->output, "PATH", "where (- is stdout)"),
        COUNT("seconds", 0, &f->seconds, 1, MOST_SECONDS, "ask for a window of N seconds"),
        COUNT("rounds", 0, &f->rounds, 1, MOST_ROUNDS,
              "take N windows, one after the other, labelled round=1 to N"),
        TEXT("benchmark", 0, &f->benchmark, "NAME", "label all samples benchmark=NAME"),
        {.name = "timeout",
         .kind = OPTION_DURATION,
         .target = &f->timeout,
         .argument = "TIME",
         .help = "for one answer (1.5 × --seconds, or 60s; and 5s)",
         .low = 0.001,
         .high = 2 * MOST_SECONDS},
        HEADING("Pyroscope, whose server is the URL"),
        TEXT("pyroscope", 0, &f->pyroscope, "QUERY",
             "what to take: TYPE or TYPE{SELECTOR}; --rounds divides its time"),
        LIST("label", 0, &f->labels, "KEY=VALUE", "only what has this label"),
        TEXT("from", 0, &f->from, "TIME", "how long ago, or @ and Unix seconds (1h)"),
        TEXT("until", 0, &f->until, "TIME", "the same (0s: now)"),
        HEADING("Access"),
        TEXT("token-file", 0, &f->token_file, "FILE",
             "holds a bearer token (or the environment's PERFGATE_TOKEN)"),
        TEXT("ca-file", 0, &f->request.ca_file, "FILE",
             "certificates to trust, PEM (the system's)"),
        {.name = NULL}};
    return options_parse(parsed, &fetch_command, options, false, session, argc, argv, err);
}

/* The message never holds the token. */
static bool take_token(struct fetch *f, const char *from, struct text token, struct pg_error *err) {
    token = text_trim(token);
    bool good = token.length > 0;
    for (size_t i = 0; i < token.length; i++)
        good = good && token.at[i] > ' ' && token.at[i] <= '~';
    f->request.token = arena_strndup(f->arena, token.at, token.length);
    return good ||
           pg_error_set(err, PG_USAGE,
                        "%.400s: expected a bearer token: printable ASCII without blanks", from);
}

static bool find_token(struct fetch *f, struct pg_error *err) {
    enum { TOKEN_BYTES = 64 * 1024 };
    struct source *source;
    struct text bytes;
    const char *token = getenv("PERFGATE_TOKEN");
    if (!f->token_file)
        return !token || !*token || take_token(f, "PERFGATE_TOKEN", text_of(token), err);
    if (!source_open(&source, f->token_file, err))
        return false;
    bool good =
        source_view(source, TOKEN_BYTES, &bytes, err) && take_token(f, f->token_file, bytes, err);
    source_close(source);
    return good;
}

/* The window's length may stand in the URL as well. */
static bool find_window(struct fetch *f, struct pg_error *err) {
    struct text written;
    uint64_t seconds = (uint64_t)f->seconds;
    if (http_find_query(f->url, "seconds", &written, f->arena)) {
        if (f->seconds)
            return pg_error_set(err, PG_USAGE, "--seconds: the URL has seconds=%.*s already",
                                TEXT_ARG(written, 20));
        if (!number_u64(written, &seconds) || seconds > MOST_SECONDS)
            return pg_error_set(err, PG_USAGE, "%.400s: expected seconds= and at most %d", f->url,
                                MOST_SECONDS);
    }
    f->request.url = f->url;
    if (f->seconds)
        f->request.url =
            http_add_query(f->url, "seconds", arena_printf(f->arena, "%d", f->seconds), f->arena);
    f->request.seconds = f->timeout;
    if (!f->timeout)
        f->request.seconds = (seconds ? 1.5 * (double)seconds : NO_WINDOW_SECONDS) + SLACK_SECONDS;
    return true;
}

static bool find_query(struct fetch *f, struct pg_error *err) {
    struct timespec now;
    if (!f->pyroscope)
        return (!f->labels.count && !f->from && !f->until) ||
               pg_error_set(err, PG_USAGE, "--label, --from and --until: expected --pyroscope");
    if (f->seconds)
        return pg_error_set(err, PG_USAGE, "--seconds: --pyroscope has --from and --until");
    if (f->url[strcspn(f->url, "?#")])
        return pg_error_set(err, PG_USAGE, "--pyroscope: expected a server's URL, without '?'");
    clock_gettime(CLOCK_REALTIME, &now);
    size_t length = strlen(f->url);
    const char *slash = length && f->url[length - 1] == '/' ? "" : "/";
    f->request.url = arena_printf(f->arena, "%s%s%s", f->url, slash, PYROSCOPE_PATH);
    f->request.content = PYROSCOPE_CONTENT;
    return (pyroscope_query(&f->query, f->pyroscope, f->labels.items, f->labels.count, f->arena,
                            err) ||
            pg_error_in(err, "--pyroscope")) &&
           time_span_read(&f->span, f->from ? f->from : "1h", f->until ? f->until : "0s",
                          (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000,
                          f->rounds ? f->rounds : 1, err);
}

static bool check(struct fetch *f, const struct parsed_options *parsed, struct pg_error *err) {
    if (!f->output || parsed->operands.count != 1)
        return pg_error_set(err, PG_USAGE, "fetch: expected -o PATH and one URL");
    f->url = parsed->operands.items[0];
    if (f->benchmark && (!*f->benchmark || !text_is_utf8(text_of(f->benchmark))))
        return pg_error_set(err, PG_USAGE, "--benchmark: expected a name");
    /* The message has no URL, which may hold a password. */
    return (http_check_url(f->url, err) || pg_error_in(err, "fetch")) && find_window(f, err) &&
           find_query(f, err) && find_token(f, err);
}

/* ---- windows ---- */

static bool label(const struct fetch *f, struct profile *p, int round, struct pg_error *err) {
    struct profile_label rounds = {.key = strings_add(f->strings, text_of("round")),
                                   .number = round};
    struct profile_label benchmark = {.key = strings_add(f->strings, text_of("benchmark"))};
    if (f->benchmark)
        benchmark.text = strings_add(f->strings, text_of(f->benchmark));
    return (!f->benchmark || profile_set_label(p, benchmark, f->arena, err)) &&
           (!f->rounds || profile_set_label(p, rounds, f->arena, err));
}

static bool fetch_window(struct profile **out, const struct fetch *f, int round,
                         struct pg_error *err) {
    struct text body;
    struct arena *scratch = arena_new(); /* the answer's bytes are not needed any more */
    struct http_request request = f->request;
    if (f->pyroscope) {
        struct time_span span = time_span_window(f->span, round - 1, f->rounds ? f->rounds : 1);
        request.post = pyroscope_message(&f->query, span.start_ms, span.end_ms, scratch);
    }
    bool good = http_ask(&body, &request, scratch, err) &&
                (body.length || !f->pyroscope ||
                 pg_error_set(err, PG_FORMAT, "%.400s: no samples match then", request.url)) &&
                profile_read_binary(out, f->request.url, body, f->strings, f->arena, err) &&
                label(f, *out, round, err);
    arena_free(scratch);
    if (good && !(*out)->sample_count)
        pg_log(LOG_WARNING, "%.400s: no samples%s", f->request.url,
               f->rounds ? arena_printf(f->arena, " in round %d", round) : "");
    return good;
}

static bool fetch_all(struct profile **out, const struct fetch *f, struct pg_error *err) {
    if (!f->rounds)
        return fetch_window(out, f, 1, err);
    const struct profile **windows = ARENA_NEW(f->arena, const struct profile *, (size_t)f->rounds);
    for (int round = 1; round <= f->rounds; round++) {
        struct profile *window;
        if (!fetch_window(&window, f, round, err))
            return pg_error_in(err, arena_printf(f->arena, "round %d of %d", round, f->rounds));
        windows[round - 1] = window;
    }
    return profile_merge(out, windows, (size_t)f->rounds, f->arena, err);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct fetch f = {.request = {.most_bytes = HTTP_MOST_BYTES}, .arena = session->arena};
    struct parsed_options parsed;
    struct profile *profile;
    struct out_file file = {0};
    *exit_code = 0;
    if (!parse(&f, &parsed, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    f.strings = strings_new(f.arena);
    if (!check(&f, &parsed, err) || !out_file_open(&file, f.output, f.arena, err))
        return false;
    bool good = fetch_all(&profile, &f, err) && pprof_write(file.stream, profile, f.arena, err) &&
                out_file_commit(&file, err);
    out_file_abandon(&file);
    return good;
}

const struct command fetch_command = {
    .name = "fetch",
    .summary = "Take profiles from a pprof endpoint or from Pyroscope",
    .operands = "URL",
    .run = run,
};
