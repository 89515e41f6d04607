/* Whole paths of source files: debug information has most of them relative to the folder that the
 * compiler ran in. Each path is put together once. */
#ifndef RUNNERS_SYMBOLS_SOURCE_PATHS_H
#define RUNNERS_SYMBOLS_SOURCE_PATHS_H

#include "runners/symbols/key_table.h"

struct source_paths {
    struct key_table known; /* whole paths by pointer of the file */
};

/* FOLDER/FILE for a relative file and a folder that is not NULL, else the file. Files are known by
 * their pointers, which must stay what they are. */
const char *source_path(struct source_paths *paths, const char *folder, const char *file);

#endif
