/* A recording as a file: Go benchmark format, so that benchstat reads it, with provenance in lines
 * that benchstat passes over.
 *
 *   # perfgate recording: 1                       first line of every recording written by perfgate
 *   # perfgate KEY: VALUE                         provenance; keys below
 *   goos: linux                                   configuration (identifies the setting)
 *   Unit user-sec/op better=lower                 unit metadata
 *   # perfgate round: 3                           the lines that follow are of round 3 (>= 1);
 * rounds ascend BenchmarkParse/size=1k 1 1523 ns/op 1400 cpu-ns/op 3145728 peak-RSS-bytes #
 * perfgate failed: Parse/size=2k: exit status 3 # perfgate end: 10 number of different rounds
 * above; its absence means a cut file
 *
 * Keys: version (of perfgate), session, side, commit, branch, time (RFC 3339 UTC), command
 * (shell-quoted), fingerprint (one line `key=value key=value…`), fingerprint-id (hex), order, seed,
 * rounds, warmup, shard (i/n), benchmarks (number listed before sharding), verdict. Keys match
 * [a-z][a-z0-9-]*; in values newline, carriage return and backslash are written \n, \r, \\. The
 * notes of a recording are written as `# perfgate note: LEVEL: TEXT` or
 * `# perfgate note: LEVEL WHERE: TEXT`, LEVEL being info, warning or damage, and read back as
 * notes. */
#ifndef RUNNERS_RECORDING_RECORDING_TEXT_H
#define RUNNERS_RECORDING_RECORDING_TEXT_H

#include "runners/base/error.h"
#include "runners/recording/recording.h"

#include <stdio.h>

enum { RECORDING_VERSION = 1 }; /* of this form */

/* Writes a whole recording. Series of one benchmark, configuration and round share a line; names
 * and units are written as recording_name gives them. Values are written in unit_written, in the
 * shortest form that reads back equal (in the tidied unit where there is none). Write errors are
 * left to the stream. */
void recording_write(FILE *out, const struct recording *r);

/* What the `# perfgate` lines of an input have said so far; zeroed to begin with. */
struct recording_text {
    bool is_recording; /* the first line was seen */
    bool several; /* more than once: recordings were joined, their rounds mean nothing any more */
    bool ended;
    uint32_t round; /* of the result lines that follow; 0 none */
    uint64_t rounds_seen;
};

/* Takes a line that begins with `#`; comments that are not `# perfgate` lines are passed over.
 * `line_number` is for notes. Fails on a recording format that this version does not know, and on
 * more provenance than any recording has. */
bool recording_text_line(struct recording *r, struct recording_text *state, struct text line,
                         uint64_t line_number, struct pg_error *err);

/* At the end of the input: a recording without its end line was cut, which is damage. */
void recording_text_finish(struct recording *r, struct recording_text *state);

#endif
