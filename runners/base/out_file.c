#include "runners/base/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static bool open_through(struct out_file *out, struct pg_error *err) {
    int fd = strcmp(out->path, "-") == 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                                         : open(out->path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return pg_error_errno(err, "%.400s: cannot open for writing", out->path);
    out->stream = fdopen(fd, "w");
    if (!out->stream) {
        close(fd);
        return pg_error_errno(err, "%.400s: cannot open for writing", out->path);
    }
    return true;
}

enum { PROC_FD = 32, RANDOM_LETTERS = 6, NAME_TRIES = 100 };

static const char *proc_fd(char out[PROC_FD], int fd) {
    snprintf(out, PROC_FD, "/proc/self/fd/%d", fd);
    return out;
}

/* A file without a name leaves nothing behind, however the process ends. It gets one through
 * /proc; -1 where there is none, or the file system has no such files. */
static int open_nameless(const char *folder) {
    char path[PROC_FD];
    int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0 || access(proc_fd(path, fd), F_OK) == 0)
        return fd;
    close(fd);
    return -1;
}

static int open_named(char *pattern) {
    int fd = mkostemp(pattern, O_CLOEXEC);
    mode_t mask = umask(0);
    umask(mask);
    if (fd < 0 || fchmod(fd, 0666 & ~mask) == 0)
        return fd;
    int saved = errno;
    close(fd);
    unlink(pattern);
    errno = saved;
    return -1;
}

static bool open_beside(struct out_file *out, struct arena *arena, struct pg_error *err) {
    const char *folder = dirname(arena_strdup(arena, out->path));
    const char *name = basename(arena_strdup(arena, out->path));
    out->temporary = arena_printf(arena, "%s/.%.200s.XXXXXX", folder, name);
    int fd = open_nameless(folder);
    if (fd < 0) {
        fd = open_named(out->temporary);
        out->named = fd >= 0;
    }
    if (fd >= 0 && (out->stream = fdopen(fd, "w")))
        return true;
    pg_error_errno(err, "%.400s: cannot create a file in folder '%.200s'", out->path, folder);
    if (fd >= 0)
        close(fd);
    out_file_abandon(out);
    return false;
}

static bool is_special(const char *path) {
    struct stat status;
    return strcmp(path, "-") == 0 ||
           (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

bool out_file_open(struct out_file *out, const char *path, struct arena *arena,
                   struct pg_error *err) {
    struct stat status;
    *out = (struct out_file){.path = arena_strdup(arena, path)};
    if (is_special(path))
        return open_through(out, err);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return pg_error_errno(err, "%.400s: cannot create", path);
    }
    return open_beside(out, arena, err);
}

static bool name_finished(struct out_file *out, int fd) {
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    char *random = out->temporary + strlen(out->temporary) - RANDOM_LETTERS, nameless[PROC_FD];
    for (int tries = 0; tries < NAME_TRIES; tries++) {
        unsigned char bytes[RANDOM_LETTERS];
        if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
            return false;
        for (size_t i = 0; i < RANDOM_LETTERS; i++)
            random[i] = letters[bytes[i] % (sizeof letters - 1)];
        out->named = linkat(AT_FDCWD, proc_fd(nameless, fd), AT_FDCWD, out->temporary,
                            AT_SYMLINK_FOLLOW) == 0;
        if (out->named || errno != EEXIST)
            return out->named;
    }
    return false;
}

static bool finish(struct out_file *out, struct pg_error *err) {
    FILE *stream = out->stream;
    out->stream = NULL;
    bool good = fflush(stream) == 0 && !ferror(stream);
    /* EINVAL and EROFS: the descriptor is a pipe or terminal, which has nothing to sync. */
    if (good && fsync(fileno(stream)) != 0)
        good = errno == EINVAL || errno == EROFS || errno == ENOTSUP;
    if (good && out->temporary && !out->named)
        good = name_finished(out, fileno(stream));
    int saved = errno;
    if (fclose(stream) != 0 && good) {
        good = false;
        saved = errno;
    }
    errno = saved;
    return good ? true : pg_error_errno(err, "%.400s: cannot write", out->path);
}

bool out_file_commit(struct out_file *out, struct pg_error *err) {
    bool good = finish(out, err);
    if (!out->temporary)
        return good;
    if (good && rename(out->temporary, out->path) != 0)
        good = pg_error_errno(err, "%.400s: cannot rename into place", out->path);
    if (good)
        out->temporary = NULL;
    out_file_abandon(out);
    return good;
}

/* Gives the finished file its name unless that is taken. link() is the oldest way that never
 * replaces; file systems without hard links know the flag of renameat2. False with errno set. */
static bool name_new(const char *temporary, const char *path) {
    if (link(temporary, path) == 0) {
        unlink(temporary);
        return true;
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK)
        return false;
    return renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0;
}

bool out_file_commit_new(struct out_file *out, bool *exists, struct pg_error *err) {
    *exists = false;
    if (out->stream && !finish(out, err)) {
        out_file_abandon(out);
        return false;
    }
    if (!out->temporary || !name_new(out->temporary, out->path)) {
        *exists = out->temporary && errno == EEXIST;
        if (*exists)
            return false;
        pg_error_errno(err, "%.400s: cannot create", out->path);
        out_file_abandon(out);
        return false;
    }
    out->temporary = NULL;
    return true;
}

void out_file_abandon(struct out_file *out) {
    if (out->stream)
        fclose(out->stream);
    if (out->temporary && out->named)
        unlink(out->temporary);
    out->stream = NULL;
    out->temporary = NULL;
}

bool make_folders(const char *path, struct pg_error *err) {
    char partial[4096];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof partial)
        return pg_error_set(err, PG_USAGE, "%.400s: not a folder name", path);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(partial, path, i);
        partial[i] = '\0';
        if (mkdir(partial, 0777) != 0 && errno != EEXIST)
            return pg_error_errno(err, "%.400s: cannot create folder '%.200s'", path, partial);
    }
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return pg_error_set(err, PG_IO, "%.400s: exists and is not a folder", path);
    return true;
}
