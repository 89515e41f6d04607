/* A recording's profile as what Pyroscope keeps: one series of samples for each benchmark, with few
 * labels of few values, so that no store grows by what is pushed. */
#ifndef GATE_COMMANDS_PUSH_SERIES_H
#define GATE_COMMANDS_PUSH_SERIES_H

#include "gate/commands/options.h"
#include "runners/profile/profile.h"
#include "runners/recording/recording.h"
#include "runners/remote/pyroscope.h"

enum {
    PUSH_BENCHMARKS = 100,               /* the others' name is `other` */
    PUSH_VALUE_BYTES = 128,              /* of a label */
    PUSH_SAMPLES = 16000,                /* of a profile; Pyroscope refuses more, */
    PUSH_PROFILE_BYTES = 4 * 1024 * 1024 /* and more of this, not compressed (its defaults) */
};

/* The labels that all series have: `__name__`, `service_name`, those of `given` (KEY=VALUE), and
 * commit and branch where a recording (or NULL) says them. PG_USAGE for a key that is not one of
 * the few that are sent, one that is there twice, and a value that is empty, too long or not to be
 * read. */
struct push_labels {
    struct push_label *items;
    size_t count, capacity;
};
bool push_labels_make(struct push_labels *out, const char *name, const char *service,
                      const struct string_list *given, const struct recording *recording,
                      struct arena *arena, struct pg_error *err);

/* Cuts a profile by its label `benchmark`; all other labels of samples go, so that equal stacks are
 * one. With `any_size` nothing is too large; else PG_LIMIT for what Pyroscope would refuse.
 * PG_FORMAT for a profile without samples. */
bool push_series_make(struct push_series **out, size_t *count, const struct profile *profile,
                      const struct push_labels *labels, bool any_size, struct arena *arena,
                      struct pg_error *err);

/* The name that Pyroscope knows such a profile by; NULL when nothing tells. */
const char *push_profile_name(const struct profile *profile);

#endif
