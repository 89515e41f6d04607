#include "runners/measuring.h"
#include "runners/sampler/rings.h"

#include <math.h>
#include <time.h>

/* How far samples and the system's account of user time may lie apart. The kernel tells user from
 * system time by what it finds at its ticks, so that the account itself scatters (about
 * binomially), and a process ends between two samples. */
static const double sound_share = 0.06, deviations = 4;

static double allowed(const struct sampled_side *sampled, double period_ns) {
    struct timespec tick;
    clock_getres(CLOCK_REALTIME_COARSE, &tick);
    double all = sampled->user_ns + sampled->system_ns;
    double of_ticks = sqrt(sampled->user_ns * sampled->system_ns / all * (double)tick.tv_nsec);
    double of_ends = period_ns * sqrt((double)sampled->count);
    return sound_share * sampled->user_ns + deviations * (of_ticks + of_ends);
}

static void set(struct recording *out, const char *key, const char *format, double value) {
    recording_set(out, key, arena_printf(out->arena, format, value));
}

static void note_counts(struct recording *out, const struct sampling_counts *counts,
                        uint64_t damaged) {
    if (counts->lost)
        recording_note(out, NOTE_WARNING, NULL,
                       "sampling lost %llu records for want of room in the rings",
                       (unsigned long long)counts->lost);
    if (counts->throttled)
        recording_note(out, NOTE_WARNING, NULL, "the kernel paused sampling %llu times",
                       (unsigned long long)counts->throttled);
    if (damaged)
        recording_note(out, NOTE_WARNING, NULL, "%llu records of the kernel's could not be read",
                       (unsigned long long)damaged);
    if (counts->truncated)
        recording_note(out, NOTE_INFO, NULL, "%.1f%% of the stacks do not reach their root",
                       100.0 * (double)counts->truncated / (double)counts->samples);
}

/* Where the kernel chooses the periods, their number must be that of the rate. */
static void check_sound(struct measuring *m, struct side_state *side,
                        const struct sampling_counts *counts) {
    bool clock = m->sampled.rings.event == RING_CLOCK;
    double period =
        clock ? (double)ring_period(m->plan->sampling.rate) : 1e9 / m->plan->sampling.rate;
    double seen = (double)(clock ? counts->periods : counts->samples * (uint64_t)period);
    double apart = fabs(seen - side->sampled.user_ns);
    bool sound = apart <= allowed(&side->sampled, period);
    if (!sound) {
        recording_set(side->out, "profile-unsound", "true");
        recording_note(side->out, NOTE_WARNING, NULL,
                       "profile unsound: samples account for %.3g s, the system for %.3g s of user "
                       "time",
                       seen * 1e-9, side->sampled.user_ns * 1e-9);
    }
}

void record_sampling(struct measuring *m, struct side_state *side, double timed_cpu,
                     double sampled_cpu) {
    struct recording *out = side->out;
    const struct ring_request *rings = &m->sampled.rings;
    const struct sampled_side *sampled = &side->sampled;
    const struct sampling_counts *counts = &sampled->counts;
    bool clock = rings->event == RING_CLOCK;
    recording_set(
        out, "sampler",
        arena_printf(
            out->arena, "perf %s:u %.6gHz stack=%s", clock ? "cpu-clock" : "cycles", rings->rate,
            rings->registers ? arena_printf(out->arena, "dwarf,%u", rings->stack_bytes) : "fp"));
    set(out, "sampled-rounds", "%.0f", (double)sampled->count);
    set(out, "samples", "%.0f", (double)counts->samples);
    if (sampled_cpu > 0 && timed_cpu > 0)
        set(out, "sampling-slowdown", "%.4f", sampled_cpu / timed_cpu - 1);
    if (sampled->count)
        check_sound(m, side, counts);
    note_counts(out, counts, sampled->damaged);
    if (sampled->count)
        recording_note(
            out, NOTE_INFO, NULL,
            "the profile is of %zu further rounds, whose times are not in this recording",
            sampled->count);
}
