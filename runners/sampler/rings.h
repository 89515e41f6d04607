/* The kernel's sampling of one process and all that it starts: an event and a ring a CPU
 * (perf_event_open(2)), because an inherited event cannot have one ring for all CPUs. Opened anew
 * for each process, for the reason that counters.h gives. */
#ifndef RUNNERS_SAMPLER_RINGS_H
#define RUNNERS_SAMPLER_RINGS_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/sampler/perf_record.h"

#include <linux/perf_event.h>
#include <sys/types.h>

/* What the samples count. */
enum ring_event {
    RING_CYCLES, /* of the CPU, where a PMU counts them; the kernel keeps to the rate */
    RING_CLOCK,  /* nanoseconds of the CPU's clock; a fixed period */
};

struct ring_request {
    enum ring_event event;
    double rate;          /* samples a second of CPU time */
    bool branches;        /* the latest branches with each sample, which only cycles can have */
    uint64_t registers;   /* mask of user registers to copy with each sample; 0: none, no stack */
    uint32_t stack_bytes; /* copied with each sample from the stack pointer on, a multiple of 8 */
};

/* Nanoseconds between two samples of RING_CLOCK: the first prime from 1/rate on, which no timer of
 * a program keeps step with. */
uint64_t ring_period(double rate);

/* The attributes that the kernel is asked for, so that a test can look at them. */
struct perf_event_attr ring_attributes(const struct ring_request *request);

struct rings;

/* Opens disabled events on process `target` (which is the caller's child, does not sample itself
 * and will start the program), switched on by the exec of its next child. `pages` of data a ring
 * are tried first, then half as many and so on, as the user's limit of locked memory allows. False
 * with errno: what the kernel said; a sampler that has no PMU says ENOENT. */
bool rings_open(struct rings **out, const struct ring_request *request, pid_t target,
                struct arena *arena);

/* The same without branches, then with the clock, when branches or cycles were asked for and are
 * not there; `request` then says so. */
bool rings_open_best(struct rings **out, struct ring_request *request, pid_t target,
                     struct arena *arena);

/* Room for records, a CPU. */
size_t rings_bytes(const struct rings *rings);

/* Becomes readable when some ring is half full. */
int rings_fd(const struct rings *rings);

/* Hands over the records of all rings in the order of their times, as far as that can be known now;
 * with `last`, when the processes have ended, all of them. The record's texts point into a ring and
 * are gone when `take` returns. Returns how many records were damaged (which ends the reading of
 * their ring's content). */
typedef void rings_take(void *context, const struct perf_record *record);
uint32_t rings_drain(struct rings *rings, bool last, rings_take *take, void *context);

/* Harmless on NULL. */
void rings_close(struct rings *rings);

#endif
