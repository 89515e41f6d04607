#include "runners/recording/unit.h"

/* Walks the tokens of a unit, which are separated by `-`, `*`, `/` and white space. */
struct tokens {
    struct text rest;
    struct text token;
    bool denominator;
};

static bool is_separator(char c) {
    return c == '-' || c == '*' || c == '/' || c == ' ' || (c >= '\t' && c <= '\r');
}

static bool next_token(struct tokens *t) {
    struct text *rest = &t->rest;
    while (rest->length && is_separator(rest->at[0])) {
        if (rest->at[0] == '*')
            t->denominator = false;
        if (rest->at[0] == '/')
            t->denominator = true;
        rest->at++;
        rest->length--;
    }
    size_t length = 0;
    while (length < rest->length && !is_separator(rest->at[length]))
        length++;
    t->token = (struct text){rest->at, length};
    rest->at += length;
    rest->length -= length;
    return length > 0;
}

static bool contains(struct text text, const char *pair) {
    for (size_t i = 0; i + 1 < text.length; i++) {
        if (text.at[i] == pair[0] && text.at[i + 1] == pair[1])
            return true;
    }
    return false;
}

struct text unit_tidy(struct text unit, double *factor, struct arena *arena) {
    *factor = 1;
    if (!contains(unit, "ns") && !contains(unit, "MB"))
        return unit;
    /* "ns" becomes "sec", so that the text grows by at most half. */
    char *tidied = arena_alloc(arena, unit.length + unit.length / 2 + 1);
    size_t used = 0;
    const char *copied = unit.at;
    struct tokens t = {unit, {NULL, 0}, false};
    while (next_token(&t)) {
        bool ns = text_equal(t.token, "ns"), mb = text_equal(t.token, "MB");
        if (t.denominator || (!ns && !mb))
            continue;
        size_t between = (size_t)(t.token.at - copied);
        memcpy(tidied + used, copied, between);
        used += between;
        memcpy(tidied + used, ns ? "sec" : "B", ns ? 3 : 1);
        used += ns ? 3 : 1;
        copied = t.token.at + 2;
        /* Divided, not multiplied: the factor must be the double that benchstat has. */
        *factor = ns ? *factor / 1e9 : *factor * 1e6;
    }
    size_t left = (size_t)(unit.at + unit.length - copied);
    memcpy(tidied + used, copied, left);
    return (struct text){tidied, used + left};
}

/* Is one of the tokens above (or below) the line one of these words? `words` ends with NULL. */
static bool has_token(const char *unit, bool denominator, const char *const *words) {
    struct tokens t = {text_of(unit), {NULL, 0}, false};
    while (next_token(&t)) {
        for (size_t i = 0; words[i]; i++) {
            if (t.denominator == denominator && text_equal(t.token, words[i]))
                return true;
        }
    }
    return false;
}

static bool is_one_of(const char *unit, const char *const *words) {
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(unit, words[i]) == 0)
            return true;
    }
    return false;
}

static const char *const time_tokens[] = {
    "sec", "s", "ms", "us", "\xC2\xB5s", "\xCE\xBCs", "ns", "secs", "second", "seconds", NULL};

static bool is_rate(const char *tidied) {
    return has_token(tidied, true, time_tokens) && !has_token(tidied, false, time_tokens);
}

bool unit_is_binary(const char *tidied) {
    static const char *const bytes[] = {"B", "MB", "bytes", NULL};
    return has_token(tidied, false, bytes);
}

bool unit_is_time(const char *tidied) {
    static const char *const cycles[] = {"cycles", "cycles/op", NULL};
    return is_one_of(tidied, cycles) ||
           (has_token(tidied, false, time_tokens) && !has_token(tidied, true, time_tokens));
}

bool unit_is_deterministic(const char *tidied) {
    static const char *const words[] = {
        "B/op",       "allocs/op", "instructions", "instructions/op", "text-bytes",
        "data-bytes", "bss-bytes", "total-bytes",  "file-bytes",      NULL};
    return is_one_of(tidied, words);
}

bool unit_is_informational(const char *tidied) {
    static const char *const words[] = {
        "page-faults",  "context-switches", "migrations", "branch-misses",
        "cache-misses", "user-sec",         "sys-sec",    NULL};
    size_t length = strlen(tidied);
    bool per_op = length > 3 && strcmp(tidied + length - 3, "/op") == 0;
    struct text bare = {tidied, per_op ? length - 3 : length};
    for (size_t i = 0; words[i]; i++) {
        if (text_equal(bare, words[i]))
            return true;
    }
    return false;
}

enum better unit_better(const char *tidied) {
    static const char *const lower[] = {"peak-RSS-bytes", NULL};
    if (is_rate(tidied))
        return BETTER_HIGHER;
    if (unit_is_time(tidied) || unit_is_deterministic(tidied) || unit_is_informational(tidied) ||
        is_one_of(tidied, lower))
        return BETTER_LOWER;
    return BETTER_UNKNOWN;
}

double unit_least_difference(const char *tidied) {
    return strcmp(tidied, "peak-RSS-bytes") == 0 ? 1024 * 1024 : 0;
}
