/* Where a recording comes from and under what circumstances, written into it: provenance, setting,
 * noise. */
#ifndef RUNNERS_PROVENANCE_H
#define RUNNERS_PROVENANCE_H

#include "runners/fingerprint.h"
#include "runners/runner.h"

/* Sets session, side, commit, modified, branch, time, command, fingerprint, order, seed, warmup and
 * shard of every recording. */
void provenance_set(const struct plan *plan, const struct fingerprint *fingerprint,
                    struct recording *const *out);

/* The configuration of the process figures: goos, goarch, cpu, as `go test` writes them. */
uint32_t provenance_config(const struct fingerprint *fingerprint, struct recording *out);

#endif
