#include "gate/grid/tokens.h"

#include <stdint.h>
#include <stdio.h>

struct tokens tokens_of(const char *query, struct syntax_fault *fault, struct arena *arena) {
    *fault = (struct syntax_fault){NULL, 0};
    return (struct tokens){text_of(query), 0, fault, arena};
}

static bool is_operator(char c) {
    return c && strchr("():@,", c);
}

/* `-` and `*` are operators only where a word could begin: "foo-bar" is one word. */
static bool is_first_operator(char c) {
    return is_operator(c) || c == '-' || c == '*';
}

void tokens_fault(struct tokens *tokens, const char *message) {
    if (!tokens->fault->message)
        *tokens->fault = (struct syntax_fault){message, tokens->at};
    tokens->at = tokens->query.length;
}

/* Ends the token that begins at tokens->at with byte `end`. */
static struct token token_to(const struct tokens *tokens, char kind, size_t end,
                             struct tokens *rest) {
    struct token token = {
        kind, tokens->at, {tokens->query.at + tokens->at, end - tokens->at}, NULL};
    *rest = *tokens;
    rest->at = end;
    return token;
}

static struct token fault_token(struct tokens *tokens, const char *message, struct tokens *rest) {
    tokens_fault(tokens, message);
    return token_to(tokens, 0, tokens->at, rest);
}

static size_t put_utf8(char *out, uint32_t code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    for (size_t i = more; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)((0xFF00U >> (more + 1) & 0xFF) | code);
    return more + 1;
}

