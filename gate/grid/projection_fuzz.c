#include "gate/grid/grid.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"Encode/size=1k-8", "Encode/size=2k", "Decode//x=-", "-1", ""};

static struct recording *some_recording(struct strings *strings, struct arena *arena) {
    struct recording *recording = recording_new("file", "file", strings, arena);
    uint32_t unit = strings_add(strings, text_of("sec/op"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct config_pair pair = {strings_add(strings, text_of("goos")), (uint32_t)i};
        uint32_t config = recording_config(recording, &pair, i != 0);
        struct series *series = recording_series(
            recording, config, strings_add(strings, text_of(names[i])), unit, unit);
        recording_add(recording, series, 1, 0);
    }
    return recording;
}

/* The input is up to three projections, a line each: table, row, column. Whatever they say, every
 * series is in at most one cell; what does not parse says where. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    const struct recording *recording = some_recording(strings, arena);
    char *at = arena_strndup(arena, (const char *)data, size);
    const char *table = strsep(&at, "\n"), *row = strsep(&at, "\n"), *col = strsep(&at, "\n");
    struct grid_spec spec = {.table = table, .row = row, .col = col};
    struct pg_error err = {0};
    struct grid grid;
    if (grid_build(&grid, &recording, 1, &spec, arena, &err)) {
        size_t values = 0;
        for (size_t t = 0; t < grid.table_count; t++) {
            const struct grid_table *laid = &grid.tables[t];
            for (size_t i = 0; i < laid->row_count * laid->column_count; i++) {
                const struct cell *cell =
                    grid_cell(&laid->rows[i / laid->column_count], i % laid->column_count);
                values += cell ? cell->series->count : 0;
            }
        }
        if (values > recording->series_count)
            __builtin_trap();
    } else if (strncmp(err.text, "parsing -", 9) != 0) {
        __builtin_trap();
    }
    arena_free(arena);
    return 0;
}
