#include "runners/base/escape.h"
#include "runners/remote/http_parts.h"

#include <strings.h>
#include <time.h>

/* How much is kept of an answer that is no success, whose first words are shown; and of a URL. */
enum { REFUSAL_BYTES = 4096, SHOWN_CHARACTERS = 200 };

struct answer {
    CURL *curl;
    struct arena *arena;
    char *bytes;
    size_t count, capacity, most;
    bool over; /* more than `most` came */
};

static long status_of(CURL *curl) {
    long status = 0;
    libcurl.easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static size_t take(char *at, size_t size, size_t count, void *context) {
    struct answer *a = context;
    size_t most = status_of(a->curl) == 200 ? a->most : REFUSAL_BYTES;
    size_t bytes = size * count;
    size_t kept = bytes < most - a->count ? bytes : most - a->count;
    if (a->count + kept > a->capacity) {
        a->capacity = 2 * (a->count + kept);
        a->bytes = arena_grow(a->arena, a->bytes, a->count, a->capacity, 1);
    }
    memcpy(a->bytes + a->count, at, kept);
    a->count += kept;
    a->over = kept < bytes;
    return kept;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* False only when libcurl lacks what is asked of it. */
static bool set_up(CURL *curl, const struct http_request *r, struct curl_slist *headers,
                   struct answer *answer) {
    return libcurl.easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           libcurl.easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           libcurl.easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           (!r->ca_file || libcurl.easy_setopt(curl, CURLOPT_CAINFO, r->ca_file) == CURLE_OK) &&
           libcurl.easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           libcurl.easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           libcurl.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)HTTP_CONNECT_SECONDS) ==
               CURLE_OK &&
           libcurl.easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->most_bytes) ==
               CURLE_OK &&
           (!r->post.at ||
            (libcurl.easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->post.length) ==
                 CURLE_OK &&
             libcurl.easy_setopt(curl, CURLOPT_POSTFIELDS, r->post.at) == CURLE_OK)) &&
           libcurl.easy_setopt(curl, CURLOPT_USERAGENT, "perfgate") == CURLE_OK &&
           libcurl.easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           libcurl.easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           libcurl.easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK;
}

static bool failed(CURLcode code, const char *reason, const struct http_request *r,
                   const struct answer *a, struct pg_error *err) {
    if (a->over || code == CURLE_FILESIZE_EXCEEDED)
        return pg_error_set(err, PG_LIMIT, "the answer is larger than %zu bytes; refused",
                            r->most_bytes);
    if (code == CURLE_OPERATION_TIMEDOUT && a->count)
        return pg_error_set(err, PG_IO, "the answer did not end within %g s", r->seconds);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return pg_error_set(err, PG_IO, "no answer within %g s", r->seconds);
    if (code == CURLE_PARTIAL_FILE)
        return pg_error_set(err, PG_IO, "the answer ends before the length that it states");
    return pg_error_set(err, PG_IO, "%s", *reason ? reason : libcurl.easy_strerror(code));
}

static bool refused(long status, const struct http_request *r, const struct answer *a,
                    struct pg_error *err) {
    const char *why = "";
    if (status == 401 || status == 403)
        why = r->token ? " (it does not take the token)" : " (no token was given)";
    if (status == 413)
        why = " (more was sent than it takes)";
    return pg_error_set(err, PG_IO, "HTTP status %ld: %s%s", status,
                        escape_first_words(a->arena, (struct text){a->bytes, a->count}), why);
}

/* Is the answer of the type that it must have? */
static bool expected(const struct http_request *r, const struct answer *a, struct pg_error *err) {
    char *type = NULL;
    size_t length = r->answer ? strlen(r->answer) : 0;
    libcurl.easy_getinfo(a->curl, CURLINFO_CONTENT_TYPE, &type);
    if (!r->answer || (type && strncasecmp(type, r->answer, length) == 0 &&
                       (!type[length] || strchr("; ", type[length]))))
        return true;
    return pg_error_set(err, PG_FORMAT, "expected an answer of type %s, got %s: %s", r->answer,
                        type ? escape_text(a->arena, type) : "none",
                        escape_first_words(a->arena, (struct text){a->bytes, a->count}));
}

/* Where to ask next; false for what is not followed. */
static bool redirected(const char **url, const struct http_request *r, const struct answer *a,
                       struct pg_error *err) {
    char *target = NULL;
    libcurl.easy_getinfo(a->curl, CURLINFO_REDIRECT_URL, &target);
    if (!target)
        return refused(status_of(a->curl), r, a, err);
    if (!url_same_server(*url, target))
        return pg_error_set(err, PG_IO, "redirected to another server, which is not followed: %s",
                            escape_text(a->arena, target));
    *url = arena_strdup(a->arena, target);
    return true;
}

/* One question and its answer, without its redirect. */
static bool ask(CURL *curl, const char *url, double seconds, const struct http_request *r,
                struct answer *a, struct pg_error *err) {
    char reason[CURL_ERROR_SIZE] = "";
    a->count = 0;
    libcurl.easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    libcurl.easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(seconds * 1000) + 1);
    libcurl.easy_setopt(curl, CURLOPT_URL, url);
    CURLcode code = libcurl.easy_perform(curl);
    libcurl.easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    bool enough = code == CURLE_WRITE_ERROR && status_of(curl) != 200;
    return code == CURLE_OK || enough || failed(code, escape_text(a->arena, reason), r, a, err);
}

static bool follow(CURL *curl, const struct http_request *r, struct answer *a,
                   struct pg_error *err) {
    const char *url = r->url;
    double end = now() + r->seconds;
    for (int hop = 0; hop <= HTTP_REDIRECTS; hop++) {
        double left = end - now();
        if (!ask(curl, url, left > 0 ? left : 0, r, a, err))
            return false;
        long status = status_of(curl);
        if (status == 200)
            return expected(r, a, err);
        if (status < 300 || status > 399)
            return refused(status, r, a, err);
        if (!redirected(&url, r, a, err))
            return false;
    }
    return pg_error_set(err, PG_IO, "redirected more than %d times", HTTP_REDIRECTS);
}

static bool add_header(struct curl_slist **headers, const char *name, const char *value,
                       struct arena *arena) {
    struct curl_slist *more =
        value ? libcurl.slist_append(*headers, arena_printf(arena, "%s %s", name, value))
              : *headers;
    if (more)
        *headers = more;
    return more || !value;
}

bool http_ask(struct text *body, const struct http_request *r, struct arena *arena,
              struct pg_error *err) {
    if (!http_check_url(r->url, err))
        return false;
    const char *shown = cut_middle(arena, escape_text(arena, r->url), SHOWN_CHARACTERS);
    CURL *curl = libcurl.easy_init();
    struct curl_slist *headers = NULL;
    struct answer answer = {.curl = curl, .arena = arena, .most = r->most_bytes};
    bool good = curl && add_header(&headers, "Authorization: Bearer", r->token, arena) &&
                add_header(&headers, "X-Scope-OrgID:", r->tenant, arena) &&
                add_header(&headers, "Content-Type:", r->content, arena) &&
                set_up(curl, r, headers, &answer);
    if (!good)
        pg_error_set(err, PG_INTERNAL, "libcurl cannot be set up");
    good = good && follow(curl, r, &answer, err);
    libcurl.slist_free_all(headers);
    libcurl.easy_cleanup(curl);
    *body = (struct text){answer.bytes, answer.count};
    return good || pg_error_in(err, shown);
}
