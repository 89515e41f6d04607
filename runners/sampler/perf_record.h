/* Records of a perf_event ring, taken apart: linux/perf_event.h, enum perf_event_type. Pure: bytes
 * in, fields out. Little is believed: lengths and counts are checked against the record's end. */
#ifndef RUNNERS_SAMPLER_PERF_RECORD_H
#define RUNNERS_SAMPLER_PERF_RECORD_H

#include "runners/base/text.h"

#include <stdint.h>

/* What every event of the sampler asks for, and perf_record_read expects. */
#define PERF_RECORD_SAMPLE_BASE                                                                    \
    (PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_PERIOD |                    \
     PERF_SAMPLE_CALLCHAIN)
#define PERF_RECORD_SAMPLE_STACK                                                                   \
    (PERF_RECORD_SAMPLE_BASE | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER)

/* What samples have beyond that, in this order. */
struct perf_layout {
    bool branches;      /* PERF_SAMPLE_BRANCH_STACK, without the hardware's index */
    uint64_t registers; /* the mask of PERF_RECORD_SAMPLE_STACK; 0: neither registers nor stack */
};

enum { BUILD_ID_MOST = 20, REGISTERS_MOST = 64, PERF_BRANCH_BYTES = 24 };

enum perf_kind {
    PERF_KIND_SAMPLE,
    PERF_KIND_MMAP,
    PERF_KIND_COMM,
    PERF_KIND_FORK,
    PERF_KIND_EXIT,
    PERF_KIND_LOST,     /* records that found no room */
    PERF_KIND_THROTTLE, /* the kernel paused the event */
    PERF_KIND_READ,     /* what the event of a task that ended had counted */
    PERF_KIND_OTHER,    /* of a type that the sampler has no use for */
};

struct perf_sample {
    uint64_t ip, period;
    const uint8_t *chain; /* `depth` words of 8 bytes, unaligned, the innermost first, with
                             PERF_CONTEXT_… markers among them */
    size_t depth;
    const uint8_t *branches; /* `branch_count` entries, unaligned, the latest first */
    size_t branch_count;
    uint64_t abi;                       /* of the registers: PERF_SAMPLE_REGS_ABI_…; 0: none */
    uint64_t registers[REGISTERS_MOST]; /* in the order of the bits of the mask */
    size_t register_count;
    struct text stack; /* what was copied from the stack pointer on */
};

struct perf_mmap {
    uint64_t start, length, offset;
    uint64_t device, inode; /* 0 when there is a build id */
    uint8_t build_id[BUILD_ID_MOST];
    size_t build_id_length; /* 0: not told */
    struct text file;       /* as the kernel names it; cut at the first NUL */
};

struct perf_record {
    enum perf_kind kind;
    uint32_t pid, tid;               /* of a fork the new ones */
    uint32_t parent_pid, parent_tid; /* of a fork */
    uint64_t time;                   /* ns of the event's clock; 0 when the record carries none */
    bool exec;                       /* of PERF_KIND_COMM: a new program, not only a new name */
    uint64_t lost;                   /* how many */
    uint64_t count;                  /* of PERF_KIND_READ, in units of periods */
    struct text comm;
    struct perf_mmap mmap;
    struct perf_sample sample;
};

/* Takes one record apart; `bytes` is the whole of it, header included, and what `out` points to.
 * False for a record that contradicts itself. */
bool perf_record_read(struct perf_record *out, struct text bytes, struct perf_layout layout);

/* Length of the record whose header begins at `bytes` (at least 8 of them are there), and its time,
 * without a look at the rest: for choosing the next of several rings. Length 0: damaged. */
size_t perf_record_length(const void *header);

/* Entry `i` of a sample's chain. */
static inline uint64_t perf_chain_at(const struct perf_sample *sample, size_t i) {
    uint64_t word;
    memcpy(&word, sample->chain + 8 * i, sizeof word);
    return word;
}

/* A branch that was taken. */
struct perf_branch {
    uint64_t from, to; /* addresses of instructions */
};

/* Entry `i` of a sample's branches. */
static inline struct perf_branch perf_branch_at(const struct perf_sample *sample, size_t i) {
    struct perf_branch branch;
    memcpy(&branch, sample->branches + PERF_BRANCH_BYTES * i, sizeof branch);
    return branch;
}

#endif
