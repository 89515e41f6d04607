#include "runners/preload/preload_file.h"

#include "runners/sampler/preload_format.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    CHAIN_MOST = 127, /* frames, as the kernel's */
    RANGES_MOST = 1024,
    FILE_NAME_MOST = 512,
    REGISTERS_MOST = 33,
    STACK_MOST = 32768
};

static int file = -1;
static struct stat file_status;
static uint64_t lost;
/* Executable addresses that are in the file. Written to by whoever holds `dumping`. */
static struct { uint64_t start, end; } ranges[RANGES_MOST];
static unsigned range_count;
static int dumping;

/* A record as it grows. */
struct record {
    struct perf_event_header header;
    size_t used;
    uint8_t bytes[FILE_NAME_MOST + 128];
};

static void put(struct record *r, const void *from, size_t length) {
    memcpy(r->bytes + r->used, from, length);
    r->used += length;
}

static void put32(struct record *r, uint32_t value) {
    put(r, &value, sizeof value);
}

static void put64(struct record *r, uint64_t value) {
    put(r, &value, sizeof value);
}

/* NUL-terminated, padded to 8 bytes. */
static void put_text(struct record *r, const char *text, size_t length) {
    put(r, text, length);
    do
        r->bytes[r->used++] = 0;
    while (r->used % 8);
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* A program may close all descriptors and be given the number again for a file of its own. */
static bool is_ours(void) {
    struct stat now;
    return file >= 0 && fstat(file, &now) == 0 && now.st_ino == file_status.st_ino &&
           now.st_dev == file_status.st_dev;
}

/* One writev appends the whole of it, whatever other threads write. */
static void append(const struct iovec *parts, int count) {
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (!is_ours() || lseek(file, 0, SEEK_CUR) > PRELOAD_FILE_BYTES ||
        writev(file, parts, count) != (ssize_t)length)
        __atomic_fetch_add(&lost, 1, __ATOMIC_RELAXED);
}

static void finish(struct record *r, uint32_t type, uint16_t misc, int tid) {
    put32(r, (uint32_t)getpid());
    put32(r, (uint32_t)tid);
    put64(r, now_ns());
    r->header = (struct perf_event_header){type, misc, (uint16_t)(sizeof r->header + r->used)};
    struct iovec parts[] = {{&r->header, sizeof r->header}, {r->bytes, r->used}};
    append(parts, 2);
}

static void write_name(int tid, const char *name, uint16_t misc) {
    struct record r = {.used = 0};
    put32(&r, (uint32_t)getpid());
    put32(&r, (uint32_t)tid);
    put_text(&r, name, strnlen(name, PRELOAD_NAME));
    finish(&r, PERF_RECORD_COMM, misc, tid);
}

void preload_file_name(int tid, const char *name) {
    write_name(tid, name, 0);
}

void preload_file_aside(void) {
    struct record r = {.used = 0};
    finish(&r, PRELOAD_ASIDE, 0, gettid());
}

/* ---- mappings ---- */

static uint64_t hexadecimal(const char **at) {
    uint64_t value = 0;
    for (;; ++*at) {
        char c = **at;
        if (c >= '0' && c <= '9')
            value = value * 16 + (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (uint64_t)(c - 'a' + 10);
        else
            return value;
    }
}

static const char *field_after(const char *at) {
    while (*at && *at != ' ')
        at++;
    while (*at == ' ')
        at++;
    return at;
}

/* "START-END rwxp OFFSET MAJOR:MINOR INODE  PATH" */
static void write_mapping(const char *line) {
    struct record r = {.used = 0};
    const char *at = line;
    uint64_t start = hexadecimal(&at), end = *at ? (at++, hexadecimal(&at)) : 0;
    at = field_after(at);
    if (strnlen(at, 3) < 3 || at[2] != 'x' || range_count == RANGES_MOST)
        return;
    at = field_after(at);
    uint64_t offset = hexadecimal(&at);
    at = field_after(field_after(field_after(at))); /* device, inode */
    ranges[range_count].start = start;
    ranges[range_count].end = end;
    __atomic_store_n(&range_count, range_count + 1, __ATOMIC_RELEASE);
    put32(&r, (uint32_t)getpid());
    put32(&r, (uint32_t)gettid());
    put64(&r, start);
    put64(&r, end - start);
    put64(&r, offset);
    put64(&r, 0); /* device, inode and generation: the name must do */
    put64(&r, 0);
    put64(&r, 0);
    put64(&r, 0); /* protection and flags */
    const char *name = *at ? at : "//anon";
    put_text(&r, name, strnlen(name, FILE_NAME_MOST));
    finish(&r, PERF_RECORD_MMAP2, 0, gettid());
}

void preload_file_mappings(void) {
    char text[FILE_NAME_MOST + 128];
    size_t used = 0;
    if (__atomic_exchange_n(&dumping, 1, __ATOMIC_ACQUIRE))
        return;
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    __atomic_store_n(&range_count, 0, __ATOMIC_RELEASE);
    for (ssize_t got; maps >= 0 && (got = read(maps, text + used, sizeof text - 1 - used)) > 0;) {
        used += (size_t)got;
        text[used] = '\0';
        char *line = text;
        for (char *end; (end = strchr(line, '\n')); line = end + 1) {
            *end = '\0';
            write_mapping(line);
        }
        used -= (size_t)(line - text);
        memmove(text, line, used);
        if (used == sizeof text - 1)
            used = 0; /* a path longer than any that is kept */
    }
    if (maps >= 0)
        close(maps);
    __atomic_store_n(&dumping, 0, __ATOMIC_RELEASE);
}

static bool is_known(uint64_t address) {
    unsigned count = __atomic_load_n(&range_count, __ATOMIC_ACQUIRE);
    for (unsigned i = 0; i < count; i++) {
        if (address >= ranges[i].start && address < ranges[i].end)
            return true;
    }
    return false;
}

bool preload_file_open(const char *folder) {
    char path[4096], name[PRELOAD_NAME] = "";
    if (is_ours())
        close(file);
    snprintf(path, sizeof path, "%s/%020llu-%d", folder, (unsigned long long)now_ns(), getpid());
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return false;
    int high = fcntl(file, F_DUPFD_CLOEXEC, 200); /* out of the way of what the program numbers */
    if (high >= 0) {
        close(file);
        file = high;
    }
    if (fstat(file, &file_status) != 0)
        return false;
    dumping = 0;
    prctl(PR_GET_NAME, name);
    write_name(gettid(), name, PERF_RECORD_MISC_COMM_EXEC);
    preload_file_mappings();
    return true;
}

/* ---- samples ---- */

struct thread_state {
    uint64_t registers[REGISTERS_MOST];
    size_t count;
    uint64_t ip, sp, fp;
};

static struct thread_state state_of(const ucontext_t *context) {
    struct thread_state s = {.count = 0};
#if defined __x86_64__
    static const int order[] = {REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI,
                                REG_RBP, REG_RSP, REG_RIP, REG_R8,  REG_R9,  REG_R10,
                                REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        s.registers[s.count++] = (uint64_t)context->uc_mcontext.gregs[order[i]];
    s.ip = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
    s.sp = (uint64_t)context->uc_mcontext.gregs[REG_RSP];
    s.fp = (uint64_t)context->uc_mcontext.gregs[REG_RBP];
#elif defined __aarch64__
    for (size_t i = 0; i < 31; i++)
        s.registers[s.count++] = context->uc_mcontext.regs[i];
    s.registers[s.count++] = s.sp = context->uc_mcontext.sp;
    s.registers[s.count++] = s.ip = context->uc_mcontext.pc;
    s.fp = context->uc_mcontext.regs[29];
#else
    (void)context;
#endif
    return s;
}

/* Frames are { frame pointer of the caller, return address }, each above the one before and on the
 * stack, so that what is read is there. */
static size_t follow(const struct thread_state *s, uint64_t stack_end, uint64_t *chain) {
    size_t count = 0;
    chain[count++] = s->ip;
    for (uint64_t fp = s->fp, low = s->sp; count < CHAIN_MOST;) {
        uint64_t frame[2];
        if (fp < low || fp % 8 || stack_end < 16 || fp > stack_end - sizeof frame)
            break;
        memcpy(frame, (const void *)(uintptr_t)fp, sizeof frame);
        if (frame[1] == 0)
            break;
        chain[count++] = frame[1];
        low = fp + sizeof frame;
        fp = frame[0];
    }
    return count;
}

void preload_file_sample(int tid, const ucontext_t *context, uint64_t weight, uint64_t stack_end,
                         size_t stack_bytes) {
    struct thread_state s = state_of(context);
    uint64_t chain[CHAIN_MOST];
    struct {
        struct perf_event_header header;
        uint64_t ip;
        uint32_t pid, tid;
        uint64_t time, period, depth;
    } head = {.ip = s.ip, .pid = (uint32_t)getpid(), .tid = (uint32_t)tid, .period = weight};
    uint64_t abi = PERF_SAMPLE_REGS_ABI_64, copied = 0;
    if (!is_known(s.ip))
        preload_file_mappings();
    head.time = now_ns();
    head.depth = follow(&s, stack_end, chain);
    if (s.sp < stack_end)
        copied = stack_end - s.sp < stack_bytes ? (stack_end - s.sp) & ~7ULL : stack_bytes;
    copied = copied < STACK_MOST ? copied : STACK_MOST;
    struct iovec parts[] = {{&head, sizeof head},
                            {chain, head.depth * sizeof *chain},
                            {&abi, sizeof abi},
                            {s.registers, s.count * sizeof *s.registers},
                            {&copied, sizeof copied},
                            {(void *)(uintptr_t)s.sp, copied},
                            {&copied, copied ? sizeof copied : 0}};
    size_t length = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        length += parts[i].iov_len;
    head.header =
        (struct perf_event_header){PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER, (uint16_t)length};
    append(parts, sizeof parts / sizeof *parts);
}

void preload_file_close(void) {
    uint64_t count = __atomic_exchange_n(&lost, 0, __ATOMIC_RELAXED);
    preload_file_mappings(); /* of libraries that no leaf was in */
    if (count) {
        struct record r = {.used = 0};
        put64(&r, 0);
        put64(&r, count);
        finish(&r, PERF_RECORD_LOST, 0, gettid());
    }
}
