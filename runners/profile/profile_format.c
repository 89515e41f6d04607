#include "runners/profile/profile_format.h"

#include <inttypes.h>

/* From the most to the least telling look. */
static const struct profile_format *const formats[] = {
    &legacy_cpu_format,    &callgrind_format,   &cpuprofile_format, &flamebearer_format,
    &branch_script_format, &perf_script_format, &folded_format,     &pprof_format};

const struct profile_format *profile_format_detect(struct text bytes) {
    struct text first = {bytes.at,
                         bytes.length < PROFILE_FORMAT_LOOK ? bytes.length : PROFILE_FORMAT_LOOK};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (formats[i]->sniff(first))
            return formats[i];
    }
    return NULL;
}

bool text_lines_next(struct text_lines *lines, struct text *line) {
    if (!lines->rest.length)
        return false;
    const char *end = memchr(lines->rest.at, '\n', lines->rest.length);
    *line = lines->rest;
    if (end)
        line->length = (size_t)(end - line->at);
    size_t used = line->length + (end != NULL);
    lines->rest = (struct text){lines->rest.at + used, lines->rest.length - used};
    if (line->length && line->at[line->length - 1] == '\r')
        line->length--;
    lines->number++;
    return true;
}

bool text_lines_wrong(const struct text_lines *lines, struct text line, const char *what,
                      struct pg_error *err) {
    return pg_error_set(err, PG_FORMAT, "line %" PRIu64 ": %s: %.*s", lines->number, what,
                        TEXT_ARG(line, 80));
}
