#include "runners/symbols/line_table.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

/* Rows of the room: code without a gap, and a row that ends it. */
struct line_sequence {
    size_t start, count, mark_start, mark_count;
    uint64_t address, end;
};

/* The registers of the line machine that matter here. */
struct machine {
    const struct line_header *header;
    struct cursor c;
    uint64_t address, lowest;
    uint64_t file, column;
    uint32_t line, discriminator;
    struct line_room *room;
    size_t begun, marks_begun; /* the sequence's first row and mark */
    struct special {
        uint32_t lines;
        uint16_t steps;
    } specials[256];
};

static void reset(struct machine *m) {
    m->address = m->column = 0;
    m->file = m->line = 1;
    m->discriminator = 0;
    m->begun = m->room->count;
    m->marks_begun = m->room->mark_count;
}

static void push(struct machine *m, uint16_t file) {
    struct line_room *room = m->room;
    struct line_row row = {m->address, m->line, file, (uint16_t)m->column};
    ARENA_PUSH(room->arena, room->rows, room->count, room->capacity, row);
}

static void put_mark(struct machine *m) {
    struct line_room *room = m->room;
    struct line_mark mark = {m->address, m->discriminator};
    struct line_mark *last =
        room->mark_count > m->marks_begun ? &room->marks[room->mark_count - 1] : NULL;
    if (last && last->address == mark.address)
        *last = mark;
    else if ((last ? last->discriminator : 0) != mark.discriminator)
        ARENA_PUSH(room->arena, room->marks, room->mark_count, room->mark_capacity, mark);
}

/* Of rows at one address the last holds; what changes nothing is left out. */
static inline void keep_row(struct machine *m) {
    struct line_room *room = m->room;
    if (m->file >= LINE_END || m->column > UINT16_MAX) {
        m->c.bad = true;
        return;
    }
    if (room->count > m->begun) {
        struct line_row *last = &room->rows[room->count - 1];
        if (m->address <= last->address) {
            m->c.bad |= m->address < last->address;
            *last = (struct line_row){m->address, m->line, (uint16_t)m->file, (uint16_t)m->column};
            return;
        }
        if (last->line == m->line && last->file == m->file && last->column == m->column)
            return;
    }
    push(m, (uint16_t)m->file);
}

static inline void put_row(struct machine *m) {
    keep_row(m);
    if (m->room->wants_marks)
        put_mark(m);
    m->discriminator = 0;
}

static void end_sequence(struct machine *m) {
    struct line_room *room = m->room;
    size_t count = room->count - m->begun;
    struct line_row *rows = count ? room->rows + m->begun : NULL;
    if (rows && m->address < rows[count - 1].address)
        m->c.bad = true;
    if (m->c.bad || !rows || rows->address < m->lowest || rows->address == m->address) {
        room->count = m->begun;
        room->mark_count = m->marks_begun;
    } else {
        struct line_sequence sequence = {.start = m->begun,
                                         .mark_start = m->marks_begun,
                                         .address = rows->address,
                                         .end = m->address};
        if (rows[count - 1].address == m->address)
            room->count--;
        push(m, LINE_END);
        sequence.count = room->count - m->begun;
        m->discriminator = 0;
        if (room->wants_marks)
            put_mark(m);
        sequence.mark_count = room->mark_count - m->marks_begun;
        ARENA_PUSH(room->arena, room->sequences, room->sequence_count, room->sequence_capacity,
                   sequence);
    }
    reset(m);
}

static void advance(struct machine *m, uint64_t steps) {
    m->address += steps * m->header->step;
}

static int64_t take_signed(struct cursor *c) {
    uint64_t value = 0, byte = 0x80;
    if (c->at < c->end && *c->at < 0x80)
        return (int64_t)((uint64_t)(*c->at++ ^ 0x40) - 0x40);
    unsigned shift = 0;
    for (; c->at < c->end && byte & 0x80; shift += 7) {
        byte = *c->at++;
        if (shift < 64)
            value |= (byte & 0x7f) << shift;
    }
    c->bad |= byte >= 0x80;
    if (shift < 64 && byte & 0x40)
        value |= UINT64_MAX << shift;
    return (int64_t)value;
}

static void run_extended(struct machine *m) {
    struct cursor *c = &m->c;
    uint64_t length = take_varint(c);
    if (c->bad || length == 0 || length > (uint64_t)(c->end - c->at)) {
        c->bad = true;
        return;
    }
    const uint8_t *next = c->at + length;
    switch (*c->at++) {
    case DW_LNE_end_sequence:
        end_sequence(m);
        break;
    case DW_LNE_set_address:
        c->bad |= length != 1U + m->header->coding.address_size;
        m->address = take_number(&m->header->coding, c, m->header->coding.address_size);
        break;
    case DW_LNE_set_discriminator:
        m->discriminator = (uint32_t)take_varint(c);
        break;
    case DW_LNE_define_file:
        c->bad = true;
        break;
    }
    c->at = next;
}

