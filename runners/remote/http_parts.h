/* Between the files of this room: what knows libcurl. */
#ifndef RUNNERS_REMOTE_HTTP_PARTS_H
#define RUNNERS_REMOTE_HTTP_PARTS_H

#include "runners/remote/http.h"
#include "runners/remote/libcurl.h"

/* Have two URLs the same scheme, host and port? */
bool url_same_server(const char *left, const char *right);

#endif
