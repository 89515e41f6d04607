#include "runners/symbols/unit_lines.h"

#include "runners/symbols/elf_file.h"

#include <dwarf.h>

enum from { FROM_UNREAD, FROM_HERE, FROM_LIBDW, FROM_NOWHERE };

struct unit_table {
    Dwarf_CU *unit;
    enum from files_from, rows_from;
    struct line_header header;
    struct line_table rows;
};

struct unit_lines unit_lines_new(Dwarf *dwarf, uint64_t lowest, struct arena *arena) {
    Elf *elf = dwarf_getelf(dwarf);
    struct unit_lines lines = {
        .dwarf = dwarf,
        .sections = {elf_section_bytes(elf, ".debug_line"), elf_section_bytes(elf, ".debug_str"),
                     elf_section_bytes(elf, ".debug_line_str"), elf_is_big_endian(elf)},
        .lowest = lowest,
        .room = {.arena = arena},
        .tables = {.arena = arena},
        .arena = arena};
    lines.budget = 4 * (uint64_t)lines.sections.lines.length;
    return lines;
}

static struct unit_table *table_of(struct unit_lines *lines, Dwarf_CU *unit) {
    bool known;
    void **table = key_table_place(&lines->tables, (uintptr_t)unit, &known);
    if (!known) {
        struct unit_table *made = ARENA_NEW(lines->arena, struct unit_table, 1);
        made->unit = unit;
        *table = made;
    }
    return *table;
}

static void spend(struct unit_lines *lines, const uint8_t *from, const uint8_t *to) {
    uint64_t bytes = (uint64_t)(to - from);
    lines->budget -= bytes < lines->budget ? bytes : lines->budget;
}

static enum from read_header(struct unit_lines *lines, struct unit_table *table) {
    struct line_header *header = &table->header;
    Dwarf_Attribute attribute;
    Dwarf_Die die;
    Dwarf_Word offset;
    uint8_t address_size;
    if (dwarf_cu_getdwarf(table->unit) != lines->dwarf ||
        !dwarf_cu_die(table->unit, &die, NULL, NULL, &address_size, NULL, NULL, NULL) ||
        dwarf_formudata(dwarf_attr(&die, DW_AT_stmt_list, &attribute), &offset) != 0)
        return FROM_LIBDW;
    if (lines->budget == 0)
        return FROM_NOWHERE;
    const char *folder = dwarf_formstring(dwarf_attr(&die, DW_AT_comp_dir, &attribute));
    bool read =
        line_header_read(header, &lines->sections, offset, address_size, folder, lines->arena);
    if (header->program.at)
        spend(lines, (const uint8_t *)lines->sections.lines.at + offset, header->program.at);
    return read ? FROM_HERE : FROM_LIBDW;
}

static enum from read_rows(struct unit_lines *lines, struct unit_table *table) {
    const struct cursor *program = &table->header.program;
    if (lines->budget == 0)
        return FROM_NOWHERE;
    spend(lines, program->at, program->end);
    return line_table_read(&table->rows, &table->header, lines->lowest, &lines->room, lines->arena)
               ? FROM_HERE
               : FROM_LIBDW;
}

static struct unit_table *read_table(struct unit_lines *lines, Dwarf_CU *unit, bool rows) {
    struct unit_table *table = table_of(lines, unit);
    if (table->files_from == FROM_UNREAD)
        table->files_from = read_header(lines, table);
    if (rows && table->rows_from == FROM_UNREAD)
        table->rows_from =
            table->files_from == FROM_HERE ? read_rows(lines, table) : table->files_from;
    return table;
}

static const char *file_of_libdw(Dwarf_CU *unit, uint64_t number) {
    Dwarf_Files *files;
    Dwarf_Die die;
    size_t count;
    if (!dwarf_cu_die(unit, &die, NULL, NULL, NULL, NULL, NULL, NULL) ||
        dwarf_getsrcfiles(&die, &files, &count) != 0)
        return NULL;
    return dwarf_filesrc(files, (size_t)number, NULL, NULL);
}

const char *unit_file(struct unit_lines *lines, Dwarf_CU *unit, uint64_t number) {
    struct unit_table *table = read_table(lines, unit, false);
    if (table->files_from == FROM_LIBDW)
        return file_of_libdw(unit, number);
    return table->files_from == FROM_HERE ? line_file_path(&table->header, number, lines->arena)
                                          : NULL;
}

static struct unit_line line_of_libdw(Dwarf_CU *unit, uint64_t address) {
    struct unit_line out = {0};
    unsigned discriminator;
    Dwarf_Die die;
    Dwarf_Line *line = dwarf_cu_die(unit, &die, NULL, NULL, NULL, NULL, NULL, NULL)
                           ? dwarf_getsrc_die(&die, address)
                           : NULL;
    if (!line)
        return out;
    out.file = dwarf_linesrc(line, NULL, NULL);
    if (dwarf_lineno(line, &out.line) != 0 || out.line < 0)
        out.line = 0;
    if (dwarf_linecol(line, &out.column) != 0 || out.column < 0)
        out.column = 0;
    if (dwarf_linediscriminator(line, &discriminator) == 0)
        out.discriminator = discriminator;
    return out;
}

struct unit_line unit_line(struct unit_lines *lines, Dwarf_CU *unit, uint64_t address) {
    struct unit_table *table = read_table(lines, unit, true);
    const struct line_row *row;
    if (table->rows_from == FROM_LIBDW)
        return line_of_libdw(unit, address);
    if (table->rows_from != FROM_HERE || !(row = line_table_find(&table->rows, address)))
        return (struct unit_line){0};
    return (struct unit_line){.file = line_file_path(&table->header, row->file, lines->arena),
                              .line = row->line <= INT32_MAX ? (int)row->line : 0,
                              .column = row->column,
                              .discriminator = line_table_mark(&table->rows, address)};
}

uint64_t unit_next_line(struct unit_lines *lines, Dwarf_CU *unit, uint64_t address) {
    struct unit_table *table = read_table(lines, unit, true);
    return table->rows_from == FROM_HERE ? line_table_next(&table->rows, address) : UINT64_MAX;
}
