/* The order of an axis' keys. Each field's distinct values are ranked once, so that keys are
 * compared by numbers. */
#include "gate/grid/axis.h"

#include <math.h>
#include <stdlib.h>

struct ranked {
    uint32_t value;
    bool is_number;
    double number; /* under ORDER_NUM */
    size_t place;  /* under ORDER_FIXED */
    const char *text;
};

/* Numbers before NaN before what is no number. */
static int compare_numbers(const struct ranked *a, const struct ranked *b) {
    if (!a->is_number || !b->is_number)
        return b->is_number - a->is_number;
    if (isnan(a->number) || isnan(b->number))
        return !!isnan(a->number) - !!isnan(b->number);
    return (a->number > b->number) - (a->number < b->number);
}

/* What the order leaves equal is compared as text, so that no two different values are equal. */
static int compare_ranked(const void *left, const void *right, void *order) {
    const struct ranked *a = left, *b = right;
    int difference = 0;
    if (*(const enum projection_order *)order == ORDER_NUM)
        difference = compare_numbers(a, b);
    else if (*(const enum projection_order *)order == ORDER_FIXED)
        difference = (a->place > b->place) - (a->place < b->place);
    return difference ? difference : strcmp(a->text, b->text);
}

/* A value listed twice has its last place; one not listed (a name with parts left out) the first.
 */
static size_t fixed_place(const struct axis_field *field, uint32_t value) {
    for (size_t i = field->fixed_count; i > 0; i--) {
        if (field->fixed[i - 1] == value)
            return i - 1;
    }
    return 0;
}

static struct ranked rank_value(const struct axis *axis, const struct axis_field *field,
                                uint32_t value) {
    struct ranked ranked = {.value = value, .text = strings_get(axis->set->strings, value)};
    if (field->order == ORDER_NUM)
        ranked.is_number = projection_number(ranked.text, &ranked.number);
    else if (field->order == ORDER_FIXED)
        ranked.place = fixed_place(field, value);
    return ranked;
}

/* Writes the rank of every key's value of a field to ranks[key * step]. `place_of` is zero by
 * number of string and left so. */
static void rank_field(const struct axis *axis, uint32_t index, uint32_t *place_of, uint32_t *ranks,
                       size_t step) {
    const struct axis_field *field = &axis->fields[index];
    struct arena *arena = axis->set->arena;
    struct ranked *distinct = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < axis->key_count; i++) {
        uint32_t value = axis_value(&axis->keys[i], index);
        if (!place_of[value]) {
            ARENA_PUSH(arena, distinct, count, capacity, rank_value(axis, field, value));
            place_of[value] = (uint32_t)count;
        }
    }
    /* benchstat keeps no order of observation for the keys inside `.config`: they go by text. */
    if (field->order != ORDER_FIRST || field->grouped) {
        enum projection_order order = field->order;
        qsort_r(distinct, count, sizeof *distinct, compare_ranked, &order);
        for (size_t i = 0; i < count; i++)
            place_of[distinct[i].value] = (uint32_t)i + 1;
    }
    for (size_t i = 0; i < axis->key_count; i++)
        ranks[i * step] = place_of[axis_value(&axis->keys[i], index)];
    for (size_t i = 0; i < count; i++)
        place_of[distinct[i].value] = 0;
}

struct sorting {
    const uint32_t *ranks;
    size_t step;
};

static int compare_keys(const void *left, const void *right, void *context) {
    const struct sorting *sorting = context;
    const uint32_t *a = sorting->ranks + *(const uint32_t *)left * sorting->step;
    const uint32_t *b = sorting->ranks + *(const uint32_t *)right * sorting->step;
    for (size_t i = 0; i < sorting->step; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

/* Keys of one plain field in observed order are in order already. */
static bool in_order(const struct axis *axis) {
    return axis->key_count == 0 || axis->field_count == 0 ||
           (axis->field_count == 1 && !axis->fields[0].grouped &&
            axis->fields[0].order == ORDER_FIRST);
}

const uint32_t *axis_ranks(const struct axis *axis) {
    struct arena *arena = axis->set->arena;
    size_t step = axis->field_count;
    uint32_t *places = ARENA_NEW(arena, uint32_t, axis->key_count);
    if (in_order(axis)) {
        for (size_t i = 0; i < axis->key_count; i++)
            places[i] = (uint32_t)i;
        return places;
    }
    struct arena_mark mark = arena_mark(arena);
    uint32_t *ranks = ARENA_NEW(arena, uint32_t, axis->key_count * step);
    uint32_t *place_of = ARENA_NEW(arena, uint32_t, strings_count(axis->set->strings));
    uint32_t *order = ARENA_NEW(arena, uint32_t, axis->key_count);
    const uint32_t *fields = axis_fields(axis);
    for (size_t i = 0; i < step; i++)
        rank_field(axis, fields[i], place_of, ranks + i, step);
    for (size_t i = 0; i < axis->key_count; i++)
        order[i] = (uint32_t)i;
    struct sorting sorting = {ranks, step};
    qsort_r(order, axis->key_count, sizeof *order, compare_keys, &sorting);
    for (size_t i = 0; i < axis->key_count; i++)
        places[order[i]] = (uint32_t)i;
    arena_reset(arena, mark);
    return places;
}
