/* Where a program's debug information is when it is not in the program itself: files of the
 * distribution's debug packages and of `objcopy --add-gnu-debuglink`. The network is never asked.
 * https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html */
#ifndef RUNNERS_SYMBOLS_DEBUG_FILE_H
#define RUNNERS_SYMBOLS_DEBUG_FILE_H

#include "runners/base/arena.h"
#include "runners/symbols/elf_file.h"

/* Opens ROOT/.build-id/xx/yyyy.debug, or what .gnu_debuglink names: beside the program at `path`,
 * in its folder's .debug, or below ROOT. The file must have the program's build id, or the
 * checksum that the link states. False when there is none. */
bool debug_file_find(struct elf_file *out, Elf *program, const char *path, const char *root,
                     struct arena *scratch);

#endif
