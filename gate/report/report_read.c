#include "gate/report/report_read.h"

#include "gate/functions/function_compare.h"
#include "gate/report/report_parts.h"

#include <math.h>

struct document {
    const char *schema, *reason;
    enum verdict verdict;
    size_t exit_code, family;
    size_t counts[ROW_VERDICT_COUNT], gated_counts[ROW_VERDICT_COUNT];
    const cJSON *reasons, *policy, *count_object, *gated_object, *benchmarks, *functions, *profiles,
        *environment, *notes, *artifacts;
};

#define VERDICT_CHOICE(name, text, code) text "|"
#define AT(field) offsetof(struct document, field)
static const struct member document_members[] = {
    {.key = "schema", .kind = MEMBER_NAME, .offset = AT(schema)},
    {.key = "verdict",
     .kind = MEMBER_CHOICE,
     .choices = VERDICTS(VERDICT_CHOICE),
     .offset = AT(verdict)},
    {.key = "exit_code", .kind = MEMBER_COUNT, .offset = AT(exit_code)},
    {.key = "reason", .kind = MEMBER_NAME, .nullable = true, .offset = AT(reason)},
    {.key = "reasons", .kind = MEMBER_LIST, .offset = AT(reasons)},
    {.key = "policy", .kind = MEMBER_OBJECT, .offset = AT(policy)},
    {.key = "counts", .kind = MEMBER_OBJECT, .offset = AT(count_object)},
    {.key = "gated_counts", .kind = MEMBER_OBJECT, .offset = AT(gated_object)},
    {.key = "family", .kind = MEMBER_COUNT, .offset = AT(family)},
    {.key = "benchmarks", .kind = MEMBER_LIST, .offset = AT(benchmarks)},
    {.key = "functions", .kind = MEMBER_LIST, .offset = AT(functions)},
    {.key = "profiles", .kind = MEMBER_LIST, .offset = AT(profiles)},
    {.key = "environment", .kind = MEMBER_OBJECT, .offset = AT(environment)},
    {.key = "notes", .kind = MEMBER_LIST, .offset = AT(notes)},
    {.key = "artifacts", .kind = MEMBER_OBJECT, .offset = AT(artifacts)},
    {.key = NULL}};
#undef AT

/* ---- policy ---- */

struct raw_policy {
    struct policy policy;
    const cJSON *rules;
};

#define AT(field) offsetof(struct raw_policy, field)
static const struct member policy_members[] = {
    {.key = "threshold", .kind = MEMBER_SHARE, .offset = AT(policy.threshold)},
    {.key = "alpha", .kind = MEMBER_SHARE, .offset = AT(policy.alpha)},
    {.key = "confidence", .kind = MEMBER_SHARE, .offset = AT(policy.confidence)},
    {.key = "correction",
     .kind = MEMBER_CHOICE,
     .choices = "bh|holm|none",
     .offset = AT(policy.correction)},
    {.key = "test",
     .kind = MEMBER_CHOICE,
     .choices = "auto|welch|welch-log|trimmed|mann-whitney",
     .offset = AT(policy.test)},
    {.key = "functions",
     .kind = MEMBER_CHOICE,
     .choices = "report|gate|off",
     .offset = AT(policy.functions)},
    {.key = "strict", .kind = MEMBER_BOOL, .offset = AT(policy.strict)},
    {.key = "ignore_fingerprint", .kind = MEMBER_BOOL, .offset = AT(policy.ignore_fingerprint)},
    {.key = "rules", .kind = MEMBER_LIST, .offset = AT(rules)},
    {.key = NULL}};
#undef AT

struct raw_rule {
    struct policy_rule rule;
    bool gate;
};

#define AT(field) offsetof(struct raw_rule, field)
static const struct member rule_members[] = {
    {.key = "benchmark", .kind = MEMBER_NAME, .nullable = true, .offset = AT(rule.benchmark)},
    {.key = "unit", .kind = MEMBER_NAME, .nullable = true, .offset = AT(rule.unit)},
    {.key = "threshold", .kind = MEMBER_SHARE, .optional = true, .offset = AT(rule.threshold)},
    {.key = "floor", .kind = MEMBER_SHARE, .optional = true, .offset = AT(rule.absolute_floor)},
    {.key = "alpha", .kind = MEMBER_SHARE, .optional = true, .offset = AT(rule.alpha)},
    {.key = "better",
     .kind = MEMBER_CHOICE,
     .nullable = true,
     .optional = true,
     .choices = "lower|higher",
     .offset = AT(rule.better)},
    {.key = "gate", .kind = MEMBER_BOOL, .optional = true, .offset = AT(gate)},
    {.key = "where", .kind = MEMBER_NAME, .nullable = true, .offset = AT(rule.where)},
    {.key = NULL}};
