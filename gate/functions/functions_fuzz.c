/* Two profiles of any content, compared by time and by share: every verdict stands on its p and its
 * difference, and what regressed and the rest add up to the slow-down. The input is a byte for the
 * mode, two for the length of the base, the base, the head. */
#include "gate/functions/function_findings.h"
#include "runners/profile/pprof.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct function_side *read_side(struct function_names *names, struct text bytes) {
    static const char *const where[] = {"benchmark=A"};
    struct function_cut cut = {.slice_label = "benchmark",
                               .round_label = "round",
                               .where = where,
                               .where_count = bytes.length % 8 == 7};
    struct function_side *side = function_side_new(names, cut);
    struct pg_error err = {0};
    struct profile *profile;
    if (!pprof_read(&profile, bytes, names->strings, names->arena, &err) ||
        !function_side_add(side, profile, "input", &err))
        return NULL;
    function_side_finish(side);
    return side;
}

static void check_row(const struct function_findings *f, const struct function_row *row) {
    const struct function_test *test = f->by_share ? &row->share : &row->cost;
    double p = f->by_share ? row->share_p_adjusted : row->p_adjusted;
    assert(row->base.flat_fraction >= 0 && row->base.flat_fraction <= 1 + 1e-9);
    assert(row->head.flat_fraction <= row->head.cum_fraction * (1 + 1e-9) + 1e-300);
    assert(row->slice < f->slice_count);
    assert((row->class == FUNCTION_MOVED) == (row->domain_count > 0));
    if (row->verdict == ROW_REGRESSED)
        assert(p <= 0.05 && test->difference > 0);
    if (row->verdict == ROW_IMPROVED)
        assert(p <= 0.05 && test->difference < 0);
}

static void check_slice(const struct function_findings *f, const struct function_slice *slice) {
    double explained = 0;
    for (size_t i = slice->first; i < slice->first + slice->count; i++) {
        const struct function_row *row = &f->rows[i];
        explained +=
            row->verdict == ROW_REGRESSED && slice->regressed ? row->share_of_regression : 0;
    }
    assert(isnan(slice->rest) || fabs(explained + slice->rest - 1) < 1e-6 * (1 + fabs(explained)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t length = size < 3 ? 0 : (size_t)data[1] << 8 | data[2];
    if (size < 3 || length > size - 3)
        return 0;
    struct arena *arena = arena_new();
    struct function_names *names = function_names_new(strings_new(arena), arena);
    const char *bytes = (const char *)data + 3;
    struct policy policy;
    policy_init(&policy);
    struct function_request request = {.policy = &policy, .by_share = data[0] % 2};
    struct function_time time = {.slice = "A",
                                 .unit = "sec/op",
                                 .base = 1,
                                 .head = 1.1,
                                 .base_se = 0.01,
                                 .head_se = 0.02,
                                 .base_df = 9,
                                 .head_df = 9,
                                 .change = 0.1,
                                 .p = 0.001,
                                 .regressed = true};
    request.floor = request.by_share ? 0.01 : 0.005;
    request.times = &time;
    request.time_count = data[0] / 2 % 2;
    request.base = read_side(names, (struct text){bytes, length});
    request.head = read_side(names, (struct text){bytes + length, size - 3 - length});
    if (request.base && request.head) {
        const struct function_findings *f = functions_judge(&request, arena);
        for (size_t i = 0; i < f->row_count; i++)
            check_row(f, &f->rows[i]);
        for (size_t i = 0; i < f->slice_count; i++)
            check_slice(f, &f->slices[i]);
    }
    arena_free(arena);
    return 0;
}
