#include "runners/recording/recording.h"

#include <stdarg.h>

/* Open addressing over indices into one of the recording's arrays; index 0 is an empty slot. */
struct slot {
    uint32_t hash;
    uint32_t index; /* + 1 */
};
struct table {
    struct slot *slots;
    uint32_t mask, used;
};

struct recording_index {
    struct table series, configs, units; /* of the series only as many as are used */
};

typedef bool is_key(const struct recording *r, uint32_t index, const void *key);

/* The slot of a key: empty, or the one that holds it. */
static struct slot *table_slot(const struct recording *r, const struct table *table, uint32_t hash,
                               is_key *equal, const void *key) {
    uint32_t at = hash & table->mask;
    for (;; at = (at + 1) & table->mask) {
        struct slot *slot = &table->slots[at];
        if (!slot->index || (slot->hash == hash && equal(r, slot->index - 1, key)))
            return slot;
    }
}

static void table_make(struct arena *arena, struct table *table, uint32_t mask) {
    table->slots = ARENA_TABLE(arena, struct slot, (size_t)mask + 1);
    table->mask = mask;
}

/* Of a table with room for so many. */
static uint32_t mask_for(uint32_t count) {
    uint32_t mask = 63;
    while (count > mask / 4 * 3)
        mask = mask * 2 + 1;
    return mask;
}

/* Fills a slot that table_slot gave; widens when over three quarters full. */
static void table_put(const struct recording *r, struct table *table, struct slot *slot,
                      uint32_t hash, uint32_t index) {
    *slot = (struct slot){hash, index + 1};
    if (++table->used <= table->mask / 4 * 3)
        return;
    struct table old = *table;
    table_make(r->arena, table, old.mask * 2 + 1);
    for (uint32_t i = 0; i <= old.mask; i++) {
        if (!old.slots[i].index)
            continue;
        uint32_t at = old.slots[i].hash & table->mask;
        while (table->slots[at].index)
            at = (at + 1) & table->mask;
        table->slots[at] = old.slots[i];
    }
}

struct recording *recording_new(const char *label, const char *path, struct strings *strings,
                                struct arena *arena) {
    struct recording *r = ARENA_NEW(arena, struct recording, 1);
    r->label = arena_strdup(arena, label);
    r->path = arena_strdup(arena, path);
    r->arena = arena;
    r->strings = strings;
    r->index = ARENA_NEW(arena, struct recording_index, 1);
    table_make(arena, &r->index->configs, 7);
    table_make(arena, &r->index->units, 15);
    return r;
}

/* Pairs in whatever order: the sum does not depend on it. */
static uint32_t config_hash(const struct recording *r, const struct config *config) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < config->count; i++)
        sum += strings_hash(r->strings, &config->pairs[i], sizeof config->pairs[i]);
    return (uint32_t)sum;
}

static bool config_equal(const struct recording *r, uint32_t index, const void *key) {
    const struct config *have = &r->configs[index], *want = key;
    if (have->count != want->count)
        return false;
    for (uint32_t i = 0; i < want->count; i++) {
        uint32_t k = 0;
        while (k < have->count && (have->pairs[k].key != want->pairs[i].key ||
                                   have->pairs[k].value != want->pairs[i].value))
            k++;
        if (k == have->count)
            return false;
    }
    return true;
}

uint32_t recording_config(struct recording *r, const struct config_pair *pairs, uint32_t count) {
    struct config key = {(struct config_pair *)pairs, count};
    uint32_t hash = config_hash(r, &key);
    struct slot *slot = table_slot(r, &r->index->configs, hash, config_equal, &key);
    if (slot->index)
        return slot->index - 1;
    key.pairs = ARENA_NEW(r->arena, struct config_pair, count);
    if (count)
        memcpy(key.pairs, pairs, count * sizeof *pairs);
    ARENA_PUSH(r->arena, r->configs, r->config_count, r->config_capacity, key);
    table_put(r, &r->index->configs, slot, hash, r->config_count - 1);
    return r->config_count - 1;
}

struct series_key {
    uint32_t config, name, unit;
};

/* The units of one benchmark, whose numbers are near each other, fall into one block of eight
 * slots: one cache miss finds them all. */
static uint32_t series_hash(const struct recording *r, const struct series_key *key) {
    struct series_key block = {key->config, key->name, key->unit / 8};
    uint64_t hash = strings_hash(r->strings, &block, sizeof block);
    return ((uint32_t)hash & ~7U) | (((uint32_t)(hash >> 32) + key->unit) & 7U);
}

static bool series_equal(const struct recording *r, uint32_t index, const void *key) {
    const struct series *have = &r->series[index];
    const struct series_key *want = key;
    return have->name == want->name && have->unit == want->unit && have->config == want->config;
}

