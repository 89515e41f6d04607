#include "gate/report/text_table.h"

#include "runners/base/parallel.h"
#include "runners/base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    uint32_t bytes, width;
} margins[] = {[MARGIN_AUTO] = {"", 0, 0},
               [MARGIN_NONE] = {"", 0, 0},
               [MARGIN_BLANK] = {" ", 1, 1},
               [MARGIN_BLANKS] = {"  ", 2, 2},
               [MARGIN_EDGE] = {" \xE2\x94\x82", 4, 2}, /* │ */
               [MARGIN_BAR] = {" \xE2\x94\x82 ", 5, 3},
               [MARGIN_RANGE] = {" \xC2\xB1 ", 4, 3}}; /* ± */

/* ---- the stream ---- */

enum { CHUNK = 128 * 1024, HEADER = 24, ROW = 4096 };

struct table_chunk {
    struct table_chunk *next;
    size_t used, capacity;
    unsigned char bytes[];
};

/* A record is a mark, either MARK_ROW alone or a cell's align, margin and colour; then column,
 * span, width, bytes as base-128 numbers; then the text. Records do not cross chunks, nor do rows
 * that are not unusually long. */
enum { MARK_ROW = 0xFF };

void text_table_init(struct text_table *table, struct arena *arena) {
    *table = (struct text_table){.arena = arena};
}

static unsigned char *reserve(struct text_table *table, size_t bytes) {
    struct table_chunk *chunk = table->last_chunk;
    if (!chunk || chunk->capacity - chunk->used < bytes) {
        size_t capacity = bytes > CHUNK ? bytes : CHUNK;
        chunk = arena_alloc(table->arena, sizeof *chunk + capacity);
        chunk->capacity = capacity;
        if (table->last_chunk)
            table->last_chunk->next = chunk;
        else
            table->first_chunk = chunk;
        table->last_chunk = chunk;
    }
    return chunk->bytes + chunk->used;
}

static unsigned char *put_number(unsigned char *at, uint32_t number) {
    for (; number >= 0x80; number >>= 7)
        *at++ = (unsigned char)(number | 0x80);
    *at++ = (unsigned char)number;
    return at;
}

static const unsigned char *take_number(const unsigned char *at, uint32_t *number) {
    unsigned shift = 0;
    *number = *at & 0x7F;
    while (*at++ & 0x80)
        *number |= (uint32_t)(*at & 0x7F) << (shift += 7);
    return at;
}

/* ---- adding ---- */

void text_table_row(struct text_table *table) {
    *reserve(table, ROW) = MARK_ROW;
    table->last_chunk->used++;
    table->column = 0;
}

void text_table_column(struct text_table *table, uint32_t column) {
    table->column = column;
}

static struct table_column *column_at(struct text_table *table, size_t column) {
    while (table->column_count <= column)
        ARENA_PUSH(table->arena, table->columns, table->column_count, table->column_capacity,
                   ((struct table_column){0}));
    return &table->columns[column];
}

static void put_record(struct text_table *table, const struct table_cell *cell,
                       enum cell_margin margin, uint32_t span, uint32_t width) {
    unsigned char *start = reserve(table, HEADER + cell->bytes), *at = start;
    *at++ = (unsigned char)(cell->align | (unsigned)margin << 2 | (unsigned)cell->colour << 5);
    at = put_number(at, table->column);
    at = put_number(at, span);
    at = put_number(at, width);
    at = put_number(at, (uint32_t)cell->bytes);
    memcpy(at, cell->text, cell->bytes);
    table->last_chunk->used += (size_t)(at - start) + cell->bytes;
}

void text_table_add(struct text_table *table, const struct table_cell *cell) {
    struct text text = {cell->text, cell->bytes};
    uint32_t span = cell->span ? cell->span : 1, width = (uint32_t)text_characters(text);
    enum cell_margin margin = cell->margin != MARGIN_AUTO          ? cell->margin
                              : table->column == 0 || !cell->bytes ? MARGIN_NONE
                                                                   : MARGIN_BLANK;
    column_at(table, (size_t)table->column + span - 1);
    struct table_column *column = &table->columns[table->column];
    if (margins[margin].width > column->margin)
        column->margin = margins[margin].width;
    if (span == 1) {
        column->used = true;
        if (width > column->widest)
            column->widest = width;
    } else {
        struct table_span wide = {table->column, span, width};
        ARENA_PUSH(table->arena, table->spans, table->span_count, table->span_capacity, wide);
    }
    /* A blank cell prints nothing: no blanks at the end of a line. */
    bool blank = cell->bytes == 0 || (*cell->text == ' ' && strspn(cell->text, " ") >= cell->bytes);
    if (margin >= MARGIN_EDGE || !blank)
        put_record(table, cell, margin, span, width);
    table->column += span;
}

