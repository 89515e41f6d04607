#include "gate/compare/rename.h"

#include <stdlib.h>

/* Name numbers of all base recordings: who is there, and what each becomes. */
struct names {
    uint32_t *to; /* by number; 0: stays */
    bool *present;
    uint32_t count;
};

static void mark_present(struct names *names, const struct recording *r) {
    for (uint32_t i = 0; i < r->series_count; i++)
        names->present[r->series[i].name] = true;
    for (uint32_t i = 0; i < r->failure_count; i++)
        names->present[r->failures[i].name] = true;
}

static bool present(const struct names *names, const struct strings *strings, struct text text,
                    uint32_t *out) {
    return strings_find(strings, text, out) && *out < names->count && names->present[*out];
}

static bool rename_one(struct names *names, struct strings *strings, struct text from,
                       struct text to, const struct rename_rule *rule,
                       struct comparison *comparison) {
    uint32_t old, taken;
    if (!present(names, strings, from, &old))
        return false;
    if (present(names, strings, to, &taken))
        comparison_note(comparison, NOTE_WARNING, rule->where,
                        "'%s' is not renamed: the baseline already has '%s'", rule->from, rule->to);
    else {
        struct renamed renamed = {old, strings_add(strings, to)};
        names->to[old] = renamed.to;
        ARENA_PUSH(comparison->arena, comparison->renamed, comparison->renamed_count,
                   comparison->renamed_capacity, renamed);
    }
    return true;
}

/* Both names with each suffix (`-8`) under which the base has the old one. */
static bool rename_suffixed(struct names *names, struct strings *strings,
                            const struct rename_rule *rule, struct comparison *comparison) {
    bool found = false;
    size_t length = strlen(rule->from);
    for (uint32_t i = 0; i < names->count; i++) {
        if (!names->present[i])
            continue;
        const char *name = strings_get(strings, i);
        if (name_without_suffix(name) != length || memcmp(name, rule->from, length) != 0 ||
            !name[length])
            continue;
        const char *to = arena_printf(comparison->arena, "%s%s", rule->to, name + length);
        found |= rename_one(names, strings, text_of(name), text_of(to), rule, comparison);
    }
    return found;
}

static struct recording *renamed(const struct recording *r, const struct names *names,
                                 struct arena *arena) {
    struct recording *out = arena_alloc(arena, sizeof *out);
    *out = *r;
    out->series = ARENA_NEW(arena, struct series, r->series_count);
    for (uint32_t i = 0; i < r->series_count; i++) {
        out->series[i] = r->series[i];
        if (names->to[r->series[i].name])
            out->series[i].name = names->to[r->series[i].name];
    }
    out->failures = ARENA_NEW(arena, struct failure, r->failure_count);
    for (uint32_t i = 0; i < r->failure_count; i++) {
        out->failures[i] = r->failures[i];
        if (names->to[r->failures[i].name])
            out->failures[i].name = names->to[r->failures[i].name];
    }
    return out;
}

const struct recording *const *renamed_recordings(const struct recording *const *base, size_t count,
                                                  struct comparison *comparison) {
    const struct policy *policy = comparison->policy;
    if (policy->rename_count == 0 || count == 0)
        return base;
    struct arena *arena = comparison->arena;
    struct strings *strings = base[0]->strings;
    struct names names = {.count = strings_count(strings)};
    names.to = ARENA_NEW(arena, uint32_t, names.count);
    names.present = ARENA_NEW(arena, bool, names.count);
    for (size_t i = 0; i < count; i++)
        mark_present(&names, base[i]);
    for (size_t i = 0; i < policy->rename_count; i++) {
        const struct rename_rule *rule = &policy->renames[i];
        if (rename_of_function(rule))
            continue;
        if (!rename_one(&names, strings, text_of(rule->from), text_of(rule->to), rule,
                        comparison) &&
            !rename_suffixed(&names, strings, rule, comparison))
            comparison_note(comparison, NOTE_WARNING, rule->where,
                            "rename is not used: the baseline has no benchmark '%s'", rule->from);
    }
    const struct recording **out = ARENA_NEW(arena, const struct recording *, count);
    for (size_t i = 0; i < count; i++)
        out[i] = renamed(base[i], &names, arena);
    return out;
}
