#include "runners/remote/remote_query.h"

static bool is_type(const char *type, bool delta) {
    enum { PARTS = 5 };
    int parts = 0;
    for (const char *at = type;; at++) {
        size_t length = strcspn(at, ":");
        if (!length)
            return false;
        parts++;
        if (parts > PARTS)
            return delta && strcmp(at, "delta") == 0;
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

bool remote_query_read(struct remote_query *out, const char *query, bool delta, struct arena *arena,
                       struct pg_error *err) {
    size_t length = strlen(query), type = strcspn(query, "{");
    out->type = arena_strndup(arena, query, type);
    out->selector = "{}";
    if (!is_type(out->type, delta) || (type < length && (query[length - 1] != '}')))
        return pg_error_set(err, PG_USAGE,
                            "'%.300s': expected a query such as "
                            "process_cpu:cpu:nanoseconds:cpu:nanoseconds%s{service_name=\"x\"}",
                            query, delta ? ":delta" : "");
    if (type < length)
        out->selector = arena_strdup(arena, query + type);
    return true;
}

bool remote_query_narrow(struct remote_query *query, const char *const *labels, size_t count,
                         struct arena *arena, struct pg_error *err) {
    size_t inside = strlen(query->selector) - 2; /* without the braces */
    const char *selector = arena_strndup(arena, query->selector + 1, inside);
    for (size_t i = 0; i < count; i++) {
        size_t key = strcspn(labels[i], "=");
        if (!labels[i][key] || !is_key(labels[i], key))
            return pg_error_set(err, PG_USAGE, "'%.300s': expected a label KEY=VALUE", labels[i]);
        selector = arena_printf(arena, "%s%s%.*s=%s", selector, *selector ? "," : "", (int)key,
                                labels[i], quoted(labels[i] + key + 1, arena));
    }
    query->selector = arena_printf(arena, "{%s}", selector);
    return true;
}

const char *remote_query_text(const struct remote_query *query, struct arena *arena) {
    return arena_printf(arena, "%s%s", query->type, query->selector);
}
