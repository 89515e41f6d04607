/* What comparison_build keeps while it works, shared by the files that do the work: join.c makes
 * the rows, row_test.c tests them,
 * judge_pieces.c has several threads do that, unmatched.c explains the rows that have one side
 * only, failed.c those that failed, waive.c applies waivers. */
#ifndef GATE_COMPARE_JUDGE_H
#define GATE_COMPARE_JUDGE_H

#include "gate/compare/comparison.h"
#include "gate/compare/row_test.h"

struct failed_rows;

struct judge {
    struct comparison *comparison;
    struct grid *grid;
    struct row_tester tester;
    size_t base_number;    /* of the base column; NO_COLUMN when no base recording has a sample */
    const char **mismatch; /* by head recording: what differs in the fingerprints, or NULL */
    bool *together;        /* by head recording: shares the session of the only base */
    bool *rules_used;      /* by policy rule */
    struct failed_rows *failed; /* NULL when nothing failed */
    struct auto_tail *tails;    /* by row, of those that have a cell */
    size_t tail_count;
    size_t missing_rows; /* made without a head */
    struct arena *arena;
};
#define NO_COLUMN SIZE_MAX

/* Some of a number of things, which are counted from 0: [first, end). */
struct judge_piece {
    size_t number, first, end;
};
size_t judge_piece_count(size_t count);
struct judge_piece judge_piece(size_t number, size_t count);

/* Calls body for all pieces of `count` things, several at a time. Each has a judge of its own, with
 * an arena for its notes and a tester; what they note, count and use is the judge's at the end.
 * comparison_note and failed rows are not for them. */
typedef void judge_body(struct judge *own, struct judge_piece piece, void *context);
void judge_in_pieces(struct judge *judge, size_t count, judge_body *body, void *context);

/* Makes all rows that have a cell, in grid order, each tested or with its reason not to be. */
void judge_rows(struct judge *judge);

/* Merges rows that are missing under one configuration and new under another into incomparable
 * ones, and notes where the unit changed. */
void judge_unmatched(struct judge *judge);

/* Failures: collected before the rows are made, asked for each row, and the ones without a row
 * added at the end. */
struct failed_rows *failed_rows_new(const struct judge *judge);
void failed_apply(struct judge *judge, struct row *row);
void failed_rest(struct judge *judge);

/* Waivers, once all rows have their verdict. */
void judge_waivers(struct judge *judge);

/* Overall verdict and reasons, from the counts. */
void judge_total(struct judge *judge);

#endif
