#include "gate/report/plain_words.h"

#include "gate/report/amount.h"
#include "gate/report/row_text.h"
#include "runners/base/escape.h"

#include <math.h>

enum { MOST_ROWS = 5, MOST_NAME = 120 };

/* ---- what it comes to ---- */

static const char *allowed(const struct comparison *c) {
    return arena_printf(c->arena, "by more than is allowed (%g%%)", 100 * c->policy->threshold);
}

static const char *lead(const struct comparison *c) {
    size_t open = c->gated_counts[ROW_INCONCLUSIVE];
    switch (c->verdict) {
    case VERDICT_PASS:
        if (c->row_count == 0)
            return "";
        return arena_printf(c->arena, "Nothing that decides became worse %s.%s\n\n", allowed(c),
                            open ? arena_printf(c->arena,
                                                " Of %zu it cannot be told, since they scatter "
                                                "too much; they stand below.",
                                                open)
                                 : "");
    case VERDICT_INCONCLUSIVE:
        return arena_printf(c->arena,
                            "**This change was not checked.** What was measured scatters so much "
                            "that a change for the worse %s cannot be told from chance. More "
                            "rounds, longer benchmarks or a quieter machine help.\n\n",
                            allowed(c));
    case VERDICT_BROKEN:
        return c->reason == REASON_NO_BASELINE
                   ? "**This change was not checked.** Nothing was measured that it could be "
                     "compared with; the notes say why.\n\n"
                   : "**This is no pass**: not all that had to be compared could be, as the notes "
                     "say.\n\n";
    default:
        return "";
    }
}

/* ---- what changed ---- */

struct told {
    const struct row *rows[MOST_ROWS];
    size_t count; /* also of those beyond */
};

/* Nothing more is said of a benchmark that is missing in one unit than in another. */
static bool is_told(const struct told *told, const struct row *row) {
    bool found = false;
    for (size_t i = 0; i < told->count && i < MOST_ROWS && !found && !isfinite(row->change); i++)
        found =
            told->rows[i]->verdict == row->verdict && strcmp(told->rows[i]->name, row->name) == 0;
    return found;
}

static bool is_worth_a_line(const struct comparison *c, const struct row *row) {
    return row_breaks(c, row) ||
           (row->policy.gated && (row->verdict == ROW_IMPROVED || row->verdict == ROW_WAIVED));
}

/* "takes **7.12% longer**", "has **3.10% less** MB/s" */
static const char *became(const struct row *row, struct arena *arena) {
    bool more = row->change > 0, time = strcmp(row->unit, "sec/op") == 0;
    char size[AMOUNT_TEXT];
    percent_text(size, fabs(row->change), false);
    if (!isfinite(row->change))
        return arena_printf(arena, "changed in %s", escape_markdown(arena, row->unit, MOST_NAME));
    if (time)
        return arena_printf(arena, "takes **%s %s**", size, more ? "longer" : "less time");
    return arena_printf(arena, "has **%s %s** %s", size, more ? "more" : "less",
                        escape_markdown(arena, row->unit, MOST_NAME));
}

static const char *line(const struct comparison *c, const struct row *row) {
    struct arena *arena = c->arena;
    char base[AMOUNT_TEXT], head[AMOUNT_TEXT];
    const char *name = escape_markdown(arena, row->name, MOST_NAME);
    switch (row->verdict) {
    case ROW_MISSING:
        return arena_printf(arena, "- **%s** is gone: the base has it, the head has not.\n", name);
    case ROW_FAILED:
        return arena_printf(arena, "- **%s** failed.\n", name);
    case ROW_INCOMPARABLE:
        return arena_printf(arena, "- **%s** cannot be compared.\n", name);
    default:
        return arena_printf(arena, "- **%s** %s: %s before, %s now%s.\n", name, became(row, arena),
                            amount_text(base, row->base.center, row->unit),
                            amount_text(head, row->head.center, row->unit),
                            row->verdict == ROW_WAIVED ? "; that is accepted" : "");
    }
}

const char *plain_words(const struct comparison *c, const size_t *order, bool accepted) {
    const char *text = accepted ? "" : lead(c);
    struct told told = {.count = 0};
    for (size_t i = 0; i < c->row_count; i++) {
        const struct row *row = &c->rows[order[i]];
        if (!is_worth_a_line(c, row) || is_told(&told, row))
            continue;
        if (told.count < MOST_ROWS) {
            told.rows[told.count] = row;
            text = arena_printf(c->arena, "%s%s", text, line(c, row));
        }
        told.count++;
    }
    if (told.count > MOST_ROWS)
        text = arena_printf(c->arena, "%s- and %zu more, in the table below.\n", text,
                            told.count - MOST_ROWS);
    return told.count ? arena_printf(c->arena, "%s\n", text) : text;
}

/* ---- how to read it ---- */

const char *plain_legend(const struct comparison *c) {
    const char *functions =
        c->functions
            ? "- **Functions** stand for where the time of a benchmark went: a point is one "
              "percent of all of it, a function's figures are its own, and _with callees_ "
              "are those that became slower by what they call.\n"
            : "";
    return arena_printf(
        c->arena,
        "<details><summary>How to read this</summary>\n\n"
        "- **base** is the code without the change, **head** the code with it; the columns of "
        "these "
        "names hold what one run typically takes, **n** how often each ran.\n"
        "- **change** is from base to head; in parentheses stands the range that the true change "
        "lies in with %g%% confidence.\n"
        "- **p** is how likely chance alone makes such a difference, where nothing changed.\n"
        "- **regressed** became worse by more than is allowed, and by more than chance explains; "
        "**improved** is the opposite; **same** changed for certain by no more than is allowed; "
        "**inconclusive** scatters too much to tell: a change of what stands under _could have "
        "seen_ would have shown.\n"
        "%s"
        "- Rows that do not decide (not gated) help to find out why, and never fail a check.\n"
        "- %s\n\n"
        "</details>\n",
        100 * c->policy->confidence, functions, policy_words(c));
}
