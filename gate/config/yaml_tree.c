#include "gate/config/yaml_tree.h"

#include <stdlib.h>
#include <yaml.h>

enum { BRACKET_LIMIT = 10000 };

struct reading {
    const char *name;
    struct text bytes;
    struct arena *arena;
    yaml_document_t *document;
    struct yaml_value *values; /* one a node of the document, by number from 1 */
};

/* Text that libyaml would refuse with a byte offset only, take for something it is not, or need
 * time for that grows with the square of the brackets. */
static bool check_bytes(const char *name, struct text bytes, struct pg_error *err) {
    unsigned line = 1;
    size_t start = 0, brackets = 0;
    if (bytes.length > YAML_BYTES_LIMIT)
        return pg_error_set(err, PG_USAGE,
                            "%.400s: larger than %d bytes, which no configuration is", name,
                            YAML_BYTES_LIMIT);
    for (size_t i = 0; i <= bytes.length; i++) {
        unsigned char c = i < bytes.length ? (unsigned char)bytes.at[i] : '\n';
        if (c == '\n') {
            struct text whole = {bytes.at + start, i - start};
            if (!text_is_utf8(whole))
                return pg_error_set(err, PG_USAGE, "%.400s:%u: bytes that are not UTF-8 text", name,
                                    line);
            start = i + 1;
            line++;
        } else if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7F) {
            return pg_error_set(err, PG_USAGE,
                                "%.400s:%u: control character 0x%02x: not a text file", name, line,
                                c);
        } else if ((c == '[' || c == '{') && ++brackets > BRACKET_LIMIT) {
            return pg_error_set(err, PG_USAGE, "%.400s:%u: more than %d opening brackets", name,
                                line, BRACKET_LIMIT);
        }
    }
    return true;
}

/* Does the indentation of a line (from 1) hold a tab? */
static bool tab_indents(struct text bytes, size_t line) {
    const char *at = bytes.at, *end = bytes.at + bytes.length;
    while (--line > 0) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at)
            return false;
        at++;
    }
    while (at < end && *at == ' ')
        at++;
    return at < end && *at == '\t';
}

static bool parse_error(const struct reading *reading, const yaml_parser_t *parser,
                        struct pg_error *err) {
    size_t line = parser->problem_mark.line + 1;
    if (parser->error == YAML_MEMORY_ERROR)
        return pg_error_set(err, PG_INTERNAL, "%.400s: out of memory", reading->name);
    if (tab_indents(reading->bytes, line))
        return pg_error_set(err, PG_USAGE,
                            "%.400s:%zu: a tab in the indentation; YAML wants blanks",
                            reading->name, line);
    return pg_error_set(err, PG_USAGE, "%.400s:%zu: %s%s%s (column %zu)", reading->name, line,
                        parser->context ? parser->context : "", parser->context ? ", " : "",
                        parser->problem ? parser->problem : "not YAML",
                        parser->problem_mark.column + 1);
}

static bool fill_scalar(const struct reading *reading, const yaml_node_t *node,
                        struct yaml_value *value, struct pg_error *err) {
    size_t length = node->data.scalar.length;
    value->kind = YAML_TEXT;
    value->quoted = node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    value->text = arena_strndup(reading->arena, (const char *)node->data.scalar.value, length);
    if (strlen(value->text) != length)
        return pg_error_set(err, PG_USAGE, "%.400s:%u: U+0000 in a text", reading->name,
                            value->line);
    return true;
}

static void fill_list(const struct reading *reading, const yaml_node_t *node,
                      struct yaml_value *value) {
    const yaml_node_item_t *start = node->data.sequence.items.start;
    value->kind = YAML_LIST;
    value->count = (size_t)(node->data.sequence.items.top - start);
    value->items = ARENA_NEW(reading->arena, const struct yaml_value *, value->count);
    for (size_t i = 0; i < value->count; i++)
        value->items[i] = &reading->values[start[i]];
}

static bool fill_map(const struct reading *reading, const yaml_node_t *node,
                     struct yaml_value *value, struct pg_error *err) {
    const yaml_node_pair_t *start = node->data.mapping.pairs.start;
    value->kind = YAML_MAP;
    value->count = (size_t)(node->data.mapping.pairs.top - start);
    if (value->count > YAML_MAP_LIMIT)
        return pg_error_set(err, PG_USAGE, "%.400s:%u: %zu keys in one map, at most %d are read",
                            reading->name, value->line, value->count, YAML_MAP_LIMIT);
    value->items = ARENA_NEW(reading->arena, const struct yaml_value *, value->count);
    value->keys = ARENA_NEW(reading->arena, const struct yaml_value *, value->count);
    for (size_t i = 0; i < value->count; i++) {
        value->keys[i] = &reading->values[start[i].key];
        value->items[i] = &reading->values[start[i].value];
        if (yaml_document_get_node(reading->document, start[i].key)->type != YAML_SCALAR_NODE)
            return pg_error_set(err, PG_USAGE,
                                "%.400s:%u: a key that is a list or a map; expected a word",
                                reading->name, value->keys[i]->line);
    }
    return true;
}