void text_table_text(struct text_table *table, const char *text, enum cell_align align) {
    text_table_add(table,
                   &(struct table_cell){.text = text, .bytes = strlen(text), .align = align});
}

void text_table_append(struct text_table *table, const struct text_table *part) {
    for (size_t i = 0; i < part->column_count; i++) {
        struct table_column *column = column_at(table, i);
        const struct table_column *more = &part->columns[i];
        column->widest = more->widest > column->widest ? more->widest : column->widest;
        column->margin = more->margin > column->margin ? more->margin : column->margin;
        column->used |= more->used;
        column->shrink |= more->shrink;
    }
    for (size_t i = 0; i < part->span_count; i++)
        ARENA_PUSH(table->arena, table->spans, table->span_count, table->span_capacity,
                   part->spans[i]);
    if (!part->first_chunk)
        return;
    if (table->last_chunk)
        table->last_chunk->next = part->first_chunk;
    else
        table->first_chunk = part->first_chunk;
    table->last_chunk = part->last_chunk;
}

void text_table_shrink(struct text_table *table, uint32_t column) {
    column_at(table, column)->shrink = true;
}

/* ---- widths ---- */

/* Columns by width, widest first; the left one of two equals first. */
static void sort_columns(uint32_t *columns, size_t count, const long *widths) {
    for (size_t i = 1; i < count; i++) {
        uint32_t column = columns[i];
        size_t at = i;
        for (; at > 0 && widths[columns[at - 1]] < widths[column]; at--)
            columns[at] = columns[at - 1];
        columns[at] = column;
    }
}

/* Makes room for a spanning cell: every column that may grow gets an equal share, and what the
 * wider ones already have beyond it is taken off the others'. */
static void grow(const struct text_table *table, const struct table_span *cell, long *widths,
                 uint32_t *growing) {
    long need = (long)cell->width + (long)table->columns[cell->column].margin, have = 0;
    size_t count = 0;
    for (uint32_t i = cell->column; i < cell->column + cell->span; i++)
        have += widths[i];
    if (have >= need)
        return;
    for (uint32_t i = cell->column; i < cell->column + cell->span; i++) {
        if (table->columns[i].shrink)
            need -= widths[i];
        else
            growing[count++] = i;
    }
    sort_columns(growing, count, widths);
    for (size_t i = 0; i < count; i++) {
        long left = (long)(count - i), share = (need + left - 1) / left;
        if (widths[growing[i]] < share)
            widths[growing[i]] = share;
        need -= widths[growing[i]];
    }
}

static int by_span(const void *left, const void *right) {
    const struct table_span *a = *(const struct table_span *const *)left;
    const struct table_span *b = *(const struct table_span *const *)right;
    if (a->span != b->span)
        return a->span < b->span ? -1 : 1;
    return (a > b) - (a < b);
}

/* Where each column begins, its margin included; the last entry is the end of the table. Narrow
 * spans are made room for before wide ones. */
static long *column_starts(const struct text_table *table) {
    size_t columns = table->column_count;
    long *starts = ARENA_NEW(table->arena, long, columns + 1);
    long *widths = starts + 1; /* turned into starts below */
    uint32_t *growing = ARENA_NEW(table->arena, uint32_t, columns);
    const struct table_span **spans =
        ARENA_NEW(table->arena, const struct table_span *, table->span_count);
    for (size_t i = 0; i < columns; i++) {
        const struct table_column *column = &table->columns[i];
        widths[i] = column->used ? (long)column->widest + (long)column->margin : 0;
    }
    for (size_t i = 0; i < table->span_count; i++)
        spans[i] = &table->spans[i];
    qsort(spans, table->span_count, sizeof *spans, by_span);
    for (size_t i = 0; i < table->span_count; i++)
        grow(table, spans[i], widths, growing);
    for (size_t i = 0; i < columns; i++)
        starts[i + 1] += starts[i];
    return starts;
}

size_t text_table_width(const struct text_table *table) {
    return (size_t)column_starts(table)[table->column_count];
}

/* ---- printing ---- */

/* A piece is a chunk that begins with a row, and those after it that do not. Several are laid out
 * at the same time and written in order. */
struct printing {
    const struct text_table *table;
    FILE *out;
    const long *starts;
    bool colour;
    const struct table_chunk **pieces;
    size_t piece_count;
    struct turns turns;
    /* Of whoever has the turn: has anything been printed, how many rows began since? */
    bool printed;
    size_t lines;
};

/* Collects what a piece prints, until its turn has come or there is no more room. */
struct writer {
    struct printing *all;
    size_t piece;
    bool on_turn, printed;
    size_t lines_before; /* rows that began before the first that printed something */
    size_t lines;        /* rows that began since something was printed */
    long at;             /* characters of the present line */
    size_t used;
    char bytes[256 * 1024];
};

