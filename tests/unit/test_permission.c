#include "tests/unit/test.h"

#include "runners/sampler/permission.h"

#include <errno.h>

static void explains(struct permission_facts facts, const char *first, const char *second) {
    struct arena *arena = arena_new();
    const char *text = permission_explain(&facts, arena);
    if (!strstr(text, first) || !strstr(text, second))
        fail_msg("%s", text);
    arena_free(arena);
}

static void a_refusal_says_what_it_was_and_what_to_type(void **state) {
    (void)state;
    explains((struct permission_facts){EACCES, 4, false, false},
             "(EACCES): perf_event_paranoid is 4", "sysctl -w kernel.perf_event_paranoid=2");
    explains((struct permission_facts){EACCES, 3, false, true}, "perf_event_paranoid is 3",
             "setcap cap_perfmon+ep");
    explains((struct permission_facts){EPERM, 2, true, true}, "(EPERM): a seccomp filter",
             "--cap-add PERFMON");
    explains((struct permission_facts){EPERM, PARANOID_UNKNOWN, false, false}, "the container",
             "--cap-add PERFMON");
    explains((struct permission_facts){ENOSYS, 2, true, false}, "(ENOSYS)", "no perf events");
    explains((struct permission_facts){ENOENT, 2, true, false}, "(ENOENT)", "PMU");
    explains((struct permission_facts){EMFILE, 2, true, false}, "(EMFILE)", "ulimit -n");
    explains((struct permission_facts){EINVAL, 2, true, false}, "(EINVAL)", "Invalid argument");
}

static void a_missing_proc_is_no_obstacle(void **state) {
    (void)state;
    struct permission_facts facts = permission_look(EPERM, "/nowhere");
    assert_int_equal(facts.error, EPERM);
    assert_int_equal(facts.paranoid, PARANOID_UNKNOWN);
    assert_false(facts.privileged || facts.seccomp);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_says_what_it_was_and_what_to_type),
        cmocka_unit_test(a_missing_proc_is_no_obstacle),
    };
    return RUN_TESTS(tests);
}
