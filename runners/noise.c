#include "runners/noise.h"

#include "runners/base/number.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void find(struct noise_findings *out, enum note_level level, const char *cure,
                 const char *what) {
    struct noise_finding finding = {level, what, cure};
    ARENA_PUSH(out->arena, out->items, out->count, out->capacity, finding);
}

static bool is_cpu(const char *name) {
    return strncmp(name, "cpu", 3) == 0 && name[3] >= '0' && name[3] <= '9';
}

/* How many CPUs have this word in a file of theirs, and how many have the file. */
static void governors(struct noise_findings *out, const struct system_roots *roots) {
    const char *odd = NULL;
    size_t cpus = 0, others = 0;
    DIR *folder = opendir(arena_printf(out->arena, "%s/devices/system/cpu", roots->sys));
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!is_cpu(entry->d_name))
            continue;
        const char *governor =
            system_read(out->arena, "%s/devices/system/cpu/%s/cpufreq/scaling_governor", roots->sys,
                        entry->d_name);
        if (!governor)
            continue;
        cpus++;
        if (strcmp(governor, "performance") == 0)
            continue;
        others++;
        odd = odd && strcmp(odd, governor) < 0 ? odd : governor;
    }
    closedir(folder);
    if (others)
        find(out, NOTE_WARNING, "cpupower frequency-set -g performance",
             arena_printf(out->arena, "CPU frequency governor is '%s' on %zu of %zu CPUs", odd,
                          others, cpus));
}

static void turbo(struct noise_findings *out, const struct system_roots *roots) {
    int64_t value;
    if (system_number(&value, out->arena, "%s/devices/system/cpu/intel_pstate/no_turbo",
                      roots->sys)) {
        if (value == 0)
            find(out, NOTE_INFO, "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo",
                 "turbo is on: clock speed depends on heat and on what else runs");
    } else if (system_number(&value, out->arena, "%s/devices/system/cpu/cpufreq/boost",
                             roots->sys) &&
               value == 1) {
        find(out, NOTE_INFO, "echo 0 > /sys/devices/system/cpu/cpufreq/boost",
             "boost is on: clock speed depends on heat and on what else runs");
    }
}

static void threads(struct noise_findings *out, const struct system_roots *roots) {
    int64_t active;
    if (system_number(&active, out->arena, "%s/devices/system/cpu/smt/active", roots->sys) &&
        active == 1)
        find(out, NOTE_INFO, "echo off > /sys/devices/system/cpu/smt/control",
             "SMT is on: a neighbour on the same core takes speed away");
}

/* Folders of this process's cgroup and of those above it: version 2, then version 1's cpu
 * controller. */
struct cgroup {
    const char *root, *path; /* path begins with / */
    bool version2;
};

static bool names_cpu(struct text controllers) {
    for (const char *at = controllers.at, *end = at + controllers.length; at < end;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        struct text word = {at, (size_t)((comma ? comma : end) - at)};
        if (text_equal(word, "cpu"))
            return true;
        at = comma ? comma + 1 : end;
    }
    return false;
}

static bool cgroup_find(struct cgroup *out, const struct system_roots *roots, struct arena *arena) {
    const char *text = system_read(arena, "%s/self/cgroup", roots->proc);
    const char *version2 = NULL;
    for (const char *line = text, *end; line; line = *end ? end + 1 : NULL) {
        end = strchrnul(line, '\n');
        const char *first = memchr(line, ':', (size_t)(end - line));
        const char *second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
        if (!second)
            continue;
        struct text controllers = {first + 1, (size_t)(second - first - 1)};
        const char *path = arena_strndup(arena, second + 1, (size_t)(end - second - 1));
        if (controllers.length == 0)
            version2 = path;
        if (!names_cpu(controllers))
            continue;
        *out = (struct cgroup){
            arena_printf(arena, "%s/fs/cgroup/%.*s", roots->sys, TEXT_ARG(controllers, 200)), path,
            false};
        /* The mount is named by all its controllers or, through a symbolic link, by one. */
        if (!system_read(arena, "%s/cpu.stat", out->root))
            out->root = arena_printf(arena, "%s/fs/cgroup/cpu", roots->sys);
        return true;
    }
    if (!version2)
        return false;
    *out = (struct cgroup){arena_printf(arena, "%s/fs/cgroup", roots->sys), version2, true};
    return true;
}

/* One step up; false above the root. A container sees paths that are not mounted: they simply have
 * no files. */
static bool cgroup_up(struct cgroup *group, struct arena *arena) {
    if (strcmp(group->path, "/") == 0 || group->path[0] != '/')
        return false;
    const char *slash = strrchr(group->path, '/');
    group->path = slash == group->path
                      ? "/"
                      : arena_strndup(arena, group->path, (size_t)(slash - group->path));
    return true;
}

static bool quota_of(const struct cgroup *group, double *cpus, struct arena *arena) {
    int64_t quota, period;
    if (group->version2) {
        const char *max = system_read(arena, "%s%s/cpu.max", group->root, group->path);
        struct text rest = text_of(max ? max : ""), first, second;
        if (!text_field(&rest, &first) || !text_field(&rest, &second) ||
            !number_i64(first, &quota) || !number_i64(second, &period))
            return false;
    } else if (!system_number(&quota, arena, "%s%s/cpu.cfs_quota_us", group->root, group->path) ||
               !system_number(&period, arena, "%s%s/cpu.cfs_period_us", group->root, group->path)) {
        return false;
    }
    *cpus = (double)quota / (double)period;
    return quota > 0 && period > 0;
}

