#include "gate/pgo/staleness.h"

#include "runners/symbols/demangle.h"

#include <stdlib.h>

enum { NAMES_SHOWN = 5 };

struct looking {
    const struct function_places *places;
    const struct sidecar *sidecar;
    struct strings *strings;
    struct arena *arena;
    struct function_place *by_file; /* by file, then line of the declaration */
    struct strings *readable;       /* of all functions of the build, made when one is missing */
    const struct function_place **of_readable; /* by number */
    struct strings *own;                       /* without what compilers append */
};

static const char *text(const struct looking *l, uint32_t number) {
    return strings_get(l->strings, number);
}

static int by_file(const void *a, const void *b) {
    const struct function_place *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return (x->declared > y->declared) - (x->declared < y->declared);
}

/* ---- names ---- */

/* `ns::f<int>(char const*)` is `ns::f`, since parameters and Rust's hash change with what they are
 * made of. */
static uint32_t readable(struct looking *l, const char *name) {
    struct arena *scratch = arena_new();
    struct text own = source_function_name(text_of(name));
    const char *whole = demangle(arena_strndup(scratch, own.at, own.length), scratch);
    char *kept = arena_alloc(scratch, strlen(whole) + 1);
    size_t used = 0, depth = 0;
    bool mangled = !text_equal(own, whole);
    for (const char *at = whole; *at && !(mangled && !depth && *at == '(' && used); at++) {
        depth += mangled && *at == '<';
        if (!depth)
            kept[used++] = *at;
        depth -= mangled && *at == '>' && depth;
    }
    uint32_t number = strings_add(l->readable, (struct text){kept, used});
    arena_free(scratch);
    return number;
}

static bool is_known(const struct looking *l, const char *name) {
    for (size_t i = 0; i < l->sidecar->functions.count; i++) {
        if (strcmp(l->sidecar->functions.items[i].name, name) == 0)
            return true;
    }
    return false;
}

static void read_names(struct looking *l) {
    const struct function_places *p = l->places;
    if (l->readable)
        return;
    l->readable = strings_new(l->arena);
    l->of_readable = ARENA_NEW(l->arena, const struct function_place *, p->count + 1);
    for (size_t i = 0; i < p->count; i++) {
        uint32_t number = readable(l, text(l, p->functions[i].name));
        if (!l->of_readable[number] && !is_known(l, text(l, p->functions[i].name)))
            l->of_readable[number] = &p->functions[i];
    }
}

/* The function that has its name but for parameters, or its place in its file. */
static const struct function_place *renamed(struct looking *l, const struct hot_function *hot) {
    read_names(l);
    uint32_t number = readable(l, hot->name);
    if (number <= l->places->count && l->of_readable[number])
        return l->of_readable[number];
    for (size_t i = 0; hot->declared && i < l->places->count; i++) {
        const struct function_place *p = &l->places->functions[i];
        if (p->declared == hot->declared &&
            strcmp(text_file_name(text(l, p->file)), hot->file) == 0 &&
            !is_known(l, text(l, p->name)))
            return p;
    }
    return NULL;
}

/* The one of its file, else one whose file is known, else what is only a symbol. */
static const struct function_place *find(struct looking *l, const struct hot_function *hot) {
    const struct function_place *best = NULL, *first;
    uint32_t name;
    size_t count;
    if (!strings_find(l->strings, text_of(hot->name), &name))
        return NULL;
    first = function_places_find(l->places, name, &count);
    for (size_t i = 0; i < count; i++) {
        if (first[i].declared && strcmp(text_file_name(text(l, first[i].file)), hot->file) == 0)
            return &first[i];
        if (!best || (first[i].declared && !best->declared))
            best = &first[i];
    }
    return best;
}

/* Is there a clone or a part of it, and itself not? */
static bool has_part(struct looking *l, const struct hot_function *hot) {
    uint32_t ignored;
    if (!l->own) {
        l->own = strings_new(l->arena);
        for (size_t i = 0; i < l->places->count; i++)
            strings_add(l->own,
                        source_function_name(text_of(text(l, l->places->functions[i].name))));
    }
    return strings_find(l->own, source_function_name(text_of(hot->name)), &ignored);
}

