#include "gate/grid/extract.h"

void extractor_init(struct extractor *extractor, struct text key, struct strings *strings,
                    struct arena *arena) {
    *extractor = (struct extractor){.strings = strings, .arena = arena};
    if (text_equal(key, ".name")) {
        extractor->source = EXTRACT_NAME;
    } else if (text_equal(key, ".fullname")) {
        extractor->source = EXTRACT_FULLNAME;
    } else if (text_equal(key, ".file")) {
        extractor->source = EXTRACT_FILE;
    } else if (text_starts(key, "/")) {
        extractor->source = EXTRACT_PART;
        extractor->part = text_of(arena_printf(arena, "%.*s=", TEXT_ARG(key, 10000)));
        extractor->gomaxprocs = text_equal(key, "/gomaxprocs");
    } else {
        extractor->source = EXTRACT_CONFIG;
        extractor->config_key = strings_add(strings, key);
    }
}

void extractor_exclude(struct extractor *extractor, const struct text *keys, size_t count) {
    struct text *excluded = ARENA_NEW(extractor->arena, struct text, count);
    for (size_t i = 0; i < count; i++) {
        extractor->without_name |= text_equal(keys[i], ".name");
        extractor->without_gomaxprocs |= text_equal(keys[i], "/gomaxprocs");
        if (text_starts(keys[i], "/"))
            excluded[extractor->excluded_count++] =
                text_of(arena_printf(extractor->arena, "%.*s=", TEXT_ARG(keys[i], 10000)));
    }
    extractor->excluded = excluded;
}

bool extractor_is_of_name(const struct extractor *extractor) {
    return extractor->source != EXTRACT_CONFIG && extractor->source != EXTRACT_FILE;
}

bool extractor_is_name(const struct extractor *extractor) {
    return extractor->source == EXTRACT_FULLNAME && !extractor->excluded_count &&
           !extractor->without_name;
}

static bool starts_with(struct text text, struct text prefix) {
    return text.length >= prefix.length && memcmp(text.at, prefix.at, prefix.length) == 0;
}

/* Length of a name without its suffix `-8` (digits after the last hyphen). */
static size_t without_suffix(struct text name) {
    size_t at = name.length;
    while (at > 0 && name.at[at - 1] >= '0' && name.at[at - 1] <= '9')
        at--;
    return at > 0 && at < name.length && name.at[at - 1] == '-' ? at - 1 : name.length;
}

/* Takes the next part of a name (from a slash to before the next one) off the front; the base name
 * is the first. */
static bool take_part(struct text *rest, struct text *part) {
    if (!rest->length)
        return false;
    const char *slash = memchr(rest->at + 1, '/', rest->length - 1);
    size_t length = slash ? (size_t)(slash - rest->at) : rest->length;
    *part = (struct text){rest->at, length};
    *rest = (struct text){rest->at + length, rest->length - length};
    return true;
}

/* Splits a name into base, what lies between, and suffix ("-8" or ""). */
static void split(struct text name, struct text *base, struct text *parts, struct text *suffix) {
    size_t end = without_suffix(name);
    const char *slash = memchr(name.at, '/', end);
    size_t base_end = slash ? (size_t)(slash - name.at) : end;
    *base = (struct text){name.at, base_end};
    *parts = (struct text){name.at + base_end, end - base_end};
    *suffix = (struct text){name.at + end, name.length - end};
}

static struct text base_name(struct text name) {
    const char *slash = memchr(name.at, '/', name.length);
    return (struct text){name.at, slash ? (size_t)(slash - name.at) : without_suffix(name)};
}

static struct text name_part(const struct extractor *extractor, struct text name) {
    struct text base, rest, suffix, part;
    split(name, &base, &rest, &suffix);
    if (extractor->gomaxprocs && suffix.length)
        return (struct text){suffix.at + 1, suffix.length - 1};
    while (take_part(&rest, &part)) {
        if (starts_with(part, extractor->part))
            return (struct text){part.at + extractor->part.length,
                                 part.length - extractor->part.length};
    }
    return (struct text){"", 0};
}

static bool is_excluded(const struct extractor *extractor, struct text part) {
    for (size_t i = 0; i < extractor->excluded_count; i++) {
        if (starts_with(part, extractor->excluded[i]))
            return true;
    }
    return false;
}

static uint32_t full_name(struct extractor *extractor, struct text name) {
    struct text base, rest, suffix, part;
    split(name, &base, &rest, &suffix);
    struct arena_mark mark = arena_mark(extractor->arena);
    char *out = arena_alloc(extractor->arena, name.length + 2);
    size_t length = 0;
    if (extractor->without_name)
        base = (struct text){"*", 1};
    memcpy(out, base.at, base.length);
    length += base.length;
    while (take_part(&rest, &part)) {
        if (is_excluded(extractor, part))
            continue;
        memcpy(out + length, part.at, part.length);
        length += part.length;
    }
    if (!extractor->without_gomaxprocs) {
        memcpy(out + length, suffix.at, suffix.length);
        length += suffix.length;
    }
    uint32_t found;
    if (strings_find(extractor->strings, (struct text){out, length}, &found)) {
        arena_reset(extractor->arena, mark);
        return found;
    }
    return strings_add(extractor->strings, (struct text){out, length});
}

static uint32_t of_name(struct extractor *extractor, uint32_t number) {
    struct text name = {strings_get(extractor->strings, number),
                        strings_length(extractor->strings, number)};
    switch (extractor->source) {
    case EXTRACT_NAME:
        return strings_add(extractor->strings, base_name(name));
    case EXTRACT_PART:
        return strings_add(extractor->strings, name_part(extractor, name));
    default:
        return full_name(extractor, name);
    }
}

static uint32_t of_config(const struct extractor *extractor, const struct subject *subject) {
    const struct config *config = &subject->recording->configs[subject->series->config];
    for (uint32_t i = 0; i < config->count; i++) {
        if (config->pairs[i].key == extractor->config_key)
            return config->pairs[i].value;
    }
    return 0;
}

uint32_t extract(struct extractor *extractor, const struct subject *subject) {
    uint32_t name = subject->series->name;
    if (extractor->source == EXTRACT_FILE)
        return subject->label;
    if (extractor->source == EXTRACT_CONFIG)
        return of_config(extractor, subject);
    if (extractor_is_name(extractor))
        return name;
    if (name >= extractor->by_name_count) {
        size_t count = strings_count(extractor->strings);
        extractor->by_name = arena_grow(extractor->arena, extractor->by_name,
                                        extractor->by_name_count, count, sizeof(uint32_t));
        extractor->by_name_count = count;
    }
    if (!extractor->by_name[name])
        extractor->by_name[name] = of_name(extractor, name) + 1;
    return extractor->by_name[name] - 1;
}
