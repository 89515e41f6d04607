#include "gate/report/report_parts.h"
#include "gate/report/report_read.h"

#include <math.h>

enum { MOST_COLUMNS = 100 };

struct raw_row {
    struct row row;
    const char *column;
    const cJSON *base, *head, *notes;
};

#define AT(field) offsetof(struct raw_row, field)
static const struct member row_members[] = {
    {.key = "name", .kind = MEMBER_NAME, .offset = AT(row.name)},
    {.key = "unit", .kind = MEMBER_NAME, .offset = AT(row.unit)},
    {.key = "verdict",
     .kind = MEMBER_CHOICE,
     .choices = REPORT_ROW_VERDICTS,
     .offset = AT(row.verdict)},
    {.key = "unwaived",
     .kind = MEMBER_CHOICE,
     .optional = true,
     .choices = REPORT_ROW_VERDICTS,
     .offset = AT(row.unwaived)},
    {.key = "gated", .kind = MEMBER_BOOL, .offset = AT(row.policy.gated)},
    {.key = "expected", .kind = MEMBER_BOOL, .optional = true, .offset = AT(row.policy.expected)},
    {.key = "better",
     .kind = MEMBER_CHOICE,
     .nullable = true,
     .choices = "lower|higher",
     .offset = AT(row.policy.better)},
    {.key = "column", .kind = MEMBER_NAME, .optional = true, .offset = AT(column)},
    {.key = "test", .kind = MEMBER_NAME, .nullable = true, .offset = AT(row.test)},
    {.key = "base", .kind = MEMBER_OBJECT, .offset = AT(base)},
    {.key = "head", .kind = MEMBER_OBJECT, .offset = AT(head)},
    {.key = "change", .kind = MEMBER_NUMBER, .offset = AT(row.change)},
    {.key = "change_low", .kind = MEMBER_NUMBER, .offset = AT(row.change_low)},
    {.key = "change_high", .kind = MEMBER_NUMBER, .offset = AT(row.change_high)},
    {.key = "t", .kind = MEMBER_NUMBER, .offset = AT(row.t)},
    {.key = "df", .kind = MEMBER_NUMBER, .offset = AT(row.df)},
    {.key = "p", .kind = MEMBER_PROBABILITY, .offset = AT(row.p)},
    {.key = "p_adjusted", .kind = MEMBER_PROBABILITY, .offset = AT(row.p_adjusted)},
    {.key = "smallest_detectable_change",
     .kind = MEMBER_NUMBER,
     .offset = AT(row.smallest_detectable_change)},
    {.key = "threshold", .kind = MEMBER_SHARE, .offset = AT(row.policy.threshold)},
    {.key = "alpha", .kind = MEMBER_PROBABILITY, .optional = true, .offset = AT(row.policy.alpha)},
    {.key = "notes", .kind = MEMBER_LIST, .offset = AT(notes)},
    {.key = NULL}};
#undef AT

static const struct member side_members[] = {
    {.key = "n", .kind = MEMBER_COUNT32, .offset = offsetof(struct side, n)},
    {.key = "center", .kind = MEMBER_NUMBER, .offset = offsetof(struct side, center)},
    {.key = "low", .kind = MEMBER_NUMBER, .offset = offsetof(struct side, low)},
    {.key = "high", .kind = MEMBER_NUMBER, .offset = offsetof(struct side, high)},
    {.key = NULL}};

/* JSON has no infinity: a change from 0 is null there. */
static void restore_infinity(struct row *row) {
    if (isnan(row->change) && row->test && row->base.n && row->base.center == 0 &&
        isfinite(row->head.center) && row->head.center != 0)
        row->change = copysign(INFINITY, row->head.center);
}

/* What a verdict rests on must be there. */
static bool check_row(struct member_reader *reader, const struct raw_row *raw, const cJSON *item) {
    const struct row *row = &raw->row;
    bool waived = row->verdict == ROW_WAIVED;
    if (waived != cJSON_HasObjectItem(item, "unwaived") ||
        (waived && row->unwaived != ROW_REGRESSED))
        return members_fail(reader, "", "unwaived",
                            "a waived row, and no other, says \"regressed\" here");
    bool judged = row->unwaived == ROW_REGRESSED || row->unwaived == ROW_IMPROVED ||
                  row->unwaived == ROW_SAME;
    if (judged && (!row->test || !row->base.n || !row->head.n))
        return members_fail(reader, "", "verdict",
                            "%s without a test or without samples on both sides",
                            row_verdict_name(row->verdict));
    if (row->unwaived == ROW_REGRESSED && row->p_adjusted > row->policy.alpha)
        return members_fail(reader, "", "verdict", "regressed, but p_adjusted is over alpha");
    return true;
}