#undef AT

static bool read_rules(struct member_reader *reader, const cJSON *list, struct policy *policy) {
    const cJSON *item;
    size_t count;
    if (!members_count(reader, "policy.rules", list, REPORT_MOST_RULES, &count))
        return false;
    reader->list = "policy.rules";
    cJSON_ArrayForEach(item, list) {
        struct raw_rule raw = {.rule = POLICY_RULE_UNSET};
        reader->index = policy->rule_count;
        if (!cJSON_IsObject(item))
            return members_fail(reader, "", "", "expected an object");
        if (!members_read(reader, "", item, rule_members, &raw))
            return false;
        if (cJSON_HasObjectItem(item, "gate"))
            raw.rule.gated = raw.gate;
        ARENA_PUSH(reader->arena, policy->rules, policy->rule_count, policy->rule_capacity,
                   raw.rule);
    }
    reader->list = NULL;
    return true;
}

static bool read_policy(struct member_reader *reader, const cJSON *object, struct policy *policy) {
    struct raw_policy raw = {0};
    policy_init(&raw.policy);
    if (!members_read(reader, "policy.", object, policy_members, &raw))
        return false;
    *policy = raw.policy;
    if (policy->alpha <= 0 || policy->alpha > 0.5)
        return members_fail(reader, "policy.", "alpha", "expected over 0 and at most 0.5");
    if (policy->confidence <= 0 || policy->confidence >= 1)
        return members_fail(reader, "policy.", "confidence", "expected over 0 and below 1");
    return read_rules(reader, raw.rules, policy);
}

/* ---- what the rows add up to ---- */

static bool read_counts(struct member_reader *reader, const char *within, const cJSON *object,
                        size_t *counts) {
    struct member members[ROW_VERDICT_COUNT + 1] = {0};
    for (int i = 0; i < ROW_VERDICT_COUNT; i++)
        members[i] = (struct member){.key = row_verdict_name((enum row_verdict)i),
                                     .kind = MEMBER_COUNT,
                                     .offset = (size_t)i * sizeof *counts};
    return members_read(reader, within, object, members, counts);
}

static bool read_reasons(struct member_reader *reader, const cJSON *list, unsigned *reasons) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        const char *name = cJSON_GetStringValue(item);
        int reason = REASON_NONE + 1;
        while (name && reason <= REASON_MISSING_ROWS &&
               strcmp(name, reason_name((enum reason)reason)) != 0)
            reason++;
        if (!name || reason > REASON_MISSING_ROWS || *reasons & 1U << reason)
            return members_fail(reader, "", "reasons", "expected known reasons, each once");
        *reasons |= 1U << reason;
    }
    return true;
}

static bool nothing_compared(const struct comparison *c) {
    return c->counts[ROW_REGRESSED] + c->counts[ROW_IMPROVED] + c->counts[ROW_SAME] +
               c->counts[ROW_WAIVED] + c->counts[ROW_INCONCLUSIVE] ==
           0;
}

/* Verdict and reasons as the gate would find them; those reasons that no row shows (what could not
 * be read, other machines) are taken as they are told. */
static void judge_again(struct comparison *c) {
    if (c->row_count)
        comparison_recount(c);
    else if (c->functions && !c->reasons)
        functions_alone_settle(c);
    else
        comparison_settle(c);
}

static bool check_verdict(struct member_reader *reader, const struct document *d,
                          struct comparison *c) {
    unsigned told = c->reasons;
    judge_again(c);
    for (int i = 0; i < ROW_VERDICT_COUNT; i++) {
        const char *key = row_verdict_name((enum row_verdict)i);
        if (d->counts[i] != c->counts[i])
            return members_fail(reader, "counts.", key, "%zu, but the rows have %zu", d->counts[i],
                                c->counts[i]);
        if (d->gated_counts[i] != c->gated_counts[i])
            return members_fail(reader, "gated_counts.", key, "%zu, but the rows have %zu",
                                d->gated_counts[i], c->gated_counts[i]);
    }
    bool empty = c->row_count ? nothing_compared(c) && !(told & 1U << REASON_NOTHING_COMPARABLE)
                              : !c->functions && !told;
    if (told != c->reasons || empty)
        return members_fail(reader, "", "reasons", "are not those of the rows");
    if (d->verdict != c->verdict)
        return members_fail(reader, "", "verdict", "\"%s\", but the rows make it \"%s\"",
                            verdict_name(d->verdict), verdict_name(c->verdict));
    if (d->exit_code != (size_t)verdict_exit_code(c->verdict))
        return members_fail(reader, "", "exit_code", "%zu, but \"%s\" is %d", d->exit_code,
                            verdict_name(c->verdict), verdict_exit_code(c->verdict));
    const char *reason = reason_name(c->reason);
    if ((!reason) != (!d->reason) || (reason && strcmp(reason, d->reason) != 0))
        return members_fail(reader, "", "reason", "expected %s%s", reason ? "" : "null",
                            reason ? reason : "");
    return d->family <= c->row_count ||
           members_fail(reader, "", "family", "more than there are rows");
}

