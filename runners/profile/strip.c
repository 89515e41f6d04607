#include "runners/profile/strip.h"

#include "runners/profile/join_table.h"
#include "runners/profile/path_strip.h"
#include "runners/profile/value_unit.h"

/* ---- paths ---- */

static struct path_strip learn(const struct profile *p, struct arena *arena) {
    struct path_strip strip = {.strings = p->strings, .arena = arena};
    for (size_t i = 0; i < p->function_count; i++)
        path_strip_learn(&strip, strings_get(p->strings, p->functions[i].file));
    return strip;
}

static void strip_places(struct profile *p, struct path_strip *strip) {
    for (size_t i = 0; i < p->function_count; i++) {
        struct profile_function *f = &p->functions[i];
        f->name = path_strip_text(strip, f->name);
        f->system_name = path_strip_text(strip, f->system_name);
        f->in_repository |= path_tree(text_of(strings_get(p->strings, f->file))) > 0;
        f->file = path_strip_source(strip, f->file);
    }
    for (size_t i = 0; i < p->mapping_count; i++)
        p->mappings[i].file = path_strip_binary(strip, p->mappings[i].file);
}

void profile_strip_paths(struct profile *p, struct arena *arena) {
    struct path_strip strip = learn(p, arena);
    strip_places(p, &strip);
}

/* ---- labels ---- */

struct values {
    const struct profile *profile;
    uint32_t *counts, texts; /* of a key, up to one more than are handed on */
    struct profile_label *known;
    size_t known_count, known_room;
    struct join_table table;
    struct arena *arena;
};

static bool same_label(const void *known, uint32_t index, const void *wanted) {
    const struct profile_label *a = &((const struct values *)known)->known[index], *b = wanted;
    return a->key == b->key && a->text == b->text && a->unit == b->unit && a->number == b->number;
}

static bool is_of_recording(const struct profile *p, uint32_t key) {
    const char *name = strings_get(p->strings, key);
    return strcmp(name, "benchmark") == 0 || strcmp(name, "round") == 0;
}

static bool is_amount(const struct profile *p, const struct profile_label *label) {
    double ratio;
    const char *unit = label->text ? NULL : value_unit_of_label(p, label);
    return unit &&
           (value_unit_ratio(unit, "bytes", &ratio) || value_unit_ratio(unit, "ns", &ratio));
}

static void count_value(struct values *values, const struct profile_label *label) {
    uint32_t *count = &values->counts[label->key];
    if (*count > STRIP_LABEL_VALUES || is_amount(values->profile, label))
        return;
    const uint64_t key[] = {(uint64_t)label->key << 32 | label->text, label->unit,
                            (uint64_t)label->number};
    uint64_t hash = strings_hash(values->profile->strings, key, sizeof key);
    uint32_t fresh = (uint32_t)values->known_count;
    if (join_table_put(&values->table, hash, fresh, same_label, values, label) != fresh)
        return;
    ARENA_PUSH(values->arena, values->known, values->known_count, values->known_room, *label);
    *count += !is_of_recording(values->profile, label->key);
}

static struct values count_values(const struct profile *p, struct arena *arena) {
    uint32_t texts = strings_count(p->strings);
    struct values values = {.profile = p,
                            .counts = ARENA_NEW(arena, uint32_t, texts),
                            .texts = texts,
                            .table = join_table_new(0, arena),
                            .arena = arena};
    for (uint32_t i = 0; i < p->label_start[p->sample_count]; i++)
        count_value(&values, &p->labels[i]);
    return values;
}

static void keep_bounded(struct profile *p, const struct values *values, struct path_strip *strip) {
    uint32_t kept = 0, first = 0;
    for (size_t i = 0; i < p->sample_count; i++) {
        uint32_t end = p->label_start[i + 1];
        for (uint32_t l = first; l < end; l++) {
            struct profile_label label = p->labels[l];
            if (values->counts[label.key] > STRIP_LABEL_VALUES)
                continue;
            if (label.text && !is_of_recording(p, label.key))
                label.text = path_strip_text(strip, label.text);
            p->labels[kept++] = label;
        }
        p->label_start[i + 1] = kept;
        first = end;
    }
}

/* ---- all ---- */

static const char *left_out(const struct profile *p, const struct values *values) {
    struct arena *arena = values->arena;
    const char *words = NULL;
    for (uint32_t i = 0; i < values->texts; i++) {
        if (values->counts[i] > STRIP_LABEL_VALUES)
            words = arena_printf(arena, "%s%s'%.100s'", words ? words : "", words ? ", " : "label ",
                                 strings_get(p->strings, i));
    }
    if (words)
        words = arena_printf(arena, "%s (more than %d values)", words, STRIP_LABEL_VALUES);
    if (p->comment_count)
        words = arena_printf(arena, "%s%s%zu comment%s", words ? words : "", words ? ", " : "",
                             p->comment_count, p->comment_count == 1 ? "" : "s");
    return words ? arena_printf(arena, "not handed on without --keep-paths: %s", words) : NULL;
}

const char *profile_strip(struct profile *p, struct arena *arena) {
    struct path_strip strip = learn(p, arena);
    struct values values = count_values(p, arena);
    const char *words = left_out(p, &values);
    strip_places(p, &strip);
    keep_bounded(p, &values, &strip);
    p->doc_url = path_strip_text(&strip, p->doc_url);
    p->comment_count = 0;
    return words;
}