static int by_key(const void *a, const void *b) {
    const struct yaml_value *const *left = a, *const *right = b;
    int order = strcmp((*left)->text, (*right)->text);
    return order ? order : ((*left)->line > (*right)->line) - ((*left)->line < (*right)->line);
}

static bool check_duplicates(const struct reading *reading, const struct yaml_value *map,
                             struct pg_error *err) {
    struct arena_mark mark = arena_mark(reading->arena);
    const struct yaml_value **sorted =
        ARENA_NEW(reading->arena, const struct yaml_value *, map->count);
    bool good = true;
    if (map->count > 0)
        memcpy(sorted, map->keys, map->count * sizeof *sorted);
    qsort(sorted, map->count, sizeof *sorted, by_key);
    for (size_t i = 1; i < map->count && good; i++) {
        if (strcmp(sorted[i - 1]->text, sorted[i]->text) == 0)
            good = pg_error_set(
                err, PG_USAGE, "%.400s:%u: key '%.80s' again; it stands in line %u already",
                reading->name, sorted[i]->line, sorted[i]->text, sorted[i - 1]->line);
    }
    arena_reset(reading->arena, mark);
    return good;
}

static bool fill_values(struct reading *reading, size_t count, struct pg_error *err) {
    reading->values = ARENA_NEW(reading->arena, struct yaml_value, count + 1);
    for (size_t i = 1; i <= count; i++)
        reading->values[i].line =
            (unsigned)yaml_document_get_node(reading->document, (int)i)->start_mark.line + 1;
    for (size_t i = 1; i <= count; i++) {
        const yaml_node_t *node = yaml_document_get_node(reading->document, (int)i);
        struct yaml_value *value = &reading->values[i];
        if (node->type == YAML_SCALAR_NODE && !fill_scalar(reading, node, value, err))
            return false;
        if (node->type == YAML_SEQUENCE_NODE)
            fill_list(reading, node, value);
        if (node->type == YAML_MAPPING_NODE && !fill_map(reading, node, value, err))
            return false;
    }
    for (size_t i = 1; i <= count; i++) {
        if (reading->values[i].kind == YAML_MAP &&
            !check_duplicates(reading, &reading->values[i], err))
            return false;
    }
    return true;
}

/* Nothing but an end may follow the first document. */
static bool check_last(const struct reading *reading, yaml_parser_t *parser, struct pg_error *err) {
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second))
        return parse_error(reading, parser, err);
    bool last = yaml_document_get_root_node(&second) == NULL;
    size_t line = second.start_mark.line + 1;
    yaml_document_delete(&second);
    return last ? true
                : pg_error_set(err, PG_USAGE, "%.400s:%zu: a second document; expected one",
                               reading->name, line);
}

bool yaml_tree_parse(const struct yaml_value **out, const char *name, struct text bytes,
                     struct arena *arena, struct pg_error *err) {
    if (text_starts(bytes, "\xEF\xBB\xBF"))
        bytes = (struct text){bytes.at + 3, bytes.length - 3};
    struct reading reading = {.name = name, .bytes = bytes, .arena = arena};
    yaml_parser_t parser;
    yaml_document_t document;
    bool good = false;
    if (!check_bytes(name, bytes, err))
        return false;
    if (!yaml_parser_initialize(&parser))
        return pg_error_set(err, PG_INTERNAL, "%.400s: out of memory", name);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes.at, bytes.length);
    if (!yaml_parser_load(&parser, &document)) {
        parse_error(&reading, &parser, err);
        goto out;
    }
    reading.document = &document;
    size_t count = (size_t)(document.nodes.top - document.nodes.start);
    good = fill_values(&reading, count, err) && (count == 0 || check_last(&reading, &parser, err));
    if (good)
        *out = count ? &reading.values[1] : NULL;
    yaml_document_delete(&document);
out:
    yaml_parser_delete(&parser);
    return good;
}

bool yaml_is_null(const struct yaml_value *value) {
    return value->kind == YAML_TEXT && !value->quoted &&
           (value->text[0] == '\0' || strcmp(value->text, "~") == 0 ||
            strcmp(value->text, "null") == 0);
}