/* ---- the whole ---- */

static bool read_builds(struct member_reader *reader, const cJSON *object, struct comparison *c) {
    struct {
        const cJSON *base, *head;
    } sides;
    static const struct member members[] = {
        {.key = "base", .kind = MEMBER_OBJECT, .offset = 0},
        {.key = "head", .kind = MEMBER_OBJECT, .offset = sizeof(const cJSON *)},
        {.key = NULL}};
    const struct recording **both = ARENA_NEW(reader->arena, const struct recording *, 2);
    if (!members_read(reader, "environment.", object, members, &sides) ||
        !report_read_environment(reader, "environment.base.", sides.base, &both[0]) ||
        !report_read_environment(reader, "environment.head.", sides.head, &both[1]))
        return false;
    c->base = &both[0];
    c->base_count = both[0] != NULL;
    c->head = &both[1];
    c->head_count = both[1] != NULL;
    return true;
}

static bool read_notes(struct member_reader *reader, const cJSON *list, struct comparison *c) {
    const char **texts;
    size_t count;
    if (!members_texts(reader, "notes", list, REPORT_MOST_NOTES, &texts, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        comparison_note(c, NOTE_INFO, NULL, "%s", texts[i]);
    if (reader->cut && count < REPORT_MOST_NOTES)
        comparison_note(c, NOTE_INFO, NULL,
                        "%zu names over %d or texts over %d characters are cut in the middle",
                        reader->cut, REPORT_MOST_NAME, REPORT_MOST_TEXT);
    return true;
}

/* Addresses of artifacts are nothing to pass on from somebody else. */
static bool check_artifacts(struct member_reader *reader, const cJSON *object) {
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        if (!cJSON_IsString(item))
            return members_fail(reader, "artifacts.", item->string, "expected a string");
    }
    return true;
}

static bool check_schema(struct member_reader *reader, const cJSON *tree) {
    const char *schema = json_string(tree, "schema");
    return (schema && strcmp(schema, "perfgate.report/1") == 0) ||
           members_fail(reader, "", "schema", "expected \"perfgate.report/1\"");
}

static bool read_document(struct member_reader *reader, const cJSON *tree, struct policy *policy,
                          struct comparison *c) {
    struct document d = {0};
    if (!check_schema(reader, tree) || !members_read(reader, "", tree, document_members, &d) ||
        !read_policy(reader, d.policy, policy) ||
        !read_counts(reader, "counts.", d.count_object, d.counts) ||
        !read_counts(reader, "gated_counts.", d.gated_object, d.gated_counts) ||
        !read_reasons(reader, d.reasons, &c->reasons) || !read_builds(reader, d.environment, c) ||
        !report_read_rows(reader, d.benchmarks, c->base_count ? c->base[0]->label : NULL, c) ||
        !report_read_functions(reader, d.functions, d.profiles, c) ||
        !check_artifacts(reader, d.artifacts) || !check_verdict(reader, &d, c))
        return false;
    c->family = d.family;
    return read_notes(reader, d.notes, c);
}

bool report_read(struct comparison *out, struct policy *policy, const char *name, struct text text,
                 struct arena *arena, struct pg_error *err) {
    struct member_reader reader = {.name = name, .arena = arena, .err = err};
    cJSON *tree;
    if (text.length > REPORT_MOST_BYTES)
        return pg_error_set(err, PG_LIMIT, "%.300s: more than %d MiB; no report is that large",
                            name, REPORT_MOST_BYTES >> 20);
    if (!json_parse(&tree, name, text, err))
        return false;
    *out = (struct comparison){.policy = policy, .arena = arena};
    bool good = cJSON_IsObject(tree) ? read_document(&reader, tree, policy, out)
                                     : members_fail(&reader, "", "", "expected an object");
    cJSON_Delete(tree);
    return good;
}
