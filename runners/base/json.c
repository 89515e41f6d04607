#include "runners/base/json.h"

#include "runners/base/escape.h"
#include "runners/base/number.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- reading ----
 * cJSON builds the tree, but it is lenient: control characters in strings, `01`, `1.`, text behind
 * the value and twin keys all pass, and a number over 63 characters or U+0000 goes wrong. So the
 * text is checked against RFC 8259 first. */

enum {
    DEPTH_LIMIT = 200,
    NUMBER_LIMIT = 63,            /* characters of a number that cJSON takes */
    VALUE_LIMIT = 4 * 1024 * 1024 /* values in one text: 64 bytes each in cJSON */
};

struct check {
    const char *at, *end;
    const char *problem; /* what was expected at `at` */
    bool too_large;
    uint32_t values;
    size_t depth;
    char stack[DEPTH_LIMIT];
};

static bool fail(struct check *c, const char *problem) {
    c->problem = problem;
    return false;
}

static void skip_space(struct check *c) {
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

static bool take(struct check *c, char wanted) {
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

/* Four hexadecimal digits behind `\u`; the value, or -1. */
static int take_hex(struct check *c) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char d = c->at < c->end ? *c->at : '\0';
        int digit = d >= '0' && d <= '9'                 ? d - '0'
                    : (d | 32) >= 'a' && (d | 32) <= 'f' ? (d | 32) - 'a' + 10
                                                         : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
        c->at++;
    }
    return value;
}

static bool check_escape(struct check *c) {
    char kind = c->at < c->end ? *c->at : '\0';
    if (kind && strchr("\"\\/bfnrt", kind)) {
        c->at++;
        return true;
    }
    if (!take(c, 'u'))
        return fail(c, "expected an escape: one of \" \\ / b f n r t u");
    int code = take_hex(c);
    if (code <= 0)
        return fail(c,
                    code == 0 ? "U+0000 in a string; refused" : "expected four hexadecimal digits");
    if (code < 0xD800 || code > 0xDFFF)
        return true;
    bool high = code <= 0xDBFF && take(c, '\\') && take(c, 'u');
    int low = high ? take_hex(c) : -1;
    return low >= 0xDC00 && low <= 0xDFFF ? true : fail(c, "expected a pair of surrogates");
}

static bool check_string(struct check *c) {
    if (!take(c, '"'))
        return fail(c, "expected a string");
    while (c->at < c->end && *c->at != '"') {
        size_t step = 1;
        if ((unsigned char)*c->at < ' ')
            return fail(c, "control character in a string; expected it escaped");
        if (*c->at == '\\') {
            c->at++;
            if (!check_escape(c))
                return false;
            continue;
        }
        if ((unsigned char)*c->at >= 0x80 &&
            text_rune((struct text){c->at, (size_t)(c->end - c->at)}, &step) == TEXT_BAD_RUNE)
            return fail(c, "expected UTF-8");
        c->at += step;
    }
    return take(c, '"') ? true : fail(c, "a string does not end; expected '\"'");
}

static size_t take_digits(struct check *c) {
    const char *start = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return (size_t)(c->at - start);
}

static bool check_number(struct check *c) {
    const char *start = c->at;
    double value;
    take(c, '-');
    const char *first = c->at;
    size_t whole = take_digits(c);
    bool good = whole == 1 || (whole > 1 && *first != '0');
    if (good && take(c, '.'))
        good = take_digits(c) > 0;
    if (good && c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
        c->at++;
        if (!take(c, '+'))
            take(c, '-');
        good = take_digits(c) > 0;
    }
    if (!good)
        return fail(c, "expected a number");
    struct text number = {start, (size_t)(c->at - start)};
    if (number.length > NUMBER_LIMIT || !number_double(number, &value)) {
        c->at = start;
        return fail(c, "number out of range");
    }
    return true;
}

static bool check_word(struct check *c, const char *word) {
    struct text rest = {c->at, (size_t)(c->end - c->at)};
    if (!text_starts(rest, word))
        return fail(c, "expected a value");
    c->at += strlen(word);
    return true;
}

static bool check_key(struct check *c) {
    skip_space(c);
    if (!check_string(c))
        return false;
    skip_space(c);
    return take(c, ':') ? true : fail(c, "expected ':'");
}

/* The beginning of a value: the whole of a simple one, or the opening of an object or array.
 * *closed: it is complete. */
