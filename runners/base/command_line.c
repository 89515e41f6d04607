#include "runners/base/command_line.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* One command line being split. */
struct splitter {
    const char *at;
    char *word; /* room for the whole text */
    size_t length;
    bool in_word;
};

static bool needs_shell(char c, struct pg_error *err) {
    return pg_error_set(err, PG_USAGE,
                        "'%c' has a meaning for a shell only: quote it, or let a shell run the "
                        "command with --shell",
                        c);
}

static bool expands(const char *at) {
    return at[0] == '$' && (isalnum((unsigned char)at[1]) || strchr("_{(?!@*#$", at[1])) &&
           at[1] != '\0';
}

static bool take_single(struct splitter *s, struct pg_error *err) {
    for (s->at++; *s->at != '\''; s->at++) {
        if (!*s->at)
            return pg_error_set(err, PG_USAGE, "a quote (') is not closed");
        s->word[s->length++] = *s->at;
    }
    return true;
}

static bool take_double(struct splitter *s, struct pg_error *err) {
    for (s->at++; *s->at != '"'; s->at++) {
        if (!*s->at)
            return pg_error_set(err, PG_USAGE, "a quote (\") is not closed");
        if (*s->at == '`' || expands(s->at))
            return needs_shell(*s->at, err);
        if (*s->at == '\\' && s->at[1] && strchr("\"\\$`", s->at[1]))
            s->at++;
        s->word[s->length++] = *s->at;
    }
    return true;
}

static bool take(struct splitter *s, struct pg_error *err) {
    s->in_word = true;
    if (*s->at == '\'')
        return take_single(s, err);
    if (*s->at == '"')
        return take_double(s, err);
    if (strchr("|&;<>()`", *s->at) || expands(s->at))
        return needs_shell(*s->at, err);
    if (*s->at == '\\' && !*++s->at)
        return pg_error_set(err, PG_USAGE, "a backslash has nothing behind it");
    s->word[s->length++] = *s->at;
    return true;
}

bool command_split(const char *const **argv, const char *text, struct arena *arena,
                   struct pg_error *err) {
    const char **words = NULL;
    size_t count = 0, capacity = 0;
    struct splitter s = {text, ARENA_NEW(arena, char, strlen(text) + 1), 0, false};
    for (;; s.at++) {
        if (*s.at && !strchr(" \t\r\n", *s.at)) {
            if (!take(&s, err))
                return pg_error_in(err, text);
            continue;
        }
        if (s.in_word)
            ARENA_PUSH(arena, words, count, capacity, arena_strndup(arena, s.word, s.length));
        s.length = 0;
        s.in_word = false;
        if (!*s.at)
            break;
    }
    if (count == 0)
        return pg_error_set(err, PG_USAGE, "'%.100s': no command in it", text);
    ARENA_PUSH(arena, words, count, capacity, NULL);
    *argv = words;
    return true;
}

static const char *quoted(const char *word, struct arena *arena) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@^_";
    if (*word && strspn(word, plain) == strlen(word))
        return word;
    char *out = ARENA_NEW(arena, char, 4 * strlen(word) + 3), *to = out;
    *to++ = '\'';
    for (; *word; word++) {
        if (*word == '\'') {
            memcpy(to, "'\\''", 4);
            to += 4;
        } else {
            *to++ = *word;
        }
    }
    *to++ = '\'';
    return out;
}

const char *command_quote(const char *const *argv, struct arena *arena) {
    const char *text = "";
    for (size_t i = 0; argv[i]; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? " " : "", quoted(argv[i], arena));
    return text;
}