static void quota(struct noise_findings *out, const struct system_roots *roots) {
    struct cgroup group;
    double cpus;
    if (!cgroup_find(&group, roots, out->arena))
        return;
    do {
        if (!quota_of(&group, &cpus, out->arena))
            continue;
        find(out, NOTE_INFO, "give the container whole CPUs (cpuset) in place of a quota",
             arena_printf(
                 out->arena,
                 "cgroup quota allows %.3g CPUs: what needs more is stopped for the rest of "
                 "each period",
                 cpus));
        return;
    } while (cgroup_up(&group, out->arena));
}

static double load_of(const struct system_roots *roots, struct arena *arena) {
    const char *text = system_read(arena, "%s/loadavg", roots->proc);
    struct text rest = text_of(text ? text : ""), word;
    double load;
    return text_field(&rest, &word) && number_double(word, &load) ? load : NAN;
}

static void load(struct noise_findings *out, const struct system_roots *roots) {
    double one_minute = load_of(roots, out->arena);
    if (one_minute > 0.5)
        find(out, NOTE_INFO, "let nothing else run beside the benchmarks",
             arena_printf(out->arena, "load was %.2f before measuring began", one_minute));
}

void noise_settings(struct noise_findings *out, const struct system_roots *roots) {
    governors(out, roots);
    turbo(out, roots);
    threads(out, roots);
    quota(out, roots);
    load(out, roots);
}

static int64_t stat_number(const char *stat, const char *key, struct arena *arena) {
    const char *value = system_value(stat, key, arena);
    int64_t number;
    return value && number_i64(text_of(value), &number) ? number : -1;
}

static int64_t sum(int64_t total, int64_t part) {
    return part < 0 ? total : total < 0 ? part : total + part;
}

static void count_throttling(struct noise_counts *out, const struct system_roots *roots,
                             struct arena *arena) {
    struct cgroup group;
    if (!cgroup_find(&group, roots, arena))
        return;
    do {
        const char *stat = system_read(arena, "%s%s/cpu.stat", group.root, group.path);
        if (!stat)
            continue;
        out->throttled_periods =
            sum(out->throttled_periods, stat_number(stat, "nr_throttled", arena));
        int64_t us = group.version2 ? stat_number(stat, "throttled_usec", arena)
                                    : stat_number(stat, "throttled_time", arena);
        out->throttled_us = sum(out->throttled_us, us > 0 && !group.version2 ? us / 1000 : us);
    } while (cgroup_up(&group, arena));
}

static void count_heat(struct noise_counts *out, const struct system_roots *roots,
                       struct arena *arena) {
    DIR *folder = opendir(arena_printf(arena, "%s/devices/system/cpu", roots->sys));
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        int64_t count;
        if (is_cpu(entry->d_name) &&
            system_number(&count, arena,
                          "%s/devices/system/cpu/%s/thermal_throttle/core_throttle_count",
                          roots->sys, entry->d_name))
            out->thermal_events = sum(out->thermal_events, count);
    }
    closedir(folder);
}

/* Fields of /proc/stat's first line (proc(5)): user nice system idle iowait irq softirq steal;
 * guest times, behind them, are already in user. */
static void count_steal(struct noise_counts *out, const struct system_roots *roots,
                        struct arena *arena) {
    const char *stat = system_read(arena, "%s/stat", roots->proc);
    const char *line = stat ? system_value(stat, "cpu", arena) : NULL;
    struct text rest = text_of(line ? line : ""), word;
    int64_t ticks, total = 0;
    for (int i = 0; i < 8; i++) {
        if (!text_field(&rest, &word) || !number_i64(word, &ticks))
            return;
        total += ticks;
        if (i == 7) {
            out->steal_ticks = ticks;
            out->total_ticks = total;
        }
    }
}

struct noise_counts noise_count(const struct system_roots *roots, struct arena *arena) {
    struct noise_counts counts = {-1, -1, -1, -1, -1, NAN};
    count_throttling(&counts, roots, arena);
    count_heat(&counts, roots, arena);
    count_steal(&counts, roots, arena);
    counts.load = load_of(roots, arena);
    return counts;
}

static int64_t grown(int64_t before, int64_t after) {
    return before >= 0 && after > before ? after - before : 0;
}

void noise_events(struct noise_findings *out, const struct noise_counts *before,
                  const struct noise_counts *after) {
    int64_t periods = grown(before->throttled_periods, after->throttled_periods);
    int64_t heat = grown(before->thermal_events, after->thermal_events);
    int64_t steal = grown(before->steal_ticks, after->steal_ticks);
    int64_t total = grown(before->total_ticks, after->total_ticks);
    if (periods)
        find(out, NOTE_WARNING, "raise the cgroup's cpu quota, or measure with fewer threads",
             arena_printf(out->arena,
                          "the cgroup's cpu quota stopped processes in %lld periods, for %.3g s",
                          (long long)periods,
                          (double)grown(before->throttled_us, after->throttled_us) * 1e-6));
    if (heat)
        find(out, NOTE_WARNING, "cool the machine, or lower its clock",
             arena_printf(out->arena, "%lld thermal throttling events", (long long)heat));
    if (total && (double)steal > 0.01 * (double)total)
        find(out, NOTE_WARNING, "use a machine whose CPUs are not shared",
             arena_printf(out->arena, "%.1f%% of the CPU time was stolen by other virtual machines",
                          100 * (double)steal / (double)total));
}

void noise_note(struct recording *recording, const struct noise_findings *findings) {
    for (size_t i = 0; i < findings->count; i++)
        recording_note(recording, findings->items[i].level, NULL, "%s", findings->items[i].what);
}
