#include "gate/pgo/sidecar.h"

#include "runners/base/json.h"
#include "runners/base/number.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

#define SCHEMA "perfgate.pgo/1"

const char *sidecar_digest(struct text bytes, struct arena *arena) {
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < bytes.length; i++)
        hash = (hash ^ (uint8_t)bytes.at[i]) * 1099511628211U;
    return arena_printf(arena, "fnv1a64:%016" PRIx64, hash);
}

bool sidecar_time(const char *date, int64_t *seconds) {
    struct tm parts = {0};
    const char *end = strptime(date, "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (!end || *end)
        return false;
    *seconds = timegm(&parts);
    return true;
}

const char *sidecar_date(int64_t seconds, struct arena *arena) {
    char text[40];
    time_t time = (time_t)seconds;
    struct tm parts;
    if (!gmtime_r(&time, &parts) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts))
        return NULL;
    return arena_strdup(arena, text);
}

/* ---- writing ---- */

static void put_texts(struct json_writer *w, const char *key, const struct sidecar_texts *texts) {
    json_key(w, key);
    json_open_array(w);
    for (size_t i = 0; i < texts->count; i++)
        json_put_string(w, texts->items[i]);
    json_close_array(w);
}

static void put_source(struct json_writer *w, const struct sidecar_source *source) {
    json_open_object(w);
    json_string_member(w, "name", source->name);
    json_number_member(w, "weight", source->weight);
    json_number_member(w, "samples", source->samples);
    json_string_member(w, "date", source->date);
    json_string_member(w, "commit", source->commit);
    json_close_object(w);
}

/* Shares to six digits: what is beyond says nothing. */
static double rounded(double share) {
    return round(share * 1e6) / 1e6;
}

static void put_function(struct json_writer *w, const struct hot_function *function) {
    json_open_object(w);
    json_string_member(w, "name", function->name);
    json_string_member(w, "file", function->file);
    json_count_member(w, "declared", function->declared);
    json_number_member(w, "share", rounded(function->share));
    json_key(w, "lines");
    json_open_object(w);
    for (size_t i = 0; i < function->line_count; i++) {
        char key[16];
        snprintf(key, sizeof key, "%" PRIu32, function->lines[i].offset);
        json_number_member(w, key, rounded(function->lines[i].share));
    }
    json_close_object(w);
    json_close_object(w);
}

void sidecar_write(FILE *out, const struct sidecar *s) {
    struct json_writer writer, *w = &writer;
    json_open_document(w, out, SCHEMA);
    json_string_member(w, "tool", s->tool);
    json_string_member(w, "format", s->format);
    json_count_member(w, "bytes", s->bytes);
    json_string_member(w, "digest", s->digest);
    json_string_member(w, "binary", s->binary);
    json_string_member(w, "build_id", s->build_id);
    json_string_member(w, "commit", s->commit);
    json_bool_member(w, "modified", s->modified);
    json_string_member(w, "date", s->date);
    json_number_member(w, "samples", s->samples);
    json_number_member(w, "told_by_line", s->told_by_line);
    json_bool_member(w, "forced", s->forced);
    put_texts(w, "reasons", &s->reasons);
    put_texts(w, "warnings", &s->warnings);
    json_key(w, "sources");
    json_open_array(w);
    for (size_t i = 0; i < s->source_count; i++)
        put_source(w, &s->sources[i]);
    json_close_array(w);
    json_key(w, "functions");
    json_open_array(w);
    for (size_t i = 0; i < s->functions.count; i++)
        put_function(w, &s->functions.items[i]);
    json_close_array(w);
    json_close_object(w);
}

/* ---- reading ---- */

enum member_kind {
    NAME,
    NAME_OR_NULL,
    DATE_OR_NULL,
    AMOUNT,
    SHARE,
    WHOLE,
    WHOLE32,
    FLAG,
    LIST,
    MAP
};

struct member {
    const char *key; /* NULL ends a table */
    enum member_kind kind;
    size_t offset;
};

struct reading {
    const char *name;
    struct arena *arena;
    struct pg_error *err;
};

static bool wrong(const struct reading *r, const char *within, const char *key, const char *what) {
    return pg_error_set(r->err, PG_FORMAT, "%.300s: %s%.100s: %s", r->name, within, key, what);
}

