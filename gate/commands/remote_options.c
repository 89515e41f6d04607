#include "gate/commands/remote_source.h"
#include "runners/base/source.h"

#include <stdlib.h>
#include <strings.h>
#include <time.h>

/* The message never holds the token. */
static bool take_token(struct access_options *o, const char *from, struct text token,
                       struct arena *arena, struct pg_error *err) {
    token = text_trim(token);
    o->token = arena_strndup(arena, token.at, token.length);
    return (http_is_word(o->token) && strlen(o->token) == token.length) ||
           pg_error_set(err, PG_USAGE,
                        "%.400s: expected a bearer token: printable ASCII without blanks", from);
}

static bool find_token(struct access_options *o, struct arena *arena, struct pg_error *err) {
    enum { TOKEN_BYTES = 64 * 1024 };
    struct source *source;
    struct text bytes;
    const char *token = getenv("PERFGATE_TOKEN");
    if (!o->token_file)
        return !token || !*token || take_token(o, "PERFGATE_TOKEN", text_of(token), arena, err);
    if (!source_open(&source, o->token_file, err))
        return false;
    bool good = source_view(source, TOKEN_BYTES, &bytes, err) &&
                take_token(o, o->token_file, bytes, arena, err);
    source_close(source);
    return good;
}

bool access_options_check(struct access_options *o, struct arena *arena, struct pg_error *err) {
    if (o->tenant && !http_is_word(o->tenant))
        return pg_error_set(err, PG_USAGE, "--tenant: expected a name without blanks, in ASCII");
    return find_token(o, arena, err);
}

bool remote_options_check(struct remote_options *o, struct arena *arena, struct pg_error *err) {
    struct timespec now;
    bool server = o->pyroscope || o->parca;
    const char *wrong = NULL;
    if (o->pyroscope && o->parca)
        wrong = "--parca: --pyroscope is there already";
    else if (!server && (o->labels.count || o->from || o->until))
        wrong = "--label, --from and --until: expected --pyroscope or --parca";
    else if (!o->pyroscope && (o->render || o->access.tenant))
        wrong = "--render and --tenant: expected --pyroscope";
    else if (server && o->seconds)
        wrong = "--seconds: --pyroscope and --parca have --from and --until";
    if (wrong)
        return pg_error_set(err, PG_USAGE, "%s", wrong);
    clock_gettime(CLOCK_REALTIME, &now);
    o->now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    return access_options_check(&o->access, arena, err);
}

bool remote_options_given(const struct remote_options *o) {
    const struct access_options *a = &o->access;
    return o->pyroscope || o->parca || o->from || o->until || o->render || o->seconds ||
           o->labels.count || a->tenant || a->token_file || a->ca_file || a->timeout > 0;
}

bool remote_is_url(const char *operand) {
    return strncasecmp(operand, "http://", 7) == 0 || strncasecmp(operand, "https://", 8) == 0;
}
