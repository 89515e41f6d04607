/* What one process printed, as benchmarks. */
#ifndef RUNNERS_HARVEST_H
#define RUNNERS_HARVEST_H

#include "runners/formats/format.h"
#include "runners/recording/recording.h"

struct harvest {
    /* In the scratch arena, with strings shared with the recordings; a series holds what one
     * process printed of one benchmark and unit. NULL: nothing in the output is a benchmark result.
     */
    const struct recording *printed;
    const char *problem; /* why it could not be read to the end, or NULL */
};

/* Reads output. `format` NULL: detect. */
struct harvest harvest_read(struct text output, const struct format *format,
                            struct strings *strings, struct arena *scratch);

/* The first thing in the output that began like a result and could not be read, with its line; NULL
 * when there is none. */
const char *harvest_damage(const struct harvest *harvest, struct arena *arena);

/* Is there a result in it, if only that a benchmark failed? `printed` may be NULL. */
bool harvest_results(const struct recording *printed);

/* Adds to `out`, as values of `round`, the mean of each printed series: however often a process
 * measured, it is one observation of a build. Of benchmarks outside the shard (count 0: none)
 * nothing is added. Benchmarks printed without a configuration get `machine` (provenance_config),
 * so that they stand in one table with what was measured of the process. */
void harvest_add(struct recording *out, const struct recording *printed, uint32_t machine,
                 uint32_t round, uint32_t shard_index, uint32_t shard_count);

/* Takes over what `printed` says of units. What an earlier round said stands: false, with a note of
 * damage, where the two contradict each other, since a value's direction is then anybody's guess.
 */
bool harvest_units(struct recording *out, const struct recording *printed, uint32_t round);

/* Different benchmark names (string numbers), in the order first seen. Begins zeroed. */
struct name_set {
    uint32_t *names;
    size_t count, capacity;
    bool *has; /* by number */
    size_t has_capacity;
};
void harvest_names(const struct recording *printed, struct name_set *set, struct arena *arena);
bool name_set_add(struct name_set *set, uint32_t name, struct arena *arena); /* false: was there */
bool name_set_has(const struct name_set *set, uint32_t name);

#endif
