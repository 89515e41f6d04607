/* What a reader wants to know of where a recording comes from. */
#ifndef GATE_REPORT_ENVIRONMENT_H
#define GATE_REPORT_ENVIRONMENT_H

#include "runners/recording/recording.h"

/* The value of a configuration line (`cpu: …`) in force for the first result, or NULL. */
const char *environment_setting(const struct recording *r, const char *key);

/* What was measured, e.g. "main (commit 1a2b3c4d5e6f, branch main)": label, then what provenance
 * knows. */
const char *environment_build(const struct recording *r, struct arena *arena);

/* On what, e.g. "AMD EPYC 7B13, 2 cores, kernel 6.1.0"; NULL when nothing is known. */
const char *environment_machine(const struct recording *r, struct arena *arena);

#endif
