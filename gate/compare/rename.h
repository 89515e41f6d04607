/* Benchmarks that have another name in the new build. */
#ifndef GATE_COMPARE_RENAME_H
#define GATE_COMPARE_RENAME_H

#include "gate/compare/comparison.h"

/* The base recordings with the policy's renames applied: copies that share everything but the
 * names, or `*base` itself when there is nothing to rename. Renames that name no benchmark of the
 * base, or whose new name the base already has, are noted and left alone. */
const struct recording *const *renamed_recordings(const struct recording *const *base, size_t count,
                                                  struct comparison *comparison);

#endif
