#include "runners/sampler/jit_maps.h"

#include "runners/symbols/perf_map.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAP_BYTES = 256 * 1024 * 1024 };

static struct jit_process *find(struct jit_maps *maps, uint32_t pid) {
    for (uint32_t i = 0; i < maps->count; i++) {
        if (maps->processes[i].pid == pid)
            return &maps->processes[i];
    }
    return NULL;
}

/* The last number behind NSpid: that of the innermost namespace. */
static uint32_t inner_number(uint32_t pid) {
    char text[4096], path[64];
    snprintf(path, sizeof path, "/proc/%u/status", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    text[length > 0 ? length : 0] = '\0';
    if (fd >= 0)
        close(fd);
    char *line = strstr(text, "\nNSpid:");
    if (!line)
        return pid;
    line[1 + strcspn(line + 1, "\n")] = '\0';
    const char *last = strrchr(line, '\t');
    return last ? (uint32_t)strtoul(last, NULL, 10) : pid;
}

/* Links in a process's tree are followed within that tree. */
static int open_within(int folder, const char *path, int flags) {
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

void jit_maps_see(struct jit_maps *maps, uint32_t pid) {
    char path[64];
    struct stat status;
    if (find(maps, pid) || maps->count == JIT_PROCESSES)
        return;
    struct jit_process *process = &maps->processes[maps->count++];
    *process = (struct jit_process){.pid = pid, .inner = inner_number(pid), .owner = geteuid()};
    snprintf(path, sizeof path, "/proc/%u/root", pid);
    int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    process->folder = root < 0 ? open("/tmp", O_PATH | O_CLOEXEC)
                               : open_within(root, "tmp", O_PATH | O_DIRECTORY);
    if (root >= 0)
        close(root);
    path[strlen(path) - strlen("/root")] = '\0';
    if (stat(path, &status) == 0)
        process->owner = status.st_uid;
}

static struct text read_map(int fd, const struct jit_process *process, struct arena *arena) {
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        (status.st_uid != 0 && status.st_uid != geteuid() && status.st_uid != process->owner) ||
        status.st_size <= 0 || status.st_size > MAP_BYTES)
        return (struct text){"", 0};
    size_t room = (size_t)status.st_size, used = 0;
    char *bytes = ARENA_NEW(arena, char, room);
    for (ssize_t got; used < room && (got = read(fd, bytes + used, room - used)) > 0;)
        used += (size_t)got;
    return (struct text){bytes, used};
}

struct text jit_maps_find(struct jit_maps *maps, uint32_t pid, uint64_t address,
                          struct arena *arena) {
    struct pg_error ignored;
    struct jit_process *process = find(maps, pid);
    if (!process)
        return (struct text){NULL, 0};
    if (!process->map) {
        char path[64];
        snprintf(path, sizeof path, "perf-%u.map", process->inner);
        int fd = open_within(process->folder, path, O_RDONLY | O_NONBLOCK);
        process->map = ARENA_NEW(arena, struct perf_map, 1);
        perf_map_read(process->map, read_map(fd, process, arena), arena, &ignored);
        if (fd >= 0)
            close(fd);
    }
    return perf_map_find(process->map, address);
}

void jit_maps_close(struct jit_maps *maps) {
    for (uint32_t i = 0; i < maps->count; i++) {
        if (maps->processes[i].folder >= 0)
            close(maps->processes[i].folder);
    }
    maps->count = 0;
}
