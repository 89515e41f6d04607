#include "gate/commands/profile_parts.h"
#include "gate/commands/view.h"
#include "runners/base/escape.h"
#include "runners/base/json.h"
#include "runners/profile/merge.h"
#include "runners/profile/value_text.h"
#include "runners/profile/value_unit.h"

#include <inttypes.h>
#include <stdlib.h>

/* One value of one key, and the sum of the samples that carry it. */
struct label_row {
    struct profile_label label;
    int64_t total;
};

struct labels {
    struct profile_answer answer;
    struct strings *strings;
    struct label_row *rows; /* by key, the largest total first */
    size_t count, room;
    struct join_table known;
};

/* ---- in ---- */

static bool same_label(const void *labels, uint32_t index, const void *wanted) {
    const struct profile_label *a = &((const struct labels *)labels)->rows[index].label;
    const struct profile_label *b = wanted;
    return a->key == b->key && a->text == b->text && a->unit == b->unit && a->number == b->number;
}

static void add_label(struct labels *labels, struct profile_label label, int64_t value,
                      struct arena *arena) {
    const uint64_t key[] = {(uint64_t)label.key << 32 | label.text, label.unit,
                            (uint64_t)label.number};
    uint32_t index = join_table_put(&labels->known, strings_hash(labels->strings, key, sizeof key),
                                    (uint32_t)labels->count, same_label, labels, &label);
    if (index == labels->count) {
        const struct label_row row = {.label = label};
        ARENA_PUSH(arena, labels->rows, labels->count, labels->room, row);
    }
    int64_t *total = &labels->rows[index].total;
    *total = (int64_t)((uint64_t)*total + (uint64_t)value);
}

static void add_part(struct labels *labels, const struct tally_part *part, struct arena *arena) {
    const struct profile *p = part->profile;
    for (size_t i = 0; i < p->sample_count; i++) {
        if ((part->skip && part->skip[i]) || p->stack_start[i] == p->stack_start[i + 1])
            continue;
        int64_t value = profile_scaled(p->values[i * p->type_count + part->type], part->factor);
        for (uint32_t l = p->label_start[i]; l < p->label_start[i + 1]; l++)
            add_label(labels, p->labels[l], value, arena);
    }
}

static int64_t size_of(int64_t value) {
    return value < 0 && value != INT64_MIN ? -value : value;
}

static int compare_rows(const void *left, const void *right, void *strings) {
    const struct label_row *a = left, *b = right;
    int order = strcmp(strings_get(strings, a->label.key), strings_get(strings, b->label.key));
    if (order)
        return order;
    if (a->total != b->total)
        return size_of(a->total) > size_of(b->total) ? -1 : 1;
    order = strcmp(strings_get(strings, a->label.text), strings_get(strings, b->label.text));
    if (order)
        return order;
    return a->label.number < b->label.number ? -1 : a->label.number > b->label.number;
}

static bool collect(struct labels *labels, const struct profile_query *query,
                    const struct string_list *paths, struct arena *arena, struct pg_error *err) {
    *labels = (struct labels){.strings = strings_new(arena), .known = join_table_new(0, arena)};
    if (!profile_query_run(&labels->answer, query, paths, labels->strings, arena, err))
        return false;
    for (size_t i = 0; i < labels->answer.part_count; i++)
        add_part(labels, &labels->answer.parts[i], arena);
    if (labels->count)
        qsort_r(labels->rows, labels->count, sizeof *labels->rows, compare_rows, labels->strings);
    return true;
}

/* ---- out ---- */

/* Where the rows of the key of row `first` end, and their sum. */
static size_t key_end(const struct labels *labels, size_t first, int64_t *total) {
    size_t i = first;
    for (*total = 0;
         i < labels->count && labels->rows[i].label.key == labels->rows[first].label.key; i++)
        *total = (int64_t)((uint64_t)*total + (uint64_t)labels->rows[i].total);
    return i;
}

static const char *label_text(const struct labels *labels, const struct profile_label *label,
                              struct arena *arena) {
    if (label->text)
        return strings_get(labels->strings, label->text);
    char number[VALUE_TEXT];
    const char *unit = value_unit_of_label(labels->answer.parts[0].profile, label);
    if (!unit)
        return arena_printf(arena, "%" PRId64, label->number);
    value_text(number, (double)label->number, unit);
    return arena_strdup(arena, number);
}

static void print_text(FILE *out, const void *what, struct arena *arena) {
    const struct labels *labels = what;
    char value[VALUE_TEXT];
    int64_t total;
    if (!labels->count)
        fprintf(out, "no labels\n");
    for (size_t i = 0, end; i < labels->count; i = end) {
        end = key_end(labels, i, &total);
        value_text(value, (double)total, labels->answer.unit);
        fprintf(out, "%s: %zu %s, total %s\n",
                escape_text(arena, strings_get(labels->strings, labels->rows[i].label.key)),
                end - i, end - i == 1 ? "value" : "values", escape_text(arena, value));
        for (size_t l = i; l < end; l++) {
            const struct label_row *row = &labels->rows[l];
            value_text(value, (double)row->total, labels->answer.unit);
            fprintf(out, "%10s %6.2f%%  %s\n", escape_text(arena, value),
                    total ? 100.0 * (double)row->total / (double)total : 0,
                    escape_text(arena, label_text(labels, &row->label, arena)));
        }
    }
}

static void put_row(struct json_writer *w, const struct labels *labels,
                    const struct label_row *row) {
    json_open_object(w);
    json_key(w, "value");
    if (row->label.text)
        json_put_string(w, strings_get(labels->strings, row->label.text));
    else
        json_put_int(w, row->label.number);
    const char *unit = value_unit_of_label(labels->answer.parts[0].profile, &row->label);
    if (!row->label.text && unit)
        json_string_member(w, "unit", unit);
    json_int_member(w, "total", row->total);
    json_close_object(w);
}

static size_t put_key(struct json_writer *w, const struct labels *labels, size_t first) {
    int64_t total;
    size_t end = key_end(labels, first, &total);
    json_open_object(w);
    json_string_member(w, "key", strings_get(labels->strings, labels->rows[first].label.key));
    json_int_member(w, "total", total);
    json_key(w, "values");
    json_open_array(w);
    for (size_t i = first; i < end; i++)
        put_row(w, labels, &labels->rows[i]);
    json_close_array(w);
    json_close_object(w);
    return end;
}

static void print_json(FILE *out, const void *what, struct arena *arena) {
    const struct labels *labels = what;
    struct json_writer w;
    json_open_document(&w, out, "perfgate.labels/1");
    json_string_member(&w, "sample_type",
                       arena_printf(arena, "%s/%s", labels->answer.type, labels->answer.unit));
    json_key(&w, "labels");
    json_open_array(&w);
    for (size_t i = 0; i < labels->count;)
        i = put_key(&w, labels, i);
    json_close_array(&w);
    json_close_object(&w);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct profile_query query = {.type = NULL};
    struct string_list reports = {.count = 0};
    struct parsed_options parsed;
    struct labels labels;
    const struct option options[] = {QUERY_OPTIONS(&query), VIEW_OPTION(&reports), {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &profile_labels_command, options, false, session, argc, argv, err))
        return false;
    return parsed.helped ||
           (collect(&labels, &query, &parsed.operands, session->arena, err) &&
            view_print(&(struct view){print_text, print_json, &labels}, &reports, session, err));
}

const struct command profile_labels_command = {
    .name = "profile labels",
    .summary = "Labels, and how much carries each, as go tool pprof -tags",
    .operands = "FILE…",
    .run = run,
};
