#include "gate/config/config.h"

#include "gate/config/config_keys.h"
#include "gate/config/yaml_tree.h"
#include "runners/base/source.h"
#include "runners/recording/unit.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <unistd.h>

enum {
    ITEM_LIMIT = 10000, /* items of one list */
    STEP_LIMIT = 100000 /* values looked at: aliases of aliases end here */
};

/* A floor can be read only when the unit of its rule is known. */
struct pending_floor {
    struct policy_rule *rule;
    const struct yaml_value *value;
};

struct reader {
    const char *path;
    struct arena *arena;
    size_t steps;
    struct pending_floor *floors;
    size_t floor_count, floor_capacity;
    struct pg_error *err;
};

static bool refuse(struct reader *reader, const struct yaml_value *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct reader *reader, const struct yaml_value *value, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(reader->arena, format, args);
    va_end(args);
    return pg_error_set(reader->err, PG_USAGE, "%.300s:%u: %s", reader->path, value->line, text);
}

/* Every value costs a step, so that aliases of aliases end. */
static bool spend(struct reader *reader, const struct yaml_value *value) {
    reader->steps += value->count + 1;
    if (reader->steps > STEP_LIMIT)
        return refuse(reader, value, "more than %d values (aliases of aliases?)", STEP_LIMIT);
    return true;
}

static const char *where(struct reader *reader, const struct yaml_value *value) {
    return arena_printf(reader->arena, "%s:%u", reader->path, value->line);
}

static bool unknown_key(struct reader *reader, const struct yaml_value *name,
                        const struct config_section *section) {
    const char *nearest = NULL, *all = "";
    size_t least = strlen(name->text) / 3 + 2;
    for (const struct config_key *key = section->keys; key->name; key++) {
        size_t far = config_distance(name->text, key->name);
        all = arena_printf(reader->arena, "%s%s%s", all, all[0] ? ", " : "", key->name);
        if (far < least) {
            least = far;
            nearest = key->name;
        }
    }
    if (nearest)
        return refuse(reader, name, "unknown key '%.80s'; did you mean '%s'?", name->text, nearest);
    return refuse(reader, name, "unknown key '%.80s'; known here: %s", name->text, all);
}

static const char *expected(struct reader *reader, const struct config_key *key) {
    struct arena *arena = reader->arena;
    switch (key->kind) {
    case KEY_BOOL:
        return "yes or no";
    case KEY_INT:
        return arena_printf(arena, "a whole number from %.0f to %.0f", key->low, key->high);
    case KEY_FLOOR:
        return "an amount: a number in the unit, or with a unit of its own such as 50us or 4Ki";
    case KEY_RATIO:
        return arena_printf(arena, "a share such as 5%% or 0.05, from %g%% to %g%%", key->low * 100,
                            key->high * 100);
    case KEY_DURATION:
        return arena_printf(arena, "a time such as 90s or 10m, from %g to %g s", key->low,
                            key->high);
    case KEY_CHOICE:
        return arena_printf(arena, "one of %s", key->choices);
    case KEY_LIST:
        return "a list of texts";
    case KEY_COMMAND:
        return "a command: one text, or a list of arguments";
    case KEY_RENAMES:
        return "a map from old name to new name";
    case KEY_SECTION:
    case KEY_NAMED:
        return "a map";
    case KEY_SECTIONS:
        return "a list of maps";
    case KEY_TEXT:
        break;
    }
    return "a text";
}

static bool wrong(struct reader *reader, const struct config_key *key,
                  const struct yaml_value *value) {
    const char *want = expected(reader, key);
    if (yaml_is_null(value))
        return refuse(reader, value, "nothing stands after '%s:'; expected %s", key->name, want);
    if (value->kind != YAML_TEXT)
        return refuse(reader, value, "%s: a %s; expected %s", key->name,
                      value->kind == YAML_LIST ? "list" : "map", want);
    return refuse(reader, value, "%s: '%.80s'; expected %s", key->name, value->text, want);
}

/* ---- lists, maps, sections ---- */

static bool read_section(struct reader *reader, const struct config_section *section,
                         const struct yaml_value *map, void *target);

static void *member(void *target, size_t offset) {
    return (char *)target + offset;
}

static void put_initial(const struct config_key *key, void *at) {
    bool good = config_put_scalar(key, key->initial, at);
    assert(good);
    (void)good;
}

static void section_init(const struct config_section *section, void *target) {
    for (const struct config_key *key = section->keys; key->name; key++) {
        void *at = member(target, key->offset);
        if (key->kind == KEY_SECTION)
            section_init(key->section, at);
        else if (key->initial)
            put_initial(key, at);
        else if (key->kind == KEY_BOOL || key->kind == KEY_INT || key->kind == KEY_CHOICE)
            config_put_int(at, -1);
        else if (key->kind == KEY_RATIO || key->kind == KEY_FLOOR || key->kind == KEY_DURATION)
            config_put_double(at, NAN);
    }
}

