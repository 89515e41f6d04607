#include "runners/sampler/preload.h"

#include "runners/sampler/preload_format.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *find_library(struct arena *arena) {
    static const char *const places[] = {"", "/../lib/perfgate"};
    char self[PATH_MAX], real[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    const char *folder = dirname(self);
    for (size_t i = 0; length > 0 && i < sizeof places / sizeof *places; i++) {
        const char *path = arena_printf(arena, "%s%s/" PRELOAD_LIBRARY, folder, places[i]);
        if (realpath(path, real))
            return arena_strdup(arena, real);
    }
    return NULL;
}

static bool is_ours(const char *variable) {
    static const char *const names[] = {"LD_PRELOAD=", PRELOAD_FOLDER "=", PRELOAD_PERIOD "=",
                                        PRELOAD_STACK "="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return true;
    }
    return false;
}

/* This process's, with the library before what is preloaded anyway. */
static const char *const *environment(const struct preload *p, double rate, uint32_t stack_bytes,
                                      struct arena *arena) {
    const char *others = getenv("LD_PRELOAD");
    size_t count = 0, used = 0;
    while (environ[count])
        count++;
    const char **out = ARENA_NEW(arena, const char *, count + 5);
    for (size_t i = 0; i < count; i++) {
        if (!is_ours(environ[i]))
            out[used++] = environ[i];
    }
    out[used++] = arena_printf(arena, "LD_PRELOAD=%s%s%s", p->library, others && *others ? ":" : "",
                               others ? others : "");
    out[used++] = arena_printf(arena, PRELOAD_FOLDER "=%s", p->folder);
    out[used++] =
        arena_printf(arena, PRELOAD_PERIOD "=%llu", (unsigned long long)ring_period(rate));
    out[used++] = arena_printf(arena, PRELOAD_STACK "=%u", stack_bytes);
    return out;
}

bool preload_begin(struct preload *out, double rate, uint32_t stack_bytes, struct arena *arena,
                   struct pg_error *err) {
    const char *base = getenv("TMPDIR");
    struct preload p = {.library = find_library(arena)};
    if (!p.library)
        return pg_error_set(err, PG_CHILD, "%s is neither beside perfgate nor in ../lib/perfgate",
                            PRELOAD_LIBRARY);
    char *folder = arena_printf(arena, "%s/perfgate.XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder))
        return pg_error_errno(err, "%.400s: cannot create a folder", folder);
    p.folder = folder;
    p.environment = environment(&p, rate, stack_bytes, arena);
    *out = p;
    return true;
}

/* ---- what was written ---- */

static struct text read_file(const char *path, struct arena *arena) {
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    size_t used = 0, size = 0;
    char *bytes = NULL;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
        status.st_size < 2 * PRELOAD_FILE_BYTES) {
        size = (size_t)status.st_size;
        bytes = ARENA_NEW(arena, char, size);
    }
    for (ssize_t got; used < size && (got = read(fd, bytes + used, size - used)) > 0;)
        used += (size_t)got;
    if (fd >= 0)
        close(fd);
    return (struct text){bytes, used};
}

static bool says_aside(const char *header) {
    uint32_t type;
    memcpy(&type, header, sizeof type);
    return type == PRELOAD_ASIDE;
}

/* One pass over a file: its samples, or everything else. */
static void hand_over(struct text bytes, bool samples, struct preload_seen *seen, rings_take *take,
                      void *context) {
    struct perf_record record;
    for (size_t length; bytes.length >= sizeof(struct perf_event_header);
         bytes.at += length, bytes.length -= length) {
        length = perf_record_length(bytes.at);
        bool good = length && length <= bytes.length &&
                    perf_record_read(&record, (struct text){bytes.at, length},
                                     (struct perf_layout){.registers = PRELOAD_REGISTERS});
        if (!samples) {
            seen->damaged += !good;
            seen->aside += good && says_aside(bytes.at);
        }
        if (!length || length > bytes.length)
            return;
        if (good && (record.kind == PERF_KIND_SAMPLE) == samples)
            take(context, &record);
    }
}

struct preload_seen preload_take(const struct preload *preload, rings_take *take, void *context) {
    struct preload_seen seen = {0, 0, 0};
    struct dirent **entries;
    int count = scandir(preload->folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            struct arena *arena = arena_new();
            const char *path = arena_printf(arena, "%s/%s", preload->folder, entries[i]->d_name);
            struct text bytes = read_file(path, arena);
            seen.processes++;
            hand_over(bytes, false, &seen, take, context);
            hand_over(bytes, true, &seen, take, context);
            unlink(path);
            arena_free(arena);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return seen;
}

static void ignore(void *context, const struct perf_record *record) {
    (void)context;
    (void)record;
}

void preload_end(struct preload *preload) {
    if (!preload->folder)
        return;
    preload_take(preload, ignore, NULL);
    rmdir(preload->folder);
    preload->folder = NULL;
}
