#include "gate/commands/run_share.h"

#include "runners/base/command_line.h"
#include "runners/harvest.h"
#include "runners/sampler/child.h"
#include "runners/shard.h"

static bool add_listed(struct run_sides *sides, const struct plan_side *side, const char *list,
                       double timeout, struct name_set *names, struct pg_error *err) {
    const char *const argv[] = {"/bin/sh", "-c", list, NULL};
    struct child_request request = {
        .argv = argv, .directory = side->directory, .timeout = timeout, .output_limit = 16 << 20};
    struct launched listed;
    if (!child_succeed(&request, &listed, sides->arena, err))
        return pg_error_in(err, "--list");
    const char *end = listed.output.at + listed.output.length;
    for (const char *at = listed.output.at; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((newline ? newline : end) - at);
        struct text line = text_trim((struct text){at, length}), rest = line, word;
        if (text_field(&rest, &word) && word.length == line.length)
            name_set_add(names, strings_add(sides->strings, line), sides->arena);
        at += length + 1;
    }
    return true;
}

static size_t escaped(char *to, const char *name) {
    size_t used = 0;
    for (; *name; name++) {
        if (strchr("\\^$.|?*+()[]{}", *name))
            to[used++] = '\\';
        to[used++] = *name;
    }
    return used;
}

/* ^(A|B)$ of the share. */
static const char *pattern(const struct run_sides *sides, const struct name_set *names,
                           const struct plan *plan, size_t *count) {
    size_t room = 8;
    for (size_t i = 0; i < names->count; i++)
        room += 2 * strings_length(sides->strings, names->names[i]) + 1;
    char *text = ARENA_NEW(sides->arena, char, room), *to = text;
    *to++ = '^';
    *to++ = '(';
    *count = 0;
    for (size_t i = 0; i < names->count; i++) {
        const char *name = strings_get(sides->strings, names->names[i]);
        if (shard_of(text_of(name), plan->shard_count) != plan->shard_index)
            continue;
        if ((*count)++)
            *to++ = '|';
        to += escaped(to, name);
    }
    *to++ = ')';
    *to = '$';
    return text;
}

static const char *put(const char *word, const char *with, bool *found, struct arena *arena) {
    const char *done = "";
    for (const char *place; (place = strstr(word, SHARE_PLACE));) {
        *found = true;
        done = arena_printf(arena, "%s%.*s%s", done, (int)(place - word), word, with);
        word = place + sizeof SHARE_PLACE - 1;
    }
    return arena_printf(arena, "%s%s", done, word);
}

static bool put_everywhere(struct plan_side *side, const char *with, struct arena *arena) {
    size_t count = 0;
    bool found = false;
    side->command = command_quote(side->argv, arena);
    while (side->argv[count])
        count++;
    const char **argv = ARENA_NEW(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        argv[i] = put(side->argv[i], with, &found, arena);
    side->argv = argv;
    return found;
}

bool run_share(struct run_sides *sides, const char *list, struct plan *plan, struct pg_error *err) {
    struct name_set names = {0};
    size_t count;
    for (size_t i = 0; i < sides->count; i++) {
        if (!add_listed(sides, &sides->sides[i], list, plan->timeout, &names, err))
            return false;
    }
    if (names.count == 0)
        return pg_error_set(err, PG_CHILD, "--list: '%.300s' printed no name of a benchmark", list);
    const char *with = pattern(sides, &names, plan, &count);
    for (size_t i = 0; i < sides->count; i++) {
        if (!put_everywhere(&sides->sides[i], with, sides->arena))
            return pg_error_set(err, PG_USAGE,
                                "--list: the command of '%.100s' has no %s for the pattern",
                                sides->sides[i].label, SHARE_PLACE);
    }
    plan->listed = (uint32_t)names.count;
    plan->nothing = count == 0;
    return true;
}
