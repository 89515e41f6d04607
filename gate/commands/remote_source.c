#include "gate/commands/remote_source.h"
#include "runners/base/log.h"
#include "runners/base/number.h"
#include "runners/profile/profile_file.h"
#include "runners/profile/set_label.h"
#include "runners/remote/parca.h"
#include "runners/remote/pyroscope.h"

/* An answer comes half a window late at most, or within that many seconds where there is no window;
 * and some more for the way. The first two are what `go tool pprof` waits. A flamebearer is text,
 * and grows when it is read. */
enum { NO_WINDOW_SECONDS = 60, SLACK_SECONDS = 5, RENDER_BYTES = 32 * 1024 * 1024 };

/* ---- what to ask ---- */

/* The window's length may stand in the URL as well. */
static bool open_endpoint(struct remote_source *s, const struct remote_place *place,
                          const struct remote_options *o, struct pg_error *err) {
    struct text written;
    uint64_t seconds = (uint64_t)o->seconds;
    s->kind = REMOTE_PPROF;
    s->request.url = place->url;
    if (http_find_query(place->url, "seconds", &written, s->arena)) {
        if (o->seconds)
            return pg_error_set(err, PG_USAGE, "--seconds: the URL has seconds=%.*s already",
                                TEXT_ARG(written, 20));
        if (!number_u64(written, &seconds) || seconds > REMOTE_MOST_SECONDS)
            return pg_error_set(err, PG_USAGE, "%.400s: expected seconds= and at most %d",
                                place->url, REMOTE_MOST_SECONDS);
    }
    if (o->seconds)
        s->request.url = http_add_query(place->url, "seconds",
                                        arena_printf(s->arena, "%d", o->seconds), s->arena);
    if (seconds && !o->access.timeout)
        s->request.seconds = 1.5 * (double)seconds + SLACK_SECONDS;
    return true;
}

static bool open_query(struct remote_source *s, const struct remote_place *place,
                       const struct remote_options *o, struct pg_error *err) {
    const char *option = o->parca ? "--parca" : "--pyroscope";
    const char *path = o->parca ? PARCA_QUERY_PATH : PYROSCOPE_MERGE_PATH;
    const char *from = place->from ? place->from : o->from ? o->from : "1h";
    const char *until = place->until ? place->until : o->until ? o->until : "0s";
    const struct string_list *more = place->labels;
    s->kind = o->parca ? REMOTE_PARCA : REMOTE_MERGE;
    if (o->render) {
        s->kind = REMOTE_RENDER;
        s->request.most_bytes = RENDER_BYTES;
        path = PYROSCOPE_RENDER_PATH;
    }
    s->request.content = s->kind == REMOTE_MERGE ? PYROSCOPE_CONTENT : NULL;
    if (!http_below(&s->request.url, place->url, path, s->arena, err) ||
        !remote_query_read(&s->query, o->parca ? o->parca : o->pyroscope, o->parca, s->arena, err))
        return pg_error_in(err, option);
    return remote_query_narrow(&s->query, o->labels.items, o->labels.count, s->arena, err) &&
           (!more || remote_query_narrow(&s->query, more->items, more->count, s->arena, err)) &&
           time_span_read(&s->span, from, until, o->now_ms, s->windows ? s->windows : 1, err);
}

bool remote_source_open(struct remote_source *out, const struct remote_place *place,
                        const struct remote_options *o, struct strings *strings,
                        struct arena *arena, struct pg_error *err) {
    *out = (struct remote_source){.request = {.token = o->access.token,
                                              .tenant = o->access.tenant,
                                              .ca_file = o->access.ca_file,
                                              .most_bytes = HTTP_MOST_BYTES,
                                              .seconds = o->access.timeout > 0
                                                             ? o->access.timeout
                                                             : NO_WINDOW_SECONDS + SLACK_SECONDS},
                                  .windows = place->windows,
                                  .strings = strings,
                                  .arena = arena};
    if (!http_check_url(place->url, err))
        return pg_error_in(err, place->name);
    return (o->pyroscope || o->parca ? open_query : open_endpoint)(out, place, o, err);
}

/* ---- answers ---- */

static bool ask(struct text *body, const struct remote_source *s, int window, struct arena *scratch,
                struct pg_error *err) {
    struct http_request request = s->request;
    struct time_span span = time_span_window(s->span, window - 1, s->windows ? s->windows : 1);
    if (s->kind == REMOTE_MERGE)
        request.post = pyroscope_merge_message(&s->query, span.start_ms, span.end_ms, scratch);
    if (s->kind == REMOTE_RENDER)
        request.url =
            pyroscope_render_url(request.url, &s->query, span.start_ms, span.end_ms, scratch);
    if (s->kind == REMOTE_PARCA)
        request.url = parca_query_url(request.url, &s->query, span.start_ms, span.end_ms, scratch);
    if (!http_ask(body, &request, scratch, err))
        return false;
    return s->kind != REMOTE_PARCA || parca_report(body, *body, scratch, err) ||
           pg_error_in(err, s->request.url);
}

/* A server that keeps profiles has none of that kind then, or of those labels. */
static bool take(struct profile **out, const struct remote_source *s, int window,
                 struct pg_error *err) {
    struct text body;
    struct arena *scratch = arena_new(); /* the answer's bytes are not needed any more */
    struct profile_label round = {.key = strings_add(s->strings, text_of("round")),
                                  .number = window};
    bool kept = s->kind != REMOTE_PPROF, some = false;
    bool good = ask(&body, s, window, scratch, err);
    if (good && (body.length || !kept)) {
        good = (s->kind == REMOTE_RENDER ? profile_read_flamebearer : profile_read_binary)(
            out, s->request.url, body, s->strings, s->arena, err);
        some = good && (*out)->sample_count;
    }
    if (good && kept && !some)
        good = pg_error_set(err, PG_FORMAT, "%.400s: no samples match then", s->request.url);
    arena_free(scratch);
    return good && (!s->windows || profile_set_label(*out, round, s->arena, err));
}

bool remote_source_take(struct profile **out, const struct remote_source *s, int window,
                        struct pg_error *err) {
    const char *which = arena_printf(s->arena, "round %d of %d", window, s->windows);
    if (!take(out, s, window, err))
        return s->windows ? pg_error_in(err, which) : false;
    if (!(*out)->sample_count)
        pg_log(LOG_WARNING, "%.400s: no samples%s%s", s->request.url, s->windows ? " in " : "",
               s->windows ? which : "");
    return true;
}
