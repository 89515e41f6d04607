/* Benchmark output → recording. A format is a constant; detection is a loop over `formats`; adding
 * one is one file and one line in formats/detect.c. */
#ifndef RUNNERS_FORMATS_FORMAT_H
#define RUNNERS_FORMATS_FORMAT_H

#include "runners/base/error.h"
#include "runners/base/source.h"
#include "runners/recording/recording.h"

struct format {
    const char *name;    /* for --format and messages: "go", "gbench", "hyperfine" */
    const char *summary; /* "go test -bench output and perfgate recordings" */
    /* Could the input, whose first bytes are `head`, be of this format? 0 no … 100 certain. */
    int (*sniff)(struct text head);
    /* Reads all of the source into `recording`. Lines it cannot use become notes (and
     * damaged_lines); false only when nothing more can be read. */
    bool (*read)(struct recording *recording, struct source *source, struct pg_error *err);
};

extern const struct format go_format;
extern const struct format google_benchmark_format;
extern const struct format hyperfine_format;

/* All formats, NULL-terminated. */
extern const struct format *const formats[];

/* By name; NULL when there is none. */
const struct format *format_find(const char *name);

/* The best sniff; NULL when none recognises it (the caller decides: error for a file, "the process
 * itself is the benchmark" for a command). */
const struct format *format_detect(struct text head);

/* Opens `argument` (`path`, `label=path`, `-`; split at the first `=` unless a file of the whole
 * name exists), detects, reads. `format` NULL is auto: what no format recognises is read as Go
 * benchmark text, among whose lines any other line may stand. An input without a single result and
 * without failures is an error (PG_FORMAT, "no benchmark results"). */
bool recording_read(struct recording **out, const char *argument, const struct format *format,
                    struct strings *strings, struct arena *arena, struct pg_error *err);

/* Reads all arguments of a command, in order, as benchstat does: the same unlabelled path given
 * twice gets the labels `path#0`, `path#1`; unit metadata carries over to later files. `*out` is an
 * array of `count`. */
bool recordings_read(struct recording ***out, const char *const *arguments, size_t count,
                     const struct format *format, struct strings *strings, struct arena *arena,
                     struct pg_error *err);

#endif
