#include "gate/commands/profile_parts.h"
#include "gate/commands/profile_source.h"
#include "gate/commands/view.h"
#include "gate/grid/regex.h"
#include "runners/base/escape.h"
#include "runners/base/json.h"
#include "runners/profile/merge.h"
#include "runners/profile/path_strip.h"
#include "runners/profile/value_text.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MARGIN = 5 /* lines of source before the first and behind the last with a value */ };

struct list {
    struct profile_answer answer;
    const struct tally *tally; /* by line, sorted by function, file and line */
    const bool *listed;        /* rows of functions that were asked for */
    const char *folder;        /* where sources are */
    struct path_strip *strip;  /* shortens what is shown; NULL: nothing does */
};

/* ---- in ---- */

static int compare_rows(const void *left, const void *right, void *strings) {
    const struct tally_row *a = left, *b = right;
    int order = strcmp(strings_get(strings, a->name), strings_get(strings, b->name));
    if (!order)
        order = strcmp(strings_get(strings, a->file), strings_get(strings, b->file));
    return order ? order : a->line < b->line ? -1 : a->line > b->line;
}

static bool choose(struct list *list, const char *pattern, struct arena *arena,
                   struct pg_error *err) {
    const struct tally *tally = list->tally;
    struct regex *regex;
    const char *why;
    bool *listed = ARENA_NEW(arena, bool, tally->row_count), any = false;
    if (!regex_compile(&regex, text_of(pattern), arena, &why))
        return pg_error_set(err, PG_USAGE, "%.200s: %s", pattern, why);
    for (uint32_t i = 0; i < tally->row_count; i++) {
        uint32_t name = tally->rows[i].name;
        struct text text = {strings_get(tally->strings, name),
                            strings_length(tally->strings, name)};
        listed[i] = regex_match(regex, text) == REGEX_YES;
        any |= listed[i];
    }
    list->listed = listed;
    return any || pg_error_set(err, PG_USAGE, "no function matches %.200s", pattern);
}

static bool collect(struct list *list, const struct profile_query *query,
                    const struct string_list *operands, struct arena *arena, struct pg_error *err) {
    const struct string_list paths = {operands->items + 1, operands->count - 1, 0};
    struct strings *strings = strings_new(arena);
    struct tally *tally = tally_new(strings, arena);
    if (!profile_query_run(&list->answer, query, &paths, strings, arena, err))
        return false;
    tally->by_line = true;
    for (size_t i = 0; i < list->answer.part_count; i++)
        tally_add(tally, &list->answer.parts[i]);
    tally_finish(tally, false);
    if (tally->row_count)
        qsort_r(tally->rows, tally->row_count, sizeof *tally->rows, compare_rows, strings);
    list->tally = tally;
    return choose(list, operands->items[0], arena, err);
}

/* Sources are found by their whole paths, so these are shortened only as they are shown. */
static struct path_strip *learn_paths(const struct tally *t, struct arena *arena) {
    struct path_strip *strip = ARENA_NEW(arena, struct path_strip, 1);
    *strip = (struct path_strip){.strings = t->strings, .arena = arena};
    for (uint32_t i = 0; i < t->row_count; i++)
        path_strip_learn(strip, strings_get(t->strings, t->rows[i].file));
    return strip;
}

/* ---- out ---- */

/* The rows of one function in one file, from `first` on, and their sums. */
struct routine {
    uint32_t first, end;
    const char *name, *file; /* as shown */
    const char *source;
    int64_t flat, cum;
};

static bool next_routine(const struct list *list, struct routine *routine) {
    const struct tally *t = list->tally;
    uint32_t i = routine->end;
    while (i < t->row_count && !list->listed[i])
        i++;
    if (i == t->row_count)
        return false;
    const struct tally_row *first = &t->rows[i];
    uint32_t name = list->strip ? path_strip_text(list->strip, first->name) : first->name;
    uint32_t file = list->strip ? path_strip_source(list->strip, first->file) : first->file;
    *routine = (struct routine){.first = i,
                                .name = strings_get(t->strings, name),
                                .file = strings_get(t->strings, file),
                                .source = strings_get(t->strings, first->file)};
    for (; i < t->row_count && t->rows[i].name == first->name && t->rows[i].file == first->file;
         i++) {
        routine->flat = (int64_t)((uint64_t)routine->flat + (uint64_t)t->rows[i].flat);
        routine->cum = (int64_t)((uint64_t)routine->cum + (uint64_t)t->rows[i].cum);
    }
    routine->end = i;
    return true;
}

static void print_line(FILE *out, const struct list *list, const struct tally_row *row,
                       int64_t number, const char *text) {
    char flat[VALUE_TEXT] = ".", cum[VALUE_TEXT] = ".";
    if (row && row->flat)
        value_text(flat, (double)row->flat, list->answer.unit);
    if (row && row->cum)
        value_text(cum, (double)row->cum, list->answer.unit);
    fprintf(out, "%10s %10s %6" PRId64 "%s%s\n", flat, cum, number, *text ? "  " : "", text);
}