static const char *const expected[] = {
    [NAME] = "expected a string",
    [NAME_OR_NULL] = "expected a string or null",
    [DATE_OR_NULL] = "expected a date like 2026-01-31T10:00:00Z or null",
    [AMOUNT] = "expected a number of 0 or more",
    [SHARE] = "expected a number from 0 to 1",
    [WHOLE] = "expected a whole number",
    [WHOLE32] = "expected a whole number below 2^32",
    [FLAG] = "expected true or false",
    [LIST] = "expected an array",
    [MAP] = "expected an object",
};

static bool take_text(const struct reading *r, const cJSON *item, enum member_kind kind, void *to) {
    int64_t ignored;
    const char *text = NULL;
    if (cJSON_IsString(item))
        text = arena_strdup(r->arena, item->valuestring);
    else if (kind == NAME || !cJSON_IsNull(item))
        return false;
    memcpy(to, &text, sizeof text);
    return kind != DATE_OR_NULL || !text || sidecar_time(text, &ignored);
}

static bool take_number(const cJSON *item, enum member_kind kind, void *to) {
    double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    double most = kind == SHARE ? 1 : kind == WHOLE32 ? UINT32_MAX : 1e15;
    uint32_t narrow = 0;
    size_t wide = 0;
    if (!(value >= 0 && value <= most) || (kind >= WHOLE && value != floor(value)))
        return false;
    if (kind == WHOLE32) {
        narrow = (uint32_t)value;
        memcpy(to, &narrow, sizeof narrow);
    } else if (kind == WHOLE) {
        wide = (size_t)value;
        memcpy(to, &wide, sizeof wide);
    } else {
        memcpy(to, &value, sizeof value);
    }
    return true;
}

static bool take(const struct reading *r, const cJSON *item, enum member_kind kind, void *to) {
    bool flag = cJSON_IsTrue(item);
    if (kind <= DATE_OR_NULL)
        return take_text(r, item, kind, to);
    if (kind <= WHOLE32)
        return take_number(item, kind, to);
    if (kind == FLAG) {
        memcpy(to, &flag, sizeof flag);
        return cJSON_IsBool(item);
    }
    memcpy(to, &item, sizeof item);
    return kind == LIST ? cJSON_IsArray(item) : cJSON_IsObject(item);
}

static bool read_members(const struct reading *r, const char *within, const cJSON *object,
                         const struct member *table, void *target) {
    size_t seen = 0, all = 0;
    const cJSON *item;
    if (!cJSON_IsObject(object))
        return wrong(r, within, "", "expected an object");
    cJSON_ArrayForEach(item, object) {
        const struct member *member = table;
        while (member->key && strcmp(member->key, item->string) != 0)
            member++;
        if (!member->key)
            return wrong(r, within, item->string, "is no member");
        if (!take(r, item, member->kind, (char *)target + member->offset))
            return wrong(r, within, item->string, expected[member->kind]);
        seen++;
    }
    while (table[all].key)
        all++;
    for (size_t i = 0; seen < all && i < all; i++) {
        if (!cJSON_GetObjectItemCaseSensitive(object, table[i].key))
            return wrong(r, within, table[i].key, "is missing");
    }
    return true;
}

static bool read_texts(const struct reading *r, const char *key, const cJSON *list,
                       struct sidecar_texts *out) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item))
            return wrong(r, "", key, "expected strings");
        ARENA_PUSH(r->arena, out->items, out->count, out->capacity,
                   arena_strdup(r->arena, item->valuestring));
    }
    return true;
}

#define AT(field) offsetof(struct sidecar_source, field)
static const struct member source_members[] = {{"name", NAME, AT(name)},
                                               {"weight", AMOUNT, AT(weight)},
                                               {"samples", AMOUNT, AT(samples)},
                                               {"date", DATE_OR_NULL, AT(date)},
                                               {"commit", NAME_OR_NULL, AT(commit)},
                                               {NULL, NAME, 0}};
#undef AT

static bool read_sources(const struct reading *r, const cJSON *list, struct sidecar *out) {
    const cJSON *item;
    out->sources = ARENA_NEW(r->arena, struct sidecar_source, (size_t)cJSON_GetArraySize(list));
    cJSON_ArrayForEach(item, list) {
        const char *within = arena_printf(r->arena, "sources[%zu].", out->source_count);
        if (!read_members(r, within, item, source_members, &out->sources[out->source_count++]))
            return false;
    }
    return true;
}

struct raw_function {
    struct hot_function hot;
    const cJSON *lines;
};
#define AT(field) offsetof(struct raw_function, field)
static const struct member function_members[] = {{"name", NAME, AT(hot.name)},
                                                 {"file", NAME, AT(hot.file)},
                                                 {"declared", WHOLE32, AT(hot.declared)},
                                                 {"share", SHARE, AT(hot.share)},
                                                 {"lines", MAP, AT(lines)},
                                                 {NULL, NAME, 0}};
