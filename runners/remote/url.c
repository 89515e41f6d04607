#include "runners/remote/http_parts.h"

#include <strings.h>

bool http_check_url(const char *url, struct pg_error *err) {
    if (!libcurl_load(err))
        return false;
    CURLU *parsed = libcurl.url();
    char *scheme = NULL, *user = NULL, *password = NULL;
    const char *wrong = NULL;
    if (!parsed || libcurl.url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK ||
        libcurl.url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        wrong = "expected a URL http://HOST/… or https://HOST/…";
    else if (libcurl.url_get(parsed, CURLUPART_USER, &user, 0) == CURLUE_OK ||
             libcurl.url_get(parsed, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
        wrong = "no user or password belongs into a URL; expected a token in a file or the "
                "environment";
    libcurl.free(scheme);
    libcurl.free(user);
    libcurl.free(password);
    libcurl.url_cleanup(parsed);
    return !wrong || pg_error_set(err, PG_USAGE, "%s", wrong);
}

const char *http_add_query(const char *url, const char *name, const char *value,
                           struct arena *arena) {
    CURLU *parsed = libcurl.url();
    const char *pair = arena_printf(arena, "%s=%s", name, value);
    char *whole = NULL;
    if (parsed && libcurl.url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        libcurl.url_set(parsed, CURLUPART_QUERY, pair, CURLU_APPENDQUERY | CURLU_URLENCODE) ==
            CURLUE_OK)
        libcurl.url_get(parsed, CURLUPART_URL, &whole, 0);
    const char *result = arena_strdup(arena, whole ? whole : url);
    libcurl.free(whole);
    libcurl.url_cleanup(parsed);
    return result;
}

bool http_below(const char **out, const char *url, const char *path, struct arena *arena,
                struct pg_error *err) {
    size_t length = strlen(url);
    if (url[strcspn(url, "?#")])
        return pg_error_set(err, PG_USAGE, "expected a server's URL, without '?'");
    const char *slash = length && url[length - 1] == '/' ? "" : "/";
    *out = arena_printf(arena, "%s%s%s", url, slash, path);
    return true;
}

bool http_is_word(const char *text) {
    bool good = *text != '\0';
    for (; *text; text++)
        good = good && *text > ' ' && *text <= '~';
    return good;
}

bool http_find_query(const char *url, const char *name, struct text *value, struct arena *arena) {
    size_t length = strlen(name);
    const char *end = url + strcspn(url, "#");
    const char *at = strchr(url, '?');
    while (at && at < end) {
        const char *pair = at + 1;
        at = pair + strcspn(pair, "&#");
        if (strncmp(pair, name, length) == 0 && pair[length] == '=') {
            size_t used = (size_t)(at - pair) - length - 1;
            *value = (struct text){arena_strndup(arena, pair + length + 1, used), used};
            return true;
        }
    }
    return false;
}

bool url_same_server(const char *left, const char *right) {
    static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
    const char *urls[2] = {left, right};
    CURLU *parsed[2];
    bool same = true;
    for (int i = 0; i < 2; i++) {
        parsed[i] = libcurl.url();
        same =
            parsed[i] && libcurl.url_set(parsed[i], CURLUPART_URL, urls[i], 0) == CURLUE_OK && same;
    }
    for (size_t p = 0; same && p < sizeof parts / sizeof *parts; p++) {
        char *values[2] = {NULL, NULL};
        for (int i = 0; i < 2; i++)
            same =
                libcurl.url_get(parsed[i], parts[p], &values[i], CURLU_DEFAULT_PORT) == CURLUE_OK &&
                same;
        same = same && strcasecmp(values[0], values[1]) == 0;
        libcurl.free(values[0]);
        libcurl.free(values[1]);
    }
    libcurl.url_cleanup(parsed[0]);
    libcurl.url_cleanup(parsed[1]);
    return same;
}
