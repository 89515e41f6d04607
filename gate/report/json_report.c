/* The machine-readable report, schema perfgate.report/1; its JSON Schema is report.schema.json
 * beside this file. */
#include "gate/report/function_report.h"

#include "gate/report/environment.h"
#include "runners/base/json.h"
#include "runners/recording/fingerprint_text.h"

#include <math.h>

static const char *better_name(enum better better) {
    return better == BETTER_LOWER ? "lower" : better == BETTER_HIGHER ? "higher" : NULL;
}

static void put_rule(struct json_writer *w, const struct policy_rule *rule) {
    json_open_object(w);
    json_string_member(w, "benchmark", rule->benchmark);
    json_string_member(w, "unit", rule->unit);
    if (!isnan(rule->threshold))
        json_number_member(w, "threshold", rule->threshold);
    if (!isnan(rule->absolute_floor))
        json_number_member(w, "floor", rule->absolute_floor);
    if (!isnan(rule->alpha))
        json_number_member(w, "alpha", rule->alpha);
    if (rule->better != BETTER_UNKNOWN)
        json_string_member(w, "better", better_name(rule->better));
    if (rule->gated >= 0)
        json_bool_member(w, "gate", rule->gated == 1);
    json_string_member(w, "where", rule->where);
    json_close_object(w);
}

static void put_policy(struct json_writer *w, const struct policy *policy) {
    json_key(w, "policy");
    json_open_object(w);
    json_number_member(w, "threshold", policy->threshold);
    json_number_member(w, "alpha", policy->alpha);
    json_number_member(w, "confidence", policy->confidence);
    json_string_member(w, "correction", correction_name(policy->correction));
    json_string_member(w, "test", test_choice_name(policy->test));
    json_string_member(w, "functions", function_rule_name(policy->functions));
    json_bool_member(w, "strict", policy->strict);
    json_bool_member(w, "ignore_fingerprint", policy->ignore_fingerprint);
    json_key(w, "rules");
    json_open_array(w);
    for (size_t i = 0; i < policy->rule_count; i++)
        put_rule(w, &policy->rules[i]);
    json_close_array(w);
    json_close_object(w);
}

static void put_counts(struct json_writer *w, const char *key, const size_t *counts) {
    json_key(w, key);
    json_open_object(w);
    for (int i = 0; i < ROW_VERDICT_COUNT; i++)
        json_count_member(w, row_verdict_name((enum row_verdict)i), counts[i]);
    json_close_object(w);
}

static void put_reasons(struct json_writer *w, const struct comparison *c) {
    json_string_member(w, "reason", reason_name(c->reason));
    json_key(w, "reasons");
    json_open_array(w);
    for (int i = REASON_NONE + 1; i <= REASON_MISSING_ROWS; i++) {
        if (c->reasons & 1U << i)
            json_put_string(w, reason_name((enum reason)i));
    }
    json_close_array(w);
}

static void put_side(struct json_writer *w, const char *key, const struct side *side) {
    json_key(w, key);
    json_open_object(w);
    json_count_member(w, "n", side->n);
    json_number_member(w, "center", side->center);
    json_number_member(w, "low", side->low);
    json_number_member(w, "high", side->high);
    json_close_object(w);
}

static void put_row(struct json_writer *w, const struct comparison *c, const struct row *row) {
    json_open_object(w);
    json_string_member(w, "name", row->name);
    json_string_member(w, "unit", row->unit);
    json_string_member(w, "verdict", row_verdict_name(row->verdict));
    if (row->verdict == ROW_WAIVED)
        json_string_member(w, "unwaived", row_verdict_name(row->unwaived));
    json_bool_member(w, "gated", row->policy.gated);
    json_bool_member(w, "expected",
                     row->policy.expected && !policy_allows_missing(c->policy, row->name));
    json_string_member(w, "better", better_name(row->policy.better));
    if (row->column < c->grid->column_count)
        json_string_member(w, "column", c->grid->columns[row->column].text);
    json_string_member(w, "test", row->test);
    put_side(w, "base", &row->base);
    put_side(w, "head", &row->head);
    json_number_member(w, "change", row->change);
    json_number_member(w, "change_low", row->change_low);
    json_number_member(w, "change_high", row->change_high);
    json_number_member(w, "t", row->t);
    json_number_member(w, "df", row->df);
    json_number_member(w, "p", row->p);
    json_number_member(w, "p_adjusted", row->p_adjusted);
    json_number_member(w, "smallest_detectable_change", row->smallest_detectable_change);
    json_number_member(w, "threshold", row->policy.threshold);
    json_number_member(w, "alpha", row->policy.alpha);
    json_key(w, "notes");
    json_open_array(w);
    for (uint32_t i = 0; i < row->note_count; i++)
        json_put_string(w, row->notes[i]);
    json_close_array(w);
    json_close_object(w);
}

