/* Markdown for a pull request's comment or a step summary: the verdict first, then worst rows
 * first, what did not change folded away. On GitHub plain words come before all figures, and what
 * decides nothing is folded away, too. It never grows beyond the budget: what does not fit is
 * counted, and no row is cut in two. */
#include "gate/report/amount.h"
#include "gate/report/environment.h"
#include "gate/report/function_report.h"
#include "gate/report/plain_words.h"
#include "gate/report/publication.h"
#include "gate/report/report.h"
#include "gate/report/row_text.h"
#include "runners/base/escape.h"

enum {
    MOST_NAME = 120, /* characters of a name */
    MOST_TEXT = 300, /* characters of a note */
    MOST_TITLE = 400,
    CLOSING = 400, /* kept for what closes a table and says what is left out */
    LEGEND = 2000,
    /* GitHub refuses more than 1 MiB (bytes) and 65536 (characters). */
    SUMMARY_BUDGET = 900 * 1024,
    COMMENT_BUDGET = 60000
};

/* Where the page goes. */
enum place { PLACE_ANY, PLACE_SUMMARY, PLACE_COMMENT };

struct page {
    FILE *out;
    struct arena *arena;
    const struct comparison *comparison;
    const size_t *order;
    const struct publication *publication;
    enum place place;
    bool accepted; /* what regressed was accepted */
    enum { ROWS_ALL, ROWS_GATED, ROWS_OTHERS } rows;
    size_t used, budget; /* bytes; of a comment characters */
};

/* Writes a piece whole, or not at all when `reserve` bytes would not be left behind it. */
static bool put(struct page *page, size_t reserve, const char *text) {
    size_t length = page->place == PLACE_COMMENT ? text_characters(text_of(text)) : strlen(text);
    if (length + reserve > page->budget - page->used)
        return false;
    page->used += length;
    fputs(text, page->out);
    return true;
}

static const char *cell(const struct page *page, const char *text, size_t most) {
    return escape_markdown(page->arena, text, most);
}

static const char *headline(const struct comparison *c) {
    static const char *const marks[] = {[VERDICT_PASS] = "✅",
                                        [VERDICT_REGRESSION] = "❌",
                                        [VERDICT_USAGE] = "",
                                        [VERDICT_INCONCLUSIVE] = "❔",
                                        [VERDICT_BROKEN] = "⚠️"};
    const char *why = verdict_why(c);
    return arena_printf(c->arena, "### %s perfgate: %s%s%s\n\n", marks[c->verdict],
                        verdict_words(c), *why ? " — " : "", why);
}

/* On GitHub the first line that shows says whether anything was enforced. */
static const char *github_headline(const struct page *page) {
    const struct comparison *c = page->comparison;
    return arena_printf(page->arena, "### %s perfgate: %s\n\n",
                        publication_mark(page->publication, c),
                        cell(page, publication_title(page->publication, c), MOST_TITLE));
}

static const char *about(const struct page *page, const char *what, const struct recording *r,
                         size_t count, const char *machine) {
    struct arena *arena = page->arena;
    const char *build = cell(page, environment_build(r, arena), MOST_TEXT);
    const char *more = count > 1 ? arena_printf(arena, " and %zu more", count - 1) : "";
    size_t length = strlen(what);
    if (strncmp(build, what, length) == 0 && build[length] == ' ')
        build += length + 1; /* its label says nothing else */
    return arena_printf(arena, "**%s** %s%s%s%s  \n", what, build, more, machine ? ", on " : "",
                        machine ? cell(page, machine, MOST_TEXT) : "");
}

/* The builds, and the machine once where it is the same. */
static void put_builds(struct page *page) {
    const struct comparison *c = page->comparison;
    struct arena *arena = page->arena;
    const char *machine = c->head_count ? environment_machine(c->head[0], arena) : NULL;
    const char *other =
        c->base_count ? environment_machine(c->base[c->base_count - 1], arena) : NULL;
    bool same = page->place != PLACE_ANY && c->head_count == 1 && machine && other &&
                strcmp(machine, other) == 0;
    if (c->base_count > 0)
        put(page, CLOSING,
            about(page, "base", c->base[c->base_count - 1], c->base_count, same ? NULL : other));
    for (size_t i = 0; i < c->head_count; i++)
        put(page, CLOSING,
            about(page, "head", c->head[i], 1,
                  same ? NULL : environment_machine(c->head[i], arena)));
    if (same)
        put(page, CLOSING,
            arena_printf(arena, "**machine** %s  \n", cell(page, machine, MOST_TEXT)));
    if (page->place != PLACE_ANY && page->publication->commit)
        put(page, CLOSING,
            arena_printf(arena, "**about** commit %s  \n",
                         cell(page, page->publication->commit, MOST_NAME)));
}

