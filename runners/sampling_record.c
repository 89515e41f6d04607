#include "runners/measuring.h"
#include "runners/sampler/rings.h"

#include <math.h>
#include <time.h>

/* The CPU time that samples account for, that the system does, and how far they may lie apart; ns.
 */
struct account {
    double samples, system, allowed;
    const char *what;
    double unsampled; /* of the system's, what the profile has as [unsampled]; ns */
};

static double tick_ns(void) {
    struct timespec tick;
    clock_getres(CLOCK_REALTIME_COARSE, &tick);
    return (double)tick.tv_nsec;
}

/* Samples of user time. The kernel tells user from system time by what it finds at its ticks, so
 * that the account itself scatters (about binomially; four standard deviations are allowed), and a
 * process ends between two samples. Where the kernel chooses the periods, their number must be that
 * of the rate. */
static struct account user_account(const struct measuring *m, const struct sampled_side *sampled) {
    bool clock = m->sampled.rings.event == RING_CLOCK;
    double rate = m->plan->sampling.rate, period = clock ? (double)ring_period(rate) : 1e9 / rate;
    double both = sampled->user_ns + sampled->system_ns;
    double of_ticks = sqrt(sampled->user_ns * sampled->system_ns / both * tick_ns());
    double of_ends = period * sqrt((double)sampled->count);
    return (struct account){
        clock ? (double)sampled->counts.periods : (double)sampled->counts.samples * period,
        sampled->user_ns,
        PROFILE_SOUND * sampled->user_ns + 4 * (of_ticks + of_ends),
        "user time",
        clock ? sampled->unsampled_ns : 0,
    };
}

/* Samples of a thread's whole time, from when the library was there until the last tick of a timer.
 */
static struct account thread_account(const struct sampled_side *sampled) {
    double both = sampled->user_ns + sampled->system_ns;
    return (struct account){(double)sampled->counts.periods, both,
                            PROFILE_SOUND * both + 2 * tick_ns() * (double)sampled->loaded,
                            "CPU time", 0};
}

static void set(struct recording *out, const char *key, const char *format, double value) {
    recording_set(out, key, arena_printf(out->arena, format, value));
}

/* The kernel pauses an event until its next tick when it comes more often than the highest rate. */
static void note_pauses(struct recording *out, uint64_t times, const struct sampled_how *how) {
    const char *cure = "";
    if (how->highest_rate >= 0 && (double)how->highest_rate < how->rings.rate)
        cure = arena_printf(out->arena,
                            ": perf_event_max_sample_rate is %lld, below --rate; type: sudo sysctl "
                            "kernel.perf_event_max_sample_rate=100000",
                            (long long)how->highest_rate);
    const char *count = arena_printf(out->arena, "%llu times", (unsigned long long)times);
    recording_note(out, NOTE_WARNING, NULL, "the kernel paused sampling %s%s",
                   times == 1 ? "once" : count, cure);
}

static void note_counts(struct recording *out, const struct sampling_counts *counts,
                        uint64_t damaged, const struct sampled_how *how) {
    if (counts->lost)
        recording_note(out, NOTE_WARNING, NULL,
                       "sampling lost %llu records for want of room in the rings",
                       (unsigned long long)counts->lost);
    if (counts->throttled)
        note_pauses(out, counts->throttled, how);
    if (how->highest_rate < how->rate_before)
        recording_note(out, NOTE_WARNING, NULL,
                       "the kernel lowered perf_event_max_sample_rate from %lld to %lld while "
                       "sampling",
                       (long long)how->rate_before, (long long)how->highest_rate);
    if (damaged)
        recording_note(out, NOTE_WARNING, NULL, "%llu records of the kernel's could not be read",
                       (unsigned long long)damaged);
    if (counts->truncated)
        recording_note(out, NOTE_INFO, NULL, "%.1f%% of the stacks do not reach their root",
                       100.0 * (double)counts->truncated / (double)counts->samples);
}

static void check_sound(struct recording *out, const struct account *account) {
    if (fabs(account->samples - account->system) <= account->allowed)
        return;
    recording_set(out, "profile-unsound", "true");
    recording_note(out, NOTE_WARNING, NULL,
                   "profile unsound: samples account for %.3g s, the system for %.3g s of %s%s",
                   account->samples * 1e-9, account->system * 1e-9, account->what,
                   account->unsampled > 0
                       ? arena_printf(out->arena,
                                      "; processes and threads that end between two samples ran for"
                                      " %.3g s, [unsampled] in the profile (--rate raises how many"
                                      " are seen)",
                                      account->unsampled * 1e-9)
                       : "");
}

static const char *sampler_text(const struct measuring *m, struct arena *arena) {
    const struct ring_request *rings = &m->sampled.rings;
    const char *event = m->sampled.by == BY_PRELOAD  ? "preload cpu-time"
                        : rings->event == RING_CLOCK ? "perf cpu-clock:u"
                                                     : "perf cycles:u";
    const char *stack = "fp";
    if (rings->registers)
        stack = arena_printf(arena, "dwarf,%u", rings->stack_bytes);
    return arena_printf(arena, "%s %.6gHz stack=%s%s", event, rings->rate, stack,
                        rings->branches ? " branches" : "");
}

static void note_preload(struct recording *out, const struct sampled_side *sampled) {
    if (sampled->count && !sampled->loaded)
        recording_note(out, NOTE_WARNING, NULL,
                       "not sampled: no process loaded %s (is it linked statically, or setuid?)",
                       PRELOAD_LIBRARY);
    if (sampled->aside)
        recording_note(
            out, NOTE_WARNING, NULL,
            "%u of %u processes use SIGPROF themselves and were not sampled from then on",
            sampled->aside, sampled->loaded);
}

void record_sampling(struct measuring *m, struct side_state *side, double timed_cpu,
                     double sampled_cpu) {
    struct recording *out = side->out;
    const struct sampled_side *sampled = &side->sampled;
    const struct sampling_counts *counts = &sampled->counts;
    bool inside = m->sampled.by == BY_PRELOAD;
    recording_set(out, "sampler", sampler_text(m, out->arena));
    set(out, "sampled-rounds", "%.0f", (double)sampled->count);
    set(out, "samples", "%.0f", (double)counts->samples);
    if (sampled_cpu > 0 && timed_cpu > 0)
        set(out, "sampling-slowdown", "%.4f", sampled_cpu / timed_cpu - 1);
    struct account account = inside ? thread_account(sampled) : user_account(m, sampled);
    if (sampled->count && (!inside || (sampled->loaded && !sampled->aside)))
        check_sound(out, &account);
    if (inside)
        note_preload(out, sampled);
    if (m->plan->sampling.branches && !m->sampled.rings.branches)
        recording_note(out, NOTE_WARNING, NULL,
                       "no branches are recorded: that takes a CPU whose counters keep them (LBR, "
                       "BRBE), and cycles that can be counted; virtual machines mostly have none");
    note_counts(out, counts, sampled->damaged, &m->sampled);
    if (sampled->count)
        recording_note(
            out, NOTE_INFO, NULL,
            "the profile is of %zu further rounds, whose times are not in this recording",
            sampled->count);
}
