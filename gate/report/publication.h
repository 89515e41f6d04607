/* What reports for GitHub say beyond the comparison: whom they belong to, where the rest is, and
 * whether somebody accepted what regressed. */
#ifndef GATE_REPORT_PUBLICATION_H
#define GATE_REPORT_PUBLICATION_H

#include "gate/compare/comparison.h"

/* Set by options; NULL is unknown. All of it is escaped on its way out. */
struct publication {
    const char *key;          /* of the comment, among others of one pull request */
    const char *artifact_url; /* of everything there is to download */
    const char *flame_url;
    const char *label, *actor; /* who accepted regressions, and by which label */
    const char *commit;        /* that this is about, which need not be the one measured */
    const char *checkout;      /* folder of the commit, whose files annotations may name */
    bool untrusted;            /* measured where the code of the change could meddle */
};

/* Fills label and actor from `LABEL:ACTOR` (the last colon divides). Errors: PG_USAGE. */
bool publication_overridden(struct publication *publication, const char *text, struct arena *arena,
                            struct pg_error *err);

/* Are the addresses addresses, and is the commit one? Errors: PG_USAGE. */
bool publication_check(const struct publication *publication, struct arena *arena,
                       struct pg_error *err);

/* A regression that was accepted, or that benchmarks are gone and nothing else is wrong. */
bool publication_accepts(const struct publication *publication, const struct comparison *c);

/* No comparison could be enforced: the data do not decide, or there is no baseline. */
bool publication_not_enforced(const struct comparison *c);

/* The verdict in a line, unescaped: "regression: 2 of 7 rows got worse", "NOT ENFORCED:
 * inconclusive: the data cannot decide", "overridden: …, accepted with the label perf-ok by ann".
 */
const char *publication_title(const struct publication *publication, const struct comparison *c);

/* "✅", "❌", "⚠️" … */
const char *publication_mark(const struct publication *publication, const struct comparison *c);

/* The hidden first line of a comment, by which it is found again: of the key letters, digits, `.`,
 * `_` and single `-`, at most 64; other bytes become `-`. */
const char *publication_marker(const struct publication *publication, struct arena *arena);

/* A line of markdown with the links, and one that says who measured; "" without any. */
const char *publication_links(const struct publication *publication, struct arena *arena);

/* The publication of a style; an empty one for NULL. */
const struct publication *publication_of(const struct publication *publication);

#endif
