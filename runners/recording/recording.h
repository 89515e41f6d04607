/* The vocabulary: what one measuring session of one build produced. Whatever is read (a recording,
 * `go test -bench` output, Google Benchmark JSON …) and whatever is measured becomes one of these.
 */
#ifndef RUNNERS_RECORDING_RECORDING_H
#define RUNNERS_RECORDING_RECORDING_H

#include "runners/base/arena.h"
#include "runners/base/strings.h"

#include <stdbool.h>
#include <stdint.h>

/* A configuration: the `key: value` lines in force for a result, in the order the keys were first
 * set. Keys and values are numbers of the recording's strings. */
struct config_pair {
    uint32_t key, value;
};
struct config {
    struct config_pair *pairs;
    uint32_t count;
};

/* All values of one benchmark and unit under one configuration, in the order read. Values are in
 * the base unit (seconds, bytes: FIELD "tidy" rule, unit.h). */
struct series {
    uint32_t config;       /* index into recording.configs */
    uint32_t name;         /* full name without the prefix `Benchmark`, `-8` suffix included */
    uint32_t unit;         /* tidied, e.g. "sec/op" */
    uint32_t unit_written; /* as the file has it, e.g. "ns/op" */
    uint32_t count, capacity;
    double *values;
    uint32_t *rounds; /* round number of each value; NULL when the file does not number rounds */
    uint32_t *lines;  /* NULL, or source line of each value (kept only on request) */
};

enum better { BETTER_UNKNOWN, BETTER_LOWER, BETTER_HIGHER };
enum assume { ASSUME_NOTHING, ASSUME_EXACT };

/* `Unit` lines. `line` is where it was set, for conflict messages. */
struct unit_metadata {
    uint32_t unit; /* tidied */
    enum better better;
    enum assume assume;
};

/* A doubt about the data. Every report shows it. `where` is "file:line", a benchmark name, or NULL.
 */
enum note_level { NOTE_INFO, NOTE_WARNING, NOTE_DAMAGE };
struct note {
    enum note_level level;
    const char *where;
    const char *text;
};

/* A benchmark that did not give a sample: crash, non-zero exit, time-out. */
struct failure {
    uint32_t name;
    uint32_t round; /* 0 when unknown */
    const char
        *reason; /* "exit status 3", "signal 11 (Segmentation fault)", "timed out after 5 s" */
};

/* `# perfgate KEY: VALUE` lines in file order: commit, branch, time, session, fingerprint…
 * (recording_text.h). */
struct provenance {
    const char *key, *value;
};

struct recording {
    const char *label; /* what stands above its column */
    const char *path;
    struct arena *arena;
    struct strings
        *strings; /* shared by all recordings of one command: numbers compare across them */
    struct config *configs;
    uint32_t config_count, config_capacity;
    struct series *series; /* in the order first seen */
    uint32_t series_count, series_capacity;
    struct unit_metadata *units;
    uint32_t unit_count, unit_capacity;
    struct note *notes;
    uint32_t note_count, note_capacity;
    struct failure *failures;
    uint32_t failure_count, failure_capacity;
    struct provenance *provenance;
    uint32_t provenance_count, provenance_capacity;
    uint64_t damaged_lines; /* lines that began like a result and could not be read */
    uint64_t result_lines;
    struct series_index *index;
};

/* An empty recording. Label and path are copied. */
struct recording *recording_new(const char *label, const char *path, struct strings *strings,
                                struct arena *arena);

/* The number of a configuration with these pairs, added when new. `pairs` is copied. */
uint32_t recording_config(struct recording *r, const struct config_pair *pairs, uint32_t count);

/* The series of a key, made when new. The pointer is valid until the next call. */
struct series *recording_series(struct recording *r, uint32_t config, uint32_t name, uint32_t unit,
                                uint32_t unit_written);

/* Adds one value already in the base unit. `round` 0: not numbered. Values of numbered and
 * unnumbered rounds do not mix in one series: the first value decides, later ones are kept and the
 * rounds dropped. */
void recording_add(struct recording *r, struct series *series, double value, uint32_t round);

void recording_note(struct recording *r, enum note_level level, const char *where,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
void recording_fail(struct recording *r, uint32_t name, uint32_t round, const char *reason);

/* Sets a provenance value (keys that may repeat: "note"); NULL when absent. */
void recording_set(struct recording *r, const char *key, const char *value);
const char *recording_get(const struct recording *r, const char *key);

/* Metadata of a tidied unit, made when new (unknown, nothing). */
struct unit_metadata *recording_unit(struct recording *r, uint32_t unit);

#endif
