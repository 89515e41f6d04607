/* Functions of a program by names that no two have, as llvm-bolt gives them: a local symbol's name
 * is followed by its number among the local symbols of that name, `name/1`
 * (llvm/llvm-project: bolt/lib/Rewrite/RewriteInstance.cpp). */
#ifndef RUNNERS_SYMBOLS_UNIQUE_NAMES_H
#define RUNNERS_SYMBOLS_UNIQUE_NAMES_H

#include "runners/base/arena.h"
#include "runners/symbols/elf_file.h"

struct unique_name {
    uint64_t start, end;
    const char *name;
};

struct unique_names {
    struct unique_name *functions; /* by start, apart from each other */
    size_t count;
};

/* Of the symbol table (not of that for dynamic linking, since local functions are not in it); none
 * when the file is stripped. A function that begins within another is a part of it. */
struct unique_names unique_names_read(Elf *elf, struct arena *arena);

/* NULL when the address is in no function. */
const struct unique_name *unique_name_find(const struct unique_names *names, uint64_t address);

#endif
