/* Lines and words of Go benchmark format by themselves: what is what, as benchfmt tells it. */
#ifndef RUNNERS_FORMATS_GO_WORDS_H
#define RUNNERS_FORMATS_GO_WORDS_H

#include "runners/base/text.h"

#include <stdbool.h>

/* Splits a `key: value` line. False when it is something else. An empty value deletes the key. */
bool go_config_line(struct text line, struct text *key, struct text *value);

/* An iteration count as Go's strconv.Atoi reads it (a sign is allowed). NULL, or what is wrong in
 * benchstat's words. */
const char *go_iterations_fault(struct text field, int64_t *iterations);

/* A unit of the testing package with text stuck to it (`ns/opPASS`, `B/op--- FAIL:`), or something
 * that is no unit at all because the next result or a number stands in its place: two writers met
 * on one line. */
bool go_is_glued(struct text unit);

/* A unit of the testing package that begins so and goes on; NULL when there is none. */
const char *go_longer_unit(struct text beginning);

/* A result behind other output, or the second half of one whose name stands on another line.
 * Nobody may count it as a sample, and nobody may lose it without a word. */
bool go_is_buried_result(struct text line);

/* The `-8` of a name, which stands for GOMAXPROCS; empty when there is none. */
struct text go_procs_suffix(struct text name);

#endif
