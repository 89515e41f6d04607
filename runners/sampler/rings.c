#include "runners/sampler/rings.h"

#include <errno.h>
#include <math.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    PAGES = 128,       /* of data; with its head this is what perf_event_mlock_kb grants a CPU */
    PAGES_WIDE = 1024, /* where stacks are copied, if it can be had */
    PAGES_LEAST = 2,
    SETTLE_NS = 1000 * 1000 /* a record is in its ring this soon after its time was taken */
};

struct ring {
    int fd;
    struct perf_event_mmap_page *head; /* the first page; the data follow */
    const uint8_t *data;
    size_t bytes;
    uint64_t from, to;  /* what is to be read; positions that only grow */
    uint64_t next_time; /* of the record at `from` */
    bool ready;         /* next_time is that record's */
};

struct rings {
    struct ring *rings;
    size_t count, page;
    int poll;
    struct perf_layout layout;
    uint8_t record[UINT16_MAX + 1]; /* one that wraps around the end of its ring */
};

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool is_prime(uint64_t n) {
    for (uint64_t d = 2; d * d <= n; d++) {
        if (n % d == 0)
            return false;
    }
    return n > 1;
}

uint64_t ring_period(double rate) {
    uint64_t period = (uint64_t)ceil(1e9 / rate);
    while (!is_prime(period))
        period++;
    return period;
}

struct perf_event_attr ring_attributes(const struct ring_request *request) {
    struct perf_event_attr attr = {
        .size = sizeof attr,
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .sample_period = ring_period(request->rate),
        .sample_type = PERF_RECORD_SAMPLE_BASE,
        .disabled = 1,
        .inherit = 1,
        .inherit_stat = 1,
        .enable_on_exec = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .exclude_callchain_kernel = 1,
        .mmap = 1,
        .mmap2 = 1,
        .comm = 1,
        .comm_exec = 1,
        .task = 1,
        .sample_id_all = 1,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        .build_id = 1,
        .watermark = 1,
    };
    if (request->event == RING_CYCLES) {
        attr.type = PERF_TYPE_HARDWARE;
        attr.config = PERF_COUNT_HW_CPU_CYCLES;
        attr.freq = 1;
        attr.sample_freq = (uint64_t)request->rate;
    }
    if (request->branches) {
        attr.sample_type |= PERF_SAMPLE_BRANCH_STACK;
        attr.branch_sample_type = PERF_SAMPLE_BRANCH_USER | PERF_SAMPLE_BRANCH_ANY;
    }
    if (request->registers) {
        attr.sample_type |= PERF_RECORD_SAMPLE_STACK;
        attr.sample_regs_user = request->registers;
        attr.sample_stack_user = request->stack_bytes;
    }
    return attr;
}

/* Kernels before 5.12 know no build ids in records. */
static int open_event(struct perf_event_attr *attr, pid_t target, int cpu) {
    int fd = (int)syscall(SYS_perf_event_open, attr, target, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0 && (errno == EINVAL || errno == E2BIG) && attr->build_id) {
        attr->build_id = 0;
        fd = (int)syscall(SYS_perf_event_open, attr, target, cpu, -1, PERF_FLAG_FD_CLOEXEC);
        if (fd < 0)
            attr->build_id = 1;
    }
    return fd;
}

