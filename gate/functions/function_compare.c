#include "gate/functions/function_compare.h"

#include "gate/functions/function_rename.h"
#include "gate/functions/function_times.h"
#include "gate/functions/function_waive.h"
#include "runners/profile/profile_file.h"
#include "runners/profile/strip.h"

#include <unistd.h>

/* ---- profiles ---- */

static const char *profile_beside(const struct recording *r, struct arena *arena) {
    const char *path = r->path ? recording_profile_path(r->path, arena) : NULL;
    return path && access(path, F_OK) == 0 ? path : NULL;
}

struct source_side {
    const struct recording *const *recordings;
    size_t count;
    struct profile *at_hand; /* instead; or NULL */
    const struct comparison *comparison;
    bool *renames; /* of the base: which renames of functions were used */
};

static bool has_profile(const struct source_side *source, struct arena *arena) {
    bool has = source->at_hand != NULL;
    for (size_t i = 0; i < source->count && !has; i++)
        has = profile_beside(source->recordings[i], arena) != NULL;
    return has;
}

/* What is compared ends in reports. */
static bool add_profile(struct function_side *side, struct profile *profile, const char *path,
                        const struct source_side *source, struct pg_error *err) {
    const struct comparison *c = source->comparison;
    bool of_base = source->renames != NULL;
    if (!c->policy->keep_paths)
        profile_strip_paths(profile, side->names->arena);
    const struct profile *named = of_base ? function_renamed(profile, c, source->renames) : profile;
    if (!function_side_add(side, named, path, err))
        return false;
    if (!of_base)
        function_names_lines(side->names, profile);
    return true;
}

static bool read_side(struct function_side *side, const struct source_side *source,
                      struct pg_error *err) {
    struct arena *arena = side->names->arena;
    if (source->at_hand && !add_profile(side, source->at_hand, "profile", source, err))
        return false;
    for (size_t i = 0; i < source->count && !source->at_hand; i++) {
        const char *path = profile_beside(source->recordings[i], arena);
        struct profile *profile;
        side->session = (uint32_t)i;
        if (path && (!profile_read(&profile, path, side->names->strings, arena, err) ||
                     !add_profile(side, profile, path, source, err)))
            return false;
    }
    function_side_finish(side);
    return true;
}

/* ---- all ---- */

static void take_findings(struct comparison *c, const struct function_findings *findings) {
    c->functions = findings;
    for (size_t i = 0; i < findings->note_count; i++)
        comparison_note(c, NOTE_INFO, "functions", "%s", findings->notes[i]);
    for (size_t i = 0; i < findings->row_count; i++)
        c->functions_regressed += function_decides(findings, &findings->rows[i]);
}

static bool same_session(const struct comparison *c) {
    const char *base = recording_get(c->base[0], "session");
    const char *head = recording_get(c->head[0], "session");
    return base && head && strcmp(base, head) == 0;
}

/* Where functions are tested by rounds of one moment, what moments differ by is not in their p. */
static void note_sessions(struct comparison *c, const struct function_findings *f) {
    const struct function_slice *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < f->slice_count; i++) {
        if (f->slices[i].session_count > 1)
            continue;
        first = first ? first : &f->slices[i];
        count++;
    }
    if (first && c->base_count > 1)
        comparison_note(c, NOTE_WARNING, "functions",
                        "%s%s%s of %zu stored recordings one has a profile, so functions are "
                        "tested by its rounds alone: how much sessions differ is not known",
                        first->name, count > 1 ? " and others" : "", *first->name ? ":" : "",
                        c->base_count);
    else if (first && policy_functions_decide(c->policy) && !same_session(c))
        comparison_note(c, NOTE_INFO, "functions",
                        "base and head are one session each: how much sessions differ is not "
                        "known, so it is not in p");
}

/* `sound`: the profiles account for the time; others decide nothing. */
static void judge(struct comparison *c, const struct function_side *base,
                  const struct function_side *head, bool sound) {
    struct function_time *times;
    struct function_request *request = ARENA_NEW(c->arena, struct function_request, 1);
    *request = (struct function_request){
        .base = base, .head = head, .policy = c->policy, .floor = FUNCTION_FLOOR};
    request->time_count = function_times(&times, c, base);
    request->times = times;
    struct function_findings *findings = functions_judge(request, c->arena);
    functions_waive(c, findings);
    for (size_t i = 0; i < findings->slice_count; i++)
        findings->slices[i].gated &= sound;
    take_findings(c, findings);
    note_sessions(c, c->functions);
    comparison_recount(c);
}

