#include "runners/remote/pyroscope.h"

static bool is_type(const char *type) {
    enum { PARTS = 5 };
    int parts = 0;
    for (const char *at = type;; at++) {
        size_t length = strcspn(at, ":");
        if (!length)
            return false;
        parts++;
        at += length;
        if (!*at)
            return parts == PARTS;
    }
}

static bool is_key(const char *key, size_t length) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.";
    return length > 0 && strspn(key, letters) >= length && !(*key >= '0' && *key <= '9') &&
           *key != '.';
}

/* As Go's strings are written, which selectors' are. */
static const char *quoted(const char *value, struct arena *arena) {
    char *out = ARENA_NEW(arena, char, 2 * strlen(value) + 3), *to = out;
    *to++ = '"';
    for (; *value; value++) {
        if (*value == '"' || *value == '\\' || *value == '\n')
            *to++ = '\\';
        *to++ = *value;
        if (*value == '\n')
            to[-1] = 'n';
    }
    *to = '"';
    return out;
}

bool pyroscope_query(struct pyroscope_query *out, const char *query, const char *const *labels,
                     size_t count, struct arena *arena, struct pg_error *err) {
    size_t length = strlen(query), type = strcspn(query, "{");
    const char *selector = "";
    out->type = arena_strndup(arena, query, type);
    if (!is_type(out->type) || (type < length && (query[length - 1] != '}')))
        return pg_error_set(err, PG_USAGE,
                            "'%.300s': expected a query such as "
                            "process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name=\"x\"}",
                            query);
    if (type < length)
        selector = arena_strndup(arena, query + type + 1, length - type - 2);
    for (size_t i = 0; i < count; i++) {
        size_t key = strcspn(labels[i], "=");
        if (!labels[i][key] || !is_key(labels[i], key))
            return pg_error_set(err, PG_USAGE, "'%.300s': expected a label KEY=VALUE", labels[i]);
        selector = arena_printf(arena, "%s%s%.*s=%s", selector, *selector ? "," : "", (int)key,
                                labels[i], quoted(labels[i] + key + 1, arena));
    }
    out->selector = arena_printf(arena, "{%s}", selector);
    return true;
}

static char *put_varint(char *to, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        *to++ = (char)(value | 0x80);
    *to++ = (char)value;
    return to;
}

static char *put_text(char *to, unsigned field, const char *text) {
    size_t length = strlen(text);
    to = put_varint(to, field << 3 | 2);
    to = put_varint(to, length);
    memcpy(to, text, length);
    return to + length;
}

struct text pyroscope_message(const struct pyroscope_query *query, uint64_t start_ms,
                              uint64_t end_ms, struct arena *arena) {
    enum { FIELD_BYTES = 1 + 10, FIELDS = 4 }; /* tag and varint, at most */
    size_t most = strlen(query->type) + strlen(query->selector) + FIELDS * FIELD_BYTES;
    char *bytes = ARENA_NEW(arena, char, most), *to = bytes;
    to = put_text(to, 1, query->type);
    to = put_text(to, 2, query->selector);
    to = put_varint(put_varint(to, 3 << 3), start_ms);
    to = put_varint(put_varint(to, 4 << 3), end_ms);
    return (struct text){bytes, (size_t)(to - bytes)};
}
