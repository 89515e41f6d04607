/* What DWARF says about an address: the functions around it, inlined ones first, with file, line
 * and column. Built for many addresses: units, functions and inlined calls are indexed when an
 * address first falls into them. */
#ifndef RUNNERS_SYMBOLS_DEBUG_INFO_H
#define RUNNERS_SYMBOLS_DEBUG_INFO_H

#include "runners/base/arena.h"

#include <elfutils/libdw.h>
#include <stdbool.h>

/* Who made a unit's code, as far as that matters for what its lines mean. */
enum debug_compiler { DEBUG_COMPILER_OTHER, DEBUG_COMPILER_GCC, DEBUG_COMPILER_LLVM };

/* A function on the way from the address to the physical function. Texts belong to the DWARF. */
struct debug_frame {
    const char *name; /* as linked where that is known; NULL: not known */
    const char *file; /* of the line; NULL: not known */
    int line, column; /* 0: not known */
    int start_line; /* where the function is declared; 0 when that is in another file than `file` */
    /* With debug_info_want_sites: */
    int decl_line; /* where the function is declared, 0: not known */
    const char *decl_file;
    uint32_t discriminator; /* of the line, as the line table or the inlined call has it */
    enum debug_compiler compiler;
};

enum { DEBUG_FRAMES = 256 };

struct debug_info;

/* Indexes the units. `lowest` is the first address of the program's code. The DWARF stays the
 * caller's and must outlive the index. */
struct debug_info *debug_info_new(Dwarf *dwarf, uint64_t lowest);
void debug_info_free(struct debug_info *info);

/* From now on lines are told apart by their discriminators, too. Before the first address. */
void debug_info_want_sites(struct debug_info *info);

/* Are there any units with code? */
bool debug_info_has_code(const struct debug_info *info);

/* The functions around the address, the innermost first; the last is the physical one, whose name
 * may be missing where only lines are known. 0 when nothing is known. `sure`: the address is in a
 * function, so that it is worth to look for it within other functions, too. */
size_t debug_info_find(struct debug_info *info, uint64_t address, bool sure,
                       struct debug_frame out[static DEBUG_FRAMES]);

/* Where behind the address code of another line may begin; UINT64_MAX: nobody knows. */
uint64_t debug_info_next(struct debug_info *info, uint64_t address);

#endif