static bool read_row(struct member_reader *reader, const cJSON *item, double alpha,
                     struct raw_row *raw) {
    size_t notes;
    raw->row.policy.alpha = alpha;
    if (!members_read(reader, "", item, row_members, raw) ||
        !members_read(reader, "base.", raw->base, side_members, &raw->row.base) ||
        !members_read(reader, "head.", raw->head, side_members, &raw->row.head) ||
        !members_texts(reader, "notes", raw->notes, REPORT_MOST_ROW_NOTES, &raw->row.notes, &notes))
        return false;
    raw->row.note_count = raw->row.note_capacity = (uint32_t)notes;
    if (raw->row.verdict != ROW_WAIVED)
        raw->row.unwaived = raw->row.verdict;
    if (!cJSON_HasObjectItem(item, "expected"))
        raw->row.policy.expected = raw->row.policy.gated;
    restore_infinity(&raw->row);
    return check_row(reader, raw, item);
}

/* ---- the grid ---- */

static const struct unit_metadata no_metadata;

/* The head's columns, numbered from 1 as they appear; 0 is the base's. */
struct columns {
    struct grid_key *keys;
    size_t count, capacity;
    struct strings *labels;
};

static struct grid_key column_key(const char *label, struct arena *arena) {
    const char **values = ARENA_NEW(arena, const char *, 1);
    *values = label;
    return (struct grid_key){values, label};
}

static bool number_column(struct member_reader *reader, struct columns *columns,
                          struct raw_row *raw) {
    if (!raw->column)
        return true;
    size_t number = strings_add(columns->labels, text_of(raw->column));
    if (number == columns->count)
        ARENA_PUSH(reader->arena, columns->keys, columns->count, columns->capacity,
                   column_key(raw->column, reader->arena));
    raw->row.column = number;
    if (columns->count <= MOST_COLUMNS)
        return true;
    members_fail(reader, "", "column", "more than %d columns; refused", MOST_COLUMNS);
    reader->err->status = PG_LIMIT;
    return false;
}

/* Does the row stand in the same line of the table as the one before it? */
static bool same_line(const struct row *before, const struct row *row) {
    return strcmp(before->name, row->name) == 0 && row->column > before->column;
}

/* Tables are what neighbours of one unit make. */
static void lay_out(struct comparison *c, struct grid *grid, struct arena *arena) {
    struct grid_row *lines = ARENA_NEW(arena, struct grid_row, c->row_count);
    struct grid_table *tables = ARENA_NEW(arena, struct grid_table, c->row_count);
    size_t used = 0;
    struct grid_table *table = NULL;
    for (size_t i = 0; i < c->row_count; i++) {
        struct row *row = &c->rows[i];
        if (!*row->unit) { /* a failed benchmark without a sample */
            table = NULL;
            continue;
        }
        bool begins = !table || strcmp(table->unit, row->unit) != 0;
        if (begins) {
            table = &tables[grid->table_count++];
            *table = (struct grid_table){
                .unit = row->unit, .metadata = &no_metadata, .rows = &lines[used]};
        }
        if (begins || !same_line(row - 1, row)) {
            lines[used++] = (struct grid_row){.key = {NULL, row->name}};
            table->row_count++;
        }
        row->table = table;
        row->grid_row = &lines[used - 1];
    }
    grid->tables = tables;
}

bool report_read_rows(struct member_reader *reader, const cJSON *list, const char *base,
                      struct comparison *out) {
    static const char *const fields[] = {".file"};
    struct arena *arena = reader->arena;
    struct columns columns = {.labels = strings_new(arena)};
    struct grid *grid = ARENA_NEW(arena, struct grid, 1);
    const cJSON *item;
    size_t count;
    if (!members_count(reader, "benchmarks", list, REPORT_MOST_ROWS, &count))
        return false;
    ARENA_PUSH(arena, columns.keys, columns.count, columns.capacity,
               column_key(base ? base : "base", arena));
    out->rows = ARENA_NEW(arena, struct row, count);
    reader->list = "benchmarks";
    cJSON_ArrayForEach(item, list) {
        struct raw_row raw = {.row = {.column = SIZE_MAX}};
        reader->index = out->row_count;
        if (!cJSON_IsObject(item))
            return members_fail(reader, "", "", "expected an object");
        if (!read_row(reader, item, out->policy->alpha, &raw) ||
            !number_column(reader, &columns, &raw))
            return false;
        out->rows[out->row_count++] = raw.row;
    }
    reader->list = NULL;
    out->row_capacity = out->row_count;
    for (size_t i = 0; i < out->row_count; i++) {
        if (out->rows[i].column == SIZE_MAX)
            out->rows[i].column = columns.count;
    }
    grid->columns = columns.keys;
    grid->column_count = columns.count;
    grid->column_axis = (struct grid_axis){fields, 1};
    lay_out(out, grid, arena);
    out->grid = grid;
    return true;
}
