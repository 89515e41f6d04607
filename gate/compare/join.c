#include "gate/compare/judge.h"

#include "runners/recording/unit.h"

/* One table as the join sees it. */
struct join {
    const struct grid_table *table;
    struct row_policy of_unit;
    struct unit_traits traits;
    size_t base_index;        /* of the base column in the table, or NO_COLUMN */
    const size_t *head_index; /* by column number: index in the table, or NO_COLUMN */
    const char *turned; /* what to say when the two sides state opposite directions, or NULL */
};

static enum better stated_direction(const struct recording *const *recordings, size_t count,
                                    const char *unit) {
    for (size_t i = 0; i < count; i++) {
        const struct recording *r = recordings[i];
        for (uint32_t u = 0; u < r->unit_count; u++) {
            if (r->units[u].better != BETTER_UNKNOWN &&
                strcmp(strings_get(r->strings, r->units[u].unit), unit) == 0)
                return r->units[u].better;
        }
    }
    return unit_better(unit);
}

static const char *direction_change(const struct judge *judge, const char *unit) {
    const struct comparison *c = judge->comparison;
    enum better base = stated_direction(c->base, c->base_count, unit);
    for (size_t i = 0; i < c->head_count; i++) {
        enum better head = stated_direction(&c->head[i], 1, unit);
        if (base != BETTER_UNKNOWN && head != BETTER_UNKNOWN && base != head)
            return arena_printf(judge->arena,
                                "better is %s in the base and %s in the head: say which with "
                                "--rule '*:%s:better=…'",
                                base == BETTER_LOWER ? "lower" : "higher",
                                head == BETTER_LOWER ? "lower" : "higher", unit);
    }
    return NULL;
}

static size_t column_limit(const struct judge *judge) {
    return judge->grid->column_count;
}

static struct join join_table(const struct judge *judge, const struct grid_table *table,
                              size_t *head_index) {
    const char *unit = table->unit;
    struct join join = {
        .table = table,
        .of_unit = policy_for_unit(judge->comparison->policy, unit, table->metadata),
        .traits = {unit_is_deterministic(unit) || table->metadata->assume == ASSUME_EXACT,
                   unit_is_time(unit) || unit_better(unit) == BETTER_HIGHER},
        .base_index = NO_COLUMN,
        .head_index = head_index,
        .turned = direction_change(judge, unit),
    };
    for (size_t i = 0; i < column_limit(judge); i++)
        head_index[i] = NO_COLUMN;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->column_numbers[i] == judge->base_number)
            join.base_index = i;
        else
            head_index[table->column_numbers[i]] = i;
    }
    return join;
}

static const struct cell *cell_at(const struct grid_row *row, size_t index) {
    return index == NO_COLUMN ? NULL : grid_cell(row, index);
}

/* Which head recording a cell is of; head_count when it is of several, or of the base. */
static size_t head_of(const struct comparison *c, const struct cell *cell) {
    size_t i = 0;
    while (i < c->head_count && c->head[i] != cell->source->recording)
        i++;
    return i;
}

static const char *mismatch_of(const struct judge *judge, const struct cell *base,
                               const struct cell *head) {
    const struct comparison *c = judge->comparison;
    if (base->source->recording && base->source->recording == head->source->recording)
        return NULL;
    size_t i = head_of(c, head);
    if (i < c->head_count)
        return judge->mismatch[i];
    for (i = 0; i < c->head_count; i++) {
        if (judge->mismatch[i])
            return judge->mismatch[i];
    }
    return NULL;
}

static bool measured_together(const struct judge *judge, const struct cell *base,
                              const struct cell *head) {
    const struct comparison *c = judge->comparison;
    size_t i = head_of(c, head);
    return base->source->recording == c->base[0] && i < c->head_count && judge->together[i];
}

static void blank_row(struct row *row, const struct join *join, const struct grid_row *grid_row,
                      size_t column) {
    *row = unknown_row;
    row->table = join->table;
    row->grid_row = grid_row;
    row->column = column;
    row->name = grid_row->key.text;
    row->unit = join->table->unit;
}

/* A row with both sides. */
static void compare_sides(struct judge *judge, const struct join *join, struct row *row,
                          const struct cell *base, const struct cell *head,
                          struct auto_tail *tail) {
    struct row_tester *tester = &judge->tester;
    const char *mismatch = mismatch_of(judge, base, head);
    const char *turned = row->policy.ruled_better ? NULL : join->turned;
    if (mismatch || turned) {
        row->verdict = ROW_INCOMPARABLE;
        row->base = side_alone(tester, base);
        row->head = side_alone(tester, head);
        row_note(row, judge->arena, "%s%s", mismatch ? "other machine: " : "",
                 mismatch ? mismatch : turned);
        return;
    }
    row_test(tester, row, base, head, join->traits, measured_together(judge, base, head), tail);
    if (judge->comparison->base_count > 1 && base->source->part_count <= 1)
        row_note(row, judge->arena, "in one of %zu baseline sessions only",
                 judge->comparison->base_count);
}

