#include "gate/compare/confirm.h"

#include <string.h>

bool confirm_wanted(const struct row *row) {
    return row->verdict == ROW_REGRESSED && row->policy.gated;
}

struct policy confirm_policy(const struct policy *policy) {
    struct policy fresh = *policy;
    fresh.correction = CORRECTION_NONE;
    return fresh;
}

static bool same_row(const struct row *a, const struct row *b) {
    return strcmp(a->name, b->name) == 0 && strcmp(a->unit, b->unit) == 0 &&
           (!a->table || !b->table || strcmp(a->table->key.text, b->table->key.text) == 0);
}

static const struct row *find_row(const struct comparison *fresh, const struct row *row) {
    for (size_t i = 0; i < fresh->row_count; i++) {
        if (same_row(&fresh->rows[i], row))
            return &fresh->rows[i];
    }
    return NULL;
}

/* "+7.1%, p = 0.003"; exact rows have no p. */
static const char *words(const struct row *row, struct arena *arena) {
    if (isnan(row->change))
        return row_verdict_name(row->verdict);
    const char *change =
        isinf(row->change) ? "from 0" : arena_printf(arena, "%+.2f%%", 100 * row->change);
    return isnan(row->p) ? change : arena_printf(arena, "%s, p = %.2g", change, row->p);
}

static void add_note(struct row *row, const char *note, struct arena *arena) {
    ARENA_PUSH(arena, row->notes, row->note_count, row->note_capacity, note);
}

/* Column of the table in which a row of the base (0) or of its head stands; SIZE_MAX: none. */
static size_t column_of(const struct row *row, size_t number) {
    for (size_t i = 0; row->table && i < row->table->column_count; i++) {
        if (row->table->column_numbers[i] == number)
            return i;
    }
    return SIZE_MAX;
}

/* The values behind the row, so that tables show what was judged. */
static void take_cells(struct row *row, const struct row *fresh) {
    const size_t numbers[2][2] = {{0, 0}, {row->column, fresh->column}};
    for (size_t i = 0; i < 2; i++) {
        size_t to = column_of(row, numbers[i][0]), from = column_of(fresh, numbers[i][1]);
        if (to != SIZE_MAX && from != SIZE_MAX && row->grid_row && fresh->grid_row)
            row->grid_row->cells[to] = fresh->grid_row->cells[from];
    }
}

static void take_result(struct row *row, const struct row *fresh, unsigned rounds,
                        struct arena *arena) {
    const char *note =
        arena_printf(arena, "not confirmed: %s at first, %s in %u fresh rounds, which decide",
                     words(row, arena), words(fresh, arena), rounds);
    struct row old = *row;
    *row = *fresh;
    row->table = old.table;
    row->grid_row = old.grid_row;
    row->column = old.column;
    row->policy = old.policy;
    row->notes = old.notes;
    row->note_count = old.note_count;
    row->note_capacity = old.note_capacity;
    take_cells(row, fresh);
    for (uint32_t i = 0; i < fresh->note_count; i++)
        add_note(row, fresh->notes[i], arena);
    add_note(row, note, arena);
    /* Two measurements that contradict each other show nothing. */
    if (row->verdict == ROW_IMPROVED)
        row->verdict = row->unwaived = ROW_INCONCLUSIVE;
}

static void vanish(struct row *row, unsigned rounds, struct arena *arena) {
    row->verdict = row->unwaived = ROW_FAILED;
    add_note(row,
             arena_printf(arena, "%s at first; gone in %u fresh rounds, so nothing is shown",
                          words(row, arena), rounds),
             arena);
}

size_t confirm_rows(struct comparison *comparison, const struct comparison *fresh, unsigned rounds,
                    bool *unconfirmed) {
    size_t red = 0;
    for (size_t i = 0; i < comparison->row_count; i++) {
        struct row *row = &comparison->rows[i];
        unconfirmed[i] = false;
        if (!confirm_wanted(row))
            continue;
        const struct row *again = find_row(fresh, row);
        if (again && again->verdict == ROW_REGRESSED) {
            add_note(row,
                     arena_printf(comparison->arena, "confirmed: %s in %u fresh rounds",
                                  words(again, comparison->arena), rounds),
                     comparison->arena);
            red++;
            continue;
        }
        unconfirmed[i] = true;
        if (again && again->verdict != ROW_MISSING)
            take_result(row, again, rounds, comparison->arena);
        else
            vanish(row, rounds, comparison->arena);
    }
    comparison_recount(comparison);
    return red;
}