static bool begin_value(struct check *c, bool *closed) {
    skip_space(c);
    *closed = true;
    if (++c->values > VALUE_LIMIT) {
        c->too_large = true;
        return fail(c, "more values than any benchmark has; refused");
    }
    char first = c->at < c->end ? *c->at : '\0';
    if (first == '"')
        return check_string(c);
    if (first == '-' || (first >= '0' && first <= '9'))
        return check_number(c);
    if (first != '{' && first != '[')
        return check_word(c, first == 't' ? "true" : first == 'f' ? "false" : "null");
    if (c->depth == DEPTH_LIMIT)
        return fail(c, "nested deeper than 200; refused");
    c->at++;
    skip_space(c);
    if (take(c, first == '{' ? '}' : ']'))
        return true;
    c->stack[c->depth++] = first;
    *closed = false;
    return first == '{' ? check_key(c) : true;
}

static bool check_text(struct check *c) {
    for (;;) {
        bool closed;
        if (!begin_value(c, &closed))
            return false;
        while (closed && c->depth) {
            bool object = c->stack[c->depth - 1] == '{';
            skip_space(c);
            if (take(c, ',')) {
                if (object && !check_key(c))
                    return false;
                closed = false;
            } else if (take(c, object ? '}' : ']')) {
                c->depth--;
            } else {
                return fail(c, object ? "expected ',' or '}'" : "expected ',' or ']'");
            }
        }
        if (closed)
            break;
    }
    skip_space(c);
    return c->at == c->end ? true : fail(c, "text behind the value; expected nothing");
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A key that an object has twice, or NULL. `keys` has room for all of its keys. */
static const char *twin_key(const cJSON *object, const char **keys) {
    size_t count = 0;
    for (const cJSON *item = object->child; item; item = item->next)
        keys[count++] = item->string;
    qsort(keys, count, sizeof *keys, by_text);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(keys[i - 1], keys[i]) == 0)
            return keys[i];
    }
    return NULL;
}

/* Walks the tree, which is at most DEPTH_LIMIT deep. */
static const char *find_twin(const cJSON *root, const char **keys) {
    const cJSON *path[DEPTH_LIMIT + 1];
    size_t depth = 0;
    for (const cJSON *item = root; item;) {
        const char *twin = cJSON_IsObject(item) ? twin_key(item, keys) : NULL;
        if (twin)
            return twin;
        if (item->child) {
            path[depth++] = item;
            item = item->child;
            continue;
        }
        while (item && !item->next)
            item = depth ? path[--depth] : NULL;
        item = item ? item->next : NULL;
    }
    return NULL;
}

static bool refuse_twins(cJSON *tree, const char *name, uint32_t values, struct pg_error *err) {
    const char **keys = malloc((values + 1) * sizeof *keys);
    if (!keys)
        return pg_error_set(err, PG_LIMIT, "%.400s: no memory to check it", name);
    const char *twin = find_twin(tree, keys);
    if (twin) {
        struct arena *scratch = arena_new();
        pg_error_set(err, PG_FORMAT, "%.400s: an object has the key \"%.200s\" twice", name,
                     escape_visible(scratch, text_of(twin)));
        arena_free(scratch);
    }
    free(keys);
    return !twin;
}

bool json_parse(cJSON **out, const char *name, struct text text, struct pg_error *err) {
    static const char mark[] = "\xEF\xBB\xBF";
    struct check c = {.at = text.at, .end = text.at + text.length};
    if (text_starts(text, mark))
        c.at += sizeof mark - 1;
    if (!check_text(&c)) {
        uint64_t line = 1;
        for (const char *at = text.at; at < c.at; at++)
            line += *at == '\n';
        return pg_error_set(err, c.too_large ? PG_LIMIT : PG_FORMAT, "%.400s:%" PRIu64 ": %s", name,
                            line,
                            c.at == c.end && !c.too_large ? "the JSON text is cut" : c.problem);
    }
    cJSON *tree = cJSON_ParseWithLength(text.at, text.length);
    if (!tree)
        return pg_error_set(err, PG_INTERNAL, "%.400s: the JSON library gave up", name);
    if (!refuse_twins(tree, name, c.values, err)) {
        cJSON_Delete(tree);
        return false;
    }
    *out = tree;
    return true;
}

const cJSON *json_array(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsArray(item) ? item : NULL;
}

const cJSON *json_object(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsObject(item) ? item : NULL;
}

const char *json_string(const cJSON *object, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

bool json_number(const cJSON *object, const char *key, double *out) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(item))
        return false;
    *out = item->valuedouble;
    return true;
}
