/* Shards: a stable share of a suite's benchmarks for each of n machines. A benchmark's shard
 * depends on its name alone, so that it stays where it was when others come and go, and both sides
 * of it are measured on one machine. */
#ifndef RUNNERS_SHARD_H
#define RUNNERS_SHARD_H

#include "runners/base/error.h"
#include "runners/base/text.h"

#include <stdint.h>

/* "2/5" → 2, 5. PG_USAGE unless 1 <= index <= count <= 10000. */
bool shard_parse(const char *text, uint32_t *index, uint32_t *count, struct pg_error *err);

/* The shard (1 … count) of a benchmark: FNV-1a, 64 bit, of the name without the `-8` that Go puts
 * behind it (it tells the machine's cores), its halves folded together, modulo count, plus 1. */
uint32_t shard_of(struct text name, uint32_t count);

#endif
