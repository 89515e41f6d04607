#include "runners/base/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
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

static bool is_special(const char *path) {
    struct stat status;
    return strcmp(path, "-") == 0 ||
           (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

bool out_file_open(struct out_file *out, const char *path, struct arena *arena,
                   struct pg_error *err) {
    struct stat status;
    *out = (struct out_file){NULL, arena_strdup(arena, path), NULL};
    if (is_special(path))
        return open_through(out, err);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return pg_error_errno(err, "%.400s: cannot create", path);
    }
    const char *folder = dirname(arena_strdup(arena, path));
    const char *name = basename(arena_strdup(arena, path));
    char *temporary = arena_printf(arena, "%s/.%.200s.XXXXXX", folder, name);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return pg_error_errno(err, "%.400s: cannot create a file in folder '%.200s'", path, folder);
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(fd, 0666 & ~mask) != 0 || !(out->stream = fdopen(fd, "w"))) {
        pg_error_errno(err, "%.400s: cannot create", path);
        close(fd);
        unlink(temporary);
        return false;
    }
    out->temporary = temporary;
    return true;
}

static bool finish(struct out_file *out, struct pg_error *err) {
    FILE *stream = out->stream;
    out->stream = NULL;
    bool good = fflush(stream) == 0 && !ferror(stream);
    /* EINVAL and EROFS: the descriptor is a pipe or terminal, which has nothing to sync. */
    if (good && fsync(fileno(stream)) != 0)
        good = errno == EINVAL || errno == EROFS || errno == ENOTSUP;
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
    if (!good)
        unlink(out->temporary);
    out->temporary = NULL;
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
    if (out->temporary)
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
