#include "runners/base/escape.h"

#include <string.h>

static char *put_percent(char *at, char byte) {
    static const char digits[] = "0123456789ABCDEF";
    *at++ = '%';
    *at++ = digits[(unsigned char)byte >> 4];
    *at++ = digits[(unsigned char)byte & 15];
    return at;
}

/* ---- workflow commands ---- */

/* The front of a text: at most so many characters. */
static struct text front_of(const char *text, size_t most) {
    struct text whole = text_of(text), rest = whole;
    for (size_t step; rest.length && most; most--) {
        text_rune(rest, &step);
        rest.at += step;
        rest.length -= step;
    }
    return (struct text){whole.at, whole.length - rest.length};
}

static const char *escape_command(struct arena *arena, const char *text, size_t most,
                                  const char *special) {
    struct text rest = front_of(text, most);
    bool cut = text[rest.length] != '\0';
    char *out = arena_array(arena, rest.length + 2, 3), *end = out;
    while (rest.length) {
        size_t span = 0;
        while (span < rest.length && !strchr(special, rest.at[span]))
            span++;
        end = stpcpy(end, escape_visible(arena, (struct text){rest.at, span}));
        if (span < rest.length)
            end = put_percent(end, rest.at[span++]);
        rest.at += span;
        rest.length -= span;
    }
    if (cut)
        stpcpy(end, "\xE2\x80\xA6"); /* … */
    return out;
}

const char *escape_command_data(struct arena *arena, const char *text, size_t most) {
    return escape_command(arena, text, most, "%\r\n");
}

const char *escape_command_property(struct arena *arena, const char *text, size_t most) {
    return escape_command(arena, text, most, "%\r\n:,");
}

/* ---- addresses ---- */

enum { MOST_URL = 2000 };

/* Bytes of an address (RFC 3986) that mean nothing to markdown. */
static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("-.:/?#+,;=%", c);
}

const char *escape_markdown_url(struct arena *arena, const char *url) {
    struct text text = text_of(url);
    size_t scheme = text_starts(text, "https://") ? 8 : text_starts(text, "http://") ? 7 : 0;
    if (!scheme || text.length > MOST_URL || text.length == scheme ||
        strchr("/?#", text.at[scheme]))
        return NULL;
    char *out = arena_array(arena, text.length + 1, 5), *end = out;
    for (const char *at = url; *at; at++) {
        if (*at == '&')
            end = stpcpy(end, "&amp;");
        else if (strchr("()*!'_[]~@$", *at))
            end = put_percent(end, *at);
        else if (is_plain(*at))
            *end++ = *at;
        else
            return NULL;
    }
    return out;
}
