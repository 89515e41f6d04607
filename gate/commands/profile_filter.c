#include "gate/commands/profile_parts.h"
#include "gate/grid/regex.h"
#include "runners/base/number.h"
#include "runners/profile/merge.h"
#include "runners/profile/value_unit.h"

enum { MOST_EXPRESSIONS = 64 };

/* ---- expressions ---- */

static bool compile(struct regex **out, const char *option, struct text pattern,
                    struct arena *arena, struct pg_error *err) {
    const char *why;
    if (regex_compile(out, pattern, arena, &why))
        return true;
    return pg_error_set(err, PG_USAGE, "--%s: %s", option, why);
}

/* Whether a text matches; what takes too long to tell is an error. */
static bool matches(const struct regex *regex, struct text subject, bool *good) {
    enum regex_answer answer = regex_match(regex, subject);
    *good &= answer != REGEX_TOO_COSTLY;
    return answer == REGEX_YES;
}

static struct text text_at(const struct profile *p, uint32_t number) {
    return (struct text){strings_get(p->strings, number), strings_length(p->strings, number)};
}

/* ---- stacks ---- */

bool profile_match_places(struct place_matches *out, const struct profile *p, const char *option,
                          const char *pattern, struct arena *arena, struct pg_error *err) {
    struct regex *regex;
    bool good = true;
    if (!compile(&regex, option, text_of(pattern), arena, err))
        return false;
    out->functions = ARENA_NEW(arena, bool, p->function_count);
    out->mappings = ARENA_NEW(arena, bool, p->mapping_count);
    for (size_t i = 0; i < p->function_count; i++)
        out->functions[i] = matches(regex, text_at(p, p->functions[i].name), &good) ||
                            matches(regex, text_at(p, p->functions[i].file), &good);
    for (size_t i = 0; i < p->mapping_count; i++)
        out->mappings[i] = matches(regex, text_at(p, p->mappings[i].file), &good);
    return good || pg_error_set(err, PG_USAGE, "--%s: the expression takes too long", option);
}

/* By location: does a function, its file, or the binary match? */
static bool match_locations(const struct profile *p, const char *option, const char *pattern,
                            bool **out, struct arena *arena, struct pg_error *err) {
    struct place_matches matching;
    if (!profile_match_places(&matching, p, option, pattern, arena, err))
        return false;
    bool *locations = *out = ARENA_NEW(arena, bool, p->location_count);
    for (size_t i = 0; i < p->location_count; i++) {
        uint32_t mapping = p->locations[i].mapping;
        locations[i] = mapping != PROFILE_NONE && matching.mappings[mapping];
        for (uint32_t l = p->line_start[i]; l < p->line_start[i + 1]; l++)
            locations[i] |= matching.functions[p->lines[l].function];
    }
    return true;
}

static bool filter_stacks(const struct profile_filter *filter, const struct profile *p, bool *skip,
                          struct arena *arena, struct pg_error *err) {
    bool *focus = NULL, *ignore = NULL;
    if ((filter->focus && !match_locations(p, "focus", filter->focus, &focus, arena, err)) ||
        (filter->ignore && !match_locations(p, "ignore", filter->ignore, &ignore, arena, err)))
        return false;
    for (size_t i = 0; i < p->sample_count && (focus || ignore); i++) {
        bool found = false, ignored = false;
        for (uint32_t f = p->stack_start[i]; f < p->stack_start[i + 1]; f++) {
            found |= !focus || focus[p->frames[f]];
            ignored |= ignore && ignore[p->frames[f]];
        }
        skip[i] |= !found || ignored;
    }
    return true;
}

/* ---- labels ---- */

struct tag_filter {
    struct text key; /* empty: any */
    struct regex *expressions[MOST_EXPRESSIONS];
    size_t count;
    bool is_range;
    int64_t low, high;
    const char *unit; /* of them; "" for the labels' own */
};

/* A whole number and its unit, letters, in the arena. */
static bool parse_bound(struct text text, int64_t *bound, const char **unit, struct arena *arena) {
    size_t digits = text.length;
    while (digits && ((text.at[digits - 1] | 0x20) >= 'a' && (text.at[digits - 1] | 0x20) <= 'z'))
        digits--;
    size_t plus = text_starts(text, "+");
    *unit = arena_strndup(arena, text.at + digits, text.length - digits);
    return digits >= plus && number_i64((struct text){text.at + plus, digits - plus}, bound);
}

/* `5`, `5:`, `:9`, `5:9`, also with units: `30kb:`, `1mb:2gb`. */
static bool parse_range(struct text text, struct tag_filter *filter, struct arena *arena) {
    const char *colon = memchr(text.at, ':', text.length), *low_unit = "", *high_unit = "";
    struct text low = text, high = text;
    double ratio;
    filter->low = INT64_MIN;
    filter->high = INT64_MAX;
    if (colon) {
        low.length = (size_t)(colon - text.at);
        high = (struct text){colon + 1, text.length - low.length - 1};
    }
    if ((!low.length && !high.length) ||
        (low.length && !parse_bound(low, &filter->low, &low_unit, arena)) ||
        (high.length && !parse_bound(high, &filter->high, &high_unit, arena)))
        return false;
    filter->unit = *low_unit ? low_unit : high_unit;
    if (*low_unit && *high_unit) {
        if (!value_unit_ratio(high_unit, low_unit, &ratio))
            return false;
        filter->high = profile_scaled(filter->high, ratio);
    }
    return true;
}

