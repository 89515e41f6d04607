#include "gate/config/config_edit.h"

/* A line of the text: [start, end), its newline at end unless the text ends there. */
struct line {
    const char *start, *end;
    size_t indent; /* blanks, and the dashes of list items, before its first word */
    bool empty;    /* nothing, or a comment */
};

static struct line line_at(const char *start, const char *limit) {
    const char *end = memchr(start, '\n', (size_t)(limit - start));
    struct line line = {start, end ? end : limit, 0, true};
    const char *at = start;
    while (at < line.end && (*at == ' ' || (*at == '-' && at + 1 < line.end && at[1] == ' ')))
        at++;
    line.indent = (size_t)(at - start);
    line.empty = at == line.end || *at == '#' || *at == '\r';
    return line;
}

static bool has_key(const struct line *line, const char *key) {
    size_t length = strlen(key);
    const char *at = line->start + line->indent;
    return (size_t)(line->end - at) > length && memcmp(at, key, length) == 0 && at[length] == ':';
}

static struct line next_line(const struct line *line, const char *limit) {
    return line_at(line->end < limit ? line->end + 1 : limit, limit);
}

/* Does the map's next line belong to it? List dashes on the same level do not: they begin the next
 * item. */
static bool inside(const struct line *line, const struct line *first) {
    return line->empty ||
           (line->indent >= first->indent &&
            !memchr(line->start, '-', first->indent < line->indent ? first->indent : line->indent));
}

static bool find_line(struct line *out, struct text yaml, unsigned number) {
    const char *limit = yaml.at + yaml.length;
    struct line line = line_at(yaml.at, limit);
    for (; number > 1 && line.end < limit; number--)
        line = next_line(&line, limit);
    *out = line;
    return number == 1 && !line.empty;
}

static bool spans_lines(const struct line *key, const char *limit) {
    const char *last = key->end;
    while (last > key->start && (last[-1] == ' ' || last[-1] == '\r'))
        last--;
    bool open = last > key->start && strchr(":|>[{,\"", last[-1]) != NULL && last[-1] != '"';
    struct line next = next_line(key, limit);
    return open || (key->end < limit && !next.empty && next.indent > key->indent);
}

bool config_edit_set(struct text *out, struct text yaml, unsigned line, const char *key,
                     const char *value, const char *comment, struct arena *arena,
                     struct pg_error *err) {
    const char *limit = yaml.at + yaml.length;
    struct line first;
    if (!find_line(&first, yaml, line) || first.start[first.indent] == '{')
        return pg_error_set(err, PG_USAGE,
                            "line %u does not begin a block-style map; set %s: %s there by hand",
                            line, key, value);
    struct line at = first;
    bool found = has_key(&at, key);
    while (!found && at.end < limit) {
        at = next_line(&at, limit);
        if (at.start == limit || !inside(&at, &first))
            break;
        found = at.indent == first.indent && has_key(&at, key);
    }
    if (found && spans_lines(&at, limit))
        return pg_error_set(err, PG_USAGE, "%s spans several lines; set %s: %s there by hand", key,
                            key, value);
    /* Behind the first line, whose value may go on below it. */
    struct line before = first;
    for (struct line next = next_line(&before, limit);
         !found && before.end < limit && !next.empty && next.indent > first.indent;
         next = next_line(&before, limit))
        before = next;
    const char *cut_from = found ? at.start + at.indent : before.end;
    const char *cut_to = found ? at.end : before.end;
    const char *text = arena_printf(arena, "%.*s%s%*s%s: %s  # %s%.*s", (int)(cut_from - yaml.at),
                                    yaml.at, found ? "" : "\n", found ? 0 : (int)first.indent, "",
                                    key, value, comment, (int)(limit - cut_to), cut_to);
    *out = text_of(text);
    return true;
}
