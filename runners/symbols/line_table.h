/* Which line an address is of, from a unit's line program: a row where the line changes, all in one
 * sorted array. DWARF 2 to 5, section 6.2.5. */
#ifndef RUNNERS_SYMBOLS_LINE_TABLE_H
#define RUNNERS_SYMBOLS_LINE_TABLE_H

#include "runners/symbols/line_header.h"

/* Holds from its address up to the next row's. */
struct line_row {
    uint64_t address;
    uint32_t line;
    uint16_t file;   /* of the header; LINE_END: no code from here on */
    uint16_t column; /* 0: not known */
};
#define LINE_END UINT16_MAX

/* A discriminator that holds from its address up to the next mark's; before the first it is 0. */
struct line_mark {
    uint64_t address;
    uint32_t discriminator;
};

/* Room for rows that are being read; used again for the next table. */
struct line_room {
    struct line_row *rows;
    size_t count, capacity;
    struct line_sequence *sequences;
    size_t sequence_count, sequence_capacity;
    bool wants_marks; /* beside the rows; few ask for them, so they are not in there */
    struct line_mark *marks;
    size_t mark_count, mark_capacity;
    struct arena *arena;
};

struct line_table {
    struct line_row *rows;
    size_t count, near; /* near: the row that was found last; addresses mostly come in order */
    struct line_mark *marks;
    size_t mark_count;
};

/* Runs the header's program, and keeps what begins at address `lowest` or above (lower ones are
 * what the linker dropped). False for what is damaged and for what these rows cannot say: code that
 * two sequences claim, addresses that go down, numbers of files or columns beyond 16 bits. */
bool line_table_read(struct line_table *out, const struct line_header *header, uint64_t lowest,
                     struct line_room *room, struct arena *arena);

/* NULL when the address has no line. */
const struct line_row *line_table_find(struct line_table *table, uint64_t address);

/* Where behind the address a row or a mark first begins; UINT64_MAX: none does. */
uint64_t line_table_next(const struct line_table *table, uint64_t address);

/* The discriminator at an address that has a line; 0 without marks. */
uint32_t line_table_mark(const struct line_table *table, uint64_t address);

#endif
