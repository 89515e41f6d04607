/* An axis of a grid: one projection applied to series. Every distinct tuple of values becomes a key
 * with a number, in the order first observed; afterwards the keys are put in the projection's
 * order. Axes of one grid know of each other: what one of them names specifically is left out of
 * the groups `.config` and `.fullname` of the others. */
#ifndef GATE_GRID_AXIS_H
#define GATE_GRID_AXIS_H

#include "gate/grid/extract.h"
#include "gate/grid/projection.h"

/* Most fields of an axis (distinct configuration keys), most fields times keys. */
enum { AXIS_FIELDS = 4096, AXIS_VALUES = 32 * 1024 * 1024 };

/* A field as it is stored in a key. */
struct axis_field {
    uint32_t name; /* number of its name */
    enum projection_order order;
    bool grouped; /* stands for one key of `.config` */
    const uint32_t *fixed;
    size_t fixed_count;
};

/* A part of the projection: one field, or the group `.config`, which grows a field for each key it
 * meets. */
struct axis_part {
    bool group;
    struct extractor extractor; /* of a single field */
    enum projection_order order;
    uint32_t *fields; /* indices of its fields */
    size_t field_count, field_capacity;
    uint32_t *field_of_key; /* of a group: field + 2 by number of key, 1 left out, 0 unknown */
    size_t field_of_key_count;
};

struct axis_key {
    uint32_t *values; /* by field; fields that were met later are empty */
    uint32_t count;
};

struct axis {
    struct axis_set *set;
    struct axis_part *parts;
    size_t part_count, part_capacity;
    struct axis_field *fields;
    size_t field_count, field_capacity;
    bool of_name, of_config; /* what keys depend on */
    bool is_name;            /* every name is a key by itself */
    size_t value_count;      /* of all keys */
    struct axis_key *keys;
    size_t key_count, key_capacity;
    uint32_t *slots; /* key + 1 by hash */
    size_t slot_count;
    uint32_t *row; /* scratch */
    size_t row_capacity;
    uint32_t *key_of_name; /* key + 1, when keys depend on the name alone */
    size_t key_of_name_count;
    const struct recording *last_recording; /* what last_key was made of */
    uint32_t last_config, last_key;
};

/* A projection may also restrict what is looked at: `key@(one two)`. */
struct axis_limit {
    struct extractor extractor;
    const uint32_t *values;
    size_t count;
};

struct axis_set {
    bool too_large; /* an axis outgrew AXIS_FIELDS or AXIS_VALUES: its keys mean nothing */
    struct strings *strings;
    struct arena *arena;
    uint32_t *config_keys; /* named by some axis */
    size_t config_key_count, config_key_capacity;
    struct text *name_keys;
    size_t name_key_count, name_key_capacity;
    bool has_config, has_fullname; /* some axis has the group */
    struct axis_limit *limits;
    size_t limit_count, limit_capacity;
};

void axis_set_init(struct axis_set *set, struct strings *strings, struct arena *arena);

/* An axis from a query. All axes of a set must be there before the first axis_key. PG_USAGE with a
 * caret for a bad query. */
bool axis_add(struct axis_set *set, struct axis **out, const char *query, struct pg_error *err);

/* The axis of everything that no axis of the set has: what must not differ within a cell. */
struct axis *axis_residue(struct axis_set *set);

/* Does the series pass the fixed lists of all axes? */
bool axis_set_allows(struct axis_set *set, const struct subject *subject);

/* The number of the key that a series projects onto; meaningless once set->too_large. */
uint32_t axis_key(struct axis *axis, const struct subject *subject);

/* The value of a field in a key. */
static inline uint32_t axis_value(const struct axis_key *key, uint32_t field) {
    return field < key->count ? key->values[field] : 0;
}

/* Indices of the fields in the order of the projection, groups expanded: field_count of them. */
const uint32_t *axis_fields(const struct axis *axis);

/* Every key's place in the projection's order, by number of the key. */
const uint32_t *axis_ranks(const struct axis *axis);

#endif