/* The slot of a series, once those that were added without a look-up have theirs. */
static struct slot *series_slot(const struct recording *r, const struct series_key *key,
                                uint32_t *hash) {
    struct table *table = &r->index->series;
    if (!table->slots)
        table_make(r->arena, table, mask_for(r->series_count));
    while (table->used < r->series_count) {
        uint32_t i = table->used;
        const struct series *s = &r->series[i];
        struct series_key missing = {s->config, s->name, s->unit};
        *hash = series_hash(r, &missing);
        table_put(r, table, table_slot(r, table, *hash, series_equal, &missing), *hash, i);
    }
    *hash = series_hash(r, key);
    return table_slot(r, table, *hash, series_equal, key);
}

struct series *recording_series_new(struct recording *r, uint32_t config, uint32_t name,
                                    uint32_t unit, uint32_t unit_written) {
    struct series made = {
        .config = config, .name = name, .unit = unit, .unit_written = unit_written};
    ARENA_PUSH(r->arena, r->series, r->series_count, r->series_capacity, made);
    return &r->series[r->series_count - 1];
}

struct series *recording_series(struct recording *r, uint32_t config, uint32_t name, uint32_t unit,
                                uint32_t unit_written) {
    struct series_key key = {config, name, unit};
    uint32_t hash;
    struct slot *slot = series_slot(r, &key, &hash);
    if (slot->index)
        return &r->series[slot->index - 1];
    struct series *made = recording_series_new(r, config, name, unit, unit_written);
    table_put(r, &r->index->series, slot, hash, r->series_count - 1);
    return made;
}

const struct series *recording_find(const struct recording *r, uint32_t config, uint32_t name,
                                    uint32_t unit) {
    struct series_key key = {config, name, unit};
    uint32_t hash;
    const struct slot *slot = series_slot(r, &key, &hash);
    return slot->index ? &r->series[slot->index - 1] : NULL;
}

static uint32_t unit_hash(const struct recording *r, uint32_t unit) {
    return (uint32_t)strings_hash(r->strings, &unit, sizeof unit);
}

static bool unit_equal(const struct recording *r, uint32_t index, const void *key) {
    return r->units[index].unit == *(const uint32_t *)key;
}

/* Puts everything into fresh tables, whose hashes depend on the strings; series when one is looked
 * for. */
static void index_anew(struct recording *r) {
    struct recording_index *index = r->index;
    *index = (struct recording_index){0};
    table_make(r->arena, &index->configs, 7);
    table_make(r->arena, &index->units, 15);
    for (uint32_t i = 0; i < r->config_count; i++) {
        uint32_t hash = config_hash(r, &r->configs[i]);
        table_put(r, &index->configs,
                  table_slot(r, &index->configs, hash, config_equal, &r->configs[i]), hash, i);
    }
    for (uint32_t i = 0; i < r->unit_count; i++) {
        uint32_t hash = unit_hash(r, r->units[i].unit);
        table_put(r, &index->units,
                  table_slot(r, &index->units, hash, unit_equal, &r->units[i].unit), hash, i);
    }
}

void recording_move(struct recording *r, struct strings *strings, struct arena *arena) {
    uint32_t count = strings_count(r->strings);
    uint32_t *moved = ARENA_NEW(r->arena, uint32_t, count);
    /* Two recordings of one suite name the same benchmarks in the same order. */
    for (uint32_t i = 0; i < count; i++)
        moved[i] = strings_add_guess(
            strings, (struct text){strings_get(r->strings, i), strings_length(r->strings, i)},
            i ? moved[i - 1] + 1 : 0);
    for (uint32_t i = 0; i < r->config_count; i++) {
        struct config *config = &r->configs[i];
        for (uint32_t k = 0; k < config->count; k++)
            config->pairs[k] =
                (struct config_pair){moved[config->pairs[k].key], moved[config->pairs[k].value]};
    }
    for (uint32_t i = 0; i < r->series_count; i++) {
        struct series *s = &r->series[i];
        s->name = moved[s->name];
        s->unit = moved[s->unit];
        s->unit_written = moved[s->unit_written];
    }
    for (uint32_t i = 0; i < r->unit_count; i++) {
        r->units[i].unit = moved[r->units[i].unit];
        r->units[i].written = moved[r->units[i].written];
    }
    for (uint32_t i = 0; i < r->failure_count; i++)
        r->failures[i].name = moved[r->failures[i].name];
    r->strings = strings;
    r->arena = arena;
    index_anew(r);
}

static void grow(struct recording *r, struct series *s, uint32_t capacity) {
    s->values = arena_grow(r->arena, s->values, s->count, capacity, sizeof *s->values);
    if (s->rounds)
        s->rounds = arena_grow(r->arena, s->rounds, s->count, capacity, sizeof *s->rounds);
    s->capacity = capacity;
}

void recording_reserve(struct recording *r, struct series *series, uint32_t more) {
    if (series->capacity - series->count < more)
        grow(r, series, series->count + more);
}

void recording_widen(struct recording *r, struct series *series) {
    grow(r, series, series->capacity < 8 ? 8 : series->capacity + series->capacity / 2);
}

const char *note_level_name(enum note_level level) {
    static const char *const names[] = {
        [NOTE_INFO] = "info", [NOTE_WARNING] = "warning", [NOTE_DAMAGE] = "damage"};
    return names[level];
}

