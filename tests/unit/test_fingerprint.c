#include "tests/unit/test.h"

#include "runners/fingerprint.h"
#include "runners/recording/fingerprint_text.h"
#include "tests/unit/fake_tree.h"

static const char x86[] = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"
                          "model\t\t: 85\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.00GHz\n"
                          "stepping\t: 3\nflags\t\t: fpu vme hypervisor avx\n\n"
                          "processor\t: 1\nvendor_id\t: GenuineIntel\n";

static struct fake_tree x86_tree(void) {
    struct fake_tree tree = fake_tree_new();
    fake_file(&tree, "proc/cpuinfo", x86);
    fake_file(&tree, "proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
    fake_file(&tree, "sys/devices/system/cpu/online", "0-2,5\n");
    fake_file(&tree, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    fake_file(&tree, "sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
    return tree;
}

static const char *value(const struct fingerprint *fingerprint, const char *key) {
    for (size_t i = 0; i < fingerprint->count; i++) {
        if (strcmp(fingerprint->fields[i].key, key) == 0)
            return fingerprint->fields[i].value;
    }
    return "absent";
}

static void a_machine_is_described(void **state) {
    (void)state;
    struct fake_tree tree = x86_tree();
    struct fingerprint got = fingerprint_read(&tree.roots, "gcc (Debian) 12.2.0", tree.arena);
    assert_string_equal(value(&got, "cpu-vendor"), "GenuineIntel");
    assert_string_equal(value(&got, "cpu-family"), "6");
    assert_string_equal(value(&got, "cpu-model"), "85");
    assert_string_equal(value(&got, "cpu-stepping"), "3");
    assert_string_equal(value(&got, "cores"), "4");
    assert_string_equal(value(&got, "hypervisor"), "Amazon_EC2");
    assert_string_equal(value(&got, "kernel"), "6.1.0-18-amd64");
    assert_string_equal(value(&got, "governor"), "powersave");
    assert_string_equal(value(&got, "compiler"), "gcc_(Debian)_12.2.0");
    assert_string_equal(got.cpu_name, "Intel(R) Xeon(R) CPU @ 2.00GHz");
    const char *text = fingerprint_text(&got, tree.arena);
    assert_string_equal(fingerprint_value(text, "compiler", tree.arena), "gcc_(Debian)_12.2.0");
    assert_null(strchr(text, '\n'));
    assert_int_equal(strlen(fingerprint_id(&got, tree.arena)), 16);
    fake_tree_remove(&tree);
}

static void the_order_of_flags_does_not_matter_but_the_set_does(void **state) {
    (void)state;
    struct fake_tree tree = x86_tree();
    struct fingerprint first = fingerprint_read(&tree.roots, "cc", tree.arena);
    fake_file(&tree, "proc/cpuinfo",
              "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\nstepping\t: 3\n"
              "flags\t\t: avx hypervisor vme  fpu\n");
    struct fingerprint same = fingerprint_read(&tree.roots, "cc", tree.arena);
    assert_string_equal(fingerprint_id(&first, tree.arena), fingerprint_id(&same, tree.arena));
    fake_file(&tree, "proc/cpuinfo",
              "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\nstepping\t: 3\n"
              "flags\t\t: avx2 hypervisor vme fpu\n");
    struct fingerprint other = fingerprint_read(&tree.roots, "cc", tree.arena);
    assert_string_not_equal(fingerprint_id(&first, tree.arena), fingerprint_id(&other, tree.arena));
    fake_tree_remove(&tree);
}

static void arm_and_bare_metal(void **state) {
    (void)state;
    struct fake_tree tree = fake_tree_new();
    fake_file(&tree, "proc/cpuinfo",
              "processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n"
              "CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n"
              "processor\t: 1\n");
    struct fingerprint got = fingerprint_read(&tree.roots, "cc", tree.arena);
    assert_string_equal(value(&got, "cpu-vendor"), "0x41");
    assert_string_equal(value(&got, "cpu-model"), "0xd0c");
    assert_string_equal(value(&got, "cores"), "2");
    assert_string_equal(value(&got, "hypervisor"), "none");
    assert_string_equal(value(&got, "governor"), "none");
    assert_null(got.cpu_name);
    fake_tree_remove(&tree);
}

static void an_empty_tree_and_hostile_values_do_no_harm(void **state) {
    (void)state;
    struct fake_tree tree = fake_tree_new();
    struct fingerprint got = fingerprint_read(&tree.roots, "", tree.arena);
    assert_string_equal(value(&got, "cpu-vendor"), "absent");
    assert_string_equal(value(&got, "compiler"), "absent");
    fake_file(&tree, "proc/cpuinfo", "vendor_id\t: a=b c\x1b[31m\nmodel\nmodel:\n: \n");
    fake_file(&tree, "sys/devices/system/cpu/online", "5-2,,x");
    got = fingerprint_read(&tree.roots, "x\ny", tree.arena);
    assert_string_equal(value(&got, "cpu-vendor"), "a_b_c_[31m");
    assert_string_equal(value(&got, "cpu-model"), "absent");
    assert_string_equal(value(&got, "cores"), "absent");
    assert_string_equal(value(&got, "compiler"), "x_y");
    fake_tree_remove(&tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_is_described),
        cmocka_unit_test(the_order_of_flags_does_not_matter_but_the_set_does),
        cmocka_unit_test(arm_and_bare_metal),
        cmocka_unit_test(an_empty_tree_and_hostile_values_do_no_harm),
    };
    return RUN_TESTS(tests);
}
