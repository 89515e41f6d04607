#include "gate/functions/function_compare.h"
#include "gate/functions/function_findings.h"
#include "gate/report/report_parts.h"
#include "gate/report/report_read.h"

#include <math.h>

/* ---- profiles: a slice each ---- */

#define AT(field) offsetof(struct function_slice, field)
static const struct member slice_members[] = {
    {.key = "benchmark", .kind = MEMBER_NAME, .offset = AT(name)},
    {.key = "unit", .kind = MEMBER_NAME, .offset = AT(unit)},
    {.key = "gated", .kind = MEMBER_BOOL, .offset = AT(gated)},
    {.key = "regressed", .kind = MEMBER_BOOL, .optional = true, .offset = AT(regressed)},
    {.key = "base_rounds", .kind = MEMBER_COUNT32, .offset = AT(base_rounds)},
    {.key = "head_rounds", .kind = MEMBER_COUNT32, .offset = AT(head_rounds)},
    {.key = "base", .kind = MEMBER_NUMBER, .offset = AT(base)},
    {.key = "head", .kind = MEMBER_NUMBER, .offset = AT(head)},
    {.key = "change", .kind = MEMBER_NUMBER, .offset = AT(change)},
    {.key = "p", .kind = MEMBER_PROBABILITY, .offset = AT(p)},
    {.key = "rest_of_regression", .kind = MEMBER_NUMBER, .offset = AT(rest)},
    {.key = "functions", .kind = MEMBER_COUNT, .offset = AT(count)},
    {.key = "functions_tested", .kind = MEMBER_COUNT, .offset = AT(tested)},
    {.key = "functions_too_small", .kind = MEMBER_COUNT, .offset = AT(small)},
    {.key = "fraction_too_small", .kind = MEMBER_NUMBER, .offset = AT(small_fraction)},
    {.key = NULL}};
#undef AT

static bool is_of_rounds(const char *unit) {
    static const char end[] = "/round";
    size_t length = strlen(unit);
    return length >= sizeof end - 1 && strcmp(unit + length - (sizeof end - 1), end) == 0;
}

static bool read_slices(struct member_reader *reader, const cJSON *list,
                        struct function_findings *f) {
    static const struct function_time known; /* that there is one, is all that reports ask */
    const cJSON *item;
    size_t count, rows = 0, shares = 0;
    if (!members_count(reader, "profiles", list, REPORT_MOST_PROFILES, &count))
        return false;
    f->slices = ARENA_NEW(reader->arena, struct function_slice, count);
    reader->list = "profiles";
    cJSON_ArrayForEach(item, list) {
        struct function_slice *slice = &f->slices[reader->index = f->slice_count++];
        if (!cJSON_IsObject(item))
            return members_fail(reader, "", "", "expected an object");
        if (!members_read(reader, "", item, slice_members, slice))
            return false;
        bool share = strcmp(slice->unit, "share") == 0;
        shares += share;
        slice->time = share || is_of_rounds(slice->unit) ? NULL : &known;
        slice->first = rows;
        rows += slice->count;
        if (slice->count > REPORT_MOST_FUNCTIONS || rows > REPORT_MOST_FUNCTIONS)
            return members_fail(reader, "", "functions", "more than %d in all; refused",
                                REPORT_MOST_FUNCTIONS);
    }
    reader->list = NULL;
    f->by_share = shares > 0;
    f->slice_capacity = f->slice_count;
    f->row_count = f->row_capacity = rows;
    return !shares || shares == count ||
           members_fail(reader, "", "profiles", "all or none have the unit \"share\"");
}

/* ---- functions: a row each ---- */

struct raw_function {
    struct function_row row;
    struct function_test test; /* of the cost, or of the share */
    const char *benchmark, *unit;
    const cJSON *base, *head, *domain, *notes;
};

