/* One program or library with everything that is known about its addresses. */
#ifndef RUNNERS_SYMBOLS_MODULE_H
#define RUNNERS_SYMBOLS_MODULE_H

#include "runners/symbols/debug_info.h"
#include "runners/symbols/elf_file.h"
#include "runners/symbols/symbol_table.h"
#include "runners/symbols/symbols.h"

struct module {
    enum symbols_state state;
    struct elf_file program, debug; /* debug: when it is another file */
    Dwarf *dwarf;
    struct debug_info *info;
    struct symbol_table symbols;
    struct arena *arena;
};

/* Opens the file at `path` (or "[vdso]", into the arena) if it has that build id ("": any).
 * SYMBOLS_TABLE stands for success; otherwise nothing is open. */
enum symbols_state program_open(struct elf_file *out, const char *path, const char *build_id,
                                struct arena *arena);

/* Opens the file at `path` (or "[vdso]"), if it has that build id ("": any), and its debug file
 * below `debug_root`. What could not be had is in `state`. Close it in any case; the arena must
 * outlive it. */
void module_open(struct module *out, const char *path, const char *build_id, const char *debug_root,
                 struct arena *arena);

/* The same from bytes, which libelf may change; there is no other debug file then. */
void module_open_memory(struct module *out, char *bytes, size_t length, struct arena *arena);

/* See debug_info_want_sites. */
void module_want_sites(struct module *module);

void module_close(struct module *module);

/* The functions around an address of the file's own numbering, as debug_info_find gives them; the
 * last one has its name from the symbol table, which is there without debug information too and
 * tells clones from each other. 0 when nothing has a name. */
size_t module_find(struct module *module, uint64_t address,
                   struct debug_frame out[static DEBUG_FRAMES]);

/* Where behind the address code of another line may begin; UINT64_MAX: nobody knows. */
uint64_t module_next_line(struct module *module, uint64_t address);

/* The function that begins at the address, as the symbol table has it; NULL: none does. */
const char *module_entry(const struct module *module, uint64_t address);

#endif