static bool map_ring(struct ring *ring, size_t page, size_t *pages) {
    for (; *pages >= PAGES_LEAST; *pages /= 2) {
        void *at = mmap(NULL, (*pages + 1) * page, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
        if (at != MAP_FAILED) {
            ring->head = at;
            ring->bytes = *pages * page;
            ring->data = (const uint8_t *)at + page;
            return true;
        }
        if (errno != EPERM && errno != ENOMEM)
            break;
    }
    return false;
}

static bool open_ring(struct rings *rings, struct perf_event_attr *attr, pid_t target, int cpu,
                      size_t *pages) {
    struct ring *ring = &rings->rings[rings->count];
    ring->fd = open_event(attr, target, cpu);
    if (ring->fd < 0)
        return errno == ENODEV; /* a CPU that is switched off */
    rings->count++;
    struct epoll_event event = {.events = EPOLLIN};
    return map_ring(ring, rings->page, pages) &&
           epoll_ctl(rings->poll, EPOLL_CTL_ADD, ring->fd, &event) == 0;
}

bool rings_open(struct rings **out, const struct ring_request *request, pid_t target,
                struct arena *arena) {
    struct rings *rings = ARENA_NEW(arena, struct rings, 1);
    struct perf_event_attr attr = ring_attributes(request);
    long cpus = sysconf(_SC_NPROCESSORS_CONF);
    size_t pages = request->registers || request->branches ? PAGES_WIDE : PAGES;
    rings->page = (size_t)sysconf(_SC_PAGESIZE);
    rings->rings = ARENA_NEW(arena, struct ring, (size_t)cpus);
    rings->layout = (struct perf_layout){request->branches, request->registers};
    attr.wakeup_watermark = (uint32_t)(PAGES / 4 * rings->page);
    rings->poll = epoll_create1(EPOLL_CLOEXEC);
    bool good = rings->poll >= 0;
    for (int cpu = 0; good && cpu < cpus; cpu++)
        good = open_ring(rings, &attr, target, cpu, &pages);
    if (good && rings->count == 0) {
        errno = ENODEV;
        good = false;
    }
    if (good) {
        *out = rings;
    } else {
        int saved = errno;
        rings_close(rings);
        errno = saved;
    }
    return good;
}

bool rings_open_best(struct rings **out, struct ring_request *request, pid_t target,
                     struct arena *arena) {
    if (rings_open(out, request, target, arena))
        return true;
    if (request->branches)
        request->branches = false;
    else if (request->event == RING_CYCLES)
        request->event = RING_CLOCK;
    else
        return false;
    return rings_open_best(out, request, target, arena);
}

size_t rings_bytes(const struct rings *rings) {
    return rings->rings[rings->count - 1].bytes;
}

int rings_fd(const struct rings *rings) {
    return rings->poll;
}

void rings_close(struct rings *rings) {
    if (!rings)
        return;
    for (size_t i = 0; i < rings->count; i++) {
        if (rings->rings[i].head)
            munmap(rings->rings[i].head, rings->rings[i].bytes + rings->page);
        close(rings->rings[i].fd);
    }
    if (rings->poll >= 0)
        close(rings->poll);
    rings->count = 0;
    rings->poll = -1;
}

/* The record at `from`, in one piece; empty when it is damaged. */
static struct text piece(struct rings *rings, const struct ring *ring) {
    size_t at = ring->from % ring->bytes, left = ring->bytes - at;
    struct text record = {(const char *)ring->data + at, perf_record_length(ring->data + at)};
    if (record.length > ring->to - ring->from)
        record.length = 0;
    if (record.length > left) {
        memcpy(rings->record, ring->data + at, left);
        memcpy(rings->record + left, ring->data, record.length - left);
        record.at = (const char *)rings->record;
    }
    return record;
}

static void give_back(struct ring *ring) {
    ring->ready = false;
    __atomic_store_n(&ring->head->data_tail, ring->from, __ATOMIC_RELEASE);
}

/* Reads the record at the front of a ring; what has no time (and what is damaged) comes at once. */
static bool peek(struct rings *rings, struct ring *ring, struct perf_record *record,
                 size_t *length) {
    struct text bytes = piece(rings, ring);
    *length = bytes.length;
    return bytes.length && perf_record_read(record, bytes, rings->layout);
}

static struct ring *earliest(struct rings *rings, struct perf_record *record, uint32_t *damaged) {
    struct ring *first = NULL;
    size_t length;
    for (size_t i = 0; i < rings->count; i++) {
        struct ring *ring = &rings->rings[i];
        while (!ring->ready && ring->from < ring->to) {
            ring->ready = peek(rings, ring, record, &length);
            ring->next_time = record->time;
            if (!ring->ready) {
                ++*damaged;
                ring->from = length ? ring->from + length : ring->to;
            }
        }
        if (ring->ready && (!first || ring->next_time < first->next_time))
            first = ring;
    }
    return first;
}

uint32_t rings_drain(struct rings *rings, bool last, rings_take *take, void *context) {
    uint64_t until = last ? UINT64_MAX : now_ns() - SETTLE_NS;
    uint32_t damaged = 0;
    struct perf_record record;
    size_t length;
    for (size_t i = 0; i < rings->count; i++) {
        struct ring *ring = &rings->rings[i];
        ring->to = __atomic_load_n(&ring->head->data_head, __ATOMIC_ACQUIRE);
    }
    for (struct ring *ring; (ring = earliest(rings, &record, &damaged));) {
        if (ring->next_time > until)
            break;
        peek(rings, ring, &record, &length);
        take(context, &record);
        ring->from += length;
        give_back(ring);
    }
    for (size_t i = 0; i < rings->count; i++)
        give_back(&rings->rings[i]);
    return damaged;
}