static void put_head(struct page *page) {
    const struct comparison *c = page->comparison;
    bool alone = c->functions && c->row_count == 0;
    const char *counts = alone ? counts_words(c->functions->counts, page->arena) : gated_words(c);
    if (page->place == PLACE_COMMENT)
        put(page, CLOSING, publication_marker(page->publication, page->arena));
    if (page->place == PLACE_ANY)
        put(page, CLOSING, "<!-- perfgate report -->\n");
    put(page, CLOSING, page->place == PLACE_ANY ? headline(c) : github_headline(page));
    if (page->place != PLACE_ANY) {
        put(page, CLOSING, plain_words(c, page->order, page->accepted));
        put(page, CLOSING, publication_links(page->publication, page->arena));
    }
    put(page, CLOSING, arena_printf(page->arena, "%s\n\n", counts));
    put_builds(page);
    if (page->place == PLACE_ANY && !alone)
        put(page, CLOSING, arena_printf(page->arena, "\n%s\n", policy_words(c)));
    put(page, CLOSING, "\n");
}

static const char *table_row(const struct page *page, const struct report_section *section,
                             const struct row *row) {
    struct arena *arena = page->arena;
    const struct comparison *c = page->comparison;
    char base[AMOUNT_TEXT], head[AMOUNT_TEXT], p[AMOUNT_TEXT], seen[AMOUNT_TEXT];
    const char *name = row->name;
    if (c->grid->column_count > 2 && row->column < c->grid->column_count)
        name = arena_printf(arena, "%s [%s]", name, c->grid->columns[row->column].text);
    const char *verdict = row_verdict_name(row->verdict);
    bool exact = row->test && strcmp(row->test, "exact") == 0;
    return arena_printf(
        arena, "| %s | %s | %s%s%s%s%s | %s | %s | %s | %s | %u+%u |%s%s\n",
        cell(page, name, MOST_NAME), cell(page, row->unit, 40), row_breaks(c, row) ? "**" : "",
        verdict, row_breaks(c, row) ? "**" : "",
        page->accepted && row_breaks(c, row) ? ", accepted" : "",
        row->policy.gated ? "" : ", not gated", amount_text(base, row->base.center, row->unit),
        amount_text(head, row->head.center, row->unit), interval_words(row, arena),
        exact ? "exact" : p_text(p, row->p_adjusted), row->base.n, row->head.n,
        section->seen ? arena_printf(arena, " %s |",
                                     percent_text(seen, row->smallest_detectable_change, false))
                      : "",
        "");
}

static const char *table_head(const struct page *page, const struct report_section *section,
                              size_t count) {
    const char *title = section->folded
                            ? arena_printf(page->arena, "<details><summary>%zu %s</summary>\n\n",
                                           count, section->title)
                            : arena_printf(page->arena, "#### %s\n\n", section->title);
    return arena_printf(page->arena,
                        "%s| benchmark | unit | verdict | base | head | change | p | n |%s\n"
                        "|---|---|---|--:|--:|--:|--:|--:|%s\n",
                        title, section->seen ? " could have seen |" : "",
                        section->seen ? "--:|" : "");
}

static bool shows(const struct page *page, const struct report_section *section,
                  const struct row *row) {
    return section_has(section, row) &&
           (page->rows == ROWS_ALL || row->policy.gated == (page->rows == ROWS_GATED));
}

static void put_section(struct page *page, const struct report_section *section, size_t reserve) {
    const struct comparison *c = page->comparison;
    size_t count = 0, written = 0;
    for (size_t i = 0; i < c->row_count; i++)
        count += shows(page, section, &c->rows[i]);
    if (count == 0)
        return;
    bool open = put(page, 2 * CLOSING + reserve, table_head(page, section, count)), room = open;
    for (size_t i = 0; i < c->row_count && room; i++) {
        const struct row *row = &c->rows[page->order[i]];
        if (!shows(page, section, row))
            continue;
        struct arena_mark mark = arena_mark(page->arena);
        room = put(page, CLOSING + reserve, table_row(page, section, row));
        arena_reset(page->arena, mark);
        written += room;
    }
    const char *end = open && section->folded ? "\n</details>\n\n" : open ? "\n" : "";
    if (written < count)
        end = arena_printf(page->arena,
                           "\n_%zu %s%srows left out for size; the JSON report has all._\n%s",
                           count - written, written ? "further " : "",
                           section == &report_sections[3] ? "unchanged " : "", end);
    put(page, 0, end);
}

static void put_functions(struct page *page, size_t reserve) {
    const struct function_findings *f = page->comparison->functions;
    size_t left = 0, written = 0;
    for (size_t i = 0; f && i < f->slice_count; i++) {
        struct arena_mark mark = arena_mark(page->arena);
        const char *piece = function_report_markdown(f, &f->slices[i], page->arena);
        bool first = *piece && written == 0;
        if (first)
            piece = arena_printf(page->arena, "#### Functions\n\n%s", piece);
        bool room = *piece && left == 0 && put(page, CLOSING + reserve, piece);
        written += room;
        left += *piece && !room;
        arena_reset(page->arena, mark);
    }
    if (left)
        put(page, 0,
            arena_printf(page->arena,
                         "_Functions of %zu benchmarks left out for size; the JSON report has "
                         "them._\n\n",
                         left));
}

