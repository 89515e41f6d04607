#include "runners/sampler/permission.h"

#include "runners/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A small file of /proc, NUL-terminated; empty when it cannot be read. */
static void read_small(const char *proc, const char *name, char *text, size_t size) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", proc, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
    text[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* "KEY:\tVALUE" of /proc/self/status. */
static uint64_t status_number(const char *status, const char *key, int base) {
    const char *at = strstr(status, key);
    return at ? strtoull(at + strlen(key), NULL, base) : 0;
}

struct permission_facts permission_look(int error, const char *proc) {
    static const uint64_t enough = 1ULL << CAP_PERFMON | 1ULL << CAP_SYS_ADMIN;
    char text[4096];
    struct permission_facts facts = {.error = error, .paranoid = PARANOID_UNKNOWN};
    read_small(proc, "sys/kernel/perf_event_paranoid", text, sizeof text);
    if (text[0])
        facts.paranoid = (int)strtol(text, NULL, 10);
    read_small(proc, "self/status", text, sizeof text);
    facts.privileged = status_number(text, "\nCapEff:", 16) & enough;
    facts.seccomp = status_number(text, "\nSeccomp:", 10) == 2;
    return facts;
}

/* On a kernel as it comes from kernel.org the clock can be sampled at every value, so that a
 * refusal by number means a distribution's kernel (3: Debian, Android; 4: Ubuntu). */
static const char *reason(const struct permission_facts *facts, struct arena *arena) {
    if (facts->error == ENOSYS)
        return "this kernel has no perf events, or a sandbox (gVisor) stands before it";
    if (facts->error == ENOENT || facts->error == ENODEV || facts->error == EOPNOTSUPP)
        return "the machine has neither a PMU nor a clock to sample with";
    if (facts->error == EMFILE || facts->error == ENFILE)
        return "too few file descriptors for one event a CPU; type: ulimit -n 4096";
    if (facts->error == ENOMEM)
        return "no memory may be locked for the rings; type: ulimit -l unlimited";
    if (facts->error != EACCES && facts->error != EPERM)
        return strerror(facts->error);
    if (facts->paranoid > 2 && !facts->privileged)
        return arena_printf(arena,
                            "perf_event_paranoid is %d; type: sudo sysctl -w "
                            "kernel.perf_event_paranoid=2, or sudo setcap cap_perfmon+ep perfgate",
                            facts->paranoid);
    if (facts->seccomp)
        return "a seccomp filter (of the container) forbids it; start the container with "
               "--cap-add PERFMON, or --security-opt seccomp= a profile that allows "
               "perf_event_open";
    return "a security module or the container forbids it; start the container with --cap-add "
           "PERFMON";
}

const char *permission_explain(const struct permission_facts *facts, struct arena *arena) {
    return arena_printf(arena, "perf_event_open is refused (%s): %s",
                        strerrorname_np(facts->error) ? strerrorname_np(facts->error) : "?",
                        reason(facts, arena));
}
