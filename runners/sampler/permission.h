/* Why the kernel refuses to sample, and what to type. */
#ifndef RUNNERS_SAMPLER_PERMISSION_H
#define RUNNERS_SAMPLER_PERMISSION_H

#include "runners/base/arena.h"

#include <stdbool.h>

/* What was found out beside the errno of perf_event_open. */
struct permission_facts {
    int error;       /* errno of perf_event_open, or of the ring's mmap */
    int paranoid;    /* perf_event_paranoid; PARANOID_UNKNOWN when it cannot be read */
    bool privileged; /* CAP_PERFMON or CAP_SYS_ADMIN is in effect */
    bool seccomp;    /* a seccomp filter is in force */
};
enum { PARANOID_UNKNOWN = -1000 };

/* Looks at the calling process and the system, under `proc` ("/proc"). */
struct permission_facts permission_look(int error, const char *proc);

/* "perf_event_open is refused (EACCES): perf_event_paranoid is 4; type: sudo sysctl …". */
const char *permission_explain(const struct permission_facts *facts, struct arena *arena);

#endif
