/* How much of a profile a later build still has: which of its hot functions are gone, go by another
 * name, or have their lines elsewhere. */
#ifndef GATE_PGO_STALENESS_H
#define GATE_PGO_STALENESS_H

#include "gate/pgo/sidecar.h"
#include "runners/symbols/function_places.h"

/* Of the profile's samples in hot functions. */
struct stale_part {
    double share;
    size_t functions;
    const char
        *names; /* the hottest of them, "parse (12.3%), scan is now scan_all (3.4%)"; or "" */
};

struct staleness {
    size_t functions; /* that were looked for */
    bool same_build;  /* the build that was sampled: nothing else was looked at */
    bool lines_known; /* the build has debug information; else only names were looked for */
    struct stale_part gone, renamed, moved;
    double stale; /* all three shares */
};

/* Texts of `places` are of the string set. A function whose lines have moved counts by the share of
 * its samples that are on lines without code. */
struct staleness staleness_of(const struct sidecar *sidecar, const struct function_places *places,
                              struct strings *strings, struct arena *arena);

#endif
