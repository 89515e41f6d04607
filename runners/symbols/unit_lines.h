/* The line tables of a program's units, read when they are first asked for. What the reader of line
 * tables does not know libdw is asked. */
#ifndef RUNNERS_SYMBOLS_UNIT_LINES_H
#define RUNNERS_SYMBOLS_UNIT_LINES_H

#include "runners/symbols/key_table.h"
#include "runners/symbols/line_table.h"

#include <elfutils/libdw.h>

struct unit_lines {
    Dwarf *dwarf;
    struct line_sections sections;
    uint64_t lowest;
    uint64_t budget; /* bytes that may still be read: hostile units may all point to one table */
    struct line_room room;   /* `wants_marks` may be set before the first line is asked for */
    struct key_table tables; /* by unit */
    struct arena *arena;
};

/* `lowest` is the first address of the program's code. The DWARF must outlive it. */
struct unit_lines unit_lines_new(Dwarf *dwarf, uint64_t lowest, struct arena *arena);

/* The file of that number in the table of the unit, NULL when there is none. A path that is not
 * whole is relative to the compiler's folder. */
const char *unit_file(struct unit_lines *lines, Dwarf_CU *unit, uint64_t number);

struct unit_line {
    const char *file;       /* as unit_file; NULL: nothing is known */
    int line, column;       /* 0: not known */
    uint32_t discriminator; /* when the room wants marks, else 0 */
};

/* Where the code at an address of the unit comes from. */
struct unit_line unit_line(struct unit_lines *lines, Dwarf_CU *unit, uint64_t address);

/* Where behind the address another line (or discriminator) may begin; UINT64_MAX: nobody knows. */
uint64_t unit_next_line(struct unit_lines *lines, Dwarf_CU *unit, uint64_t address);

#endif
