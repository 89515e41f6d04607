/* A library to preload: the FAIL_IO_AT-th output call of the kind FAIL_IO_KIND (write, sync,
 * rename, close or create) fails with ENOSPC, and so does every later one of its kind, as on a disk
 * that stays full; close fails once, with EIO. When one has failed, the file FAIL_IO_MARK is made,
 * so that a loop over n knows when it has passed the last call. Standard error is spared, and so
 * are child processes.
 *
 * With FAIL_IO_KILL the process does not see a failure but is killed (SIGKILL) at the FAIL_IO_AT-th
 * call that changes a file, of whatever kind (unlink too): `before` it is made, `after`, or, of a
 * write, in the `middle`. With FAIL_IO_NAMELESS there are no files without a name (O_TMPFILE).
 *
 * glibc's streams call the kernel from inside glibc, where a preload sees nothing; so streams
 * opened for writing, and stdout, become cookie streams whose bytes go through the write and close
 * below. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static const char *kind = "", *kill_moment;
static long fail_at, calls;
static bool kill_next; /* this call is the last */

static void make_mark(void) {
    const char *mark = getenv("FAIL_IO_MARK");
    long fd = mark ? syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY, 0666) : -1;
    if (fd >= 0)
        syscall(SYS_close, (int)fd);
}

/* Before a call: is it the one to be killed at? */
static void count_call(void) {
    kill_next = ++calls == fail_at;
    if (kill_next)
        make_mark();
    if (kill_next && strcmp(kill_moment, "before") == 0)
        raise(SIGKILL);
}

/* After a call, whose result is handed through. */
static long made(long result) {
    int saved = errno;
    if (kill_next)
        raise(SIGKILL);
    errno = saved;
    return result;
}

static bool fails(const char *what, int fd) {
    bool once = strcmp(what, "close") == 0;
    if (fail_at == 0 || fd == STDERR_FILENO)
        return false;
    if (kill_moment && !once)
        count_call();
    if (kill_moment || strcmp(kind, what) != 0)
        return false;
    if (++calls < fail_at || (once && calls > fail_at))
        return false;
    make_mark();
    errno = once ? EIO : ENOSPC;
    return true;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    if (fails("write", fd))
        return -1;
    if (kill_next && strcmp(kill_moment, "middle") == 0)
        count /= 2;
    return made(syscall(SYS_write, fd, bytes, count));
}
int close(int fd) {
    int result = (int)syscall(SYS_close, fd), saved = errno;
    if (result == 0 && fails("close", fd))
        return -1;
    errno = saved;
    return result;
}
int fsync(int fd) {
    return fails("sync", fd) ? -1 : (int)made(syscall(SYS_fsync, fd));
}
int fdatasync(int fd) {
    return fails("sync", fd) ? -1 : (int)made(syscall(SYS_fdatasync, fd));
}
int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags) {
    return fails("rename", -1) ? -1
                               : (int)made(syscall(SYS_renameat2, from_fd, from, to_fd, to, flags));
}
int renameat(int from_fd, const char *from, int to_fd, const char *to) {
    return renameat2(from_fd, from, to_fd, to, 0);
}
int rename(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags) {
    return fails("rename", -1) ? -1
                               : (int)made(syscall(SYS_linkat, from_fd, from, to_fd, to, flags));
}
int link(const char *from, const char *to) {
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int mkdir(const char *path, mode_t mode) {
    return fails("create", -1) ? -1 : (int)made(syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}
int openat(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    bool nameless = (flags & O_TMPFILE) == O_TMPFILE;
    if (nameless && getenv("FAIL_IO_NAMELESS")) {
        errno = EOPNOTSUPP;
        return -1;
    }
    if ((nameless || (flags & O_CREAT)) && fails("create", -1))
        return -1;
    return (int)made(syscall(SYS_openat, folder, path, flags, mode));
}
int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return openat(AT_FDCWD, path, flags, mode);
}
int mkostemp(char *pattern, int flags) {
    int (*next)(char *, int) = (int (*)(char *, int))dlsym(RTLD_NEXT, "mkostemp");
    return fails("create", -1) ? -1 : (int)made(next(pattern, flags));
}
int unlinkat(int folder, const char *path, int flags) {
    return fails("unlink", -1) ? -1 : (int)made(syscall(SYS_unlinkat, folder, path, flags));
}
int unlink(const char *path) {
    return unlinkat(AT_FDCWD, path, 0);
}
int rmdir(const char *path) {
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

static ssize_t cookie_write(void *cookie, const char *bytes, size_t count) {
    ssize_t written = write((int)(intptr_t)cookie, bytes, count);
    return written < 0 ? 0 : written; /* a cookie reports failure as 0 */
}
static int cookie_close(void *cookie) {
    return close((int)(intptr_t)cookie);
}
static struct {
    FILE *stream;
    int fd;
} streams[64];

static FILE *cookie_stream(int fd) {
    cookie_io_functions_t functions = {NULL, cookie_write, NULL, cookie_close};
    FILE *stream = fopencookie((void *)(intptr_t)fd, "w", functions);
    for (size_t i = 0; stream && i < sizeof streams / sizeof streams[0]; i++)
        if (!streams[i].stream || streams[i].stream == stream) {
            streams[i].stream = stream;
            streams[i].fd = fd;
            break;
        }
    return stream;
}
FILE *fdopen(int fd, const char *mode) {
    FILE *(*next)(int, const char *) = (FILE * (*)(int, const char *)) dlsym(RTLD_NEXT, "fdopen");
    return mode[0] == 'r' ? next(fd, mode) : cookie_stream(fd);
}
FILE *fopen(const char *path, const char *mode) {
    FILE *(*next)(const char *, const char *) =
        (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");
    if (mode[0] == 'r')
        return next(path, mode);
    int fd = open(path, O_WRONLY | O_CREAT | (mode[0] == 'a' ? O_APPEND : O_TRUNC), 0666);
    return fd < 0 ? NULL : cookie_stream(fd);
}
int fileno(FILE *stream) {
    int (*next)(FILE *) = (int (*)(FILE *))dlsym(RTLD_NEXT, "fileno");
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++)
        if (streams[i].stream == stream)
            return streams[i].fd;
    return next(stream);
}

__attribute__((constructor)) static void start(void) {
    const char *at = getenv("FAIL_IO_AT");
    kind = getenv("FAIL_IO_KIND") ? getenv("FAIL_IO_KIND") : "";
    stdout = cookie_stream(STDOUT_FILENO);
    kill_moment = getenv("FAIL_IO_KILL");
    fail_at = at ? strtol(at, NULL, 10) : 0;
    unsetenv("LD_PRELOAD");
}
