#include "tests/unit/test.h"

#include "runners/sampler/counters.h"

#include <errno.h>
#include <stdio.h>

/* A machine that grants what the test says: what was opened, and what each descriptor reads. */
struct fake {
    int paranoid; /* above 1: kernel events are refused */
    bool no_hardware;
    size_t pmu; /* hardware events that fit in one group */
    int opened, closed;
    struct perf_event_attr attrs[64];
    int groups[64];
    uint64_t raw[3];
};

static int fake_open(void *context, struct perf_event_attr *attr, int group) {
    struct fake *fake = context;
    bool hardware = attr->type == PERF_TYPE_HARDWARE;
    size_t in_group = 0;
    errno = ENOENT;
    if (hardware && fake->no_hardware)
        return -1;
    errno = EACCES;
    if (fake->paranoid > 1 && !attr->exclude_kernel)
        return -1;
    for (int i = 0; i < fake->opened; i++)
        in_group += fake->groups[i] == group;
    errno = EINVAL;
    if (hardware && group >= 0 && in_group + 1 >= fake->pmu)
        return -1;
    fake->attrs[fake->opened] = *attr;
    fake->groups[fake->opened] = group;
    return 100 + fake->opened++;
}

static bool fake_read(void *context, int fd, uint64_t raw[3]) {
    struct fake *fake = context;
    memcpy(raw, fake->raw, sizeof fake->raw);
    return fd >= 100;
}

static void fake_close(void *context, int fd) {
    struct fake *fake = context;
    assert_true(fd >= 100);
    fake->closed++;
}

static struct counter_system system_of(struct fake *fake) {
    return (struct counter_system){fake_open, fake_read, fake_close, fake};
}

static struct counter_set set_of(const char *text) {
    struct counter_set set;
    struct pg_error err;
    assert_true(counters_parse(&set, text, &err));
    return set;
}

/* Counters of a machine, probed. `fake` stays where it is: the system reads it. */
struct probed {
    struct counter_system system;
    struct counter_set set;
    struct counters counters;
    struct counter_value values[COUNTERS_MAX];
    int opened; /* so many events the probing opened */
};

static void probe(struct probed *probed, struct fake *fake, const char *events) {
    probed->system = system_of(fake);
    probed->set = set_of(events);
    counters_probe(&probed->counters, &probed->set, &probed->system);
    probed->opened = fake->opened;
}

static void count_once(struct probed *probed) {
    counters_begin(&probed->counters);
    counters_end(&probed->counters, probed->values);
}

static void lists_are_understood(void **state) {
    (void)state;
    struct counter_set set = set_of("auto");
    struct pg_error err;
    assert_int_equal(set.count, 5);
    assert_string_equal(set.events[0]->name, "instructions");
    assert_false(set.required);
    assert_int_equal(set_of("off").count, 0);
    set = set_of("cycles,task-clock");
    assert_int_equal(set.count, 2);
    assert_string_equal(set.events[1]->unit, "task-clock-ns/op");
    assert_true(set.required);
    static const char *const bad[] = {
        "", "cycle", "cycles,", ",cycles", "cycles,cycles", "auto,cycles", "CYCLES"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (counters_parse(&set, bad[i], &err))
            fail_msg("accepted '%s'", bad[i]);
        assert_int_equal(err.status, PG_USAGE);
    }
}

static void multiplexed_values_are_scaled(void **state) {
    (void)state;
    struct counter_value value = counter_scaled((const uint64_t[]){1000, 400, 100});
    assert_near(value.value, 4000, 1e-12);
    assert_near(value.share, 0.25, 1e-12);
    value = counter_scaled((const uint64_t[]){1000, 400, 400});
    assert_near(value.value, 1000, 1e-12);
    assert_near(value.share, 1, 1e-12);
    assert_nan(counter_scaled((const uint64_t[]){0, 400, 0}).value);
    assert_nan(counter_scaled((const uint64_t[]){0, 0, 0}).value);
    value = counter_scaled((const uint64_t[]){0, 400, 400});
    assert_true(value.value == 0);
}

static void hardware_events_form_a_group_of_the_program_alone(void **state) {
    (void)state;
    struct fake fake = {.paranoid = 1, .pmu = 8, .raw = {7, 10, 10}};
    struct probed p;
    probe(&p, &fake, "auto");
    count_once(&p);
    for (int i = 0; i < 5; i++) {
        const struct perf_event_attr *attr = &fake.attrs[p.opened + i];
        bool leads = i == 0 || i == 4; /* migrations are no hardware event */
        assert_true(attr->inherit);
        assert_true(attr->disabled == leads && attr->enable_on_exec == leads);
        assert_false(attr->exclude_kernel);
        assert_int_equal(fake.groups[p.opened + i], leads ? -1 : 100 + p.opened);
    }
    assert_true(p.values[3].value == 7);
    counters_close(&p.counters);
    assert_int_equal(fake.opened, fake.closed);
    struct arena *arena = arena_new();
    assert_null(counters_explain(&p.set, &p.counters.state, 1, arena));
    arena_free(arena);
}

static void what_does_not_fit_the_group_is_counted_alone(void **state) {
    (void)state;
    struct fake fake = {.paranoid = 1, .pmu = 2, .raw = {7, 10, 5}};
    struct probed p;
    probe(&p, &fake, "instructions,cycles,branch-misses");
    count_once(&p);
    assert_int_equal(fake.groups[p.opened + 1], 100 + p.opened);
    assert_int_equal(fake.groups[p.opened + 2], -1);
    assert_true(fake.attrs[p.opened + 2].enable_on_exec);
    assert_near(p.values[2].value, 14, 1e-12);
}

static void a_refusal_is_tried_again_in_user_space_and_explained(void **state) {
    (void)state;
    struct fake fake = {.paranoid = 2, .pmu = 8, .raw = {7, 10, 10}};
    struct probed p;
    struct arena *arena = arena_new();
    probe(&p, &fake, "auto");
    count_once(&p);
    assert_true(p.values[0].value == 7);
    assert_nan(p.values[4].value);
    assert_string_equal(
        counters_explain(&p.set, &p.counters.state, 2, arena),
        "instructions, cycles, branch-misses, cache-misses: in user space only: "
        "perf_event_paranoid is 2 (sysctl kernel.perf_event_paranoid=1 allows it; in a container "
        "--cap-add PERFMON); migrations: perf_event_paranoid is 2 (sysctl "
        "kernel.perf_event_paranoid=1 allows it; in a container --cap-add PERFMON)");
    arena_free(arena);
}

static void a_machine_without_counters_says_so(void **state) {
    (void)state;
    struct fake fake = {.paranoid = 1, .no_hardware = true, .pmu = 8, .raw = {3, 10, 10}};
    struct probed p;
    struct arena *arena = arena_new();
    probe(&p, &fake, "auto");
    count_once(&p);
    assert_nan(p.values[0].value);
    assert_true(p.values[4].value == 3);
    assert_string_equal(counters_explain(&p.set, &p.counters.state, 1, arena),
                        "instructions, cycles, branch-misses, cache-misses: not supported by this "
                        "machine (a virtual machine without a PMU?)");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_understood),
        cmocka_unit_test(multiplexed_values_are_scaled),
        cmocka_unit_test(hardware_events_form_a_group_of_the_program_alone),
        cmocka_unit_test(what_does_not_fit_the_group_is_counted_alone),
        cmocka_unit_test(a_refusal_is_tried_again_in_user_space_and_explained),
        cmocka_unit_test(a_machine_without_counters_says_so),
    };
    return RUN_TESTS(tests);
}