static void put_newlines(FILE *out, size_t count) {
    for (; count > 0; count--)
        putc('\n', out);
}

/* In turn: the lines that pieces before left open, then what was collected. */
static void flush(struct writer *writer) {
    struct printing *all = writer->all;
    if (!writer->on_turn) {
        turns_wait(&all->turns, writer->piece);
        writer->on_turn = true;
        all->lines += writer->lines_before;
        if (writer->printed) {
            put_newlines(all->out, all->lines - !all->printed);
            all->printed = true;
            all->lines = 0;
        }
    }
    fwrite(writer->bytes, 1, writer->used, all->out);
    writer->used = 0;
}

static void put(struct writer *writer, const void *bytes, size_t length) {
    if (length > sizeof writer->bytes - writer->used)
        flush(writer);
    if (length > sizeof writer->bytes) {
        fwrite(bytes, 1, length, writer->all->out);
        return;
    }
    memcpy(writer->bytes + writer->used, bytes, length);
    writer->used += length;
}

static void put_blanks(struct writer *writer, long count) {
    static const char blanks[] = "                                                                ";
    const long most = (long)sizeof blanks - 1;
    for (; count > 0; count -= most)
        put(writer, blanks, (size_t)(count < most ? count : most));
}

static void put_text(struct writer *writer, const unsigned char *text, uint32_t bytes,
                     unsigned colour) {
    static const char *const on[] = {"", "\x1B[32m", "\x1B[31m", "\x1B[2m"};
    bool coloured = writer->all->colour && colour != COLOUR_NONE && bytes;
    if (coloured)
        put(writer, on[colour], strlen(on[colour]));
    put(writer, text, bytes);
    if (coloured)
        put(writer, "\x1B[0m", 4);
}

static void begin_lines(struct writer *writer) {
    if (!writer->printed)
        writer->lines_before = writer->lines;
    for (size_t i = 0; writer->printed && i < writer->lines; i++)
        put(writer, "\n", 1);
    if (writer->lines)
        writer->at = 0;
    writer->lines = 0;
    writer->printed = true;
}

/* Writes the cell whose record begins at `at`; returns where the next record begins. A cell to the
 * left may have run over: as benchstat does, this one is then set off by as many blanks. */
static const unsigned char *put_cell(struct writer *writer, const unsigned char *at) {
    uint32_t column, span, width, bytes;
    unsigned mark = *at++, align = mark & 3, margin = mark >> 2 & 7;
    at = take_number(at, &column);
    at = take_number(at, &span);
    at = take_number(at, &width);
    at = take_number(at, &bytes);
    begin_lines(writer);
    const long *starts = writer->all->starts;
    long own = (long)writer->all->table->columns[column].margin;
    long before = starts[column] - writer->at;
    long room = starts[column + span] - starts[column] - own - (long)width;
    long left = align == ALIGN_CENTER ? room / 2 : align == ALIGN_RIGHT ? room : 0;
    if (left < 0)
        left = 0;
    put_blanks(writer, labs(before) + own - (long)margins[margin].width);
    put(writer, margins[margin].text, margins[margin].bytes);
    put_blanks(writer, left);
    put_text(writer, at, bytes, mark >> 5);
    writer->at += before + own + left + (long)width;
    return at + bytes;
}

static void print_piece(void *context, size_t number) {
    struct printing *all = context;
    struct writer writer;
    writer.all = all;
    writer.piece = number;
    writer.on_turn = writer.printed = false;
    writer.lines_before = writer.lines = writer.used = 0;
    writer.at = 0;
    const struct table_chunk *chunk = all->pieces[number], *end = all->pieces[number + 1];
    for (; chunk != end; chunk = chunk->next) {
        const unsigned char *at = chunk->bytes, *behind = at + chunk->used;
        while (at < behind) {
            if (*at == MARK_ROW) {
                writer.lines++;
                at++;
            } else {
                at = put_cell(&writer, at);
            }
        }
    }
    flush(&writer);
    all->lines += writer.lines;
    turns_pass(&all->turns);
}

void text_table_print(const struct text_table *table, FILE *out, bool colour) {
    struct printing all = {.table = table,
                           .out = out,
                           .starts = column_starts(table),
                           .colour = colour,
                           .turns = TURNS_FROM_FIRST};
    size_t capacity = 0;
    for (const struct table_chunk *chunk = table->first_chunk; chunk; chunk = chunk->next) {
        if (chunk == table->first_chunk || *chunk->bytes == MARK_ROW)
            ARENA_PUSH(table->arena, all.pieces, all.piece_count, capacity, chunk);
    }
    size_t pieces = all.piece_count;
    ARENA_PUSH(table->arena, all.pieces, all.piece_count, capacity, NULL);
    parallel_for(pieces, print_piece, &all);
    if (pieces)
        putc('\n', out);
}
