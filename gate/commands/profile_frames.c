#include "gate/commands/profile_parts.h"
#include "gate/grid/regex.h"

/* ---- stacks are rewritten in place ---- */

/* Moves [first, last) of a stack's frames to what is to stay of it. */
typedef void narrow(const struct profile *p, const void *how, uint32_t *first, uint32_t *last);

/* Narrows every stack, and leaves out the locations that are hidden; either may be NULL. */
static void rewrite_stacks(struct profile *p, narrow *narrow_one, const void *how,
                           const bool *hidden) {
    uint32_t count = 0, next = 0;
    for (size_t i = 0; i < p->sample_count; i++) {
        uint32_t first = next, last = next = p->stack_start[i + 1];
        if (narrow_one)
            narrow_one(p, how, &first, &last);
        for (; first < last; first++) {
            if (!hidden || !hidden[p->frames[first]])
                p->frames[count++] = p->frames[first];
        }
        p->stack_start[i + 1] = count;
    }
}

/* Keeps the lines of every location for which `gone` is false. */
static void remove_lines(struct profile *p, const bool *gone) {
    uint32_t count = 0, line = 0;
    for (size_t i = 0; i < p->location_count; i++) {
        for (; line < p->line_start[i + 1]; line++) {
            if (!gone[line])
                p->lines[count++] = p->lines[line];
        }
        p->line_start[i + 1] = count;
    }
}

/* ---- frames that the profile itself wants dropped ---- */

/* A function's name as drop_frames means it: without its argument list and a leading point. */
static struct text simple_name(struct text name) {
    static const char *const kept[] = {"(anonymous namespace)", "operator()"};
    if (text_starts(name, "."))
        name = (struct text){name.at + 1, name.length - 1};
    for (size_t at = 0; at < name.length; at++) {
        struct text rest = {name.at + at, name.length - at};
        if (text_starts(rest, kept[0]) || text_starts(rest, kept[1]))
            at += strlen(kept[text_starts(rest, kept[1])]) - 1;
        else if (*rest.at == '(')
            name.length = at;
    }
    return name;
}

/* An expression of a profile matches whole names. NULL when there is none. */
static bool compile_whole(struct regex **out, const struct profile *p, uint32_t pattern,
                          struct arena *arena, struct pg_error *err) {
    const char *why;
    *out = NULL;
    if (!pattern)
        return true;
    const char *whole = arena_printf(arena, "^(?:%s)$", strings_get(p->strings, pattern));
    return regex_compile(out, text_of(whole), arena, &why) ||
           pg_error_set(err, PG_FORMAT, "the profile's drop_frames or keep_frames: %s", why);
}

/* By function: is it to be dropped? */
static bool find_dropped(const struct profile *p, bool *dropped, struct arena *arena,
                         struct pg_error *err) {
    struct regex *drop, *keep;
    if (!compile_whole(&drop, p, p->drop_frames, arena, err) ||
        !compile_whole(&keep, p, p->keep_frames, arena, err))
        return false;
    for (size_t i = 0; i < p->function_count; i++) {
        uint32_t number = p->functions[i].name;
        struct text name = simple_name(
            (struct text){strings_get(p->strings, number), strings_length(p->strings, number)});
        dropped[i] = number && regex_match(drop, name) == REGEX_YES &&
                     !(keep && regex_match(keep, name) == REGEX_YES);
    }
    return true;
}

/* Of each location, how many of its lines, the innermost ones, are at and below a dropped one. */
static void find_cuts(const struct profile *p, const bool *dropped, uint32_t *cuts) {
    for (size_t i = 0; i < p->location_count; i++) {
        uint32_t first = p->line_start[i], line = p->line_start[i + 1];
        while (line > first && !dropped[p->lines[line - 1].function])
            line--;
        cuts[i] = line - first;
    }
}

/* Everything at and below the outermost dropped frame goes; what comes before the first frame that
 * stays is not looked at, so that no stack is emptied. */
static void prune_stack(const struct profile *p, const void *how, uint32_t *first, uint32_t *last) {
    const uint32_t *cuts = how;
    bool stays = false;
    for (uint32_t f = *last; f > *first; f--) {
        uint32_t location = p->frames[f - 1];
        if (cuts[location] && stays) {
            bool whole = cuts[location] == p->line_start[location + 1] - p->line_start[location];
            *first = whole ? f : f - 1;
            return;
        }
        stays |= !cuts[location];
    }
}

