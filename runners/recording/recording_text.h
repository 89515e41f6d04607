/* A recording as a file: Go benchmark format, so that benchstat reads it, with provenance in lines
 * that benchstat passes over.
 *
 *   # perfgate recording: 1                       first line of every recording written by perfgate
 *   # perfgate KEY: VALUE                         provenance; keys below
 *   goos: linux                                   configuration (identifies the setting)
 *   Unit user-ns/op better=lower                  unit metadata
 *   # perfgate round: 3                           the lines that follow are of round 3 (>= 1)
 *   BenchmarkParse/size=1k 1 1523 ns/op 1400 cpu-ns/op 3145728 peak-RSS-bytes
 *   # perfgate failed: Parse/size=2k: exit status 3
 *   # perfgate end: 10                            rounds that are complete; its absence means a cut
 * file
 *
 * Keys: version (of perfgate), session, side, commit, branch, time (RFC 3339 UTC), command
 * (shell-quoted), fingerprint (one line `key=value key=value…`), fingerprint-id (hex), order, seed,
 * rounds, warmup, shard (i/n), benchmarks (number listed before sharding), verdict, note (may
 * repeat). Keys match [a-z][a-z0-9-]*; in values newline, carriage return and backslash are written
 * \n, \r, \\.
 */
#ifndef RUNNERS_RECORDING_RECORDING_TEXT_H
#define RUNNERS_RECORDING_RECORDING_TEXT_H

#include "runners/base/error.h"
#include "runners/recording/recording.h"

#include <stdio.h>

/* Writes a whole recording. Series of one benchmark, configuration and round share a line; names
 * are written with blanks and control characters replaced by `_`. Values are written in
 * unit_written, shortest form that reads back equal. */
void recording_write(FILE *out, const struct recording *r);

#endif
