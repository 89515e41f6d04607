#include "tests/unit/test.h"

#include "runners/noise.h"
#include "tests/unit/fake_tree.h"

static bool says(const struct noise_findings *findings, const char *text) {
    for (size_t i = 0; i < findings->count; i++) {
        if (strstr(findings->items[i].what, text))
            return true;
    }
    return false;
}

static void settings_that_let_speed_vary(void **state) {
    (void)state;
    struct fake_tree tree = fake_tree_new();
    struct noise_findings findings = {.arena = tree.arena};
    noise_settings(&findings, &tree.roots);
    assert_int_equal(findings.count, 0);
    fake_file(&tree, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    fake_file(&tree, "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
    fake_file(&tree, "sys/devices/system/cpu/cpufreq/boost", "1\n");
    fake_file(&tree, "sys/devices/system/cpu/smt/active", "1\n");
    fake_file(&tree, "proc/loadavg", "2.50 1.00 0.50 1/99 1234\n");
    fake_file(&tree, "proc/self/cgroup", "0::/job/step\n");
    fake_file(&tree, "sys/fs/cgroup/job/step/cpu.max", "max 100000\n");
    fake_file(&tree, "sys/fs/cgroup/job/cpu.max", "150000 100000\n");
    noise_settings(&findings, &tree.roots);
    assert_true(says(&findings, "governor is 'powersave' on 1 of 2 CPUs"));
    assert_true(says(&findings, "boost is on"));
    assert_true(says(&findings, "SMT is on"));
    assert_true(says(&findings, "quota allows 1.5 CPUs"));
    assert_true(says(&findings, "load was 2.50"));
    assert_int_equal(findings.count, 5);
    fake_tree_remove(&tree);
}

static void a_quiet_machine_has_nothing_to_say(void **state) {
    (void)state;
    struct fake_tree tree = fake_tree_new();
    struct noise_findings findings = {.arena = tree.arena};
    fake_file(&tree, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    fake_file(&tree, "sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    fake_file(&tree, "sys/devices/system/cpu/smt/active", "0\n");
    fake_file(&tree, "proc/loadavg", "0.10 0.20 0.30 1/99 1234\n");
    fake_file(&tree, "proc/self/cgroup", "0::/\n");
    fake_file(&tree, "sys/fs/cgroup/cpu.max", "max 100000\n");
    noise_settings(&findings, &tree.roots);
    assert_int_equal(findings.count, 0);
    fake_tree_remove(&tree);
}

static void throttling_is_counted_through_the_groups_above(void **state) {
    (void)state;
    struct fake_tree tree = fake_tree_new();
    fake_file(&tree, "proc/self/cgroup", "0::/job/step\n");
    fake_file(&tree, "sys/fs/cgroup/job/step/cpu.stat",
              "usage_usec 5\nnr_periods 9\nnr_throttled 2\nthrottled_usec 1500\n");
    fake_file(&tree, "sys/fs/cgroup/job/cpu.stat", "nr_throttled 1\nthrottled_usec 500\n");
    fake_file(&tree, "sys/fs/cgroup/cpu.stat", "usage_usec 77\n");
    struct noise_counts counts = noise_count(&tree.roots, tree.arena);
    assert_int_equal(counts.throttled_periods, 3);
    assert_int_equal(counts.throttled_us, 2000);
    fake_tree_remove(&tree);
}

static void throttling_of_cgroup_version_1(void **state) {
    (void)state;
    struct fake_tree tree = fake_tree_new();
    struct noise_findings findings = {.arena = tree.arena};
    fake_file(&tree, "proc/self/cgroup", "4:memory:/x\n3:cpu,cpuacct:/job\n0::/x\n");
    fake_file(&tree, "sys/fs/cgroup/cpu,cpuacct/cpu.stat", "nr_throttled 0\nthrottled_time 0\n");
    fake_file(&tree, "sys/fs/cgroup/cpu,cpuacct/job/cpu.stat",
              "nr_periods 10\nnr_throttled 4\nthrottled_time 3000000\n");
    fake_file(&tree, "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "200000\n");
    fake_file(&tree, "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
    struct noise_counts counts = noise_count(&tree.roots, tree.arena);
    assert_int_equal(counts.throttled_periods, 4);
    assert_int_equal(counts.throttled_us, 3000);
    noise_settings(&findings, &tree.roots);
    assert_true(says(&findings, "quota allows 2 CPUs"));
    fake_file(&tree, "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
    findings.count = 0;
    noise_settings(&findings, &tree.roots);
    assert_int_equal(findings.count, 0);
    fake_tree_remove(&tree);
}

static void heat_and_stolen_time(void **state) {
    (void)state;
    struct fake_tree tree = fake_tree_new();
    fake_file(&tree, "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "5\n");
    fake_file(&tree, "sys/devices/system/cpu/cpu11/thermal_throttle/core_throttle_count", "7\n");
    fake_file(&tree, "proc/stat", "cpu  10 20 30 40 50 60 70 80 90 100\ncpu0 1 2 3\nintr 5\n");
    struct noise_counts counts = noise_count(&tree.roots, tree.arena);
    assert_int_equal(counts.thermal_events, 12);
    assert_int_equal(counts.steal_ticks, 80);
    assert_int_equal(counts.total_ticks, 360);
    assert_int_equal(counts.throttled_periods, -1);
    assert_nan(counts.load);
    fake_tree_remove(&tree);
}

static void events_are_differences(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct noise_findings findings = {.arena = arena};
    struct noise_counts before = {10, 1000, 3, 100, 10000, 0};
    struct noise_counts after = {12, 251000, 5, 150, 11000, 0};
    noise_events(&findings, &before, &before);
    assert_int_equal(findings.count, 0);
    noise_events(&findings, &before, &after);
    assert_true(says(&findings, "stopped processes in 2 periods, for 0.25 s"));
    assert_true(says(&findings, "2 thermal throttling events"));
    assert_true(says(&findings, "5.0% of the CPU time was stolen"));
    findings.count = 0;
    struct noise_counts unknown = {-1, -1, -1, -1, -1, NAN};
    noise_events(&findings, &unknown, &after);
    noise_events(&findings, &before, &unknown);
    noise_events(&findings, &after, &before); /* counters that were reset */
    assert_int_equal(findings.count, 0);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_that_let_speed_vary),
        cmocka_unit_test(a_quiet_machine_has_nothing_to_say),
        cmocka_unit_test(throttling_is_counted_through_the_groups_above),
        cmocka_unit_test(throttling_of_cgroup_version_1),
        cmocka_unit_test(heat_and_stolen_time),
        cmocka_unit_test(events_are_differences),
    };
    return RUN_TESTS(tests);
}