/* A text, or a list of texts: how many, and which is the i-th. */
static bool is_texts(const struct yaml_value *value) {
    if (value->kind == YAML_TEXT)
        return !yaml_is_null(value);
    for (size_t i = 0; i < value->count; i++) {
        if (value->kind != YAML_LIST || value->items[i]->kind != YAML_TEXT)
            return false;
    }
    return value->kind == YAML_LIST;
}

static bool read_list(struct reader *reader, const struct config_key *key,
                      const struct yaml_value *value, struct config_list *out) {
    if (!is_texts(value))
        return wrong(reader, key, value);
    size_t count = value->kind == YAML_LIST ? value->count : 1;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_value *item = value->kind == YAML_LIST ? value->items[i] : value;
        if (!item->text[0])
            return refuse(reader, item, "%s: an empty text", key->name);
        ARENA_PUSH(reader->arena, out->items, out->count, out->capacity, item->text);
    }
    return true;
}

static bool read_command(struct reader *reader, const struct config_key *key,
                         const struct yaml_value *value, struct config_command *out) {
    if (!is_texts(value) || (value->kind == YAML_LIST && value->count == 0) ||
        (value->kind == YAML_TEXT && !value->text[strspn(value->text, " \t\n")]))
        return wrong(reader, key, value);
    out->where = where(reader, value);
    if (value->kind == YAML_TEXT) {
        out->line = value->text;
        return true;
    }
    out->argv = ARENA_NEW(reader->arena, const char *, value->count + 1);
    for (size_t i = 0; i < value->count; i++)
        out->argv[i] = value->items[i]->text;
    if (!out->argv[0][0])
        return refuse(reader, value->items[0], "command: an empty program name");
    return true;
}

static bool read_renames(struct reader *reader, const struct config_key *key,
                         const struct yaml_value *value, struct config_array *out) {
    if (value->kind != YAML_MAP)
        return wrong(reader, key, value);
    struct rename_rule *rules = ARENA_NEW(reader->arena, struct rename_rule, value->count);
    for (size_t i = 0; i < value->count; i++) {
        rules[i] = (struct rename_rule){value->keys[i]->text, value->items[i]->text,
                                        where(reader, value->keys[i])};
        if (value->items[i]->kind != YAML_TEXT || !rules[i].to[0] || !rules[i].from[0])
            return refuse(reader, value->keys[i], "%s: '%.80s' has no new name after it", key->name,
                          rules[i].from);
    }
    *out = (struct config_array){rules, value->count, value->count};
    return true;
}

static bool read_sections(struct reader *reader, const struct config_key *key,
                          const struct yaml_value *value, struct config_array *out) {
    if (value->kind != (key->kind == KEY_NAMED ? YAML_MAP : YAML_LIST))
        return wrong(reader, key, value);
    if (value->count > ITEM_LIMIT)
        return refuse(reader, value, "%s: %zu items, at most %d are read", key->name, value->count,
                      ITEM_LIMIT);
    size_t size = key->section->size;
    char *items = arena_array(reader->arena, value->count, size);
    for (size_t i = 0; i < value->count; i++) {
        void *item = items + i * size;
        section_init(key->section, item);
        if (value->items[i]->kind != YAML_MAP)
            return refuse(reader, value->items[i], "%s: expected a map of keys", key->name);
        if (!spend(reader, value->items[i]) ||
            !read_section(reader, key->section, value->items[i], item))
            return false;
        config_put_text(member(item, key->section->where_offset), where(reader, value->items[i]));
        if (key->kind == KEY_NAMED) {
            config_put_text(member(item, key->section->where_offset),
                            where(reader, value->keys[i]));
            config_put_text(member(item, key->section->name_offset), value->keys[i]->text);
        }
    }
    *out = (struct config_array){items, value->count, value->count};
    return true;
}

static bool read_array(struct reader *reader, const struct config_key *key,
                       const struct yaml_value *value, void *at) {
    struct config_array array;
    if (!(key->kind == KEY_RENAMES ? read_renames(reader, key, value, &array)
                                   : read_sections(reader, key, value, &array)))
        return false;
    memcpy(at, &array, sizeof array);
    return true;
}

static bool read_value(struct reader *reader, const struct config_key *key,
                       const struct yaml_value *value, void *target) {
    void *at = member(target, key->offset);
    if (!spend(reader, value))
        return false;
    switch (key->kind) {
    case KEY_FLOOR:
        if (value->kind != YAML_TEXT)
            return wrong(reader, key, value);
        ARENA_PUSH(reader->arena, reader->floors, reader->floor_count, reader->floor_capacity,
                   ((struct pending_floor){target, value}));
        return true;
    case KEY_LIST:
        return read_list(reader, key, value, at);
    case KEY_COMMAND:
        return read_command(reader, key, value, at);
    case KEY_RENAMES:
    case KEY_SECTIONS:
    case KEY_NAMED:
        return read_array(reader, key, value, at);
    case KEY_SECTION:
        config_put_text(member(at, key->section->where_offset), where(reader, value));
        return value->kind == YAML_MAP ? read_section(reader, key->section, value, at)
                                       : wrong(reader, key, value);
    default:
        if (value->kind != YAML_TEXT || yaml_is_null(value) ||
            !config_put_scalar(key, value->text, at))
            return wrong(reader, key, value);
        return true;
    }
}

