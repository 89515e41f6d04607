#include "gate/report/report_members.h"

#include "runners/base/escape.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>

bool members_fail(struct member_reader *reader, const char *within, const char *key,
                  const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *what = arena_vprintf(reader->arena, format, args);
    va_end(args);
    const char *place =
        reader->list ? arena_printf(reader->arena, "%s[%zu].", reader->list, reader->index) : "";
    return pg_error_set(reader->err, PG_FORMAT, "%.300s: %s%s%.100s: %s", reader->name, place,
                        within, escape_text(reader->arena, key), what);
}

const char *members_string(struct member_reader *reader, const char *bytes, bool text) {
    struct text whole = text_of(bytes);
    size_t most = text ? REPORT_MOST_TEXT : REPORT_MOST_NAME;
    if (text_is_plain(whole, "\x7F\x7F") && whole.length <= most)
        return arena_strndup(reader->arena, bytes, whole.length);
    const char *shown = escape_visible(reader->arena, whole);
    const char *fitting = cut_middle(reader->arena, shown, most);
    reader->cut += fitting != shown;
    return fitting;
}

/* ---- one member ---- */

static bool take_string(struct member_reader *reader, const struct member *member,
                        const cJSON *item, void *to) {
    const char *text = NULL;
    if (cJSON_IsString(item))
        text = members_string(reader, item->valuestring, member->kind == MEMBER_TEXT);
    else if (!member->nullable || !cJSON_IsNull(item))
        return false;
    memcpy(to, &text, sizeof text);
    return true;
}

static bool take_number(const struct member *member, const cJSON *item, void *to) {
    double value = cJSON_IsNumber(item) ? item->valuedouble : NAN;
    if (!cJSON_IsNumber(item) && (!cJSON_IsNull(item) || member->kind == MEMBER_SHARE))
        return false;
    if ((member->kind == MEMBER_SHARE && value < 0) || isinf(value) ||
        (member->kind == MEMBER_PROBABILITY && (value < 0 || value > 1)))
        return false;
    memcpy(to, &value, sizeof value);
    return true;
}

static bool take_count(const struct member *member, const cJSON *item, void *to) {
    double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    if (!(value >= 0 && value <= REPORT_MOST_COUNT) || value != floor(value))
        return false;
    size_t count = (size_t)value;
    uint32_t small = (uint32_t)value;
    if (member->kind == MEMBER_COUNT)
        memcpy(to, &count, sizeof count);
    else
        memcpy(to, &small, sizeof small);
    return true;
}

static bool take_choice(const struct member *member, const cJSON *item, void *to) {
    int number = member->nullable;
    if (cJSON_IsNull(item) && member->nullable) {
        memset(to, 0, sizeof number);
        return true;
    }
    const char *wanted = cJSON_GetStringValue(item);
    size_t length;
    for (const char *at = member->choices; wanted && *at; at += length + (at[length] == '|')) {
        length = strcspn(at, "|");
        if (strlen(wanted) == length && memcmp(wanted, at, length) == 0) {
            memcpy(to, &number, sizeof number);
            return true;
        }
        number++;
    }
    return false;
}

static bool take(struct member_reader *reader, const struct member *member, const cJSON *item,
                 void *to) {
    bool truth = cJSON_IsTrue(item);
    switch (member->kind) {
    case MEMBER_NAME:
    case MEMBER_TEXT:
        return take_string(reader, member, item, to);
    case MEMBER_NUMBER:
    case MEMBER_SHARE:
    case MEMBER_PROBABILITY:
        return take_number(member, item, to);
    case MEMBER_COUNT:
    case MEMBER_COUNT32:
        return take_count(member, item, to);
    case MEMBER_CHOICE:
        return take_choice(member, item, to);
    case MEMBER_BOOL:
        memcpy(to, &truth, sizeof truth);
        return cJSON_IsBool(item);
    default:
        memcpy(to, &item, sizeof item);
        return member->kind == MEMBER_LIST ? cJSON_IsArray(item) : cJSON_IsObject(item);
    }
}

static const char *kind_words(struct member_reader *reader, const struct member *member) {
    static const char *const words[] = {[MEMBER_NAME] = "a string",
                                        [MEMBER_TEXT] = "a string",
                                        [MEMBER_NUMBER] = "a number or null",
                                        [MEMBER_SHARE] = "a number of at least 0",
                                        [MEMBER_PROBABILITY] = "a number from 0 to 1, or null",
                                        [MEMBER_COUNT] = "a whole number from 0 to 1000000000",
                                        [MEMBER_COUNT32] = "a whole number from 0 to 1000000000",
                                        [MEMBER_BOOL] = "true or false",
                                        [MEMBER_LIST] = "an array",
                                        [MEMBER_OBJECT] = "an object"};
    const char *text = member->kind == MEMBER_CHOICE
                           ? arena_printf(reader->arena, "one of %s", member->choices)
                           : words[member->kind];
    bool plain =
        member->kind == MEMBER_NAME || member->kind == MEMBER_TEXT || member->kind == MEMBER_CHOICE;
    return plain && member->nullable ? arena_printf(reader->arena, "%s, or null", text) : text;
}

/* ---- objects ---- */

static const struct member *find(const struct member *table, const char *key) {
    while (table->key && strcmp(table->key, key) != 0)
        table++;
    return table->key ? table : NULL;
}

bool members_read(struct member_reader *reader, const char *within, const cJSON *object,
                  const struct member *table, void *target) {
    const cJSON *item;
    uint64_t seen = 0;
    cJSON_ArrayForEach(item, object) {
        const struct member *member = find(table, item->string);
        if (!member)
            return members_fail(reader, within, item->string, "is no member of this schema");
        if (!take(reader, member, item, (char *)target + member->offset))
            return members_fail(reader, within, member->key, "expected %s",
                                kind_words(reader, member));
        seen |= UINT64_C(1) << (member - table);
    }
    for (const struct member *member = table; member->key; member++) {
        if (!member->optional && !(seen & UINT64_C(1) << (member - table)))
            return members_fail(reader, within, member->key, "is missing");
    }
    return true;
}

/* ---- lists ---- */

bool members_count(struct member_reader *reader, const char *key, const cJSON *list, size_t most,
                   size_t *count) {
    size_t items = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list) items++;
    *count = items;
    if (items <= most)
        return true;
    members_fail(reader, "", key, "has %zu items; at most %zu are read", items, most);
    reader->err->status = PG_LIMIT;
    return false;
}

bool members_texts(struct member_reader *reader, const char *key, const cJSON *list, size_t most,
                   const char ***out, size_t *count) {
    const cJSON *item;
    if (!members_count(reader, key, list, most, count))
        return false;
    *out = *count ? ARENA_NEW(reader->arena, const char *, *count) : NULL;
    size_t at = 0;
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item))
            return members_fail(reader, "", key, "expected strings");
        (*out)[at++] = members_string(reader, item->valuestring, true);
    }
    return true;
}
