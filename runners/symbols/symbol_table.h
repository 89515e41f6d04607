/* The functions of an ELF file's symbol table, by address. */
#ifndef RUNNERS_SYMBOLS_SYMBOL_TABLE_H
#define RUNNERS_SYMBOLS_SYMBOL_TABLE_H

#include "runners/base/arena.h"
#include "runners/symbols/elf_file.h"
#include "runners/symbols/ranges.h"

struct symbol {
    uint64_t start, end; /* [start, end); several may have the same */
    uint64_t section_end;
    const char *name;
    uint8_t bind; /* STB_… */
};

struct symbol_table {
    struct symbol *symbols; /* by start, the smaller and the better name of equals first */
    size_t count;
    size_t stubs;         /* how many of them are stubs for functions of libraries */
    struct ranges ranges; /* the same */
};

/* The functions of .symtab (`dynamic`: of .dynsym), and stubs (plt.h). Names belong to the ELF
 * file. A symbol without a size reaches to the next one or to the end of its section. */
struct symbol_table symbol_table_read(Elf *elf, bool dynamic, struct arena *arena);

/* The innermost function around the address; NULL when there is none. Of several names for one
 * place `like` (NULL: none) or one that continues it with a dot (`like.cold`) is preferred, then
 * global before weak before local, fewer leading underscores, shorter, and the order of bytes. */
const struct symbol *symbol_find(const struct symbol_table *table, uint64_t address,
                                 const char *like);

#endif
