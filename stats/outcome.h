#ifndef STATS_OUTCOME_H
#define STATS_OUTCOME_H

/* What became of a test. Every result of stats/ carries one of these; no function of stats/ prints,
 * aborts or fails in another way. Unless the outcome is OUTCOME_OK, every number that could not be
 * computed is NaN, never a number that looks like an answer (a p of 0 for want of degrees of
 * freedom, say). */
enum outcome {
    OUTCOME_OK,      /* every field is a number */
    OUTCOME_TOO_FEW, /* fewer values than the test needs (after trimming or dropping of zeros) */
    OUTCOME_CONSTANT_EQUAL,     /* no variance on either side and the same centre on both */
    OUTCOME_CONSTANT_DIFFERENT, /* no variance on either side, but different centres */
    OUTCOME_OUT_OF_RANGE,       /* a value is NaN or infinite, or a square of it leaves the range of
                                   double */
    OUTCOME_NOT_POSITIVE,       /* a value is zero or negative and the log scale was asked for */
    OUTCOME_BAD_ARGUMENT, /* an argument other than the data is outside its documented range */
    OUTCOME_NO_MEMORY     /* scratch memory could not be had */
};

/* A static English phrase without a full stop, e.g. "no variance on either side, and equal". */
const char *outcome_text(enum outcome outcome);

#endif
