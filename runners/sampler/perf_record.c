#include "runners/sampler/perf_record.h"

#include <linux/perf_event.h>

struct words {
    const uint8_t *at, *end;
    bool bad;
};

static const uint8_t *take(struct words *w, uint64_t bytes) {
    static const uint8_t zeros[8];
    const uint8_t *at = w->at;
    if (bytes > (uint64_t)(w->end - w->at)) {
        w->bad = true;
        w->at = w->end;
        return zeros;
    }
    w->at += bytes;
    return at;
}

static uint64_t take_u64(struct words *w) {
    uint64_t value;
    memcpy(&value, take(w, sizeof value), sizeof value);
    return value;
}

static uint32_t take_u32(struct words *w) {
    uint32_t value;
    memcpy(&value, take(w, sizeof value), sizeof value);
    return value;
}

/* The rest, up to its first NUL. */
static struct text take_name(struct words *w) {
    const char *at = (const char *)w->at;
    size_t length = strnlen(at, (size_t)(w->end - w->at));
    w->at = w->end;
    return (struct text){at, length};
}

static void take_registers(struct words *w, struct perf_sample *sample, uint64_t mask) {
    sample->abi = take_u64(w);
    for (uint64_t rest = sample->abi ? mask : 0; rest; rest &= rest - 1)
        sample->registers[sample->register_count++] = take_u64(w);
}

static void take_stack(struct words *w, struct perf_sample *sample) {
    uint64_t asked = take_u64(w), length = 0;
    const uint8_t *bytes = take(w, asked);
    if (asked && !w->bad)
        length = take_u64(w);
    if (length > asked)
        w->bad = true;
    else
        sample->stack = (struct text){(const char *)bytes, (size_t)length};
}

static void take_branches(struct words *w, struct perf_sample *sample) {
    uint64_t count = take_u64(w);
    if (count > (uint64_t)(w->end - w->at) / PERF_BRANCH_BYTES) {
        w->bad = true;
        return;
    }
    sample->branch_count = (size_t)count;
    sample->branches = take(w, PERF_BRANCH_BYTES * count);
}

static void take_sample(struct words *w, struct perf_record *out, struct perf_layout layout) {
    struct perf_sample *sample = &out->sample;
    sample->ip = take_u64(w);
    out->pid = take_u32(w);
    out->tid = take_u32(w);
    out->time = take_u64(w);
    sample->period = take_u64(w);
    uint64_t depth = take_u64(w);
    if (depth > (uint64_t)(w->end - w->at) / 8) {
        w->bad = true;
        return;
    }
    sample->depth = (size_t)depth;
    sample->chain = take(w, 8 * depth);
    if (layout.branches)
        take_branches(w, sample);
    if (layout.registers) {
        take_registers(w, sample, layout.registers);
        take_stack(w, sample);
    }
}

static void take_mmap(struct words *w, struct perf_record *out, bool has_build_id) {
    struct perf_mmap *mmap = &out->mmap;
    out->pid = take_u32(w);
    out->tid = take_u32(w);
    mmap->start = take_u64(w);
    mmap->length = take_u64(w);
    mmap->offset = take_u64(w);
    if (has_build_id) {
        const uint8_t *length = take(w, 4);
        mmap->build_id_length = *length;
        const uint8_t *id = take(w, BUILD_ID_MOST);
        if (mmap->build_id_length > BUILD_ID_MOST)
            w->bad = true;
        else if (!w->bad)
            memcpy(mmap->build_id, id, mmap->build_id_length);
    } else {
        uint64_t major = take_u32(w);
        mmap->device = major << 32 | take_u32(w);
        mmap->inode = take_u64(w);
        take_u64(w); /* the inode's generation */
    }
    take_u64(w); /* protection and flags */
    mmap->file = take_name(w);
    w->bad |= mmap->start + mmap->length < mmap->start;
}

static void take_task(struct words *w, struct perf_record *out) {
    out->pid = take_u32(w);
    out->parent_pid = take_u32(w);
    out->tid = take_u32(w);
    out->parent_tid = take_u32(w);
}

/* What the kernel puts behind every other record because of sample_id_all: tid and time. */
enum { ID_BYTES = 16 };

static void take_id(struct words *w, struct perf_record *out) {
    const uint8_t *end = w->end;
    if (end - w->at < ID_BYTES) {
        w->bad = true;
        return;
    }
    struct words id = {end - ID_BYTES, end, false};
    out->pid = take_u32(&id);
    out->tid = take_u32(&id);
    out->time = take_u64(&id);
    w->end = end - ID_BYTES;
}

size_t perf_record_length(const void *header) {
    struct perf_event_header h;
    memcpy(&h, header, sizeof h);
    return h.size < sizeof h || h.size % 8 ? 0 : h.size;
}

bool perf_record_read(struct perf_record *out, struct text bytes, struct perf_layout layout) {
    struct perf_event_header header;
    *out = (struct perf_record){.kind = PERF_KIND_OTHER};
    if (bytes.length < sizeof header || perf_record_length(bytes.at) != bytes.length)
        return false;
    memcpy(&header, bytes.at, sizeof header);
    const uint8_t *start = (const uint8_t *)bytes.at;
    struct words w = {start + sizeof header, start + bytes.length, false};
    if (header.type != PERF_RECORD_SAMPLE)
        take_id(&w, out);
    switch (header.type) {
    case PERF_RECORD_SAMPLE:
        out->kind = PERF_KIND_SAMPLE;
        take_sample(&w, out, layout);
        break;
    case PERF_RECORD_MMAP2:
        out->kind = PERF_KIND_MMAP;
        take_mmap(&w, out, header.misc & PERF_RECORD_MISC_MMAP_BUILD_ID);
        break;
    case PERF_RECORD_COMM:
        out->kind = PERF_KIND_COMM;
        out->exec = header.misc & PERF_RECORD_MISC_COMM_EXEC;
        out->pid = take_u32(&w);
        out->tid = take_u32(&w);
        out->comm = take_name(&w);
        break;
    case PERF_RECORD_FORK:
    case PERF_RECORD_EXIT:
        out->kind = header.type == PERF_RECORD_FORK ? PERF_KIND_FORK : PERF_KIND_EXIT;
        take_task(&w, out);
        break;
    case PERF_RECORD_LOST:
        out->kind = PERF_KIND_LOST;
        take_u64(&w); /* of which event: there is one */
        out->lost = take_u64(&w);
        break;
    case PERF_RECORD_LOST_SAMPLES:
        out->kind = PERF_KIND_LOST;
        out->lost = take_u64(&w);
        break;
    case PERF_RECORD_READ:
        out->kind = PERF_KIND_READ;
        out->pid = take_u32(&w);
        out->tid = take_u32(&w);
        out->count = take_u64(&w);
        break;
    case PERF_RECORD_THROTTLE:
        out->kind = PERF_KIND_THROTTLE;
        break;
    default:
        return true; /* newer kernels may say more */
    }
    return !w.bad;
}