/* ---- lines ---- */

/* Closures and local functions stand within the function whose name is in theirs: `main.f.func1`,
 * `_ZZ1fvENKUlvE_clEv`, Rust's without the hash. */
static bool is_within(const char *inner, const char *outer) {
    size_t length = strlen(outer);
    char core[512];
    if (strncmp(outer, "_Z", 2) != 0)
        return strncmp(inner, outer, length) == 0 && (inner[length] == '.' || inner[length] == ':');
    outer += outer[2] == 'N' ? 3 : 2;
    const char *hash = strstr(outer, "17h");
    length = hash && hash > outer ? (size_t)(hash - outer) : strlen(outer);
    if (length >= sizeof core)
        return false;
    memcpy(core, outer, length);
    core[length] = '\0';
    return strstr(inner, core) != NULL;
}

/* Line where the next function of the file is declared. */
static uint32_t end_of(const struct looking *l, const struct function_place *place) {
    const struct function_place *end = l->by_file + l->places->count, *at = l->by_file;
    size_t low = 0, high = l->places->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_file(&l->by_file[middle], place) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (at += low; at < end && at->file == place->file; at++) {
        if (!is_within(text(l, at->name), text(l, place->name)))
            return at->declared;
    }
    return UINT32_MAX;
}

/* Share of the function's samples that are on lines without code. */
static double moved(const struct looking *l, const struct hot_function *hot,
                    const struct function_place *place) {
    double all = 0, missing = 0;
    if (!place->declared || !l->places->line_count)
        return 0;
    uint32_t end = end_of(l, place);
    for (size_t i = 0; i < hot->line_count; i++) {
        uint32_t line = place->declared + hot->lines[i].offset;
        all += hot->lines[i].share;
        if (line >= end || !function_places_have(l->places, place->file, line))
            missing += hot->lines[i].share;
    }
    return all > 0 ? missing / all : 0;
}

/* ---- all of it ---- */

static void add(struct looking *l, struct stale_part *part, const struct hot_function *hot,
                const char *now, double share) {
    part->share += share;
    if (part->functions++ >= NAMES_SHOWN)
        return;
    part->names =
        arena_printf(l->arena, "%s%s%s%s%s (%.1f%%)", part->names, *part->names ? ", " : "",
                     hot->name, now ? " is now " : "", now ? now : "", 100 * share);
}

static void look_for(struct looking *l, const struct hot_function *hot, struct staleness *out) {
    const struct function_place *place = find(l, hot), *now;
    if (place) {
        double share = hot->share * moved(l, hot, place);
        if (share > 0)
            add(l, &out->moved, hot, NULL, share);
    } else if (has_part(l, hot)) {
        return;
    } else if ((now = renamed(l, hot)) != NULL) {
        add(l, &out->renamed, hot, text(l, now->name), hot->share);
    } else {
        add(l, &out->gone, hot, NULL, hot->share);
    }
}

struct staleness staleness_of(const struct sidecar *sidecar, const struct function_places *places,
                              struct strings *strings, struct arena *arena) {
    struct looking l = {.places = places, .sidecar = sidecar, .strings = strings, .arena = arena};
    struct staleness out = {.functions = sidecar->functions.count,
                            .lines_known = places->line_count > 0,
                            .gone.names = "",
                            .renamed.names = "",
                            .moved.names = ""};
    out.same_build =
        sidecar->build_id && *places->build_id && strcmp(sidecar->build_id, places->build_id) == 0;
    if (out.same_build)
        return out;
    l.by_file = ARENA_NEW(arena, struct function_place, places->count);
    memcpy(l.by_file, places->functions, places->count * sizeof *l.by_file);
    qsort(l.by_file, places->count, sizeof *l.by_file, by_file);
    for (size_t i = 0; i < sidecar->functions.count; i++)
        look_for(&l, &sidecar->functions.items[i], &out);
    out.stale = out.gone.share + out.renamed.share + out.moved.share;
    return out;
}