#define AT(field) offsetof(struct raw_function, field)
static const struct member function_members[] = {
    {.key = "benchmark", .kind = MEMBER_NAME, .offset = AT(benchmark)},
    {.key = "function", .kind = MEMBER_NAME, .offset = AT(row.name)},
    {.key = "file", .kind = MEMBER_NAME, .nullable = true, .offset = AT(row.file)},
    {.key = "line", .kind = MEMBER_COUNT32, .optional = true, .offset = AT(row.line)},
    {.key = "verdict",
     .kind = MEMBER_CHOICE,
     .choices = REPORT_ROW_VERDICTS,
     .offset = AT(row.verdict)},
    {.key = "unwaived",
     .kind = MEMBER_CHOICE,
     .optional = true,
     .choices = REPORT_ROW_VERDICTS,
     .offset = AT(row.unwaived)},
    {.key = "gated", .kind = MEMBER_BOOL, .offset = AT(row.policy.gated)},
    {.key = "class",
     .kind = MEMBER_CHOICE,
     .nullable = true,
     .choices = "appeared|vanished|mix-shift|moved",
     .offset = AT(row.class)},
    {.key = "test", .kind = MEMBER_NAME, .nullable = true, .offset = AT(test.test)},
    {.key = "base", .kind = MEMBER_OBJECT, .offset = AT(base)},
    {.key = "head", .kind = MEMBER_OBJECT, .offset = AT(head)},
    {.key = "unit", .kind = MEMBER_NAME, .offset = AT(unit)},
    {.key = "change", .kind = MEMBER_NUMBER, .offset = AT(test.change)},
    {.key = "change_low", .kind = MEMBER_NUMBER, .offset = AT(test.change_low)},
    {.key = "change_high", .kind = MEMBER_NUMBER, .offset = AT(test.change_high)},
    {.key = "p", .kind = MEMBER_PROBABILITY, .offset = AT(test.p)},
    {.key = "p_adjusted", .kind = MEMBER_PROBABILITY, .offset = AT(row.p_adjusted)},
    {.key = "smallest_detectable_change",
     .kind = MEMBER_NUMBER,
     .offset = AT(test.smallest_detectable)},
    {.key = "cum_change", .kind = MEMBER_NUMBER, .offset = AT(row.cum.change)},
    {.key = "cum_difference", .kind = MEMBER_NUMBER, .offset = AT(row.cum.difference)},
    {.key = "cum_p", .kind = MEMBER_PROBABILITY, .offset = AT(row.cum.p)},
    {.key = "cum_p_adjusted", .kind = MEMBER_PROBABILITY, .offset = AT(row.cum_p_adjusted)},
    {.key = "fraction_p_adjusted", .kind = MEMBER_PROBABILITY, .offset = AT(row.share_p_adjusted)},
    {.key = "share_of_regression", .kind = MEMBER_NUMBER, .offset = AT(row.share_of_regression)},
    {.key = "domain", .kind = MEMBER_LIST, .offset = AT(domain)},
    {.key = "notes", .kind = MEMBER_LIST, .offset = AT(notes)},
    {.key = NULL}};
#undef AT

#define AT(field) offsetof(struct function_amount, field)
static const struct member amount_members[] = {
    {.key = "flat_fraction", .kind = MEMBER_NUMBER, .offset = AT(flat_fraction)},
    {.key = "cum_fraction", .kind = MEMBER_NUMBER, .offset = AT(cum_fraction)},
    {.key = "flat", .kind = MEMBER_NUMBER, .offset = AT(flat)},
    {.key = "cum", .kind = MEMBER_NUMBER, .offset = AT(cum)},
    {.key = "samples", .kind = MEMBER_NUMBER, .offset = AT(samples)},
    {.key = "cum_samples", .kind = MEMBER_NUMBER, .offset = AT(cum_samples)},
    {.key = NULL}};
#undef AT

