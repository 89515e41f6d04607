/* The vocabulary: what one measuring session of one build produced. Whatever is read (a recording,
 * `go test -bench` output, Google Benchmark JSON …) and whatever is measured becomes one of these.
 */
#ifndef RUNNERS_RECORDING_RECORDING_H
#define RUNNERS_RECORDING_RECORDING_H

#include "runners/base/arena.h"
#include "runners/base/strings.h"
#include "runners/base/text.h"

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
};

enum better { BETTER_UNKNOWN, BETTER_LOWER, BETTER_HIGHER };
enum assume { ASSUME_NOTHING, ASSUME_EXACT };

/* What `Unit` lines say of a unit. The lines are where this file says it: 0 when it does not (a
 * default, carried over from an earlier file, or set by a program). */
struct unit_metadata {
    uint32_t unit;    /* tidied */
    uint32_t written; /* as the `Unit` line has it; the tidied one when there was none */
    enum better better;
    enum assume assume;
    uint64_t better_line, assume_line;
};

/* What a process as a whole did, beside the benchmarks that it prints, has this before its name:
 * `process/NAME`. Reported, and not gated unless a rule says so. */
#define PROCESS_PREFIX "process/"

/* A doubt about the data. Every report shows it. `where` is "file:line", a benchmark name, or NULL.
 */
enum note_level { NOTE_INFO, NOTE_WARNING, NOTE_DAMAGE };
struct note {
    enum note_level level;
    const char *where;
    const char *text;
    bool syntax; /* benchstat prints it too, as "where: text" on stderr */
};
const char *note_level_name(enum note_level level); /* "info", "warning", "damage" */

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
    struct recording_index *index; /* private: finds series, configurations and units by key */
};

/* An empty recording. Label and path are copied. */
struct recording *recording_new(const char *label, const char *path, struct strings *strings,
                                struct arena *arena);

/* Moves a recording over to other strings and another arena: its numbers are translated; its memory
 * stays where it is. So recordings can be read at the same time, each with strings and an arena of
 * its own (which the other adopts). */
void recording_move(struct recording *r, struct strings *strings, struct arena *arena);

/* The number of a configuration with these pairs, in whatever order; added (and `pairs` copied)
 * when new. */
uint32_t recording_config(struct recording *r, const struct config_pair *pairs, uint32_t count);

/* The series of a key, made when new. The pointer is valid until the next call. */
struct series *recording_series(struct recording *r, uint32_t config, uint32_t name, uint32_t unit,
                                uint32_t unit_written);

/* The same for a key that the recording is known not to have: without a look-up. */
struct series *recording_series_new(struct recording *r, uint32_t config, uint32_t name,
                                    uint32_t unit, uint32_t unit_written);

/* The series of a key, or NULL. Not for two threads at once: the index may not be up to date. */
const struct series *recording_find(const struct recording *r, uint32_t config, uint32_t name,
                                    uint32_t unit);

/* Makes room for `more` further values, exactly; and for as many as it takes not to grow often. */
void recording_reserve(struct recording *r, struct series *series, uint32_t more);
void recording_widen(struct recording *r, struct series *series);

/* Adds one value already in the base unit. `round` 0: not numbered. Values of numbered and
 * unnumbered rounds do not mix in one series: when they meet, all values are kept and the rounds
 * dropped. Called for every value that is read. */
static inline void recording_add(struct recording *r, struct series *series, double value,
                                 uint32_t round) {
    if (series->count == series->capacity)
        recording_widen(r, series);
    if (series->count == 0 && round)
        series->rounds = ARENA_NEW(r->arena, uint32_t, series->capacity);
    if (!round)
        series->rounds = NULL;
    if (series->rounds)
        series->rounds[series->count] = round;
    series->values[series->count++] = value;
}

void recording_note(struct recording *r, enum note_level level, const char *where,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The first damage that is noted, "WHERE: TEXT"; NULL when there is none. */
const char *recording_damage(const struct recording *r, struct arena *arena);

void recording_fail(struct recording *r, uint32_t name, uint32_t round, const char *reason);

/* Sets a provenance value, replacing an earlier one; get gives NULL when absent. */
void recording_set(struct recording *r, const char *key, const char *value);
const char *recording_get(const struct recording *r, const char *key);

/* Was what was built different from the commit that the recording names? */
bool recording_modified(const struct recording *r);

/* Metadata of a tidied unit, made when new (unknown, nothing). The pointer is valid until the next
 * call. */
struct unit_metadata *recording_unit(struct recording *r, uint32_t unit);

/* Unit metadata carries over from an earlier file to a later one, and nothing else does: what
 * `later` does not say is filled in. Where they contradict each other both keep what they say, and
 * `later` gets a warning. */
void recording_carry_units(struct recording *later, const struct recording *earlier);

/* Puts the values, failures and unit metadata of a part (made with the same strings) behind those
 * of `out`; notes and provenance are the caller's business. False when both have values of one
 * series, the first of which is *clash: they now stand in it together. */
bool recording_append(struct recording *out, const struct recording *part, uint32_t *clash);

/* Where the profile of a recording lies: NAME.pb.gz beside NAME.txt; NULL for another path. */
const char *recording_profile_path(const char *path, struct arena *arena);

/* A name (or unit) as it can stand in a recording: white space and control characters become `_`.
 * The text is the input itself when nothing changes, else a copy in the arena. Readers refuse names
 * longer than RECORDING_NAME_LIMIT bytes. */
enum { RECORDING_NAME_LIMIT = 64 * 1024 };
struct text recording_name(struct text name, struct arena *arena);

#endif
