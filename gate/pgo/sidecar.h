/* What stands beside a profile that was handed out, FILE.json: what it was made of, and its hot
 * functions. Schema perfgate.pgo/1, sidecar.schema.json. Equal profiles give equal bytes. */
#ifndef GATE_PGO_SIDECAR_H
#define GATE_PGO_SIDECAR_H

#include "gate/pgo/hot.h"
#include "runners/base/error.h"

#include <stdio.h>

struct sidecar_source {
    const char *name; /* without folders */
    double weight, samples;
    const char *date, *commit; /* or NULL */
};

struct sidecar_texts {
    const char **items;
    size_t count, capacity;
};

struct sidecar {
    const char *tool;   /* "perfgate 0.1.0" */
    const char *format; /* go, clang, gcc, bolt */
    const char *digest; /* of the profile's bytes: sidecar_digest */
    size_t bytes;
    const char *binary, *build_id; /* of the program, without folders; or NULL */
    const char *commit;            /* of the newest source, or NULL */
    bool modified;                 /* what was built differs from it */
    const char *date;              /* of the newest source, RFC 3339 UTC; or NULL */
    double samples, told_by_line;  /* of the program, weighted */
    bool forced;                   /* written although there are reasons against it */
    struct sidecar_texts reasons, warnings;
    struct sidecar_source *sources;
    size_t source_count;
    struct hot_functions functions;
};

/* "fnv1a64:" and 16 hexadecimal digits. It finds files that were mixed up, not ones that were
 * forged. */
const char *sidecar_digest(struct text bytes, struct arena *arena);

void sidecar_write(FILE *out, const struct sidecar *sidecar);

/* Reads one and checks everything: every member there, none that is not known, each of its type and
 * range. Errors: PG_FORMAT with `name: member: …`, PG_LIMIT. */
bool sidecar_read(struct sidecar *out, const char *name, struct text bytes, struct arena *arena,
                  struct pg_error *err);

/* Seconds since 1970 of a date as the sidecar has it; false for anything else. */
bool sidecar_time(const char *date, int64_t *seconds);

/* The other way, in the arena. */
const char *sidecar_date(int64_t seconds, struct arena *arena);

#endif
