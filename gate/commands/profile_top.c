#include "gate/commands/profile_parts.h"
#include "gate/commands/view.h"
#include "runners/base/escape.h"
#include "runners/base/json.h"
#include "runners/profile/value_text.h"

#include <inttypes.h>

struct top_options {
    struct profile_query query;
    bool keep_paths;
    int count; /* rows of the text; 0: not given */
    struct string_list reports;
};

struct top {
    const struct tally *tally;
    struct profile_answer answer;
    size_t shown;
};

enum { DEFAULT_ROWS = 40 };

/* ---- out ---- */

static double percent(int64_t value, int64_t total) {
    return total ? 100.0 * (double)value / (double)total : 0;
}

static const char *const inlining[] = {[TALLY_ROOT] = "",
                                       [TALLY_INLINED] = " (inline)",
                                       [TALLY_CALLED] = "",
                                       [TALLY_BOTH] = " (partial-inline)"};

/* A name may hold a NUL, behind which it would not be seen. */
static const char *name_of(const struct top *top, const struct tally_row *row,
                           struct arena *arena) {
    struct text name = {strings_get(top->tally->strings, row->name),
                        strings_length(top->tally->strings, row->name)};
    return strlen(name.at) == name.length ? name.at : escape_visible(arena, name);
}

static void print_text(FILE *out, const void *what, struct arena *arena) {
    const struct top *top = what;
    char total[VALUE_TEXT], flat[VALUE_TEXT], cum[VALUE_TEXT];
    int64_t sum = 0;
    const char *unit = escape_text(arena, top->answer.unit);
    value_text(total, (double)top->answer.total, unit);
    fprintf(out, "Type: %s\nShowing %zu of %" PRIu32 " functions, total %s\n",
            escape_text(arena, top->answer.type), top->shown, top->tally->row_count, total);
    fprintf(out, "%10s %7s %7s %10s %7s\n", "flat", "flat%", "sum%", "cum", "cum%");
    for (size_t i = 0; i < top->shown; i++) {
        const struct tally_row *row = &top->tally->rows[i];
        sum = (int64_t)((uint64_t)sum + (uint64_t)row->flat);
        value_text(flat, (double)row->flat, unit);
        value_text(cum, (double)row->cum, unit);
        fprintf(out, "%10s %6.2f%% %6.2f%% %10s %6.2f%%  %s%s\n", flat,
                percent(row->flat, top->answer.total), percent(sum, top->answer.total), cum,
                percent(row->cum, top->answer.total), escape_text(arena, name_of(top, row, arena)),
                inlining[row->inlining]);
    }
}

static void print_json(FILE *out, const void *what, struct arena *arena) {
    const struct top *top = what;
    struct json_writer w;
    json_open_document(&w, out, "perfgate.profile/1");
    json_string_member(&w, "sample_type",
                       arena_printf(arena, "%s/%s", top->answer.type, top->answer.unit));
    json_int_member(&w, "total", top->answer.total);
    json_key(&w, "functions");
    json_open_array(&w);
    for (size_t i = 0; i < top->tally->row_count; i++) {
        const struct tally_row *row = &top->tally->rows[i];
        json_open_object(&w);
        json_string_member(&w, "name", name_of(top, row, arena));
        json_int_member(&w, "flat", row->flat);
        json_int_member(&w, "cum", row->cum);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
}

/* ---- in ---- */

static bool count(const struct string_list *paths, const struct top_options *o, bool by_cum,
                  struct top *top, struct arena *arena, struct pg_error *err) {
    struct strings *strings = strings_new(arena);
    struct tally *tally = tally_new(strings, arena);
    *top = (struct top){.tally = tally};
    if (!profile_query_run(&top->answer, &o->query, paths, strings, arena, err))
        return false;
    tally->marks_inlined = true;
    for (size_t i = 0; i < top->answer.part_count; i++)
        tally_add(tally, &top->answer.parts[i]);
    tally_finish(tally, by_cum);
    size_t most = o->count ? (size_t)o->count : DEFAULT_ROWS;
    top->shown = tally->row_count < most ? tally->row_count : most;
    return true;
}

static bool top_run(const struct command *command, bool by_cum, struct session *session, int argc,
                    const char **argv, struct pg_error *err) {
    struct top_options o = {.count = 0};
    struct parsed_options parsed;
    struct top top;
    const struct option options[] = {
        QUERY_OPTIONS(&o.query),
        COUNT("count", 'n', &o.count, 1, 1000000, "how many functions the table shows (40)"),
        VIEW_OPTION(&o.reports),
        KEEP_PATHS_OPTION(&o.keep_paths),
        {.name = NULL}};
    if (!options_parse(&parsed, command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    o.query.filter.strips_paths = o.reports.count && !o.keep_paths;
    return count(&parsed.operands, &o, by_cum, &top, session->arena, err) &&
           view_print(&(struct view){print_text, print_json, &top}, &o.reports, session, err);
}

static bool run_top(struct session *session, int argc, const char **argv, int *exit_code,
                    struct pg_error *err) {
    *exit_code = 0;
    return top_run(&profile_top_command, false, session, argc, argv, err);
}

static bool run_cum(struct session *session, int argc, const char **argv, int *exit_code,
                    struct pg_error *err) {
    *exit_code = 0;
    return top_run(&profile_cum_command, true, session, argc, argv, err);
}

const struct command profile_top_command = {
    .name = "profile top",
    .summary = "Functions by their own value, as go tool pprof -top",
    .operands = "FILE…",
    .run = run_top,
};

const struct command profile_cum_command = {
    .name = "profile cum",
    .summary = "Functions by the value of all they call",
    .operands = "FILE…",
    .run = run_cum,
};