/* Sides of a row; a column that is not there has none. */
static const struct cell *head_cell(const struct join *join, const struct grid_row *grid_row,
                                    size_t column, size_t limit) {
    return column < limit ? cell_at(grid_row, join->head_index[column]) : NULL;
}

static void make_row(struct judge *judge, const struct join *join, const struct grid_row *grid_row,
                     size_t column, size_t number) {
    struct comparison *c = judge->comparison;
    const struct cell *base = cell_at(grid_row, join->base_index);
    const struct cell *head = head_cell(join, grid_row, column, column_limit(judge));
    struct row *row = &c->rows[number];
    judge->tails[number] = (struct auto_tail){NAN, NAN};
    blank_row(row, join, grid_row, column);
    row->policy = policy_for(c->policy, &join->of_unit, row->name, row->unit, judge->rules_used);
    if (base && head) {
        compare_sides(judge, join, row, base, head, &judge->tails[number]);
    } else if (base) {
        row->verdict = ROW_MISSING;
        judge->missing_rows++;
        row->base = side_alone(&judge->tester, base);
    } else {
        row->verdict = ROW_NEW;
        row->head = side_alone(&judge->tester, head);
    }
    const struct cell *only = head ? head : base;
    if (only->source->vary)
        row_note(row, judge->arena, "%s", only->source->vary);
}

static size_t head_columns(const struct judge *judge) {
    return column_limit(judge) - (judge->base_number != NO_COLUMN);
}

/* The rows of a table being made: one a grid row and head column of which either side is there;
 * without any head column all are missing from one that is not there. */
struct making {
    const struct join *join;
    size_t *starts; /* by piece: number of its first row */
};

/* Asks for the values of a row that is to be made soon: they are far apart in memory. */
static void expect_row(const struct grid_row *row, size_t columns) {
    for (size_t i = 0; i < columns; i++) {
        const struct cell *cell = grid_cell(row, i);
        if (!cell)
            continue;
        __builtin_prefetch(cell->series->values);
        __builtin_prefetch(&cell->series->values[cell->series->count - 1]);
    }
}

/* Makes the rows of some grid rows, or only counts them. Returns the number behind the last. */
static size_t make_some(struct judge *judge, const struct join *join, struct judge_piece piece,
                        size_t number, bool only_count) {
    size_t limit = column_limit(judge), columns = head_columns(judge) > 0 ? limit : limit + 1;
    for (size_t r = piece.first; r < piece.end; r++) {
        const struct grid_row *grid_row = &join->table->rows[r];
        bool base = cell_at(grid_row, join->base_index) != NULL;
        if (!only_count && r + 1 < piece.end)
            expect_row(grid_row + 1, join->table->column_count);
        for (size_t column = head_columns(judge) > 0 ? 0 : limit; column < columns; column++) {
            if (column == judge->base_number || !(base || head_cell(join, grid_row, column, limit)))
                continue;
            if (!only_count)
                make_row(judge, join, grid_row, column, number);
            number++;
        }
    }
    return number;
}

static void make_piece(struct judge *own, struct judge_piece piece, void *context) {
    const struct making *making = context;
    make_some(own, making->join, piece, making->starts[piece.number], false);
}

static void make_rows(struct judge *judge, const struct join *join) {
    struct comparison *c = judge->comparison;
    size_t count = join->table->row_count, pieces = judge_piece_count(count);
    size_t first = c->row_count;
    struct making making = {join, ARENA_NEW(judge->arena, size_t, pieces)};
    for (size_t i = 0; i < pieces; i++) {
        making.starts[i] = c->row_count;
        c->row_count = make_some(judge, join, judge_piece(i, count), c->row_count, true);
    }
    judge_in_pieces(judge, count, make_piece, &making);
    for (size_t i = first; judge->failed && i < c->row_count; i++)
        failed_apply(judge, &c->rows[i]);
}

void judge_rows(struct judge *judge) {
    struct comparison *c = judge->comparison;
    size_t heads = head_columns(judge) > 0 ? head_columns(judge) : 1, most = 0;
    for (size_t t = 0; t < judge->grid->table_count; t++)
        most += judge->grid->tables[t].row_count * heads;
    c->rows = ARENA_NEW(judge->arena, struct row, most);
    c->row_capacity = most;
    judge->tails = ARENA_NEW(judge->arena, struct auto_tail, most);
    size_t *head_index = ARENA_NEW(judge->arena, size_t, column_limit(judge));
    for (size_t t = 0; t < judge->grid->table_count; t++) {
        struct join join = join_table(judge, &judge->grid->tables[t], head_index);
        make_rows(judge, &join);
    }
}
