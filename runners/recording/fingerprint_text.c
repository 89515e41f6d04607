#include "runners/recording/fingerprint_text.h"

enum { MOST_BYTES = 16384, MOST_KEYS = 40, MOST_VALUE = 80 };

struct text fingerprint_line(const char *line) {
    return (struct text){line ? line : "", line ? strnlen(line, MOST_BYTES) : 0};
}

static const char *equals_in(struct text word) {
    const char *equals = word.length ? memchr(word.at, '=', word.length) : NULL;
    return equals != word.at ? equals : NULL;
}

bool fingerprint_next(struct text *rest, struct fingerprint_pair *out) {
    struct text word, after;
    const char *equals = NULL;
    while (!equals) {
        if (!text_field(rest, &word))
            return false;
        equals = equals_in(word);
    }
    out->key = (struct text){word.at, (size_t)(equals - word.at)};
    const char *end = word.at + word.length;
    for (after = *rest; text_field(&after, &word) && !equals_in(word); *rest = after)
        end = word.at + word.length;
    out->value = (struct text){equals + 1, (size_t)(end - equals - 1)};
    return true;
}

static bool same(struct text left, struct text right) {
    return left.length == right.length && memcmp(left.at, right.at, left.length) == 0;
}

static bool find(struct text rest, struct text key, struct text *value) {
    struct fingerprint_pair pair;
    while (fingerprint_next(&rest, &pair)) {
        if (same(pair.key, key)) {
            *value = pair.value;
            return true;
        }
    }
    return false;
}

const char *fingerprint_value(const char *line, const char *key, struct arena *arena) {
    struct text value;
    return find(fingerprint_line(line), text_of(key), &value)
               ? arena_strndup(arena, value.at, value.length)
               : NULL;
}

struct differences {
    char *text;
    size_t count;
    struct arena *arena;
};

static void add(struct differences *d, struct text key, struct text old, struct text new) {
    d->count++;
    if (d->count <= MOST_KEYS)
        d->text = arena_printf(d->arena, "%s%s%.*s (%.*s / %.*s)", d->text, *d->text ? ", " : "",
                               TEXT_ARG(key, MOST_VALUE), TEXT_ARG(old, MOST_VALUE),
                               TEXT_ARG(new, MOST_VALUE));
}

const char *fingerprint_difference(const char *old, const char *new, struct arena *arena) {
    static const struct text none = {"none", 4};
    struct differences d = {arena_strdup(arena, ""), 0, arena};
    struct text before = fingerprint_line(old), after = fingerprint_line(new), rest, other;
    struct fingerprint_pair pair;
    for (rest = before; fingerprint_next(&rest, &pair);) {
        if (!find(after, pair.key, &other))
            add(&d, pair.key, pair.value, none);
        else if (!same(pair.value, other))
            add(&d, pair.key, pair.value, other);
    }
    for (rest = after; fingerprint_next(&rest, &pair);) {
        if (!find(before, pair.key, &other))
            add(&d, pair.key, none, pair.value);
    }
    if (d.count == 0)
        return NULL;
    return d.count <= MOST_KEYS
               ? d.text
               : arena_printf(arena, "%s and %zu more", d.text, d.count - MOST_KEYS);
}
