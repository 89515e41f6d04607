#include "gate/functions/function_compare.h"

#include "runners/profile/profile_file.h"
#include "runners/recording/unit.h"
#include "stats/tdist.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- profiles ---- */

static const char *profile_beside(const struct recording *r, struct arena *arena) {
    const char *path = r->path ? recording_profile_path(r->path, arena) : NULL;
    return path && access(path, F_OK) == 0 ? path : NULL;
}

struct source_side {
    const struct recording *const *recordings;
    size_t count;
    const struct profile *at_hand; /* instead; or NULL */
};

static bool has_profile(const struct source_side *source, struct arena *arena) {
    bool has = source->at_hand != NULL;
    for (size_t i = 0; i < source->count && !has; i++)
        has = profile_beside(source->recordings[i], arena) != NULL;
    return has;
}

static bool read_side(struct function_side *side, const struct source_side *source,
                      struct pg_error *err) {
    struct arena *arena = side->names->arena;
    if (source->at_hand && !function_side_add(side, source->at_hand, "profile", err))
        return false;
    for (size_t i = 0; i < source->count && !source->at_hand; i++) {
        const char *path = profile_beside(source->recordings[i], arena);
        struct profile *profile;
        if (path && (!profile_read(&profile, path, side->names->strings, arena, err) ||
                     !function_side_add(side, profile, path, err)))
            return false;
    }
    function_side_finish(side);
    return true;
}

/* ---- times ---- */

/* How well a row's unit stands for the cost of its benchmark; 0: not at all. Profiles are of CPU
 * time, which is also less disturbed than wall time. */
static int fitness(const struct row *row, bool process) {
    bool wall = strcmp(row->unit, "sec/op") == 0, cpu = strcmp(row->unit, "cpu-sec/op") == 0;
    if (process) /* not gated by nature */
        return cpu ? 2 : wall ? 1 : 0;
    return (cpu ? 5 : wall ? 4 : 0) + (row->policy.gated && (wall || cpu) ? 2 : 0);
}

/* The slice that a row is about: its name, or that of its process, or without the `-8` of Go. */
static bool find_slice(const struct row *row, const struct strings *strings, bool *process,
                       uint32_t *slice) {
    size_t prefix = strlen(PROCESS_PREFIX);
    *process = strncmp(row->name, PROCESS_PREFIX, prefix) == 0;
    struct text name = text_of(row->name + (*process ? prefix : 0));
    return strings_find(strings, name, slice) ||
           strings_find(strings, (struct text){row->name, name_without_suffix(row->name)}, slice);
}

static bool usable(const struct side *side) {
    return side->n >= 2 && side->low > 0 && side->center > 0 && isfinite(side->high);
}

/* From the interval of a centre back to its relative standard error. */
static double relative_error(const struct side *side, double confidence) {
    return log(side->high / side->low) / 2 / t_two_sided_quantile(1 - confidence, side->n - 1.0);
}

static struct function_time time_of(const struct row *row, const char *slice, double confidence) {
    return (struct function_time){
        .slice = slice,
        .unit = row->unit,
        .base = row->base.center,
        .head = row->head.center,
        .base_se = relative_error(&row->base, confidence),
        .head_se = relative_error(&row->head, confidence),
        .base_df = row->base.n - 1.0,
        .head_df = row->head.n - 1.0,
        .change = row->change,
        .p = row->p_adjusted,
        .regressed = row->verdict == ROW_REGRESSED || row->unwaived == ROW_REGRESSED,
    };
}

struct fitting {
    const struct row *row;
    int fitness;
    bool rows, gated; /* the benchmark has rows of its own; one of them is gated */
};

/* The fittest row of every text. */
static const struct fitting *fitting_rows(const struct comparison *c,
                                          const struct strings *strings) {
    struct fitting *best = ARENA_NEW(c->arena, struct fitting, strings_count(strings));
    for (size_t i = 0; i < c->row_count; i++) {
        const struct row *row = &c->rows[i];
        bool process;
        uint32_t slice;
        if (!find_slice(row, strings, &process, &slice))
            continue;
        struct fitting *of = &best[slice];
        of->rows |= !process;
        of->gated |= row->policy.gated;
        if (!usable(&row->base) || !usable(&row->head) || fitness(row, process) <= of->fitness)
            continue;
        of->row = row;
        of->fitness = fitness(row, process);
    }
    return best;
}

