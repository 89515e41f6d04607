/* What the JSON formats share: a document in, checked values out. */
#ifndef RUNNERS_FORMATS_JSON_INPUT_H
#define RUNNERS_FORMATS_JSON_INPUT_H

#include "runners/base/json.h"
#include "runners/base/source.h"
#include "runners/recording/recording.h"

#define JSON_INPUT_LIMIT ((size_t)256 << 20) /* bytes of a document */

/* Reads and parses a whole source. With `admit_nonfinite` the words NaN, Infinity and -Infinity,
 * which some harnesses print although JSON has no such numbers, count as empty strings. The tree is
 * the caller's until cJSON_Delete. */
bool json_input(cJSON **out, struct source *source, bool admit_nonfinite, struct pg_error *err);

/* True if the head of a document begins an object and holds all of the words (ends with NULL). */
bool json_sniff(struct text head, const char *const *words);

/* The string number of a benchmark name, made fit for a recording. False with a note if it is too
 * long. */
bool json_name(struct recording *r, const char *where, const char *name, uint32_t *out);

/* To be called before the values of a benchmark are added: a warning if it has some already, since
 * a name that comes twice pools the samples of two benchmarks. */
void json_note_twin(struct recording *r, const char *where, uint32_t name);

/* Adds a value as written in `unit`. What is not a finite number, or a negative time, becomes a
 * damage note at `where`. */
void json_add(struct recording *r, const char *where, uint32_t name, const char *unit,
              const cJSON *value);

/* A damage note at `where`, which is counted. */
void json_damage(struct recording *r, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