static const char *visible_line(struct arena *arena, struct text line) {
    char *text = arena_strndup(arena, line.at, line.length);
    for (size_t i = 0; i < line.length; i++) {
        if (text[i] == '\t' || text[i] == '\r' || !text[i])
            text[i] = ' ';
    }
    return escape_text(arena, text);
}

static void print_routine(FILE *out, const struct list *list, const struct routine *routine,
                          struct arena *arena) {
    const struct tally_row *row = &list->tally->rows[routine->first];
    const struct tally_row *end = &list->tally->rows[routine->end];
    struct source_lines source = source_lines_read(list->folder, routine->source, arena);
    int64_t last = end[-1].line, count = (int64_t)source.count;
    for (; row < end && (row->line < 1 || row->line > count); row++)
        print_line(out, list, row, row->line, "");
    int64_t number = row < end && row->line > MARGIN ? row->line - MARGIN : 1;
    for (; row < end || number <= last + MARGIN; number++) {
        if (number > count)
            break;
        bool here = row < end && row->line == number;
        print_line(out, list, here ? row : NULL, number,
                   visible_line(arena, source.lines[number - 1]));
        row += here;
    }
    for (; row < end; row++) /* beyond the end of the file */
        print_line(out, list, row, row->line, "");
}

static void print_text(FILE *out, const void *what, struct arena *arena) {
    const struct list *list = what;
    const struct profile_answer *answer = &list->answer;
    struct routine routine = {.end = 0};
    char total[VALUE_TEXT], flat[VALUE_TEXT], cum[VALUE_TEXT];
    value_text(total, (double)answer->total, answer->unit);
    fprintf(out, "Type: %s, total %s\n", escape_text(arena, answer->type), total);
    while (next_routine(list, &routine)) {
        struct arena *scratch = arena_new();
        value_text(flat, (double)routine.flat, answer->unit);
        value_text(cum, (double)routine.cum, answer->unit);
        fprintf(out, "\n%s in %s\n%10s %10s (flat, cum) %.2f%% of total\n",
                escape_text(scratch, routine.name),
                *routine.file ? escape_text(scratch, routine.file) : "an unknown file", flat, cum,
                answer->total ? 100 * (double)routine.cum / (double)answer->total : 0);
        print_routine(out, list, &routine, scratch);
        arena_free(scratch);
    }
}

static void put_routine(struct json_writer *w, const struct list *list,
                        const struct routine *routine) {
    json_open_object(w);
    json_string_member(w, "name", routine->name);
    json_string_member(w, "file", routine->file);
    json_int_member(w, "flat", routine->flat);
    json_int_member(w, "cum", routine->cum);
    json_key(w, "lines");
    json_open_array(w);
    for (uint32_t i = routine->first; i < routine->end; i++) {
        const struct tally_row *row = &list->tally->rows[i];
        json_open_object(w);
        json_int_member(w, "line", row->line);
        json_int_member(w, "flat", row->flat);
        json_int_member(w, "cum", row->cum);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

static void print_json(FILE *out, const void *what, struct arena *arena) {
    const struct list *list = what;
    const struct profile_answer *answer = &list->answer;
    struct routine routine = {.end = 0};
    struct json_writer w;
    json_open_document(&w, out, "perfgate.list/1");
    json_string_member(&w, "sample_type", arena_printf(arena, "%s/%s", answer->type, answer->unit));
    json_int_member(&w, "total", answer->total);
    json_key(&w, "functions");
    json_open_array(&w);
    while (next_routine(list, &routine))
        put_routine(&w, list, &routine);
    json_close_array(&w);
    json_close_object(&w);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct profile_query query = {.type = NULL};
    struct string_list reports = {.count = 0};
    struct parsed_options parsed;
    struct list list = {.folder = "."};
    bool keep = false;
    const struct option options[] = {
        QUERY_OPTIONS(&query),
        TEXT("source", 0, &list.folder, "FOLDER", "where source files are (the current folder)"),
        VIEW_OPTION(&reports),
        KEEP_PATHS_OPTION(&keep),
        {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &profile_list_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (parsed.operands.count < 2)
        return pg_error_set(err, PG_USAGE, "expected an expression for functions, and profiles");
    if (!collect(&list, &query, &parsed.operands, session->arena, err))
        return false;
    if (reports.count && !keep)
        list.strip = learn_paths(list.tally, session->arena);
    return view_print(&(struct view){print_text, print_json, &list}, &reports, session, err);
}

const struct command profile_list_command = {
    .name = "profile list",
    .summary = "What each line of a function costs, as go tool pprof -list",
    .operands = "RE FILE…",
    .run = run,
};