static size_t find_times(const struct comparison *c, const struct function_side *side,
                         struct function_time **out) {
    const struct strings *strings = side->names->strings;
    const struct fitting *best = fitting_rows(c, strings);
    size_t count = 0;
    *out = ARENA_NEW(c->arena, struct function_time, side->slice_count);
    for (size_t i = 0; i < side->slice_count; i++) {
        uint32_t slice = side->slices[i].slice;
        if (!best[slice].row)
            continue;
        (*out)[count] =
            time_of(best[slice].row, strings_get(strings, slice), c->policy->confidence);
        (*out)[count++].ungated = best[slice].rows && !best[slice].gated;
    }
    if (count)
        qsort(*out, count, sizeof **out, function_time_order);
    return count;
}

/* ---- all ---- */

static void take_findings(struct comparison *c, const struct function_findings *findings) {
    c->functions = findings;
    for (size_t i = 0; i < findings->note_count; i++)
        comparison_note(c, NOTE_INFO, "functions", "%s", findings->notes[i]);
    for (size_t i = 0; i < findings->row_count && c->policy->functions == FUNCTIONS_GATE; i++)
        c->functions_regressed += function_decides(findings, &findings->rows[i]);
}

static void judge(struct comparison *c, const struct function_side *base,
                  const struct function_side *head) {
    struct function_time *times;
    struct function_request *request = ARENA_NEW(c->arena, struct function_request, 1);
    *request = (struct function_request){
        .base = base, .head = head, .policy = c->policy, .floor = FUNCTION_FLOOR};
    request->time_count = find_times(c, base, &times);
    request->times = times;
    take_findings(c, functions_judge(request, c->arena));
    comparison_recount(c);
}

/* Why functions are not compared, or NULL; "" where nobody expects it. */
static const char *objection(const struct comparison *c, const struct source_side *sources) {
    bool base = has_profile(&sources[0], c->arena), head = has_profile(&sources[1], c->arena);
    if (!base && !head)
        return c->policy->functions == FUNCTIONS_GATE ? "no side has a profile" : "";
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
                        c->policy->functions == FUNCTIONS_GATE ? ": functions decide nothing" : "");
        found = true;
    }
    return found;
}

void functions_compare(struct comparison *c, struct function_profiles at_hand) {
    static const struct function_cut cut = {.slice_label = "benchmark", .round_label = "round"};
    if (c->policy->functions == FUNCTIONS_OFF || c->base_count == 0 || c->head_count == 0)
        return;
    struct source_side sources[2] = {{c->base, c->base_count, at_hand.base},
                                     {c->head, c->head_count, at_hand.head}};
    const char *why_not = objection(c, sources);
    if (why_not) {
        bool wanted = c->policy->functions == FUNCTIONS_GATE;
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
        judge(c, base, head);
        bool doubtful = unsound(c, &sources[0]), doubtful_too = unsound(c, &sources[1]);
        if (doubtful || doubtful_too) {
            c->functions_regressed = 0;
            comparison_recount(c);
        }
        return;
    }
    bool damaged = err.status == PG_FORMAT || err.status == PG_LIMIT;
    c->reasons |= 1U << (damaged ? REASON_DAMAGED_INPUT : REASON_IO);
    comparison_note(c, damaged ? NOTE_DAMAGE : NOTE_WARNING, "functions", "%s", err.text);
    comparison_recount(c);
}

void functions_alone(struct comparison *out, const struct function_request *request,
                     struct arena *arena) {
    const struct function_findings *f = functions_judge(request, arena);
    if (f->slice_count == 0) {
        comparison_broken(out, request->policy, REASON_NOTHING_COMPARABLE,
                          "nothing has samples on both sides", arena);
        take_findings(out, f);
        return;
    }
    *out = (struct comparison){
        .grid = arena_alloc(arena, sizeof *out->grid), .policy = request->policy, .arena = arena};
    take_findings(out, f);
    size_t decided = f->counts[ROW_REGRESSED] + f->counts[ROW_IMPROVED] + f->counts[ROW_SAME];
    bool open = decided == 0 || (request->policy->strict && f->counts[ROW_INCONCLUSIVE] > 0);
    out->verdict = out->functions_regressed ? VERDICT_REGRESSION
                   : open                   ? VERDICT_INCONCLUSIVE
                                            : VERDICT_PASS;
}