/* Why functions are not compared, or NULL; "" where nobody expects it. */
static const char *objection(const struct comparison *c, const struct source_side *sources) {
    bool base = has_profile(&sources[0], c->arena), head = has_profile(&sources[1], c->arena);
    if (!base && !head)
        return policy_functions_decide(c->policy) ? "no side has a profile" : "";
    if (!base || !head)
        return base ? "only the base has a profile" : "only the head has a profile";
    if (c->reasons & 1U << REASON_FINGERPRINT)
        return "not compared across machines";
    return c->head_count > 1 ? "compared for one new recording only" : NULL;
}

/* What a profile that does not account for the time says is shown, and decides nothing. */
static bool unsound(struct comparison *c, const struct source_side *source) {
    bool found = false;
    for (size_t i = 0; i < source->count; i++) {
        if (!recording_get(source->recordings[i], "profile-unsound"))
            continue;
        comparison_note(c, NOTE_WARNING, "functions", "the profile of %s is unsound%s",
                        source->recordings[i]->label,
                        policy_functions_decide(c->policy) ? ": functions decide nothing" : "");
        found = true;
    }
    return found;
}

void functions_compare(struct comparison *c, struct function_profiles at_hand) {
    static const struct function_cut cut = {.slice_label = "benchmark", .round_label = "round"};
    if (c->policy->functions == FUNCTIONS_OFF || c->base_count == 0 || c->head_count == 0)
        return;
    struct source_side sources[2] = {{c->base, c->base_count, at_hand.base, c,
                                      ARENA_NEW(c->arena, bool, c->policy->rename_count)},
                                     {c->head, c->head_count, at_hand.head, c, NULL}};
    const char *why_not = objection(c, sources);
    if (why_not) {
        functions_waive(c, NULL);
        bool wanted = policy_functions_decide(c->policy);
        if (*why_not)
            comparison_note(c, wanted ? NOTE_WARNING : NOTE_INFO, "functions", "%s%s", why_not,
                            wanted ? ", so functions decide nothing" : "");
        return;
    }
    struct function_names *names = function_names_new(c->base[0]->strings, c->arena);
    struct function_side *base = function_side_new(names, cut);
    struct function_side *head = function_side_new(names, cut);
    struct pg_error err = {0};
    if (read_side(base, &sources[0], &err) && read_side(head, &sources[1], &err)) {
        function_renames_note(c, sources[0].renames);
        bool doubtful = unsound(c, &sources[0]), doubtful_too = unsound(c, &sources[1]);
        judge(c, base, head, !doubtful && !doubtful_too);
        return;
    }
    bool damaged = err.status == PG_FORMAT || err.status == PG_LIMIT;
    c->reasons |= 1U << (damaged ? REASON_DAMAGED_INPUT : REASON_IO);
    comparison_note(c, damaged ? NOTE_DAMAGE : NOTE_WARNING, "functions", "%s", err.text);
    comparison_recount(c);
}

void functions_alone_settle(struct comparison *c) {
    const size_t *counts = c->functions->counts;
    size_t decided =
        counts[ROW_WAIVED] + counts[ROW_REGRESSED] + counts[ROW_IMPROVED] + counts[ROW_SAME];
    bool open = decided == 0 || (c->policy->strict && counts[ROW_INCONCLUSIVE] > 0);
    c->verdict = c->functions_regressed ? VERDICT_REGRESSION
                 : open                 ? VERDICT_INCONCLUSIVE
                                        : VERDICT_PASS;
}

void functions_alone(struct comparison *out, const struct function_request *request,
                     struct arena *arena) {
    struct function_findings *f = functions_judge(request, arena);
    if (f->slice_count == 0) {
        comparison_broken(out, request->policy, REASON_NOTHING_COMPARABLE,
                          "nothing has samples on both sides", arena);
        take_findings(out, f);
        return;
    }
    *out = (struct comparison){
        .grid = arena_alloc(arena, sizeof *out->grid), .policy = request->policy, .arena = arena};
    functions_waive(out, f);
    take_findings(out, f);
    functions_alone_settle(out);
}
