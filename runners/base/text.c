#include "runners/base/text.h"

#include <stdint.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r';
}

struct text text_trim(struct text text) {
    while (text.length && is_blank(text.at[0])) {
        text.at++;
        text.length--;
    }
    while (text.length && is_blank(text.at[text.length - 1]))
        text.length--;
    return text;
}

/* Length in bytes of the white space character at `at`, or 0. Beyond ASCII: Unicode's White_Space
 * property, which is what Go's unicode.IsSpace tests. */
static size_t space_length(const char *at, const char *end) {
    unsigned char c = (unsigned char)*at;
    if (c < 0x80)
        return is_blank(*at) ? 1 : 0;
    size_t left = (size_t)(end - at);
    const unsigned char *b = (const unsigned char *)at;
    if (left >= 2 && b[0] == 0xC2 && (b[1] == 0x85 || b[1] == 0xA0))
        return 2; /* U+0085, U+00A0 */
    if (left < 3)
        return 0;
    unsigned code = (unsigned)(b[0] & 0x0F) << 12 | (unsigned)(b[1] & 0x3F) << 6 | (b[2] & 0x3FU);
    if ((b[0] & 0xF0) != 0xE0 || (b[1] & 0xC0) != 0x80 || (b[2] & 0xC0) != 0x80)
        return 0;
    bool space = code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
                 code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
    return space ? 3 : 0;
}

bool text_field(struct text *rest, struct text *field) {
    const char *at = rest->at, *end = rest->at + rest->length;
    size_t skip;
    while (at < end && (skip = space_length(at, end)) > 0)
        at += skip;
    const char *start = at;
    while (at < end && ((unsigned char)*at > ' ' && (unsigned char)*at < 0x80))
        at++;
    while (at < end && space_length(at, end) == 0)
        at++;
    field->at = start;
    field->length = (size_t)(at - start);
    rest->at = at;
    rest->length = (size_t)(end - at);
    return field->length > 0;
}

/* Matches one pattern element at *pattern against c and moves past it. */
static bool glob_element(const char **pattern, char c) {
    const char *p = *pattern;
    if (*p == '?') {
        *pattern = p + 1;
        return true;
    }
    if (*p == '\\' && p[1]) {
        *pattern = p + 2;
        return p[1] == c;
    }
    const char *close = *p == '[' ? strchr(p[1] ? p + 2 : p + 1, ']') : NULL;
    if (!close) {
        *pattern = p + 1;
        return *p == c;
    }
    bool negated = p[1] == '!' || p[1] == '^', found = false;
    for (const char *q = p + 1 + negated; q < close; q++) {
        if (q[1] == '-' && q + 2 < close) {
            found |=
                (unsigned char)q[0] <= (unsigned char)c && (unsigned char)c <= (unsigned char)q[2];
            q += 2;
        } else {
            found |= *q == c;
        }
    }
    *pattern = close + 1;
    return found != negated;
}

bool text_glob(const char *pattern, const char *name) {
    const char *star = NULL, *resume = NULL;
    while (*name) {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
            continue;
        }
        const char *next = pattern;
        if (*pattern && glob_element(&next, *name)) {
            pattern = next;
            name++;
        } else if (star) {
            pattern = star;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* RFC 3629: shortest form only, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(struct text text) {
    const unsigned char *b = (const unsigned char *)text.at;
    size_t i = 0;
    while (i < text.length) {
        size_t more;
        uint32_t code, least;
        if (b[i] < 0x80) {
            i++;
            continue;
        } else if ((b[i] & 0xE0) == 0xC0) {
            more = 1, code = b[i] & 0x1F, least = 0x80;
        } else if ((b[i] & 0xF0) == 0xE0) {
            more = 2, code = b[i] & 0x0F, least = 0x800;
        } else if ((b[i] & 0xF8) == 0xF0) {
            more = 3, code = b[i] & 0x07, least = 0x10000;
        } else {
            return false;
        }
        if (text.length - i <= more)
            return false;
        for (size_t k = 1; k <= more; k++) {
            if ((b[i + k] & 0xC0) != 0x80)
                return false;
            code = code << 6 | (b[i + k] & 0x3F);
        }
        if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false;
        i += more + 1;
    }
    return true;
}
