/* Benchmarks that crashed, timed out or gave nothing: never absent, always a row. */
#include "gate/compare/judge.h"

struct failed {
    const struct recording *recording;
    const struct failure *first; /* of this benchmark in this recording */
    uint32_t count;
    bool base;
    size_t column; /* of the head; NO_COLUMN when its label is no column */
    bool seen;     /* a row says it */
    size_t next;   /* index + 1 of the next of the same name; 0: none */
};

struct failed_rows {
    struct strings *names;
    size_t *by_name; /* index + 1 of the newest of that name */
    size_t name_capacity;
    struct failed *items;
    size_t count, capacity;
};

static size_t column_of(const struct grid *grid, const struct recording *recording) {
    for (size_t i = 0; i < grid->column_count; i++) {
        if (strcmp(grid->columns[i].text, recording->label) == 0)
            return i;
    }
    return NO_COLUMN;
}

static void add_failure(struct failed_rows *all, const struct judge *judge,
                        const struct recording *r, const struct failure *failure, bool base) {
    uint32_t number = strings_add(all->names, text_of(strings_get(r->strings, failure->name)));
    if (number >= all->name_capacity) {
        size_t capacity = 2 * (size_t)number + 16;
        all->by_name = arena_grow(judge->arena, all->by_name, all->name_capacity, capacity,
                                  sizeof *all->by_name);
        all->name_capacity = capacity;
    }
    size_t newest = all->by_name[number];
    if (newest && all->items[newest - 1].recording == r) {
        all->items[newest - 1].count++;
        return;
    }
    struct failed item = {r, failure, 1, base, column_of(judge->grid, r), false, newest};
    ARENA_PUSH(judge->arena, all->items, all->count, all->capacity, item);
    all->by_name[number] = all->count;
}

struct failed_rows *failed_rows_new(const struct judge *judge) {
    const struct comparison *c = judge->comparison;
    size_t total = 0;
    for (size_t i = 0; i < c->base_count + c->head_count; i++)
        total += (i < c->base_count ? c->base[i] : c->head[i - c->base_count])->failure_count;
    if (total == 0)
        return NULL;
    struct failed_rows *all = arena_alloc(judge->arena, sizeof *all);
    all->names = strings_new(judge->arena);
    for (size_t i = 0; i < c->base_count + c->head_count; i++) {
        bool base = i < c->base_count;
        const struct recording *r = base ? c->base[i] : c->head[i - c->base_count];
        for (uint32_t f = 0; f < r->failure_count; f++)
            add_failure(all, judge, r, &r->failures[f], base);
    }
    return all;
}

static void note_failure(const struct failed *failed, struct row *row, struct arena *arena) {
    const char *round =
        failed->first->round ? arena_printf(arena, " in round %u", failed->first->round) : "";
    const char *more =
        failed->count > 1 ? arena_printf(arena, ", and %u more", failed->count - 1) : "";
    row_note(row, arena, "failed in %.200s%s: %.500s%s", failed->recording->label, round,
             failed->first->reason, more);
}

/* A failing baseline with nothing to compare leaves the head new; one bad session of several leaves
 * the others. */
static bool condemns(const struct judge *judge, const struct failed *failed,
                     const struct row *row) {
    if (!failed->base)
        return true;
    return row->verdict != ROW_NEW && judge->comparison->base_count == 1;
}

void failed_apply(struct judge *judge, struct row *row) {
    uint32_t number;
    if (!strings_find(judge->failed->names, text_of(row->name), &number))
        return;
    for (size_t at = judge->failed->by_name[number]; at; at = judge->failed->items[at - 1].next) {
        struct failed *failed = &judge->failed->items[at - 1];
        if (!failed->base && failed->column != NO_COLUMN && failed->column != row->column)
            continue;
        failed->seen = true;
        note_failure(failed, row, judge->arena);
        if (condemns(judge, failed, row)) {
            row->verdict = ROW_FAILED;
            row->p = NAN; /* what is left of the samples decides nothing */
            row->test = NULL;
        }
    }
}

void failed_rest(struct judge *judge) {
    struct comparison *c = judge->comparison;
    for (size_t i = 0; judge->failed && i < judge->failed->count; i++) {
        const struct failed *failed = &judge->failed->items[i];
        if (failed->seen)
            continue;
        struct row row = unknown_row;
        row.column = judge->grid->column_count;
        row.name = strings_get(failed->recording->strings, failed->first->name);
        row.verdict = ROW_FAILED;
        struct row_policy of_unit = policy_for_unit(c->policy, row.unit, NULL);
        row.policy = policy_for(c->policy, &of_unit, row.name, row.unit, judge->rules_used);
        row.policy.gated = row.policy.expected;
        note_failure(failed, &row, judge->arena);
        ARENA_PUSH(judge->arena, c->rows, c->row_count, c->row_capacity, row);
    }
}
