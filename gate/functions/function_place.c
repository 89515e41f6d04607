#include "gate/functions/function_place.h"

#include "runners/base/number.h"

#include <stdlib.h>

static bool is_key(const struct profile *p, const struct profile_label *label, const char *key) {
    return strcmp(strings_get(p->strings, label->key), key) == 0;
}

static const struct profile_label *find_label(const struct profile *p, size_t sample,
                                              const char *key) {
    for (uint32_t l = p->label_start[sample]; key && l < p->label_start[sample + 1]; l++) {
        if (is_key(p, &p->labels[l], key))
            return &p->labels[l];
    }
    return NULL;
}

/* A label's value as a text; numbers in decimal. */
static uint32_t label_text(const struct profile *p, const struct profile_label *label,
                           struct arena *arena) {
    if (label->text || !label->number)
        return label->text;
    const char *number = arena_printf(arena, "%lld", (long long)label->number);
    return strings_add(p->strings, text_of(number));
}

static bool has_label(const struct profile *p, size_t sample, const char *key_value) {
    const char *equals = strchr(key_value, '=');
    struct text key = {key_value, (size_t)(equals - key_value)};
    int64_t number;
    bool numeric = number_i64(text_of(equals + 1), &number);
    for (uint32_t l = p->label_start[sample]; l < p->label_start[sample + 1]; l++) {
        const struct profile_label *label = &p->labels[l];
        if (text_equal(key, strings_get(p->strings, label->key)) &&
            (label->text ? strcmp(strings_get(p->strings, label->text), equals + 1) == 0
                         : numeric && label->number == number))
            return true;
    }
    return false;
}

static bool is_wanted(const struct function_side *side, const struct profile *p, size_t sample) {
    for (size_t i = 0; i < side->cut.where_count; i++) {
        if (!has_label(p, sample, side->cut.where[i]))
            return false;
    }
    return p->stack_start[sample] < p->stack_start[sample + 1];
}

static int by_place(const void *left, const void *right) {
    const struct placed_sample *a = left, *b = right;
    if (a->slice != b->slice)
        return a->slice < b->slice ? -1 : 1;
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    if (a->round_text != b->round_text)
        return a->round_text < b->round_text ? -1 : 1;
    return a->sample < b->sample ? -1 : a->sample > b->sample;
}

size_t function_place(struct function_side *side, const struct profile *p, uint32_t type,
                      struct placed_sample **out) {
    struct arena *arena = side->names->arena;
    struct placed_sample *placed = ARENA_NEW(arena, struct placed_sample, p->sample_count);
    size_t count = 0, unnumbered = 0, kept = 0;
    bool *numbered = ARENA_NEW(arena, bool, p->sample_count);
    for (size_t i = 0; i < p->sample_count; i++) {
        if (p->values[i * p->type_count + type] == 0 || !is_wanted(side, p, i))
            continue;
        const struct profile_label *slice = find_label(p, i, side->cut.slice_label);
        const struct profile_label *round = find_label(p, i, side->cut.round_label);
        placed[count] = (struct placed_sample){.slice = slice ? label_text(p, slice, arena) : 0,
                                               .sample = (uint32_t)i,
                                               .round_text = round ? round->text : 0,
                                               .round = round ? round->number : 0};
        numbered[count++] = round != NULL;
        unnumbered += !round;
    }
    bool mixed = unnumbered > 0 && unnumbered < count;
    for (size_t i = 0; i < count; i++) {
        if (!mixed || numbered[i])
            placed[kept++] = placed[i];
    }
    side->unnumbered += count - kept;
    if (kept)
        qsort(placed, kept, sizeof *placed, by_place);
    *out = placed;
    return kept;
}
