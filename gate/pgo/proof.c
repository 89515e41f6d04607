#include "gate/pgo/proof.h"

enum { ADDRESS = 4, NAMES_SHOWN = 5 };

static bool same_sections(const struct program_code *a, const struct program_code *b) {
    bool same = a->section_count == b->section_count && a->bytes == b->bytes;
    for (size_t i = 0; same && i < a->section_count; i++)
        same = a->sections[i].length == b->sections[i].length &&
               memcmp(a->sections[i].at, b->sections[i].at, a->sections[i].length) == 0;
    return same;
}

/* The same but for addresses of what has moved elsewhere. */
static bool same_bytes(struct text a, struct text b) {
    size_t run = 0;
    bool same = a.length == b.length;
    for (size_t i = 0; same && i < a.length; i++) {
        run = a.at[i] == b.at[i] ? 0 : run + 1;
        same = run <= ADDRESS;
    }
    return same;
}

/* The next piece of the function, from *at on. */
static const struct function_code *next_piece(const struct program_code *code, uint32_t own,
                                              const uint32_t *own_names, size_t *at) {
    while (*at < code->count) {
        const struct function_code *piece = &code->functions[(*at)++];
        if (own_names[piece->name] == own)
            return piece;
    }
    return NULL;
}

struct comparing {
    const struct program_code *before, *after;
    const uint32_t *own_names; /* by text: the function's own name */
};

/* -1: neither has code of its own of it; 0: the same; 1: other code. */
static int differs(const struct comparing *c, uint32_t own) {
    size_t i = 0, k = 0;
    bool any = false;
    for (;;) {
        const struct function_code *x = next_piece(c->before, own, c->own_names, &i);
        const struct function_code *y = next_piece(c->after, own, c->own_names, &k);
        if (!x && !y)
            return any ? 0 : -1;
        if (!x || !y || !same_bytes(x->bytes, y->bytes))
            return 1;
        any = true;
    }
}

static uint32_t *own_names(struct strings *strings, struct arena *arena) {
    uint32_t count = strings_count(strings), *own = ARENA_NEW(arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        struct text name = {strings_get(strings, i), strings_length(strings, i)};
        own[i] = strings_add(strings, source_function_name(name));
    }
    return own;
}

struct code_change code_change_of(const struct program_code *before,
                                  const struct program_code *after, const struct hot_functions *hot,
                                  struct strings *strings, struct arena *arena) {
    struct code_change out = {.same = same_sections(before, after),
                              .before = before->bytes,
                              .after = after->bytes,
                              .names = ""};
    struct comparing c = {before, after, own_names(strings, arena)};
    for (size_t i = 0; i < hot->count; i++) {
        uint32_t own;
        int answer = -1;
        if (strings_find(strings, source_function_name(text_of(hot->items[i].name)), &own))
            answer = differs(&c, own);
        out.hot += answer >= 0;
        if (answer <= 0)
            continue;
        if (out.changed++ < NAMES_SHOWN)
            out.names = arena_printf(arena, "%s%s%s", out.names, *out.names ? ", " : "",
                                     hot->items[i].name);
    }
    return out;
}
