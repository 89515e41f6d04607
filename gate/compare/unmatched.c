/* Rows with one side only. Often the other side is there, but under another configuration
 * (benchstat's tables keep them apart) or with another unit; saying so is the difference between
 * "missing" and an answer. */
#include "gate/compare/judge.h"

/* A new row, found by its name; those of one name are chained. */
struct newcomer {
    size_t row;
    size_t next; /* index + 1 of the next of the same name; 0: none */
    bool taken;
};

struct newcomers {
    struct strings *names;
    struct newcomer *items;
    size_t count, capacity;
    size_t *first, *last; /* by name number: index + 1 */
    size_t name_capacity;
};

/* Why two tables do not meet; remembered, because thousands of rows share one reason. */
struct divide {
    const struct grid_table *base, *head;
    const char *text;
};

static void add_newcomer(struct newcomers *all, const char *name, size_t row, struct arena *arena) {
    uint32_t number = strings_add(all->names, text_of(name));
    if (number >= all->name_capacity) {
        size_t capacity = 2 * (size_t)number + 64;
        all->first = arena_grow(arena, all->first, all->name_capacity, capacity, sizeof(size_t));
        all->last = arena_grow(arena, all->last, all->name_capacity, capacity, sizeof(size_t));
        all->name_capacity = capacity;
    }
    struct newcomer newcomer = {row, 0, false};
    ARENA_PUSH(arena, all->items, all->count, all->capacity, newcomer);
    if (all->first[number])
        all->items[all->last[number] - 1].next = all->count;
    else
        all->first[number] = all->count;
    all->last[number] = all->count;
}

/* The keys in which two tables differ, and the way out. */
static const char *divided_by(const struct judge *judge, const struct grid_table *base,
                              const struct grid_table *head) {
    const struct grid_axis *axis = &judge->grid->table_axis;
    const char *differ = "", *ignore = "";
    for (size_t i = 0; i < axis->field_count; i++) {
        const char *left = base->key.values[i], *right = head->key.values[i];
        if (strcmp(left, right) == 0)
            continue;
        differ = arena_printf(judge->arena, "%s%s%.80s ('%.200s' / '%.200s')", differ,
                              *differ ? ", " : "", axis->fields[i], left, right);
        ignore =
            arena_printf(judge->arena, "%s%s%.80s", ignore, *ignore ? "," : "", axis->fields[i]);
    }
    return arena_printf(judge->arena,
                        "base and head differ in %s; --ignore %s compares them all the same",
                        *differ ? differ : "their tables", *ignore ? ignore : "KEY");
}

static const char *divide_text(const struct judge *judge, struct divide *last,
                               const struct grid_table *base, const struct grid_table *head) {
    if (last->base != base || last->head != head) {
        *last = (struct divide){base, head, divided_by(judge, base, head)};
        comparison_note(judge->comparison, NOTE_WARNING, base->unit, "%s", last->text);
    }
    return last->text;
}

static struct newcomer *find_counterpart(const struct judge *judge, struct newcomers *all,
                                         const struct row *row, bool same_unit) {
    uint32_t number;
    if (!strings_find(all->names, text_of(row->name), &number))
        return NULL;
    for (size_t at = all->first[number]; at; at = all->items[at - 1].next) {
        struct newcomer *item = &all->items[at - 1];
        const struct row *other = &judge->comparison->rows[item->row];
        bool unit = strcmp(other->unit, row->unit) == 0;
        if (!item->taken && unit == same_unit && other->column == row->column)
            return item;
    }
    return NULL;
}

static void match_missing(struct judge *judge, struct newcomers *all, struct row *row,
                          struct divide *divide) {
    struct row *rows = judge->comparison->rows;
    struct newcomer *other = find_counterpart(judge, all, row, true);
    if (other) {
        other->taken = true;
        row->verdict = ROW_INCOMPARABLE;
        row->head = rows[other->row].head;
        row_note(row, judge->arena, "%s",
                 divide_text(judge, divide, row->table, rows[other->row].table));
        return;
    }
    other = find_counterpart(judge, all, row, false);
    if (!other)
        return;
    struct row *unit = &rows[other->row];
    row_note(row, judge->arena, "unit changed: the head has this benchmark in %.100s", unit->unit);
    if (unit->note_count == 0)
        row_note(unit, judge->arena, "unit changed: the base has this benchmark in %.100s",
                 row->unit);
}

static void remove_taken(struct judge *judge, const struct newcomers *all) {
    struct comparison *c = judge->comparison;
    size_t kept = 0, item = 0;
    for (size_t i = 0; i < c->row_count; i++) {
        bool taken = item < all->count && all->items[item].row == i && all->items[item++].taken;
        if (taken)
            continue;
        judge->tails[kept] = judge->tails[i];
        c->rows[kept++] = c->rows[i];
    }
    c->row_count = kept;
}

/* What to do about rows that are still missing; said once. */
static void note_ways_out(struct judge *judge) {
    struct comparison *c = judge->comparison;
    for (size_t i = 0; i < c->row_count; i++) {
        if (c->rows[i].verdict != ROW_MISSING || !row_breaks(c, &c->rows[i]))
            continue;
        comparison_note(
            c, NOTE_WARNING, NULL,
            "what the base has and the head lacks fails the gate: allow-missing permits "
            "benchmarks that were removed, rename follows those with a new name");
        return;
    }
}

static void match_unmatched(struct judge *judge) {
    struct comparison *c = judge->comparison;
    struct newcomers all = {.names = strings_new(judge->arena)};
    for (size_t i = 0; i < c->row_count; i++) {
        if (c->rows[i].verdict == ROW_NEW)
            add_newcomer(&all, c->rows[i].name, i, judge->arena);
    }
    if (all.count == 0)
        return;
    struct divide divide = {NULL, NULL, NULL};
    for (size_t i = 0; i < c->row_count; i++) {
        if (c->rows[i].verdict == ROW_MISSING)
            match_missing(judge, &all, &c->rows[i], &divide);
    }
    remove_taken(judge, &all);
}

void judge_unmatched(struct judge *judge) {
    if (judge->missing_rows == 0)
        return;
    match_unmatched(judge);
    note_ways_out(judge);
}
