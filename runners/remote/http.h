/* Bytes from an HTTP server that is not trusted: only http and https, certificates verified, time
 * and size bounded. */
#ifndef RUNNERS_REMOTE_HTTP_H
#define RUNNERS_REMOTE_HTTP_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/text.h"

enum {
    HTTP_REDIRECTS = 3,                 /* followed, on the same scheme, host and port only */
    HTTP_CONNECT_SECONDS = 10,          /* until there is a connection, TLS included */
    HTTP_MOST_BYTES = 256 * 1024 * 1024 /* of an answer */
};

struct http_request {
    const char *url;
    const char *token;   /* sent as `Authorization: Bearer …`; NULL: none */
    const char *tenant;  /* sent as `X-Scope-OrgID: …`, Pyroscope's; NULL: none */
    const char *ca_file; /* certificates to trust, PEM; NULL: the system's */
    double seconds;      /* for the whole, redirects included */
    size_t most_bytes;   /* of the answer */
    struct text post;    /* what is sent with POST, of the type `content`; NULL: GET */
    const char *content;
    const char *answer; /* the type that the answer must be said to have; NULL: any */
};

/* Checks a URL without asking anybody: PG_USAGE unless it is http or https with a host, and without
 * a user or password, which would be seen by whoever lists processes. PG_IO without libcurl. */
bool http_check_url(const char *url, struct pg_error *err);

/* The URL with `name=value` behind its query. The URL passes http_check_url. */
const char *http_add_query(const char *url, const char *name, const char *value,
                           struct arena *arena);

/* The URL of a server, with or without a folder, and that path below it: PG_USAGE for one with a
 * query. The URL passes http_check_url. */
bool http_below(const char **out, const char *url, const char *path, struct arena *arena,
                struct pg_error *err);

/* May it stand in a header as a token or the like: printable ASCII without blanks, not empty? */
bool http_is_word(const char *text);

/* The value of the first `name=` in the URL's query, as written there; false when there is none. */
bool http_find_query(const char *url, const char *name, struct text *value, struct arena *arena);

/* The body of what is answered with 200, in the arena; content encodings are not undone. False as
 * http_check_url; else errors begin with the URL: PG_LIMIT for a larger body, PG_IO for everything
 * that fails, other statuses included, with the first words of what came, fit for a terminal. */
bool http_ask(struct text *body, const struct http_request *request, struct arena *arena,
              struct pg_error *err);

#endif