#undef AT

/* Ascending, so that none is there twice. */
static bool read_lines(const struct reading *r, const char *within, const cJSON *map,
                       struct hot_function *out) {
    const cJSON *item;
    int64_t last = -1;
    out->lines = ARENA_NEW(r->arena, struct hot_line, (size_t)cJSON_GetArraySize(map));
    cJSON_ArrayForEach(item, map) {
        struct hot_line *line = &out->lines[out->line_count++];
        uint64_t offset;
        if (!number_u64(text_of(item->string), &offset) || offset > UINT16_MAX ||
            (int64_t)offset <= last)
            return wrong(r, within, item->string,
                         "expected lines' distances from a declaration, ascending");
        line->offset = (uint32_t)(last = (int64_t)offset);
        if (!take_number(item, SHARE, &line->share))
            return wrong(r, within, item->string, expected[SHARE]);
    }
    return true;
}

static bool read_functions(const struct reading *r, const cJSON *list, struct sidecar *out) {
    struct hot_functions *to = &out->functions;
    const cJSON *item;
    if (cJSON_GetArraySize(list) > HOT_FUNCTIONS_MOST)
        return pg_error_set(r->err, PG_LIMIT, "%.300s: functions: more than %d", r->name,
                            HOT_FUNCTIONS_MOST);
    to->items = ARENA_NEW(r->arena, struct hot_function, HOT_FUNCTIONS_MOST);
    cJSON_ArrayForEach(item, list) {
        const char *within = arena_printf(r->arena, "functions[%zu].", to->count);
        struct raw_function raw = {.lines = NULL};
        if (!read_members(r, within, item, function_members, &raw) ||
            !read_lines(r, within, raw.lines, &raw.hot))
            return false;
        to->items[to->count++] = raw.hot;
    }
    return true;
}

struct raw_sidecar {
    struct sidecar sidecar;
    const char *schema;
    const cJSON *reasons, *warnings, *sources, *functions;
};
#define AT(field) offsetof(struct raw_sidecar, field)
static const struct member members[] = {{"schema", NAME, AT(schema)},
                                        {"tool", NAME, AT(sidecar.tool)},
                                        {"format", NAME, AT(sidecar.format)},
                                        {"bytes", WHOLE, AT(sidecar.bytes)},
                                        {"digest", NAME, AT(sidecar.digest)},
                                        {"binary", NAME_OR_NULL, AT(sidecar.binary)},
                                        {"build_id", NAME_OR_NULL, AT(sidecar.build_id)},
                                        {"commit", NAME_OR_NULL, AT(sidecar.commit)},
                                        {"modified", FLAG, AT(sidecar.modified)},
                                        {"date", DATE_OR_NULL, AT(sidecar.date)},
                                        {"samples", AMOUNT, AT(sidecar.samples)},
                                        {"told_by_line", AMOUNT, AT(sidecar.told_by_line)},
                                        {"forced", FLAG, AT(sidecar.forced)},
                                        {"reasons", LIST, AT(reasons)},
                                        {"warnings", LIST, AT(warnings)},
                                        {"sources", LIST, AT(sources)},
                                        {"functions", LIST, AT(functions)},
                                        {NULL, NAME, 0}};
#undef AT

static bool read_document(const struct reading *r, const cJSON *root, struct sidecar *out) {
    struct raw_sidecar raw = {.schema = NULL};
    const char *schema = json_string(root, "schema");
    if (!schema || strcmp(schema, SCHEMA) != 0)
        return wrong(r, "", "schema", "expected \"" SCHEMA "\"");
    if (!read_members(r, "", root, members, &raw) ||
        !read_texts(r, "reasons", raw.reasons, &raw.sidecar.reasons) ||
        !read_texts(r, "warnings", raw.warnings, &raw.sidecar.warnings) ||
        !read_sources(r, raw.sources, &raw.sidecar) ||
        !read_functions(r, raw.functions, &raw.sidecar))
        return false;
    *out = raw.sidecar;
    return true;
}

bool sidecar_read(struct sidecar *out, const char *name, struct text bytes, struct arena *arena,
                  struct pg_error *err) {
    struct reading r = {name, arena, err};
    cJSON *root;
    if (!json_parse(&root, name, bytes, err))
        return false;
    bool good = read_document(&r, root, out);
    cJSON_Delete(root);
    return good;
}