static bool check_function(struct member_reader *reader, const struct raw_function *raw,
                           const struct function_slice *slice, const cJSON *item) {
    const struct function_row *row = &raw->row;
    bool waived = row->verdict == ROW_WAIVED;
    if (strcmp(raw->benchmark, slice->name) != 0 || strcmp(raw->unit, slice->unit) != 0)
        return members_fail(reader, "", "benchmark",
                            "functions follow the order and the units of \"profiles\"");
    if (waived != cJSON_HasObjectItem(item, "unwaived"))
        return members_fail(reader, "", "unwaived", "a waived function has it, and no other");
    if (row->class == FUNCTION_MOVED && !row->domain_count)
        return members_fail(reader, "", "domain", "names with which others what moved made up");
    return !row->policy.gated || slice->gated ||
           members_fail(reader, "", "gated", "true, but its profile is not gated");
}

static bool read_function(struct member_reader *reader, const cJSON *item, uint32_t number,
                          struct function_findings *f, struct function_row *out) {
    struct raw_function raw = {.row = {.policy = out->policy, .flat_tested = out->flat_tested}};
    if (!cJSON_IsObject(item))
        return members_fail(reader, "", "", "expected an object");
    if (!members_read(reader, "", item, function_members, &raw) ||
        !members_read(reader, "base.", raw.base, amount_members, &raw.row.base) ||
        !members_read(reader, "head.", raw.head, amount_members, &raw.row.head) ||
        !members_texts(reader, "domain", raw.domain, REPORT_MOST_ROW_NOTES, &raw.row.domain,
                       &raw.row.domain_count) ||
        !members_texts(reader, "notes", raw.notes, REPORT_MOST_ROW_NOTES, &raw.row.notes,
                       &raw.row.note_count))
        return false;
    raw.row.note_capacity = raw.row.note_count;
    raw.row.slice = number;
    if (raw.row.verdict != ROW_WAIVED)
        raw.row.unwaived = raw.row.verdict;
    raw.test.difference = f->by_share ? raw.row.head.flat_fraction - raw.row.base.flat_fraction
                                      : raw.row.head.flat - raw.row.base.flat;
    if (isnan(raw.test.change) && !f->by_share && raw.row.base.flat == 0 && raw.row.head.flat > 0)
        raw.test.change = INFINITY; /* null in JSON */
    raw.row.cost = raw.row.share = raw.test;
    if (f->by_share)
        raw.row.share_p_adjusted = raw.row.p_adjusted;
    *out = raw.row;
    return check_function(reader, &raw, &f->slices[number], item);
}

bool report_read_functions(struct member_reader *reader, const cJSON *functions,
                           const cJSON *profiles, struct comparison *out) {
    static const struct function_side no_side;
    struct function_findings *f = ARENA_NEW(reader->arena, struct function_findings, 1);
    const cJSON *item = functions->child;
    size_t count;
    if (!read_slices(reader, profiles, f) ||
        !members_count(reader, "functions", functions, REPORT_MOST_FUNCTIONS, &count))
        return false;
    if (count != f->row_count)
        return members_fail(reader, "", "functions", "%zu items, where \"profiles\" says %zu",
                            count, f->row_count);
    f->rows = ARENA_NEW(reader->arena, struct function_row, count);
    reader->list = "functions";
    for (size_t i = 0, slice = 0; i < count; i++, item = item->next) {
        while (i == f->slices[slice].first + f->slices[slice].count)
            slice++;
        reader->index = i;
        f->rows[i].policy = (struct function_policy){.alpha = out->policy->alpha,
                                                     .threshold = out->policy->threshold,
                                                     .floor = f->by_share ? out->policy->threshold
                                                                          : FUNCTION_FLOOR};
        /* those whose flat cost is tested stand first */
        f->rows[i].flat_tested = i - f->slices[slice].first < f->slices[slice].tested;
        if (!read_function(reader, item, (uint32_t)slice, f, &f->rows[i]))
            return false;
        f->counts[f->rows[i].verdict] += f->rows[i].flat_tested;
        out->functions_regressed += function_decides(f, &f->rows[i]);
    }
    reader->list = NULL;
    f->base = f->head = &no_side;
    out->functions = f->slice_count ? f : NULL;
    return true;
}