void recording_note(struct recording *r, enum note_level level, const char *where,
                    const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct note note = {level, where ? arena_strdup(r->arena, where) : NULL,
                        arena_vprintf(r->arena, format, args), false};
    va_end(args);
    ARENA_PUSH(r->arena, r->notes, r->note_count, r->note_capacity, note);
}

const char *recording_damage(const struct recording *r, struct arena *arena) {
    for (uint32_t i = 0; i < r->note_count; i++) {
        const struct note *note = &r->notes[i];
        if (note->level == NOTE_DAMAGE)
            return arena_printf(arena, "%s%s%s", note->where ? note->where : "",
                                note->where ? ": " : "", note->text);
    }
    return r->damaged_lines > 0 ? "damaged lines" : NULL;
}

void recording_fail(struct recording *r, uint32_t name, uint32_t round, const char *reason) {
    struct failure failure = {name, round, arena_strdup(r->arena, reason)};
    ARENA_PUSH(r->arena, r->failures, r->failure_count, r->failure_capacity, failure);
}

static struct provenance *find_provenance(const struct recording *r, const char *key) {
    for (uint32_t i = 0; i < r->provenance_count; i++) {
        if (strcmp(r->provenance[i].key, key) == 0)
            return &r->provenance[i];
    }
    return NULL;
}

void recording_set(struct recording *r, const char *key, const char *value) {
    struct provenance *old = find_provenance(r, key);
    const char *copy = arena_strdup(r->arena, value);
    if (old) {
        old->value = copy;
        return;
    }
    struct provenance made = {arena_strdup(r->arena, key), copy};
    ARENA_PUSH(r->arena, r->provenance, r->provenance_count, r->provenance_capacity, made);
}

const char *recording_get(const struct recording *r, const char *key) {
    const struct provenance *found = find_provenance(r, key);
    return found ? found->value : NULL;
}

const char *recording_profile_path(const char *path, struct arena *arena) {
    size_t length = strlen(path);
    if (length < 5 || strcmp(path + length - 4, ".txt") != 0)
        return NULL;
    return arena_printf(arena, "%.*s.pb.gz", (int)length - 4, path);
}

bool recording_modified(const struct recording *r) {
    const char *modified = recording_get(r, "modified");
    return modified && strcmp(modified, "true") == 0;
}

struct unit_metadata *recording_unit(struct recording *r, uint32_t unit) {
    uint32_t hash = unit_hash(r, unit);
    struct slot *slot = table_slot(r, &r->index->units, hash, unit_equal, &unit);
    if (slot->index)
        return &r->units[slot->index - 1];
    struct unit_metadata made = {.unit = unit, .written = unit};
    ARENA_PUSH(r->arena, r->units, r->unit_count, r->unit_capacity, made);
    table_put(r, &r->index->units, slot, hash, r->unit_count - 1);
    return &r->units[r->unit_count - 1];
}

static void note_contradiction(struct recording *r, uint64_t line, uint32_t written,
                               const char *key, const char *standing) {
    char *where = arena_printf(r->arena, "%s:%llu", r->path, (unsigned long long)line);
    recording_note(r, NOTE_WARNING, where, "metadata %s of unit %s already set to %s", key,
                   strings_get(r->strings, written), standing);
    r->notes[r->note_count - 1].syntax = true;
}

void recording_carry_units(struct recording *later, const struct recording *earlier) {
    for (uint32_t i = 0; i < earlier->unit_count; i++) {
        const struct unit_metadata *from = &earlier->units[i];
        struct unit_metadata *to = recording_unit(later, from->unit);
        if (to->better_line && from->better && to->better != from->better)
            note_contradiction(later, to->better_line, to->written, "better",
                               from->better == BETTER_LOWER ? "lower" : "higher");
        else if (!to->better)
            to->better = from->better;
        if (to->assume_line && from->assume && to->assume != from->assume)
            note_contradiction(later, to->assume_line, to->written, "assume", "exact");
        else if (!to->assume_line)
            to->assume = from->assume;
    }
}

struct text recording_name(struct text name, struct arena *arena) {
    struct text rest = name, field;
    bool plain = text_field(&rest, &field) && field.length == name.length;
    for (size_t i = 0; plain && i < name.length; i++)
        plain = (unsigned char)name.at[i] > ' ' && name.at[i] != 0x7F;
    if (plain || name.length == 0)
        return name;
    char *copy = arena_strndup(arena, name.at, name.length);
    for (size_t i = 0; i < name.length; i++) {
        if ((unsigned char)copy[i] <= ' ' || copy[i] == 0x7F)
            copy[i] = '_';
    }
    /* What is left is white space beyond ASCII: the gaps between fields. */
    rest = (struct text){copy, name.length};
    const char *end = copy;
    size_t used = 0;
    while (text_field(&rest, &field)) {
        if (field.at > end)
            copy[used++] = '_';
        end = field.at + field.length;
        memmove(copy + used, field.at, field.length);
        used += field.length;
    }
    if (end < copy + name.length)
        copy[used++] = '_';
    copy[used] = '\0';
    return (struct text){copy, used};
}
