#ifndef STATS_ADJUST_H
#define STATS_ADJUST_H

#include <stdbool.h>
#include <stddef.h>

/* Adjusted p-values of a family, each at most 1, comparable with the family's alpha. p[i] that is
 * NaN or outside [0, 1] is not in the family: it counts for nothing and adjusted[i] is NaN.
 * adjusted may be p itself. O(n log n). Return false, leaving adjusted alone, only when there is no
 * memory. */

/* False discovery rate: Benjamini & Hochberg (1995), JRSS B 57:289-300. */
bool adjust_benjamini_hochberg(const double *p, size_t n, double *adjusted);

/* Family-wise error: Holm (1979), Scandinavian Journal of Statistics 6:65-70. */
bool adjust_holm(const double *p, size_t n, double *adjusted);

#endif