static void put_flame(struct page *page, const struct report_style *style, size_t reserve) {
    if (style->flame_link)
        put(page, CLOSING + reserve,
            arena_printf(page->arena, "Flame graphs of old and new: [%s](%s)\n\n",
                         cell(page, style->flame_path, MOST_TEXT), style->flame_link));
}

static size_t count_notes(const struct comparison *c) {
    size_t count = c->note_count;
    for (size_t i = 0; i < c->row_count; i++)
        count += c->rows[i].note_count;
    return count;
}

/* Notes of rows, worst first, then those of the whole; folded on GitHub unless they are the reason.
 */
static void put_notes(struct page *page, size_t reserve) {
    const struct comparison *c = page->comparison;
    struct arena *arena = page->arena;
    size_t total = 0, written = 0, count = count_notes(c);
    bool room = true, folded = page->place != PLACE_ANY && c->verdict != VERDICT_BROKEN;
    const char *title =
        folded ? arena_printf(arena,
                              "<details><summary>%zu note%s on how it was measured</summary>\n\n",
                              count, count == 1 ? "" : "s")
               : "#### Notes\n\n";
    bool open = false;
    for (size_t i = 0; i < c->row_count + c->note_count; i++) {
        const struct row *row = i < c->row_count ? &c->rows[page->order[i]] : NULL;
        const struct note *note = row ? NULL : &c->notes[i - c->row_count];
        for (uint32_t k = 0; k < (row ? row->note_count : 1); k++) {
            if (total++ == 0)
                open = room = put(page, CLOSING + reserve, title);
            if (!room)
                continue;
            struct arena_mark mark = arena_mark(arena);
            const char *where = row ? row_title(c, row) : note->where;
            room = put(page, CLOSING + reserve,
                       arena_printf(arena, "- %s%s%s\n", where ? cell(page, where, MOST_NAME) : "",
                                    where ? ": " : "",
                                    cell(page, row ? row->notes[k] : note->text, MOST_TEXT)));
            arena_reset(arena, mark);
            written += room;
        }
    }
    if (written < total)
        put(page, reserve,
            arena_printf(arena, "\n_%zu notes left out for size; the JSON report has all._\n",
                         total - written));
    if (total > 0)
        put(page, 0, open && folded ? "\n</details>\n\n" : "\n");
}

/* What decides nothing, for whoever looks for the cause. */
static void put_others(struct page *page, size_t reserve) {
    static const struct report_section others = {"that do not decide (not gated)", ~0U, true,
                                                 false};
    page->rows = ROWS_OTHERS;
    put_section(page, &others, reserve);
    page->rows = ROWS_GATED;
}

static bool write_page(FILE *out, const struct comparison *c, const struct report_style *style,
                       enum place place, size_t budget) {
    size_t *order = ARENA_NEW(c->arena, size_t, c->row_count);
    comparison_worst_first(c, NULL, order);
    struct page page = {.out = out,
                        .arena = c->arena,
                        .comparison = c,
                        .order = order,
                        .publication = publication_of(style->publication),
                        .place = place,
                        .budget = budget};
    bool github = place != PLACE_ANY, legend = github && c->row_count > 0;
    page.accepted = github && publication_accepts(page.publication, c);
    page.rows = github ? ROWS_GATED : ROWS_ALL;
    put_head(&page);
    size_t for_notes = page.budget / 8;
    for (size_t i = 0; i < 3; i++) {
        put_section(&page, &report_sections[i], for_notes + CLOSING * (3 - i));
        if (i == 0)
            put_functions(&page, for_notes + CLOSING * 3);
    }
    if (!github) /* what is on GitHub stands beside no file */
        put_flame(&page, style, for_notes);
    size_t for_legend = legend ? LEGEND : 0;
    put_notes(&page, 2 * CLOSING + for_legend);
    put_section(&page, &report_sections[3], for_legend);
    if (github)
        put_others(&page, for_legend);
    if (legend)
        put(&page, 0, plain_legend(c));
    return true;
}

static bool markdown_write(FILE *out, const struct comparison *c, const struct report_style *style,
                           struct pg_error *err) {
    if (style->byte_budget < MARKDOWN_LEAST_BUDGET)
        return pg_error_set(err, PG_USAGE, "a markdown report needs at least %d bytes",
                            MARKDOWN_LEAST_BUDGET);
    return write_page(out, c, style, PLACE_ANY, style->byte_budget);
}

static bool summary_write(FILE *out, const struct comparison *c, const struct report_style *style,
                          struct pg_error *err) {
    (void)err;
    return write_page(out, c, style, PLACE_SUMMARY, SUMMARY_BUDGET);
}

static bool comment_write(FILE *out, const struct comparison *c, const struct report_style *style,
                          struct pg_error *err) {
    (void)err;
    return write_page(out, c, style, PLACE_COMMENT, COMMENT_BUDGET);
}

const struct report_format markdown_report = {"markdown", markdown_write};
const struct report_format github_summary_report = {"github-summary", summary_write};
const struct report_format github_comment_report = {"github-comment", comment_write};
