#include "runners/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum log_level shown = LOG_WARNING;

void log_set_level(enum log_level most) {
    shown = most;
}

enum log_level log_level(void) {
    return shown;
}

void pg_log(enum log_level level, const char *format, ...) {
    static const char *const prefixes[] = {"perfgate: ", "perfgate: warning: ", "perfgate: note: "};
    char line[4096];
    if (level > shown)
        return;
    size_t used = strlen(prefixes[level]);
    memcpy(line, prefixes[level], used);
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line + used, sizeof line - used - 1, format, args);
    va_end(args);
    if (length < 0)
        length = 0;
    size_t end = used + (size_t)length;
    if (end > sizeof line - 2)
        end = sizeof line - 2;
    for (size_t i = used; i < end; i++) {
        unsigned char c = (unsigned char)line[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
            line[i] = '?';
    }
    line[end++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, end);
    (void)written;
}