static bool parse_tag_filter(struct tag_filter *filter, const char *option, const char *text,
                             struct arena *arena, struct pg_error *err) {
    const char *equals = strchr(text, '=');
    struct text rest = text_of(equals ? equals + 1 : text);
    if (equals)
        filter->key = (struct text){text, (size_t)(equals - text)};
    filter->is_range = parse_range(rest, filter, arena);
    while (!filter->is_range && rest.at) {
        const char *comma = memchr(rest.at, ',', rest.length);
        struct text one = {rest.at, comma ? (size_t)(comma - rest.at) : rest.length};
        if (filter->count == MOST_EXPRESSIONS)
            return pg_error_set(err, PG_USAGE, "--%s: more than %d expressions", option,
                                MOST_EXPRESSIONS);
        if (!compile(&filter->expressions[filter->count++], option, one, arena, err))
            return false;
        rest =
            comma ? (struct text){comma + 1, rest.length - one.length - 1} : (struct text){NULL, 0};
    }
    return true;
}

/* One expression against the texts of a sample's labels: `key:text` unless a key was given. */
static bool any_label(const struct tag_filter *filter, const struct regex *regex,
                      const struct profile *p, size_t sample, struct arena *scratch, bool *good) {
    for (uint32_t l = p->label_start[sample]; l < p->label_start[sample + 1]; l++) {
        const struct profile_label *label = &p->labels[l];
        struct text key = text_at(p, label->key), text = text_at(p, label->text);
        if (!label->text)
            continue;
        if (!filter->key.at) {
            char *both = arena_alloc(scratch, key.length + text.length + 1);
            memcpy(both, key.at, key.length);
            both[key.length] = ':';
            memcpy(both + key.length + 1, text.at, text.length);
            text = (struct text){both, key.length + text.length + 1};
        } else if (key.length != filter->key.length ||
                   memcmp(key.at, filter->key.at, key.length) != 0) {
            continue;
        }
        if (matches(regex, text, good))
            return true;
    }
    return false;
}

static bool is_in_range(const struct tag_filter *filter, const struct profile *p,
                        const struct profile_label *label) {
    const char *unit = value_unit_of_label(p, label);
    double ratio;
    if (!*filter->unit)
        return label->number >= filter->low && label->number <= filter->high;
    if (!value_unit_ratio(unit ? unit : strings_get(p->strings, label->key), filter->unit, &ratio))
        return false;
    double number = (double)label->number * ratio;
    return (filter->low == INT64_MIN || number >= (double)filter->low) &&
           (filter->high == INT64_MAX || number <= (double)filter->high);
}

static bool any_number(const struct tag_filter *filter, const struct profile *p, size_t sample) {
    for (uint32_t l = p->label_start[sample]; l < p->label_start[sample + 1]; l++) {
        const struct profile_label *label = &p->labels[l];
        struct text key = text_at(p, label->key);
        bool same_key = !filter->key.at || (key.length == filter->key.length &&
                                            memcmp(key.at, filter->key.at, key.length) == 0);
        if (same_key && !label->text && is_in_range(filter, p, label))
            return true;
    }
    return false;
}

/* Without a key every expression must match a label, with a key one of them does. */
static bool tag_matches(const struct tag_filter *filter, const struct profile *p, size_t sample,
                        struct arena *scratch, bool *good) {
    bool all = !filter->key.at;
    if (filter->is_range)
        return any_number(filter, p, sample);
    for (size_t i = 0; i < filter->count; i++) {
        if (any_label(filter, filter->expressions[i], p, sample, scratch, good) != all)
            return !all;
    }
    return all;
}

static bool filter_tags(const char *option, const char *text, bool keep, const struct profile *p,
                        bool *skip, struct arena *arena, struct pg_error *err) {
    struct tag_filter filter = {.count = 0};
    bool good = true;
    if (!text)
        return true;
    if (!parse_tag_filter(&filter, option, text, arena, err))
        return false;
    struct arena *scratch = arena_new();
    struct arena_mark mark = arena_mark(scratch);
    for (size_t i = 0; i < p->sample_count; i++) {
        skip[i] |= tag_matches(&filter, p, i, scratch, &good) != keep;
        arena_reset(scratch, mark);
    }
    arena_free(scratch);
    return good || pg_error_set(err, PG_USAGE, "--%s: the expression takes too long", option);
}

bool profile_filter_apply(const struct profile_filter *filter, const struct profile *p, bool **out,
                          struct arena *arena, struct pg_error *err) {
    *out = NULL;
    if (!filter->focus && !filter->ignore && !filter->tag_focus && !filter->tag_ignore)
        return true;
    *out = ARENA_NEW(arena, bool, p->sample_count);
    return filter_stacks(filter, p, *out, arena, err) &&
           filter_tags("tag-focus", filter->tag_focus, true, p, *out, arena, err) &&
           filter_tags("tag-ignore", filter->tag_ignore, false, p, *out, arena, err);
}