static void run_standard(struct machine *m, uint8_t opcode) {
    const struct line_header *h = m->header;
    struct cursor *c = &m->c;
    switch (opcode) {
    case DW_LNS_copy:
        put_row(m);
        break;
    case DW_LNS_advance_pc:
        advance(m, take_varint(c));
        break;
    case DW_LNS_advance_line:
        m->line += (uint32_t)take_signed(c);
        break;
    case DW_LNS_set_file:
        m->file = take_varint(c);
        break;
    case DW_LNS_set_column:
        m->column = take_varint(c);
        break;
    case DW_LNS_const_add_pc:
        advance(m, (uint64_t)(255 - h->first_special) / h->line_range);
        break;
    case DW_LNS_fixed_advance_pc:
        m->address += take_number(&h->coding, c, 2);
        break;
    default: /* what says nothing of the line, or is not known */
        for (unsigned i = 0; i < h->argument_counts[opcode - 1]; i++)
            skip_varint(c);
    }
}

static void read_specials(struct machine *m) {
    const struct line_header *h = m->header;
    for (unsigned opcode = h->first_special; opcode < 256; opcode++) {
        unsigned special = opcode - h->first_special;
        m->specials[opcode] =
            (struct special){(uint32_t)(h->line_base + (int)(special % h->line_range)),
                             (uint16_t)(special / h->line_range)};
    }
}

static bool run(struct machine *m) {
    const unsigned first_special = m->header->first_special;
    while (m->c.at < m->c.end && !m->c.bad) {
        uint8_t opcode = *m->c.at++;
        if (opcode >= first_special) {
            const struct special *special = &m->specials[opcode];
            advance(m, special->steps);
            m->line += special->lines;
            put_row(m);
        } else if (opcode == 0) {
            run_extended(m);
        } else {
            run_standard(m, opcode);
        }
    }
    return !m->c.bad && m->room->count == m->begun;
}

static int by_address(const void *left, const void *right) {
    const struct line_sequence *a = left, *b = right;
    return a->address < b->address ? -1 : a->address > b->address;
}

bool line_table_read(struct line_table *out, const struct line_header *header, uint64_t lowest,
                     struct line_room *room, struct arena *arena) {
    struct machine m = {.header = header, .c = header->program, .lowest = lowest, .room = room};
    *out = (struct line_table){0};
    room->count = room->sequence_count = room->mark_count = 0;
    reset(&m);
    read_specials(&m);
    if (!run(&m))
        return false;
    if (room->sequence_count)
        qsort(room->sequences, room->sequence_count, sizeof *room->sequences, by_address);
    out->rows = ARENA_NEW(arena, struct line_row, room->count);
    out->marks = ARENA_NEW(arena, struct line_mark, room->mark_count);
    for (size_t i = 0; i < room->sequence_count; i++) {
        const struct line_sequence *s = &room->sequences[i];
        if (i && s->address < s[-1].end) {
            out->count = out->mark_count = 0;
            return false;
        }
        memcpy(out->rows + out->count, room->rows + s->start, s->count * sizeof *out->rows);
        out->count += s->count;
        if (s->mark_count)
            memcpy(out->marks + out->mark_count, room->marks + s->mark_start,
                   s->mark_count * sizeof *out->marks);
        out->mark_count += s->mark_count;
    }
    return true;
}

/* How many rows (or marks) begin at or before the address. */
static size_t rows_upto(const struct line_table *table, uint64_t address) {
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->rows[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t marks_upto(const struct line_table *table, uint64_t address) {
    size_t low = 0, high = table->mark_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->marks[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct line_row *line_table_find(struct line_table *table, uint64_t address) {
    const struct line_row *rows = table->rows;
    size_t low = 0, high = table->count; /* the first row behind the address is in [low, high] */
    if (table->near < table->count && rows[table->near].address <= address) {
        size_t step = 1;
        for (low = table->near; step < high - low && rows[low + step].address <= address; step *= 2)
            low += step;
        high = step < high - low ? low + step : high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    table->near = low ? low - 1 : 0;
    return low && rows[low - 1].file != LINE_END ? &rows[low - 1] : NULL;
}

uint32_t line_table_mark(const struct line_table *table, uint64_t address) {
    size_t upto = marks_upto(table, address);
    return upto ? table->marks[upto - 1].discriminator : 0;
}

uint64_t line_table_next(const struct line_table *table, uint64_t address) {
    size_t row = rows_upto(table, address), mark = marks_upto(table, address);
    uint64_t next = row < table->count ? table->rows[row].address : UINT64_MAX;
    return mark < table->mark_count && table->marks[mark].address < next
               ? table->marks[mark].address
               : next;
}
