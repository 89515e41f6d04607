#ifndef PERFGATE_STATS_OVERLAY_H
#define PERFGATE_STATS_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>

/* How well two samples lie over each other. Every value is scored by how much of the pooled sample
 * lies just below it rather than just above,
 *
 *     s(z) = sum over the pool of psi((z - z_j) / w)    psi(u) = u (1 - u^2)^2 for |u| < 1, else 0
 *
 * which is -f'(z) of a kernel estimate f of the pooled density: near to the best score there is for
 * a small shift of a sample of that shape (Hajek & Sidak 1967, Theory of Rank Tests, II.4.4),
 * whatever that shape is: a slow tail and stray values score near 0, the flank of a sharp mode
 * scores high. The pool does not know which value is of which side, so under the null hypothesis
 * the scores of the two sides are exchangeable, and t tests of them hold their level.
 *
 * Values are finite, of at most OVERLAY_MOST_VALUES a side, and only read. The cost grows with the
 * square of the values within reach of each other. */

#define OVERLAY_MOST_VALUES 256 /* a side */

/* Student's t of the scores, head minus base, with the standard error of Welch and base_n + head_n
 * - 2 degrees of freedom. usable is false when the scores have no variance, and with fewer than 5
 * values a side. */
struct overlay_test {
    bool usable;
    double t, df;
};

/* base and head are ascending. Writes one test for each of `count` factors: the kernel's half width
 * is factor times the length of the shortest half of the pool, times (20 / pooled count)^(1/5). */
void overlay_tests(const double *base, size_t base_n, const double *head, size_t head_n,
                   const double *factors, size_t count, struct overlay_test *tests);

/* The shift of head against base at which they overlay best, near `start`: the mean of all
 * differences head[j] - base[i], weighted by (1 - u^2)^2 of their distance u from it in widths. Its
 * standard error is by projection of that U statistic on the values (or on the pairs). width > 0.
 * usable is false when the differences near start give no answer. */
struct overlay_shift {
    bool usable;
    double shift, se;
};
struct overlay_shift overlay_shift_near(const double *base, size_t base_n, const double *head,
                                        size_t head_n, double start, double width, bool paired);

/* Length of the shortest interval with half of n ascending values (n >= 2) in it. */
double shortest_half(const double *sorted, size_t n);

#endif
