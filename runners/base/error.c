#include "runners/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool pg_error_set(struct pg_error *err, enum pg_status status, const char *format, ...) {
    va_list args;
    err->status = status;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

bool pg_error_errno(struct pg_error *err, const char *format, ...) {
    int saved = errno;
    va_list args;
    err->status = PG_IO;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    char reason[128];
    snprintf(err->text + used, sizeof err->text - used, ": %s",
             strerror_r(saved, reason, sizeof reason));
    return false;
}

bool pg_error_in(struct pg_error *err, const char *where) {
    char whole[sizeof err->text];
    int length = snprintf(whole, sizeof whole, "%.400s: ", where);
    size_t used = (size_t)length;
    size_t kept = strnlen(err->text, sizeof whole - used - 1);
    memcpy(whole + used, err->text, kept);
    whole[used + kept] = '\0';
    memcpy(err->text, whole, used + kept + 1);
    return false;
}
