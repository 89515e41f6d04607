/* The head of a unit's line table: the files that its rows and entries count through, and how its
 * program is to be read. From bytes that nobody has checked. DWARF 2 to 5, section 6.2.4. */
#ifndef RUNNERS_SYMBOLS_LINE_HEADER_H
#define RUNNERS_SYMBOLS_LINE_HEADER_H

#include "runners/base/arena.h"
#include "runners/base/text.h"
#include "runners/symbols/dwarf_forms.h"

/* The sections that line tables are in; what is missing is empty. */
struct line_sections {
    struct text lines, strings, line_strings; /* .debug_line, .debug_str, .debug_line_str */
    bool big_endian;
};

struct line_file {
    const char *name;
    const char *folder; /* NULL: the name is all */
    const char *whole;  /* put together when first asked for */
};

struct line_header {
    struct dwarf_coding coding;
    uint8_t step;                   /* bytes that addresses are multiples of */
    uint8_t first_special;          /* opcodes from here on make a row */
    int8_t line_base;               /* the least change of the line that such an opcode makes, */
    uint8_t line_range;             /* and how many there are; not 0 */
    const uint8_t *argument_counts; /* of opcodes 1 to first_special - 1 */
    struct cursor program;
    const char **folders;
    size_t folder_count, folder_capacity;
    struct line_file *files; /* by number */
    size_t file_count, file_capacity;
};

/* Reads the head at `offset` of the lines. `coding` has the unit's size of addresses, `folder` is
 * where its compiler ran, or NULL. The texts stay the sections'. False for what is damaged, and for
 * what compilers do not write: instructions in bundles, segments, forms of unknown size. */
bool line_header_read(struct line_header *out, const struct line_sections *sections,
                      uint64_t offset, uint8_t address_size, const char *folder,
                      struct arena *arena);

/* The path of file `number`, as far as the table has it: relative ones are to the compiler's
 * folder. NULL when there is no such file. */
const char *line_file_path(struct line_header *header, uint64_t number, struct arena *arena);

#endif
