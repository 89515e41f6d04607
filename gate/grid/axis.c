#include "gate/grid/axis.h"

void axis_set_init(struct axis_set *set, struct strings *strings, struct arena *arena) {
    *set = (struct axis_set){.strings = strings, .arena = arena};
}

static uint32_t add_field(struct axis *axis, struct axis_part *part, uint32_t name) {
    struct arena *arena = axis->set->arena;
    struct axis_field field = {name, part->order, part->group, NULL, 0};
    uint32_t index = (uint32_t)axis->field_count;
    ARENA_PUSH(arena, axis->fields, axis->field_count, axis->field_capacity, field);
    ARENA_PUSH(arena, part->fields, part->field_count, part->field_capacity, index);
    if (axis->field_count > axis->row_capacity) {
        axis->row = arena_grow(arena, axis->row, axis->row_capacity, axis->field_capacity,
                               sizeof *axis->row);
        axis->row_capacity = axis->field_capacity;
    }
    return index;
}

/* Keeps what other axes must leave out of their groups. */
static void claim(struct axis_set *set, struct text key) {
    if (text_equal(key, ".config"))
        set->has_config = true;
    else if (text_equal(key, ".fullname"))
        set->has_fullname = true;
    else if (text_equal(key, ".name") || text_starts(key, "/"))
        ARENA_PUSH(set->arena, set->name_keys, set->name_key_count, set->name_key_capacity, key);
    else
        ARENA_PUSH(set->arena, set->config_keys, set->config_key_count, set->config_key_capacity,
                   strings_add(set->strings, key));
}

static void add_limit(struct axis_set *set, struct axis_field *stored,
                      const struct projection_field *field) {
    uint32_t *values = ARENA_NEW(set->arena, uint32_t, field->fixed_count);
    for (size_t i = 0; i < field->fixed_count; i++)
        values[i] = strings_add(set->strings, field->fixed[i]);
    stored->fixed = values;
    stored->fixed_count = field->fixed_count;
    struct axis_limit limit = {.values = values, .count = field->fixed_count};
    extractor_init(&limit.extractor, field->key, set->strings, set->arena);
    ARENA_PUSH(set->arena, set->limits, set->limit_count, set->limit_capacity, limit);
}

static void add_part(struct axis *axis, const struct projection_field *field) {
    struct axis_set *set = axis->set;
    struct axis_part part = {.order = field->order, .group = text_equal(field->key, ".config")};
    claim(set, field->key);
    if (part.group) {
        axis->of_config = true;
    } else {
        extractor_init(&part.extractor, field->key, set->strings, set->arena);
        bool of_name = extractor_is_of_name(&part.extractor);
        axis->of_name |= of_name;
        axis->of_config |= !of_name;
        uint32_t index = add_field(axis, &part, strings_add(set->strings, field->key));
        if (field->order == ORDER_FIXED)
            add_limit(set, &axis->fields[index], field);
    }
    ARENA_PUSH(set->arena, axis->parts, axis->part_count, axis->part_capacity, part);
}

static struct axis *axis_new(struct axis_set *set) {
    struct axis *axis = ARENA_NEW(set->arena, struct axis, 1);
    axis->set = set;
    axis->slot_count = 64;
    axis->slots = ARENA_NEW(set->arena, uint32_t, axis->slot_count);
    axis->row_capacity = 8;
    axis->row = ARENA_NEW(set->arena, uint32_t, axis->row_capacity);
    return axis;
}

bool axis_add(struct axis_set *set, struct axis **out, const char *query, struct pg_error *err) {
    struct projection projection;
    if (!projection_parse(&projection, query, set->arena, err))
        return false;
    *out = axis_new(set);
    for (size_t i = 0; i < projection.count; i++)
        add_part(*out, &projection.fields[i]);
    return true;
}

struct axis *axis_residue(struct axis_set *set) {
    struct axis *axis = axis_new(set);
    bool has_config = set->has_config, has_fullname = set->has_fullname;
    if (!has_config)
        add_part(axis, &(struct projection_field){.key = text_of(".config")});
    if (!has_fullname)
        add_part(axis, &(struct projection_field){.key = text_of(".fullname")});
    return axis;
}

bool axis_set_allows(struct axis_set *set, const struct subject *subject) {
    for (size_t i = 0; i < set->limit_count; i++) {
        struct axis_limit *limit = &set->limits[i];
        uint32_t value = extract(&limit->extractor, subject);
        size_t at = 0;
        while (at < limit->count && limit->values[at] != value)
            at++;
        if (at == limit->count)
            return false;
    }
    return true;
}

/* The field of a configuration key, made when new; UINT32_MAX when the key belongs to another axis.
 */
static uint32_t group_field(struct axis *axis, struct axis_part *part, uint32_t key) {
    struct axis_set *set = axis->set;
    if (key >= part->field_of_key_count) {
        size_t count = strings_count(set->strings);
        part->field_of_key = arena_grow(set->arena, part->field_of_key, part->field_of_key_count,
                                        count, sizeof(uint32_t));
        part->field_of_key_count = count;
    }
    uint32_t *known = &part->field_of_key[key];
    if (!*known) {
        size_t at = 0;
        while (at < set->config_key_count && set->config_keys[at] != key)
            at++;
        set->too_large |= axis->field_count >= AXIS_FIELDS;
        bool other = at < set->config_key_count || set->too_large;
        *known = other ? 1 : add_field(axis, part, key) + 2;
    }
    return *known - 2;
}