static bool read_section(struct reader *reader, const struct config_section *section,
                         const struct yaml_value *map, void *target) {
    for (size_t i = 0; i < map->count; i++) {
        const struct config_key *key = section->keys;
        while (key->name && strcmp(key->name, map->keys[i]->text) != 0)
            key++;
        if (!key->name)
            return unknown_key(reader, map->keys[i], section);
        if (!read_value(reader, key, map->items[i], target))
            return false;
    }
    return true;
}

/* ---- the whole ---- */

/* Recordings hold tidied units, people write what their harness prints: `ns/op` with a floor of 100
 * is `sec/op` with 1e-7. */
static void tidy_rules(struct reader *reader, struct config_rules *rules) {
    for (size_t i = 0; i < rules->count; i++) {
        struct policy_rule *rule = &rules->items[i];
        double factor = 1;
        if (!rule->unit)
            continue;
        struct text tidied = unit_tidy(text_of(rule->unit), &factor, reader->arena);
        rule->unit = arena_strndup(reader->arena, tidied.at, tidied.length);
    }
}

static bool read_floors(struct reader *reader) {
    for (size_t i = 0; i < reader->floor_count; i++) {
        struct pending_floor *floor = &reader->floors[i];
        const char *unit = floor->rule->unit ? floor->rule->unit : "";
        if (!policy_floor_value(text_of(unit), text_of(floor->value->text),
                                &floor->rule->absolute_floor, reader->arena))
            return refuse(
                reader, floor->value,
                "floor: '%.80s'; expected an amount of %.80s: a number, or with a unit of "
                "its own such as 50us or 4Ki",
                floor->value->text, unit[0] ? unit : "any unit");
    }
    return true;
}

static bool check_benchmark(struct reader *reader, const struct gate_config *config, size_t index) {
    struct config_benchmark *benchmark = &config->benchmarks[index];
    if (!benchmark->command.line && !benchmark->command.argv)
        return pg_error_set(reader->err, PG_USAGE, "%.300s: a benchmark without 'command:'",
                            benchmark->where);
    if (!benchmark->name)
        benchmark->name = arena_printf(reader->arena, "benchmark-%zu", index + 1);
    for (size_t i = 0; i < index; i++) {
        if (strcmp(config->benchmarks[i].name, benchmark->name) == 0)
            return pg_error_set(reader->err, PG_USAGE,
                                "%.300s: benchmark '%.80s' again; the first stands at %.200s",
                                benchmark->where, benchmark->name, config->benchmarks[i].where);
    }
    tidy_rules(reader, &benchmark->units);
    return true;
}

static bool check_config(struct reader *reader, struct gate_config *config) {
    if (config->benchmark_count == 0)
        return pg_error_set(reader->err, PG_USAGE,
                            "%.300s: no benchmarks; expected a list 'benchmarks:' (`perfgate init` "
                            "writes a starter)",
                            reader->path);
    if (!read_floors(reader))
        return false;
    for (size_t i = 0; i < config->benchmark_count; i++) {
        if (!check_benchmark(reader, config, i))
            return false;
    }
    tidy_rules(reader, &config->rules);
    if (config->base.revision && strcmp(config->base.revision, "none") == 0)
        config->base.revision = NULL;
    return true;
}

void config_init(struct gate_config *config) {
    *config = (struct gate_config){0};
    section_init(&config_top, config);
}

bool config_parse(struct gate_config *out, const char *path, struct text bytes, struct arena *arena,
                  struct pg_error *err) {
    struct reader reader = {.path = path, .arena = arena, .err = err};
    const struct yaml_value *root = NULL;
    struct gate_config config;
    config_init(&config);
    config.path = arena_strdup(arena, path);
    if (!yaml_tree_parse(&root, path, bytes, arena, err))
        return false;
    if (!root || yaml_is_null(root))
        return pg_error_set(
            err, PG_USAGE,
            "%.400s: empty; expected at least a list 'benchmarks:' (`perfgate init` "
            "writes a starter)",
            path);
    if (root->kind != YAML_MAP)
        return refuse(&reader, root, "expected `key: value` lines");
    if (!read_section(&reader, &config_top, root, &config) || !check_config(&reader, &config))
        return false;
    *out = config;
    return true;
}

const char *config_path(const char *given, struct pg_error *err) {
    if (given || access("perfgate.yml", F_OK) == 0)
        return given ? given : "perfgate.yml";
    pg_error_set(err, PG_USAGE,
                 "perfgate.yml: not there; `perfgate init` writes a starter, -c names another");
    return NULL;
}

bool config_read(struct gate_config *out, const char *path, struct arena *arena,
                 struct pg_error *err) {
    struct source *source = NULL;
    struct text bytes;
    if (!source_open(&source, path, err))
        return false;
    bool good = source_rest(source, YAML_BYTES_LIMIT, arena, &bytes, err);
    source_close(source);
    return good && config_parse(out, path, bytes, arena, err);
}
