/* libcurl, loaded when a server is first asked: with its thirty libraries it would cost every other
 * command several milliseconds to start. */
#ifndef RUNNERS_REMOTE_LIBCURL_H
#define RUNNERS_REMOTE_LIBCURL_H

#include "runners/base/error.h"

#include <curl/curl.h>

/* Its functions that are used here, `curl_` left out. */
#define LIBCURL_FUNCTIONS(each)                                                                    \
    each(easy_cleanup) each(easy_getinfo) each(easy_init) each(easy_perform) each(easy_setopt)     \
        each(easy_strerror) each(free) each(slist_append) each(slist_free_all) each(url)           \
            each(url_cleanup) each(url_get) each(url_set)

#define LIBCURL_MEMBER(name) __typeof__(&curl_##name) name;
struct libcurl {
    LIBCURL_FUNCTIONS(LIBCURL_MEMBER)
};
#undef LIBCURL_MEMBER

/* To be called once libcurl_load was true. */
extern struct libcurl libcurl;

/* Loads it unless that was done before, by the one thread that asks servers. PG_IO when it is not
 * there, with what to install. */
bool libcurl_load(struct pg_error *err);

#endif