/* Excludes specific keys from full names, which can only be done once all axes are known. */
static void prepare(struct axis *axis) {
    for (size_t i = 0; i < axis->part_count; i++) {
        struct extractor *extractor = &axis->parts[i].extractor;
        if (!axis->parts[i].group && extractor->source == EXTRACT_FULLNAME && !extractor->excluded)
            extractor_exclude(extractor, axis->set->name_keys, axis->set->name_key_count);
    }
    axis->is_name = axis->part_count == 1 && !axis->parts[0].group &&
                    extractor_is_name(&axis->parts[0].extractor);
}

static void fill_row(struct axis *axis, const struct subject *subject) {
    memset(axis->row, 0, axis->field_count * sizeof *axis->row);
    for (size_t i = 0; i < axis->part_count; i++) {
        struct axis_part *part = &axis->parts[i];
        if (!part->group) {
            axis->row[part->fields[0]] = extract(&part->extractor, subject);
            continue;
        }
        const struct config *config = &subject->recording->configs[subject->series->config];
        for (uint32_t k = 0; k < config->count; k++) {
            uint32_t field = group_field(axis, part, config->pairs[k].key);
            if (field != UINT32_MAX)
                axis->row[field] = config->pairs[k].value;
        }
    }
}

static uint32_t *slot_of(struct axis *axis, const uint32_t *row, uint32_t count) {
    size_t bytes = count * sizeof *row, mask = axis->slot_count - 1;
    for (size_t at = strings_hash(axis->set->strings, row, bytes) & mask;; at = (at + 1) & mask) {
        if (!axis->slots[at])
            return &axis->slots[at];
        const struct axis_key *key = &axis->keys[axis->slots[at] - 1];
        if (key->count == count && memcmp(key->values, row, bytes) == 0)
            return &axis->slots[at];
    }
}

static void widen(struct axis *axis) {
    axis->slot_count *= 2;
    axis->slots = ARENA_NEW(axis->set->arena, uint32_t, axis->slot_count);
    for (size_t i = 0; i < axis->key_count; i++)
        *slot_of(axis, axis->keys[i].values, axis->keys[i].count) = (uint32_t)i + 1;
}

static uint32_t add_key(struct axis *axis, const uint32_t *row, uint32_t count) {
    axis->set->too_large |= (axis->key_count + 1) * axis->field_count > AXIS_VALUES;
    struct axis_key key = {ARENA_NEW(axis->set->arena, uint32_t, count), count};
    if (count)
        memcpy(key.values, row, count * sizeof *key.values);
    ARENA_PUSH(axis->set->arena, axis->keys, axis->key_count, axis->key_capacity, key);
    return (uint32_t)axis->key_count - 1;
}

/* The number of the key in axis->row. Trailing empty values do not count: fields that appear later
 * must not make old keys new ones. */
static uint32_t intern_row(struct axis *axis) {
    uint32_t count = (uint32_t)axis->field_count;
    while (count > 0 && !axis->row[count - 1])
        count--;
    uint32_t *slot = slot_of(axis, axis->row, count);
    if (*slot)
        return *slot - 1;
    *slot = (uint32_t)axis->key_count + 1;
    uint32_t number = add_key(axis, axis->row, count);
    if (axis->key_count > axis->slot_count / 2)
        widen(axis);
    return number;
}

static uint32_t key_by_name(struct axis *axis, const struct subject *subject) {
    uint32_t name = subject->series->name;
    if (name >= axis->key_of_name_count) {
        size_t count = strings_count(axis->set->strings);
        axis->key_of_name = arena_grow(axis->set->arena, axis->key_of_name, axis->key_of_name_count,
                                       count, sizeof(uint32_t));
        axis->key_of_name_count = count;
    }
    if (!axis->key_of_name[name] && axis->is_name) {
        axis->key_of_name[name] = add_key(axis, &name, name != 0) + 1;
    } else if (!axis->key_of_name[name]) {
        fill_row(axis, subject);
        axis->key_of_name[name] = intern_row(axis) + 1;
    }
    return axis->key_of_name[name] - 1;
}

uint32_t axis_key(struct axis *axis, const struct subject *subject) {
    if (!axis->key_count)
        prepare(axis);
    if (!axis->of_config && axis->of_name)
        return key_by_name(axis, subject);
    if (!axis->of_name && axis->last_recording == subject->recording &&
        axis->last_config == subject->series->config)
        return axis->last_key;
    fill_row(axis, subject);
    axis->last_recording = subject->recording;
    axis->last_config = subject->series->config;
    axis->last_key = intern_row(axis);
    return axis->last_key;
}

const uint32_t *axis_fields(const struct axis *axis) {
    uint32_t *fields = ARENA_NEW(axis->set->arena, uint32_t, axis->field_count);
    size_t count = 0;
    for (size_t i = 0; i < axis->part_count; i++) {
        for (size_t k = 0; k < axis->parts[i].field_count; k++)
            fields[count++] = axis->parts[i].fields[k];
    }
    return fields;
}
