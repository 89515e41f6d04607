#include "gate/compare/fingerprint_match.h"

bool recordings_share_session(const struct recording *base, const struct recording *head) {
    const char *left = recording_get(base, "session"), *right = recording_get(head, "session");
    return left && right && *left && strcmp(left, right) == 0;
}

static const char *equals_in(struct text word) {
    const char *equals = word.length ? memchr(word.at, '=', word.length) : NULL;
    return equals != word.at ? equals : NULL;
}

bool fingerprint_next(struct text *rest, struct fingerprint_field *out) {
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

static bool find(struct text rest, struct text key, struct text *value) {
    struct fingerprint_field field;
    while (fingerprint_next(&rest, &field)) {
        if (field.key.length == key.length && memcmp(field.key.at, key.at, key.length) == 0) {
            *value = field.value;
            return true;
        }
    }
    return false;
}

/* Hostile files could name very many keys. An honest line has some 500 bytes. */
enum { MOST_KEYS = 40, MOST_VALUE = 80, MOST_BYTES = 16384 };

static struct text capped(const char *line) {
    return (struct text){line, strnlen(line, MOST_BYTES)};
}

struct differences {
    char *text;
    size_t count;
    struct arena *arena;
};

static void add(struct differences *d, struct text key, struct text left, struct text right) {
    d->count++;
    if (d->count > MOST_KEYS)
        return;
    d->text = arena_printf(d->arena, "%s%s%.*s (%.*s / %.*s)", d->text, *d->text ? ", " : "",
                           TEXT_ARG(key, MOST_VALUE), TEXT_ARG(left, MOST_VALUE),
                           TEXT_ARG(right, MOST_VALUE));
}

static void compare(struct differences *d, struct text left, struct text right, bool mirrored) {
    static const struct text none = {"none", 4};
    struct text rest = left, other;
    struct fingerprint_field field;
    while (fingerprint_next(&rest, &field)) {
        bool found = find(right, field.key, &other);
        if (mirrored && !found)
            add(d, field.key, none, field.value);
        else if (!mirrored && !found)
            add(d, field.key, field.value, none);
        else if (!mirrored && (other.length != field.value.length ||
                               memcmp(other.at, field.value.at, other.length) != 0))
            add(d, field.key, field.value, other);
    }
}

const char *fingerprint_difference(const struct recording *base, const struct recording *head,
                                   struct arena *arena) {
    const char *left = recording_get(base, "fingerprint-id");
    const char *right = recording_get(head, "fingerprint-id");
    if (!left || !right || strcmp(left, right) == 0 || recordings_share_session(base, head))
        return NULL;
    struct differences d = {arena_strdup(arena, ""), 0, arena};
    const char *left_keys = recording_get(base, "fingerprint");
    const char *right_keys = recording_get(head, "fingerprint");
    if (left_keys && right_keys) {
        compare(&d, capped(left_keys), capped(right_keys), false);
        compare(&d, capped(right_keys), capped(left_keys), true);
    }
    if (d.count == 0)
        return arena_printf(arena, "fingerprint-id (%.64s / %.64s)", left, right);
    return d.count <= MOST_KEYS
               ? d.text
               : arena_printf(arena, "%s and %zu more", d.text, d.count - MOST_KEYS);
}
