#include "runners/base/escape.h"

#include "runners/base/number.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
static const char no_width[] = "\xE2\x80\x8B";    /* U+200B: breaks a link without showing */

/* What must not reach any output: control characters, and format characters that hide text or turn
 * its direction (Unicode's bidirectional controls, zero-width characters, separators, tags). */
static bool is_hidden(uint32_t code) {
    if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD)
        return true;
    if (code < 0x61C)
        return false;
    return code == 0x61C || code == 0x180E || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) || code == 0xFFFE ||
           code == 0xFFFF || (code >= 0xE0000 && code <= 0xE007F);
}

struct output {
    char *text;
    size_t length;
};

static void put(struct output *out, const char *bytes, size_t length) {
    memcpy(out->text + out->length, bytes, length);
    out->length += length;
}

/* Room for `growth` bytes for each of the text. */
static struct output output_new(struct arena *arena, size_t length, size_t growth) {
    return (struct output){arena_array(arena, length + 1, growth), 0};
}

/* Copies the character, or U+FFFD for what must not be seen. Returns its length in the input. */
static size_t put_visible(struct output *out, struct text text, size_t at) {
    size_t length;
    uint32_t code = text_rune((struct text){text.at + at, text.length - at}, &length);
    if (code == TEXT_BAD_RUNE || is_hidden(code))
        put(out, replacement, 3);
    else
        put(out, text.at + at, length);
    return length;
}

const char *escape_visible(struct arena *arena, struct text text) {
    struct output out = output_new(arena, text.length, 3);
    for (size_t at = 0; at < text.length;)
        at += put_visible(&out, text, at);
    return out.text;
}

/* CI services read commands from what is printed: GitHub lines that begin with `::`, and `##[`
 * anywhere. */
static bool is_command(struct text text, size_t at) {
    struct text rest = {text.at + at, text.length - at};
    return text_starts(rest, "##[") || (at == 0 && text_starts(rest, "::"));
}

const char *escape_text(struct arena *arena, const char *text) {
    struct text whole = text_of(text);
    if (text_is_plain(whole, ":#"))
        return text;
    struct output out = output_new(arena, whole.length, 3);
    size_t blanks = strspn(text, " ");
    put(&out, text, blanks);
    struct text rest = {text + blanks, whole.length - blanks};
    for (size_t at = 0; at < rest.length;) {
        if (is_command(rest, at))
            put(&out, "\\", 1);
        at += put_visible(&out, rest, at);
    }
    return out.text;
}

/* What must stand between a character and the next, so that GitHub makes no mention, issue or web
 * link of them. */
static bool begins_link(struct text text, size_t at) {
    struct text rest = {text.at + at, text.length - at};
    if (text.at[at] == '@' || text.at[at] == '#')
        return true;
    if (text_starts(rest, "://"))
        return true;
    bool word_start = at == 0 || !strchr("abcdefghijklmnopqrstuvwxyz", text.at[at - 1] | 0x20);
    return word_start && rest.length > 3 &&
           (strncasecmp(rest.at, "gh-", 3) == 0 || strncasecmp(rest.at, "www.", 4) == 0);
}

/* Punctuation with a meaning in GitHub's markdown, as entities: those never open a construct. */
static const char *entity_of(char c) {
    static const struct {
        char character;
        const char *entity;
    } entities[] = {{'&', "&amp;"},  {'<', "&lt;"},   {'>', "&gt;"},   {'"', "&quot;"},
                    {'\'', "&#39;"}, {'|', "&#124;"}, {'`', "&#96;"},  {'*', "&#42;"},
                    {'_', "&#95;"},  {'[', "&#91;"},  {']', "&#93;"},  {'!', "&#33;"},
                    {'~', "&#126;"}, {'$', "&#36;"},  {'\\', "&#92;"}, {'#', "&#35;"}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (entities[i].character == c)
            return entities[i].entity;
    }
    return NULL;
}

const char *escape_markdown(struct arena *arena, const char *text, size_t most) {
    struct text whole = text_of(text);
    struct output out = output_new(arena, whole.length, 10);
    size_t characters = 0;
    for (size_t at = 0; at < whole.length; characters++) {
        if (characters == most) {
            put(&out, "\xE2\x80\xA6", 3); /* … */
            break;
        }
        const char *entity = entity_of(whole.at[at]);
        bool link = begins_link(whole, at);
        if (entity)
            put(&out, entity, strlen(entity));
        size_t length = entity ? 1 : put_visible(&out, whole, at);
        if (link)
            put(&out, no_width, 3);
        at += length;
    }
    return out.text;
}

const char *escape_xml(struct arena *arena, const char *text) {
    struct text whole = text_of(text);
    struct output out = output_new(arena, whole.length, 6);
    for (size_t at = 0; at < whole.length;) {
        const char *entity = strchr("&<>\"'", whole.at[at]) ? entity_of(whole.at[at]) : NULL;
        if (entity)
            put(&out, entity, strlen(entity));
        at += entity ? 1 : put_visible(&out, whole, at);
    }
    return out.text;
}

const char *escape_csv(struct arena *arena, const char *text) {
    struct text whole = text_of(text);
    if (text_is_plain(whole, ",\"") && *text != ' ' && *text != '\\')
        return text;
    struct output out = output_new(arena, whole.length + 2, 3);
    bool quoted = strpbrk(text, ",\"") || strcmp(text, "\\.") == 0 ||
                  (whole.length && text_space(text, text + whole.length));
    if (quoted)
        put(&out, "\"", 1);
    for (size_t at = 0; at < whole.length;) {
        if (whole.at[at] == '"')
            put(&out, "\"", 1);
        at += put_visible(&out, whole, at);
    }
    if (quoted)
        put(&out, "\"", 1);
    return out.text;
}

const char *cut_middle(struct arena *arena, const char *text, size_t most) {
    struct text whole = text_of(text);
    if (!most || whole.length <= most)
        return text;
    size_t length = text_characters(whole), step;
    if (length <= most)
        return text;
    size_t front = most / 2, skip = length - most + 1, at = 0, back;
    for (size_t i = 0; i < front; i++, at += step)
        text_rune((struct text){text + at, whole.length - at}, &step);
    back = at;
    for (size_t i = 0; i < skip; i++, back += step)
        text_rune((struct text){text + back, whole.length - back}, &step);
    return arena_printf(arena, "%.*s\xE2\x80\xA6%s", (int)at, text, text + back);
}

/* Tab and carriage return begin one too, and the wide forms of the signs. */
static bool begins_formula(const char *text) {
    static const char *const wide[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                       "\xEF\xBC\xA0"};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (strncmp(text, wide[i], 3) == 0)
            return true;
    }
    return *text && strchr("=+-@\t\r", *text);
}

const char *escape_cell(struct arena *arena, const char *text) {
    double number;
    if (begins_formula(text) && !number_double(text_of(text), &number))
        text = arena_printf(arena, "'%s", text);
    return escape_csv(arena, text);
}

const char *escape_first_words(struct arena *arena, struct text text) {
    enum { WORDS_BYTES = 160 };
    size_t cut = text.length < WORDS_BYTES ? text.length : WORDS_BYTES;
    struct text rest = {text.at, cut}, word;
    const char *words = "";
    while (text_field(&rest, &word))
        words =
            arena_printf(arena, "%s%s%s", words, *words ? " " : "", escape_visible(arena, word));
    words = escape_text(arena, words);
    return !*words ? "nothing" : arena_printf(arena, "'%s%s'", words, cut < text.length ? "…" : "");
}
