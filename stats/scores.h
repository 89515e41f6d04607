#ifndef STATS_SCORES_H
#define STATS_SCORES_H

#include <stdbool.h>
#include <stddef.h>

/* Tests of scores: every value is replaced by a number that the pooled sample gives it, and t tests
 * of these numbers compare the sides. The pool does not know which value is of which side, so under
 * the null hypothesis the scores of the two sides are exchangeable, and the tests hold their level
 * whatever the shape of the noise is. With psi(u) = u (1 - u^2)^2 and phi(u) = (1 - u^2)^3 for
 * |u| < 1, else 0, over a pool of N values z_j,
 *
 *     slope(z)   = sum psi((z - z_j) / w)
 *     density(z) = sum phi((z - z_j) / w)
 *     place(z)   = (values below z + half of those equal to z) / N
 *
 * density is a kernel estimate f, slope its -f': how much of the pool lies just below z rather than
 * just above.
 *
 *   SCORE_MODES_WIDE, SCORE_MODES_SHARP   slope / density, of a wide and of a sharp kernel: an
 *              estimate of -f'/f, the best score there is for a small shift of a sample of that
 *              shape (Hajek & Sidak 1967, Theory of Rank Tests, II.4.4), be it one mode or several
 *   SCORE_CORE   slope alone, of the sharp kernel: the same, weighed by how crowded a place is, so
 *              that stray values say nothing
 *   SCORE_LOW_END   -1 / (place + 0.1): the undisturbed end of noise that only pushes values up
 *   SCORE_RANK   place: Wilcoxon's, for noise that goes both ways; takes the place of SCORE_LOW_END
 */
enum score { SCORE_MODES_WIDE, SCORE_MODES_SHARP, SCORE_CORE, SCORE_LOW_END, SCORES };
#define SCORE_RANK SCORE_LOW_END

#define SCORES_LEAST_VALUES 5  /* a side: fewer scores have no t distribution to speak of */
#define SCORES_MOST_VALUES 256 /* a side: the cost grows with the square of values within reach */
#define SCORES_WIDE 2.0        /* half widths w, in shortest halves of the pool */
#define SCORES_SHARP 0.9       /* times (20 / N)^(1/5) */

/* Two samples, in the order of rounds and ascending; finite, only read. paired: values of one round
 * stand at the same place; needs equal counts. low_end: noise only pushes values up. */
struct score_sides {
    const double *base, *head, *base_sorted, *head_sorted;
    size_t base_n, head_n;
    bool paired, low_end;
};

/* usable is false when the scores have no variance, or the sides have too few or too many values.
 */
struct score_test {
    bool usable;
    double t, df;
};

/* Student's t of the scores, head minus base: unpaired with the standard error of Welch and base_n
 * + head_n - 2 degrees of freedom, paired as pairs_t has it. */
void score_tests(const struct score_sides *sides, struct score_test tests[SCORES]);

/* t of the mean difference of n >= 2 pairs that may or may not have something in common. With r =
 * 2 cov / (var_base + var_head) it takes the share l = n r^2 / (n r^2 + 1) of what pairing would
 * take off the variance, and gives up the same share of the degrees of freedom that pairing costs:
 *
 *     v = (var_base + var_head)(1 - l r) / n       df = (n - 1)(2 - l) */
struct score_test pairs_t(const double *base, const double *head, size_t n);

#endif
