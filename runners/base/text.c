#include "runners/base/text.h"

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

/* Beyond ASCII: Unicode's White_Space property. */
size_t text_space(const char *at, const char *end) {
    unsigned char c = (unsigned char)*at;
    if (c < 0x80)
        return is_blank(*at) ? 1 : 0;
    size_t length;
    uint32_t rune = text_rune((struct text){at, (size_t)(end - at)}, &length);
    bool space = rune == 0x85 || rune == 0xA0 || rune == 0x1680 ||
                 (rune >= 0x2000 && rune <= 0x200A) || rune == 0x2028 || rune == 0x2029 ||
                 rune == 0x202F || rune == 0x205F || rune == 0x3000;
    return space ? length : 0;
}

bool text_field(struct text *rest, struct text *field) {
    const char *at = rest->at, *end = rest->at + rest->length;
    size_t skip;
    while (at < end && (skip = text_space(at, end)) > 0)
        at += skip;
    const char *start = at;
    while (at < end && ((unsigned char)*at > ' ' && (unsigned char)*at < 0x80))
        at++;
    while (at < end && text_space(at, end) == 0)
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

uint32_t text_rune(struct text text, size_t *length) {
    const unsigned char *b = (const unsigned char *)text.at;
    size_t more;
    uint32_t code, least;
    *length = 1;
    if (b[0] < 0x80)
        return b[0];
    if ((b[0] & 0xE0) == 0xC0) {
        more = 1, code = b[0] & 0x1F, least = 0x80;
    } else if ((b[0] & 0xF0) == 0xE0) {
        more = 2, code = b[0] & 0x0F, least = 0x800;
    } else if ((b[0] & 0xF8) == 0xF0) {
        more = 3, code = b[0] & 0x07, least = 0x10000;
    } else {
        return TEXT_BAD_RUNE;
    }
    if (text.length <= more)
        return TEXT_BAD_RUNE;
    for (size_t k = 1; k <= more; k++) {
        if ((b[k] & 0xC0) != 0x80)
            return TEXT_BAD_RUNE;
        code = code << 6 | (b[k] & 0x3F);
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return TEXT_BAD_RUNE;
    *length = more + 1;
    return code;
}

static uint64_t word_at(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

#define EACH_BYTE (UINT64_MAX / 255)

/* The high bit of some byte is set where a byte is below `least` (at most 128), and nowhere else
 * when none is (Warren, Hacker's Delight, 6-1). */
static uint64_t bytes_below(uint64_t word, unsigned least) {
    return (word - EACH_BYTE * least) & ~word & EACH_BYTE * 0x80;
}

bool text_is_plain(struct text text, const char special[static 2]) {
    uint64_t odd = 0, first = (unsigned char)special[0], second = (unsigned char)special[1];
    size_t at = 0;
    for (; at + 8 <= text.length; at += 8) {
        uint64_t word = word_at(text.at + at);
        odd |= bytes_below(word, 0x20) | (word & EACH_BYTE * 0x80) |
               bytes_below(word ^ EACH_BYTE * 0x7F, 1) | bytes_below(word ^ EACH_BYTE * first, 1) |
               bytes_below(word ^ EACH_BYTE * second, 1);
    }
    for (; at < text.length; at++) {
        unsigned char c = (unsigned char)text.at[at];
        odd |= c < 0x20 || c >= 0x7F || c == first || c == second;
    }
    return odd == 0;
}

size_t text_characters(struct text text) {
    size_t count = 0, step = 1;
    unsigned char bits = 0;
    for (size_t i = 0; i < text.length; i++)
        bits |= (unsigned char)text.at[i];
    if (bits < 0x80)
        return text.length;
    for (size_t i = 0; i < text.length; i += step, count++) {
        for (; i + 8 <= text.length && (word_at(text.at + i) & EACH_BYTE * 0x80) == 0; i += 8)
            count += 8;
        if (i == text.length)
            break;
        step = 1;
        if ((unsigned char)text.at[i] >= 0x80)
            text_rune((struct text){text.at + i, text.length - i}, &step);
    }
    return count;
}

bool text_is_utf8(struct text text) {
    size_t step;
    for (size_t i = 0; i < text.length; i += step) {
        if (text_rune((struct text){text.at + i, text.length - i}, &step) == TEXT_BAD_RUNE)
            return false;
    }
    return true;
}
