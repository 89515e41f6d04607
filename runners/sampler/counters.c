#include "runners/sampler/counters.h"

#include "runners/base/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct counter_event known[] = {
    {"instructions", "instructions/op", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    {"cycles", "cycles/op", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    {"branch-misses", "branch-misses/op", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    {"cache-misses", "cache-misses/op", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    {"migrations", "migrations/op", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
    /* Only when asked for by name: */
    {"branches", "branches/op", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
    {"cache-references", "cache-references/op", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES},
    {"ref-cycles", "ref-cycles/op", PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES},
    {"task-clock", "task-clock-ns/op", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
    {"faults", "faults/op", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
    {"switches", "switches/op", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
};
enum { KNOWN = sizeof known / sizeof *known, AUTOMATIC = 5 };

static const struct counter_event *find(struct text name) {
    for (size_t i = 0; i < KNOWN; i++) {
        if (text_equal(name, known[i].name))
            return &known[i];
    }
    return NULL;
}

static bool unknown(struct text name, struct pg_error *err) {
    char names[512] = "";
    size_t used = 0;
    for (size_t i = 0; i < KNOWN; i++) {
        size_t length = strlen(known[i].name);
        memcpy(names + used, known[i].name, length);
        used += length;
        names[used++] = ' ';
    }
    names[used - 1] = '\0';
    return pg_error_set(err, PG_USAGE,
                        "--counters: '%.*s' is not a counter; there are auto, off, or a list of %s",
                        TEXT_ARG(name, 100), names);
}

bool counters_parse(struct counter_set *out, const char *text, struct pg_error *err) {
    struct counter_set set = {.count = 0};
    if (strcmp(text, "auto") == 0) {
        for (size_t i = 0; i < AUTOMATIC; i++)
            set.events[set.count++] = &known[i];
    } else if (strcmp(text, "off") != 0) {
        set.required = true;
        for (const char *at = text, *end; at; at = *end ? end + 1 : NULL) {
            end = strchrnul(at, ',');
            struct text name = {at, (size_t)(end - at)};
            const struct counter_event *event = find(name);
            if (!event)
                return unknown(name, err);
            for (size_t i = 0; i < set.count; i++) {
                if (set.events[i] == event)
                    return pg_error_set(err, PG_USAGE, "--counters: '%s' is named twice",
                                        event->name);
            }
            set.events[set.count++] = event;
        }
    }
    *out = set;
    return true;
}

static int kernel_open(void *context, struct perf_event_attr *attr, int group) {
    (void)context;
    return (int)syscall(SYS_perf_event_open, attr, 0, -1, group, PERF_FLAG_FD_CLOEXEC);
}

static bool kernel_read(void *context, int fd, uint64_t values[3]) {
    (void)context;
    return read(fd, values, 3 * sizeof *values) == (ssize_t)(3 * sizeof *values);
}

static void kernel_close(void *context, int fd) {
    (void)context;
    close(fd);
}

const struct counter_system kernel_counters = {kernel_open, kernel_read, kernel_close, NULL};

static void describe(struct perf_event_attr *attr, const struct counter_event *event) {
    memset(attr, 0, sizeof *attr);
    attr->size = sizeof *attr;
    attr->type = event->type;
    attr->config = event->config;
    attr->read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    attr->disabled = 1;
}

/* `leader` -1 opens an event on its own. Members of a group follow their leader and carry no
 * enable_on_exec. */
static int open_event(const struct counters *counters, const struct counter_event *event,
                      int leader, bool user_only) {
    struct perf_event_attr attr;
    describe(&attr, event);
    attr.disabled = leader < 0;
    attr.enable_on_exec = leader < 0;
    attr.inherit = 1;
    attr.exclude_kernel = user_only;
    attr.exclude_hv = user_only;
    return counters->system.open(counters->system.context, &attr, leader);
}

static bool is_hardware(const struct counters *counters, size_t i) {
    return counters->set->events[i]->type == PERF_TYPE_HARDWARE;
}

/* A refusal for want of privilege is tried again without the kernel's share. A software event
 * without it would count nothing (they happen in the kernel), except the clock. */
static int open_best(struct counters *counters, size_t i, int leader) {
    const struct counter_event *event = counters->set->events[i];
    int fd = open_event(counters, event, leader, false);
    if (fd < 0 && (errno == EACCES || errno == EPERM) && is_hardware(counters, i)) {
        fd = open_event(counters, event, leader, true);
        counters->state.user_only[i] = fd >= 0;
    }
    return fd;
}

static void close_all(const struct counters *counters, int *fds) {
    for (size_t i = 0; i < counters->set->count; i++) {
        if (fds[i] >= 0)
            counters->system.close(counters->system.context, fds[i]);
        fds[i] = -1;
    }
}

static int open_keeper(const struct counters *counters, size_t i) {
    struct perf_event_attr attr;
    if (counters->state.error[i] || is_hardware(counters, i))
        return -1;
    describe(&attr, counters->set->events[i]);
    return counters->system.open(counters->system.context, &attr, -1);
}

void counters_probe(struct counters *counters, const struct counter_set *set,
                    const struct counter_system *system) {
    memset(counters, 0, sizeof *counters);
    counters->set = set;
    counters->system = *system;
    int leader = -1;
    for (size_t i = 0; i < set->count; i++) {
        bool hardware = is_hardware(counters, i);
        int fd = open_best(counters, i, hardware ? leader : -1);
        if (fd < 0 && hardware && leader >= 0) {
            fd = open_best(counters, i, -1); /* the group is larger than the PMU */
            counters->alone[i] = fd >= 0;
        } else if (fd >= 0 && hardware && leader < 0) {
            leader = fd;
        }
        counters->fds[i] = fd;
        counters->state.error[i] = fd < 0 ? errno : 0;
        counters->keepers[i] = open_keeper(counters, i);
    }
    close_all(counters, counters->fds);
}

void counters_close(struct counters *counters) {
    close_all(counters, counters->keepers);
}

void counters_begin(struct counters *counters) {
    int leader = -1;
    for (size_t i = 0; i < counters->set->count; i++) {
        bool grouped = is_hardware(counters, i) && !counters->alone[i];
        counters->fds[i] = -1;
        if (counters->state.error[i])
            continue;
        counters->fds[i] = open_event(counters, counters->set->events[i], grouped ? leader : -1,
                                      counters->state.user_only[i]);
        if (grouped && leader < 0)
            leader = counters->fds[i];
    }
}

struct counter_value counter_scaled(const uint64_t raw[3]) {
    double value = (double)raw[0], share = (double)raw[2] / (double)raw[1];
    if (raw[2] == 0)
        return (struct counter_value){NAN, 0};
    return share < 1 ? (struct counter_value){value / share, share}
                     : (struct counter_value){value, 1};
}

void counters_end(struct counters *counters, struct counter_value values[COUNTERS_MAX]) {
    for (size_t i = 0; i < counters->set->count; i++) {
        uint64_t raw[3] = {0, 0, 0};
        if (counters->fds[i] >= 0)
            counters->system.read(counters->system.context, counters->fds[i], raw);
        values[i] = counter_scaled(raw);
    }
    close_all(counters, counters->fds);
}

static const char *cure(int error, int paranoid, struct arena *arena) {
    if (error == EACCES || error == EPERM) {
        return paranoid == COUNTERS_PARANOID_UNKNOWN
                   ? "the system refuses perf_event_open (in a container: --cap-add PERFMON, or a "
                     "seccomp profile that allows it)"
                   : arena_printf(arena,
                                  "perf_event_paranoid is %d (sysctl kernel.perf_event_paranoid=1 "
                                  "allows it; in a container --cap-add PERFMON)",
                                  paranoid);
    }
    if (error == ENOENT || error == ENODEV || error == EOPNOTSUPP || error == ENOSYS)
        return "not supported by this machine (a virtual machine without a PMU?)";
    return strerror(error);
}

const char *counters_explain(const struct counter_set *set, const struct counter_state *state,
                             int paranoid, struct arena *arena) {
    const char *text = NULL;
    bool told[COUNTERS_MAX] = {false};
    for (size_t i = 0; i < set->count; i++) {
        const char *names = set->events[i]->name;
        int error = state->error[i];
        bool user = state->user_only[i];
        if (told[i] || (!error && !user))
            continue;
        for (size_t j = i + 1; j < set->count; j++) {
            if (state->error[j] != error || state->user_only[j] != user)
                continue;
            told[j] = true;
            names = arena_printf(arena, "%s, %s", names, set->events[j]->name);
        }
        const char *what =
            error ? cure(error, paranoid, arena)
                  : arena_printf(arena, "in user space only: %s", cure(EACCES, paranoid, arena));
        text = text ? arena_printf(arena, "%s; %s: %s", text, names, what)
                    : arena_printf(arena, "%s: %s", names, what);
    }
    return text;
}
