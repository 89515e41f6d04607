/* A shard that runs only its own share: the benchmarks are listed first, and the measured command
 * is given a pattern of those that fall to it. Without this the whole suite runs on every machine
 * and each keeps its share of the results. */
#ifndef GATE_COMMANDS_RUN_SHARE_H
#define GATE_COMMANDS_RUN_SHARE_H

#include "gate/commands/run_sides.h"

/* The place of the pattern in the measured command: `go test -bench={filter}`,
 * `--benchmark_filter={filter}`. */
#define SHARE_PLACE "{filter}"

/* Runs the shell command `list` in every side's folder; each line without blanks in it is the name
 * of a benchmark (`go test -list .`, `bench --benchmark_list_tests`). Puts `^(A|B)$` of the plan's
 * share, specials escaped, for SHARE_PLACE in the sides' commands, and tells the plan. Errors:
 * PG_CHILD when listing fails or lists nothing, PG_USAGE when no command has the place. */
bool run_share(struct run_sides *sides, const char *list, struct plan *plan, struct pg_error *err);

#endif
