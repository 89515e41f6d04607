#include "gate/compare/waive.h"

#include "gate/compare/judge.h"
#include "gate/compare/waiver.h"

#include <time.h>

struct waiving {
    struct strings *names; /* of benchmarks */
    size_t *by_name;       /* index + 1 of the newest waiver of that name */
    size_t *next;          /* by waiver: index + 1 of the next of the same name */
    struct waiver_use *uses;
};

const char *waiver_today(const struct policy *policy, struct arena *arena) {
    time_t now = time(NULL);
    struct tm tm;
    char text[32];
    if (policy->today)
        return policy->today;
    if (!gmtime_r(&now, &tm) || strftime(text, sizeof text, "%Y-%m-%d", &tm) == 0)
        return "9999-12-31"; /* without a clock nothing is waived */
    return arena_strdup(arena, text);
}

bool waiver_covers(const struct waiver *waiver, struct waiver_use *use, double change,
                   const char **note, struct arena *arena) {
    if (use->expired) {
        *note = arena_printf(arena, "the waiver at %.200s expired on %s", waiver->where,
                             waiver->expires);
        return false;
    }
    if (!(fabs(change) <= waiver->ceiling)) {
        use->over = true;
        *note = arena_printf(arena, "worse than the %.4g%% that the waiver at %.200s allows",
                             100 * waiver->ceiling, waiver->where);
        return false;
    }
    use->waived = true;
    *note = arena_printf(arena, "waived until %s up to %.4g%%: %.500s (%.200s)", waiver->expires,
                         100 * waiver->ceiling, waiver->reason, waiver->where);
    return true;
}

static struct waiving *waiving_new(const struct policy *policy, struct arena *arena) {
    struct waiving *all = arena_alloc(arena, sizeof *all);
    const char *today = waiver_today(policy, arena);
    all->names = strings_new(arena);
    all->by_name = ARENA_NEW(arena, size_t, policy->waiver_count + 1);
    all->next = ARENA_NEW(arena, size_t, policy->waiver_count);
    all->uses = ARENA_NEW(arena, struct waiver_use, policy->waiver_count);
    for (size_t i = 0; i < policy->waiver_count; i++) {
        uint32_t number = strings_add(all->names, text_of(policy->waivers[i].benchmark));
        all->next[i] = all->by_name[number];
        all->by_name[number] = i + 1;
        all->uses[i].expired = waiver_expired(&policy->waivers[i], today);
    }
    return all;
}

/* The index + 1 of the waiver for that name and unit, or 0. */
static size_t waiver_named(const struct waiving *all, const struct policy *policy, struct text name,
                           const char *unit) {
    uint32_t number;
    if (!strings_find(all->names, name, &number))
        return 0;
    size_t at = all->by_name[number];
    while (at && strcmp(policy->waivers[at - 1].unit, unit) != 0)
        at = all->next[at - 1];
    return at;
}

static size_t waiver_of(const struct waiving *all, const struct policy *policy,
                        const struct row *row) {
    size_t at = waiver_named(all, policy, text_of(row->name), row->unit);
    if (at)
        return at;
    struct text name = {row->name, name_without_suffix(row->name)};
    return row->name[name.length] ? waiver_named(all, policy, name, row->unit) : 0;
}

static void waive(struct row *row, const struct waiver *waiver, struct waiver_use *use,
                  struct arena *arena) {
    use->known = true;
    if (row->verdict != ROW_REGRESSED)
        return;
    const char *note;
    if (waiver_covers(waiver, use, row->change, &note, arena))
        row->verdict = ROW_WAIVED;
    row_note(row, arena, "%s", note);
}

void waiver_report(struct comparison *c, const struct waiver *waiver,
                   const struct waiver_use *use) {
    if (!use->known)
        comparison_note(c, NOTE_WARNING, waiver->where,
                        "waiver of an unknown row: nothing here is named '%.300s' in %.100s",
                        waiver->benchmark, waiver->unit);
    if (use->expired)
        comparison_note(c, NOTE_WARNING, waiver->where,
                        "waiver of '%.300s' %.100s expired on %s and waives nothing",
                        waiver->benchmark, waiver->unit, waiver->expires);
    else if (use->known && !use->waived && !use->over)
        comparison_note(c, NOTE_INFO, waiver->where,
                        "waiver of '%.300s' %.100s is not needed: the row did not regress",
                        waiver->benchmark, waiver->unit);
}

void judge_waivers(struct judge *judge) {
    struct comparison *c = judge->comparison;
    const struct policy *policy = c->policy;
    if (policy->waiver_count == 0)
        return;
    struct waiving *all = waiving_new(policy, judge->arena);
    for (size_t i = 0; i < c->row_count; i++) {
        size_t at = waiver_of(all, policy, &c->rows[i]);
        if (at)
            waive(&c->rows[i], &policy->waivers[at - 1], &all->uses[at - 1], judge->arena);
    }
    for (size_t i = 0; i < policy->waiver_count; i++) {
        if (!policy->waivers[i].function)
            waiver_report(c, &policy->waivers[i], &all->uses[i]);
    }
}
