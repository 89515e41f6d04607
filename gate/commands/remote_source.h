/* Profiles from servers: the options that commands share, and one server's windows. */
#ifndef GATE_COMMANDS_REMOTE_SOURCE_H
#define GATE_COMMANDS_REMOTE_SOURCE_H

#include "gate/commands/fetch_windows.h"
#include "gate/commands/option_rows.h"
#include "runners/profile/profile.h"
#include "runners/remote/http.h"
#include "runners/remote/remote_query.h"

/* Who asks, and how long an answer may take. */
struct access_options {
    const char *tenant, *token_file, *ca_file;
    double timeout;    /* 0: not given */
    const char *token; /* found by access_options_check; NULL: none */
};

#define ACCESS_OPTIONS(o)                                                                          \
    HEADING("Access"),                                                                             \
        TEXT("token-file", 0, &(o)->token_file, "FILE",                                            \
             "holds a bearer token (or the environment's PERFGATE_TOKEN)"),                        \
        TEXT("tenant", 0, &(o)->tenant, "NAME", "Pyroscope's tenant, sent as X-Scope-OrgID"),      \
        TEXT("ca-file", 0, &(o)->ca_file, "FILE", "certificates to trust, PEM (the system's)")

/* Reads the token, once. PG_USAGE for what cannot stand in a header; no message has the token. */
bool access_options_check(struct access_options *o, struct arena *arena, struct pg_error *err);

enum { REMOTE_MOST_SECONDS = 24 * 3600, REMOTE_MOST_WINDOWS = 10000 };

struct remote_options {
    const char *pyroscope, *parca, *from, *until;
    bool render;
    int seconds; /* 0: not given */
    struct string_list labels;
    struct access_options access;
    uint64_t now_ms; /* set by remote_options_check: what --from and --until count from */
};

#define REMOTE_OPTIONS(o)                                                                          \
    COUNT("seconds", 0, &(o)->seconds, 1, REMOTE_MOST_SECONDS, "ask for a window of N seconds"),   \
        {.name = "timeout",                                                                        \
         .kind = OPTION_DURATION,                                                                  \
         .target = &(o)->access.timeout,                                                           \
         .argument = "TIME",                                                                       \
         .help = "for one answer (1.5 × --seconds, or 60s; and 5s)",                               \
         .low = 0.001,                                                                             \
         .high = 2 * REMOTE_MOST_SECONDS},                                                         \
        HEADING("Pyroscope or Parca, whose server is the URL"),                                    \
        TEXT("pyroscope", 0, &(o)->pyroscope, "QUERY",                                             \
             "what to take of Pyroscope: TYPE or TYPE{SELECTOR}"),                                 \
        FLAG("render", 0, &(o)->render,                                                            \
             "by its render, which knows functions only, not their lines"),                        \
        TEXT("parca", 0, &(o)->parca, "QUERY", "what to take of Parca, written the same way"),     \
        LIST("label", 0, &(o)->labels, "KEY=VALUE", "only what has this label"),                   \
        TEXT("from", 0, &(o)->from, "TIME", "how long ago, or @ and Unix seconds (1h)"),           \
        TEXT("until", 0, &(o)->until, "TIME", "the same (0s: now)"), ACCESS_OPTIONS(&(o)->access)

/* Before anything is asked: options that do not go together are PG_USAGE. */
bool remote_options_check(struct remote_options *o, struct arena *arena, struct pg_error *err);

/* Is any of them there, which only a URL has use for? */
bool remote_options_given(const struct remote_options *o);

/* Is that operand a URL and no file? */
bool remote_is_url(const char *operand);

/* What is asked for beside what the options say. */
struct remote_place {
    const char *url;
    const char *name;                 /* in messages, for a URL that may hold a password */
    const struct string_list *labels; /* more of them; NULL: none */
    const char *from, *until;         /* instead of the options'; NULL: the options' */
    int windows;                      /* 0: one answer as it is; else so many, labelled `round` */
};

enum remote_kind { REMOTE_PPROF, REMOTE_MERGE, REMOTE_RENDER, REMOTE_PARCA };

struct remote_source {
    enum remote_kind kind;
    struct http_request request;
    struct remote_query query;
    struct time_span span;
    int windows;
    struct strings *strings;
    struct arena *arena;
};

/* Checks everything without asking anybody: PG_USAGE. */
bool remote_source_open(struct remote_source *out, const struct remote_place *place,
                        const struct remote_options *o, struct strings *strings,
                        struct arena *arena, struct pg_error *err);

/* Window number `window`, from 1: of a pprof endpoint what is now, of the others an equal part of
 * the time. Errors as http_ask, and PG_FORMAT for what is no profile or has no samples there; they
 * begin with the window where there are several. */
bool remote_source_take(struct profile **out, const struct remote_source *source, int window,
                        struct pg_error *err);

#endif
