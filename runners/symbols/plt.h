/* The stubs through which a program calls functions of libraries; no symbol table names them. */
#ifndef RUNNERS_SYMBOLS_PLT_H
#define RUNNERS_SYMBOLS_PLT_H

#include "runners/symbols/symbol_table.h"

/* The stubs of an x86-64 file, called `FUNCTION@plt`: each jumps through a slot of the global
 * offset table, and the slot's relocation has the name. NULL and *count 0 for other machines. */
struct symbol *plt_read(Elf *elf, size_t *count, struct arena *arena);

#endif
