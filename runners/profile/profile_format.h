/* The formats that a profile can be read from: one file each, found out by looking at the first
 * bytes. */
#ifndef RUNNERS_PROFILE_PROFILE_FORMAT_H
#define RUNNERS_PROFILE_PROFILE_FORMAT_H

#include "runners/profile/profile_file.h"

enum { PROFILE_FORMAT_LOOK = 64 * 1024 };

struct profile_format {
    const char *name; /* for messages */
    /* Do these bytes, a file's first up to PROFILE_FORMAT_LOOK, look like it? */
    bool (*sniff)(struct text first);
    /* Reads all bytes of a file. The profile passes profile_check; damage is PG_FORMAT with the
     * line or offset. */
    bool (*read)(struct profile **out, struct text bytes, struct strings *strings,
                 struct arena *arena, struct pg_error *err);
    /* The same with samples labelled by time; NULL where samples have none. */
    bool (*read_windows)(struct profile **out, struct text bytes, struct profile_windows *windows,
                         struct strings *strings, struct arena *arena, struct pg_error *err);
};

extern const struct profile_format pprof_format, legacy_cpu_format, callgrind_format,
    cpuprofile_format, flamebearer_format, branch_script_format, perf_script_format, folded_format;

/* The format of a file; NULL when it is none of them. */
const struct profile_format *profile_format_detect(struct text bytes);

/* Lines of a text, one after the other, without their ends. */
struct text_lines {
    struct text rest;
    uint64_t number; /* of the line last taken, from 1 */
};
bool text_lines_next(struct text_lines *lines, struct text *line);

/* `line N: …`, PG_FORMAT; the line follows, cut. Always false. */
bool text_lines_wrong(const struct text_lines *lines, struct text line, const char *what,
                      struct pg_error *err);

#endif