/* Keys of an environment come from files: each is written once, the first value wins. */
struct environment {
    struct json_writer *w;
    struct arena *arena;
    struct strings *seen;
};

static void put_key(struct environment *e, struct text key, struct text value) {
    uint32_t before = strings_count(e->seen);
    if (strings_add(e->seen, key) < before)
        return;
    json_string_member(e->w, arena_strndup(e->arena, key.at, key.length),
                       arena_strndup(e->arena, value.at, value.length));
}

static void put_environment(struct json_writer *w, const char *key, const struct recording *r,
                            struct arena *arena) {
    static const char *const provenance[] = {"commit",  "modified", "branch",  "time",
                                             "version", "rounds",   "session", "fingerprint-id"};
    static const char *const settings[] = {"goos", "goarch", "cpu"};
    struct environment e = {w, arena, strings_new(arena)};
    json_key(w, key);
    json_open_object(w);
    if (r) {
        put_key(&e, text_of("label"), text_of(r->label));
        for (size_t i = 0; i < sizeof provenance / sizeof *provenance; i++) {
            const char *value = recording_get(r, provenance[i]);
            if (value)
                put_key(&e, text_of(provenance[i]), text_of(value));
        }
        struct text line = fingerprint_line(recording_get(r, "fingerprint"));
        struct fingerprint_pair pair;
        while (fingerprint_next(&line, &pair))
            put_key(&e, pair.key, pair.value);
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
            const char *value = environment_setting(r, settings[i]);
            if (value)
                put_key(&e, text_of(settings[i]), text_of(value));
        }
    }
    json_close_object(w);
}

static void put_notes(struct json_writer *w, const struct comparison *c) {
    json_key(w, "notes");
    json_open_array(w);
    for (size_t i = 0; i < c->note_count; i++) {
        const struct note *note = &c->notes[i];
        json_put_string(w, note->where ? arena_printf(c->arena, "%s: %s", note->where, note->text)
                                       : note->text);
    }
    json_close_array(w);
}

static bool json_write(FILE *out, const struct comparison *c, const struct report_style *style,
                       struct pg_error *err) {
    (void)err;
    struct json_writer writer, *w = &writer;
    json_open_document(w, out, "perfgate.report/1");
    json_string_member(w, "verdict", verdict_name(c->verdict));
    json_count_member(w, "exit_code", (size_t)verdict_exit_code(c->verdict));
    put_reasons(w, c);
    put_policy(w, c->policy);
    put_counts(w, "counts", c->counts);
    put_counts(w, "gated_counts", c->gated_counts);
    json_count_member(w, "family", c->family);
    json_key(w, "benchmarks");
    json_open_array(w);
    for (size_t i = 0; i < c->row_count; i++)
        put_row(w, c, &c->rows[i]);
    json_close_array(w);
    function_report_json(w, c->functions);
    json_key(w, "environment");
    json_open_object(w);
    put_environment(w, "base", c->base_count ? c->base[c->base_count - 1] : NULL, c->arena);
    put_environment(w, "head", c->head_count ? c->head[0] : NULL, c->arena);
    json_close_object(w);
    put_notes(w, c);
    json_key(w, "artifacts");
    json_open_object(w);
    if (style->flame_path)
        json_string_member(w, "flamegraph", style->flame_path);
    if (style->pgo_path)
        json_string_member(w, "pgo", style->pgo_path);
    json_close_object(w);
    json_close_object(w);
    return true;
}

const struct report_format json_report = {"json", json_write};
