/* Any bytes as .debug_line (a byte before it: size of addresses, order of bytes), which are its
 * strings, too: rows and marks are in order, each is found at its address, and the last row ends.
 */
#include "runners/symbols/line_table.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct line_header *header, struct arena *arena) {
    struct line_room room = {.arena = arena, .wants_marks = true};
    struct line_table table;
    if (!line_table_read(&table, header, 0x1000, &room, arena))
        return;
    for (size_t i = 0; i < table.mark_count; i++) {
        const struct line_mark *mark = &table.marks[i];
        bool next_begins = i + 1 < table.mark_count && mark[1].address == mark->address;
        assert(i == 0 || mark->address >= mark[-1].address);
        assert(next_begins || line_table_mark(&table, mark->address) == mark->discriminator);
    }
    for (size_t i = 0; i < table.count; i++) {
        const struct line_row *row = &table.rows[i], *found = line_table_find(&table, row->address);
        bool next_begins = i + 1 < table.count && row[1].address == row->address;
        assert(i == 0 || row->address >= row[-1].address);
        assert(!next_begins || row->file == LINE_END);
        assert(row->file == LINE_END ? !found || next_begins : found == row);
    }
    assert(!table.count || table.rows[table.count - 1].file == LINE_END);
    assert(!line_table_find(&table, UINT64_MAX) || !table.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct line_header header;
    if (size > 0) {
        struct text bytes = {(const char *)data + 1, size - 1};
        struct line_sections sections = {bytes, bytes, bytes, *data & 1};
        if (line_header_read(&header, &sections, 0, *data & 2 ? 4 : 8, "folder", arena)) {
            for (uint64_t i = 0; i <= header.file_count && i < 1000; i++) {
                const char *path = line_file_path(&header, i, arena);
                assert(i < header.file_count ? path && strlen(path) < 2 * size + 10 : !path);
            }
            look(&header, arena);
        }
    }
    arena_free(arena);
    return 0;
}
