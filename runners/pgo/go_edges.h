/* What Go's compiler takes from a pprof profile: how often which line calls which function, by the
 * rules of golang/go: src/cmd/internal/pgo/pprof.go and src/internal/profile/graph.go. It looks at
 * the two innermost locations of a stack only, and at all that is inlined there. */
#ifndef RUNNERS_PGO_GO_EDGES_H
#define RUNNERS_PGO_GO_EDGES_H

#include "runners/profile/profile.h"

/* Calls of `callee` at one line of `caller`. Both are texts of the profile's strings: symbols as
 * the linker names them, 0 where a location has no function. */
struct go_edge {
    uint32_t caller, callee;
    int64_t offset; /* the line, less the one where the caller is declared */
    int64_t weight; /* of the first sample type that is samples in count or cpu in nanoseconds */
};

struct go_edges {
    struct go_edge *edges;
    size_t count;
    int64_t total; /* 0: Go takes nothing from the profile, and does not say so */
};

/* Reads a profile that passes profile_check, into the arena; the edges are in no order, and some
 * may be told in parts. PG_FORMAT where Go refuses it (no such sample type, no line of a
 * declaration) and for values below 0; PG_LIMIT for weights beyond 63 bits. */
bool go_edges_read(struct go_edges *out, const struct profile *profile, struct arena *arena,
                   struct pg_error *err);

/* Adds up the parts of each edge, and puts the heaviest first; those of equal weight by caller,
 * callee and offset, as `go tool preprofile` writes them. */
void go_edges_order(struct go_edges *edges, const struct strings *strings, struct arena *arena);

/* Index of the sample type that Go reads; PROFILE_NONE when there is none. */
uint32_t go_sample_type(const struct profile *profile);

#endif
