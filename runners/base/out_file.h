/* A file that appears whole or not at all: written beside its name, fsynced, renamed. Open it
 * before the long work, so that a bad path fails in the first second. */
#ifndef RUNNERS_BASE_OUT_FILE_H
#define RUNNERS_BASE_OUT_FILE_H

#include "runners/base/arena.h"
#include "runners/base/error.h"

#include <stdio.h>

struct out_file {
    FILE *stream;     /* write here; owned by the out_file */
    const char *path; /* as given; "-" is stdout, which is written through */
    char *temporary;  /* `.NAME.XXXXXX` in the same folder; NULL: written through, or finished */
    bool named;       /* the temporary name is taken */
};

/* Creates a file (mode 0666 less the umask) that has no name until it is finished, so that a killed
 * process leaves none behind; where the file system cannot do that it has the temporary one. A FIFO
 * or a device is opened as it is, since it cannot be renamed into place. Missing parent folders are
 * an error that names the folder. */
bool out_file_open(struct out_file *out, const char *path, struct arena *arena,
                   struct pg_error *err);

/* Flushes, fsyncs and renames into place; the old file stays on any failure (and the temporary one
 * is removed). The out_file is finished either way. */
bool out_file_commit(struct out_file *out, struct pg_error *err);

/* As out_file_commit, but never over a file that exists: then *exists is set, the result is false
 * (err untouched) and the out_file stays open for another try under another `path` in the same
 * folder. The stream is closed by the first try. */
bool out_file_commit_new(struct out_file *out, bool *exists, struct pg_error *err);

/* Removes the temporary file. Harmless on a finished or zeroed out_file. */
void out_file_abandon(struct out_file *out);

/* Creates a folder and its parents (mode 0777 less the umask); an existing folder is success. */
bool make_folders(const char *path, struct pg_error *err);

#endif
