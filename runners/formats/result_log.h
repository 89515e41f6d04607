/* Result lines on their way into series. Benchmark files repeat themselves: the same names with the
 * same units come again and again, mostly in the same order. So a line is first held against the
 * one expected next, byte by byte, and only numbers are parsed; values are appended to a log, and
 * every series gets its exact memory at the end. */
#ifndef RUNNERS_FORMATS_RESULT_LOG_H
#define RUNNERS_FORMATS_RESULT_LOG_H

#include "runners/recording/recording.h"

struct result_log;

/* Lives in `scratch`, fills `r` (at result_log_finish). */
struct result_log *result_log_new(struct recording *r, struct arena *scratch);

/* Takes `line` (behind the prefix `Benchmark`) when it has units, in this order, that were seen
 * before under this configuration (of its name, or, if that is new and of plain characters, in the
 * line before) and plain unsigned numbers. False: it was not taken. */
bool result_log_repeat(struct result_log *log, uint32_t config, uint32_t round, struct text line);

/* A unit as written, by a number of the log. */
struct log_unit {
    uint32_t unit, written; /* strings */
    double factor;
    bool is_time;
};
uint32_t result_log_unit(struct result_log *log, struct text written);
const struct log_unit *result_log_get_unit(const struct result_log *log, uint32_t number);

uint32_t result_log_unit_count(const struct result_log *log);

/* A unit that, as written, begins with `beginning` and goes on; NULL when there is none. */
const char *result_log_longer_unit(const struct result_log *log, struct text beginning);

/* Takes a parsed line: `units` are numbers of result_log_unit, `values` are as written. */
void result_log_add(struct result_log *log, uint32_t config, uint32_t round, struct text name,
                    const uint32_t *units, const double *values, uint32_t count);

/* Moves everything into the series of the recording. */
void result_log_finish(struct result_log *log);

#endif