/* `digits` digits of `base` at `at`. False when they are not there. */
static bool escape_number(struct text text, size_t at, size_t digits, unsigned base,
                          uint32_t *code) {
    *code = 0;
    if (text.length - at < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        char c = text.at[at + i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 16;
        if (digit >= base)
            return false;
        *code = *code * base + digit;
    }
    return true;
}

/* One escape of a Go string literal; text.at[*at] is the character after the backslash. */
static bool unescape(struct text text, size_t *at, char *out, size_t *length) {
    static const char letters[] = "abfnrtv\\\"", bytes[] = "\a\b\f\n\r\t\v\\\"";
    char c = *at < text.length ? text.at[(*at)++] : '\0';
    const char *simple = c ? strchr(letters, c) : NULL;
    uint32_t code;
    if (simple) {
        out[(*length)++] = bytes[simple - letters];
        return true;
    }
    if (c >= '0' && c <= '7') {
        if (!escape_number(text, *at - 1, 3, 8, &code) || code > 255)
            return false;
        *at += 2;
        out[(*length)++] = (char)code;
        return true;
    }
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (!digits || !escape_number(text, *at, digits, 16, &code))
        return false;
    *at += digits;
    if (c == 'x') {
        out[(*length)++] = (char)code;
        return true;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return false;
    *length += put_utf8(out + *length, code);
    return true;
}

/* The content of a quoted word. An escape is never shorter than what it stands for. */
static bool unquote(struct text inner, struct arena *arena, struct text *out) {
    char *copy = arena_alloc(arena, inner.length + 1);
    size_t length = 0;
    for (size_t at = 0; at < inner.length;) {
        char c = inner.at[at++];
        if (c == '\n' || c == '"')
            return false;
        if (c != '\\')
            copy[length++] = c;
        else if (!unescape(inner, &at, copy, &length))
            return false;
    }
    *out = (struct text){copy, length};
    return true;
}

static struct token quoted_word(struct tokens *tokens, struct tokens *rest) {
    const char *query = tokens->query.at;
    size_t end = tokens->at + 1;
    /* benchstat's rule: any quote after a backslash goes on, even if that backslash is escaped. */
    while (end < tokens->query.length && (query[end] != '"' || query[end - 1] == '\\'))
        end++;
    if (end == tokens->query.length)
        return fault_token(tokens, "missing end quote", rest);
    struct text inner = {query + tokens->at + 1, end - tokens->at - 1};
    struct token token = token_to(tokens, 'q', end + 1, rest);
    if (!unquote(inner, tokens->arena, &token.text))
        return fault_token(tokens, "bad escape sequence", rest);
    return token;
}

static struct token bare_word(struct tokens *tokens, struct tokens *rest) {
    const char *query = tokens->query.at, *stop = query + tokens->query.length;
    size_t end = tokens->at;
    while (end < tokens->query.length && !is_operator(query[end]) &&
           text_space(query + end, stop) == 0)
        end++;
    struct token token = token_to(tokens, 'w', end, rest);
    if (text_equal(token.text, "AND"))
        token.kind = 'A';
    else if (text_equal(token.text, "OR"))
        token.kind = 'O';
    return token;
}

/* The index of the `/` that closes a pattern which begins at `at`: the first outside brackets and
 * parentheses. The query's length when there is none. */
static size_t pattern_end(struct text query, size_t at) {
    long brackets = 0, parentheses = 0;
    for (; at < query.length; at++) {
        char c = query.at[at];
        if (brackets == 0 && parentheses == 0 && c == '/')
            return at;
        if (c == '[')
            brackets++;
        else if (c == ']' && brackets > 0)
            brackets--;
        else if (c == '(' && brackets == 0)
            parentheses++;
        else if (c == ')' && brackets == 0)
            parentheses--;
        else if (c == '\\')
            at++;
    }
    return query.length;
}

static struct token pattern_token(struct tokens *tokens, struct tokens *rest) {
    struct text query = tokens->query;
    size_t start = tokens->at + 1, end = pattern_end(query, start);
    if (end >= query.length)
        return fault_token(tokens, "missing close \"/\"", rest);
    struct text pattern = {query.at + start, end - start};
    struct regex *regex;
    const char *why;
    if (!regex_compile(&regex, pattern, tokens->arena, &why))
        return fault_token(tokens, why, rest);
    struct token token = token_to(tokens, 'r', end + 1, rest);
    const char *after = query.at + end + 1;
    if (end + 1 < query.length && !is_first_operator(*after) &&
        text_space(after, query.at + query.length) == 0) {
        tokens->at = end + 1;
        return fault_token(
            tokens, "regexp must be followed by space or an operator (unescaped \"/\"?)", rest);
    }
    token.text = pattern;
    token.regex = regex;
    return token;
}

struct token tokens_next(struct tokens *tokens, bool value, struct tokens *rest) {
    const char *query = tokens->query.at, *stop = query + tokens->query.length;
    size_t skip;
    while (query + tokens->at < stop && (skip = text_space(query + tokens->at, stop)) > 0)
        tokens->at += skip;
    if (query + tokens->at == stop)
        return token_to(tokens, 0, tokens->at, rest);
    char c = query[tokens->at];
    if (is_first_operator(c))
        return token_to(tokens, c, tokens->at + 1, rest);
    if (value && c == '/')
        return pattern_token(tokens, rest);
    return c == '"' ? quoted_word(tokens, rest) : bare_word(tokens, rest);
}

void tokens_end(struct tokens *tokens) {
    struct tokens rest;
    struct token token = tokens_next(tokens, false, &rest);
    if (token.kind)
        tokens_fault(tokens, arena_printf(tokens->arena, "unexpected %s",
                                          go_quote(tokens->arena, token.text)));
}

/* Characters that take a place on the line: not control, format, private or separator characters
 * (the common ones of Unicode's Cc, Cf, Zl, Zp, Co). */
static bool is_graphic(uint32_t code) {
    if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD || code == 0xFEFF)
        return false;
    return !((code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
             (code >= 0x2060 && code <= 0x206F) || (code >= 0xE000 && code <= 0xF8FF));
}

bool syntax_error(struct pg_error *err, const char *query, size_t offset, const char *message) {
    struct text text = text_of(query);
    int column = 0;
    for (size_t at = 0, step; at < text.length && at < offset; at += step)
        column += is_graphic(text_rune((struct text){text.at + at, text.length - at}, &step));
    return pg_error_set(err, PG_USAGE, "syntax error: %s\n\t%s\n\t%*s^", message, query, column,
                        "");
}

const char *go_quote(struct arena *arena, struct text text) {
    static const char letters[] = "abfnrtv\\\"", bytes[] = "\a\b\f\n\r\t\v\\\"";
    char *out = arena_alloc(arena, 4 * text.length + 3);
    size_t length = 0;
    out[length++] = '"';
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        const char *simple = c ? strchr(bytes, c) : NULL;
        if (simple) {
            out[length++] = '\\';
            out[length++] = letters[simple - bytes];
        } else if ((unsigned char)c < 0x20 || c == 0x7F) {
            length += (size_t)snprintf(out + length, 5, "\\x%02x", (unsigned char)c);
        } else {
            out[length++] = c;
        }
    }
    out[length++] = '"';
    return out;
}