bool profile_drop_frames(struct profile *p, struct arena *arena, struct pg_error *err) {
    if (!p->drop_frames)
        return true;
    bool *dropped = ARENA_NEW(arena, bool, p->function_count);
    uint32_t *cuts = ARENA_NEW(arena, uint32_t, p->location_count);
    bool *gone = ARENA_NEW(arena, bool, p->line_start[p->location_count]);
    if (!find_dropped(p, dropped, arena, err))
        return false;
    find_cuts(p, dropped, cuts);
    rewrite_stacks(p, prune_stack, cuts, NULL);
    for (size_t i = 0; i < p->location_count; i++) {
        uint32_t first = p->line_start[i], end = first + cuts[i];
        for (uint32_t l = first; end < p->line_start[i + 1] && l < end; l++)
            gone[l] = true;
    }
    remove_lines(p, gone);
    return true;
}

/* ---- hide and show ---- */

/* Which lines --hide and --show take away, and which locations are then gone. */
static bool find_hidden(const struct profile_filter *filter, const struct profile *p, bool *lines,
                        bool *locations, struct arena *arena, struct pg_error *err) {
    struct place_matches hide, show;
    if ((filter->hide && !profile_match_places(&hide, p, "hide", filter->hide, arena, err)) ||
        (filter->show && !profile_match_places(&show, p, "show", filter->show, arena, err)))
        return false;
    for (size_t i = 0; i < p->location_count; i++) {
        uint32_t mapping = p->locations[i].mapping, left = 0;
        bool hide_all = filter->hide && mapping != PROFILE_NONE && hide.mappings[mapping];
        bool show_all = !filter->show || (mapping != PROFILE_NONE && show.mappings[mapping]);
        bool touched = hide_all || filter->show;
        for (uint32_t l = p->line_start[i]; l < p->line_start[i + 1]; l++) {
            uint32_t function = p->lines[l].function;
            lines[l] = hide_all || (filter->hide && hide.functions[function]) ||
                       (!show_all && !show.functions[function]);
            touched |= lines[l];
            left += !lines[l];
        }
        locations[i] = touched && !left;
    }
    return true;
}

static void show_stack(const struct profile *p, const void *how, uint32_t *first, uint32_t *last) {
    const bool *shown = how;
    while (*last > *first && !shown[p->frames[*last - 1]])
        --*last;
}

/* Which locations match --show-from; of their lines those above the outermost match go. */
static bool find_shown(const char *pattern, const struct profile *p, bool *lines, bool *locations,
                       struct arena *arena, struct pg_error *err) {
    struct place_matches from;
    if (!profile_match_places(&from, p, "show-from", pattern, arena, err))
        return false;
    for (size_t i = 0; i < p->location_count; i++) {
        uint32_t mapping = p->locations[i].mapping, l = p->line_start[i + 1];
        locations[i] = mapping != PROFILE_NONE && from.mappings[mapping];
        while (!locations[i] && l > p->line_start[i])
            locations[i] = from.functions[p->lines[--l].function];
        if (mapping != PROFILE_NONE && from.mappings[mapping])
            continue;
        for (uint32_t above = l + 1; locations[i] && above < p->line_start[i + 1]; above++)
            lines[above] = true;
    }
    return true;
}

bool profile_hide_frames(const struct profile_filter *filter, struct profile *p,
                         struct arena *arena, struct pg_error *err) {
    bool *lines = ARENA_NEW(arena, bool, p->line_start[p->location_count]);
    bool *locations = ARENA_NEW(arena, bool, p->location_count);
    if (filter->hide || filter->show) {
        if (!find_hidden(filter, p, lines, locations, arena, err))
            return false;
        rewrite_stacks(p, NULL, NULL, locations);
        remove_lines(p, lines);
    }
    if (filter->show_from) {
        memset(lines, 0, p->line_start[p->location_count]);
        if (!find_shown(filter->show_from, p, lines, locations, arena, err))
            return false;
        rewrite_stacks(p, show_stack, locations, NULL);
        remove_lines(p, lines);
    }
    return true;
}
