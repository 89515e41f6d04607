#include "gate/grid/grid_build.h"

#include <stdlib.h>

/* ---- keys as text ---- */

/* Non-empty values joined by blanks; with their names before them for tables. */
static const char *key_text(const struct axis *axis, const char *const *values,
                            const char *const *names, bool named) {
    struct arena *arena = axis->set->arena;
    size_t length = 1;
    if (axis->field_count == 1 && !named)
        return values[0];
    for (size_t i = 0; i < axis->field_count; i++)
        length += strlen(values[i]) + strlen(names[i]) + 2;
    char *text = arena_alloc(arena, length), *end = text;
    for (size_t i = 0; i < axis->field_count; i++) {
        if (!*values[i])
            continue;
        if (end > text)
            *end++ = ' ';
        if (named) {
            end = stpcpy(end, names[i]);
            *end++ = ':';
        }
        end = stpcpy(end, values[i]);
    }
    return text;
}

static const char *const *field_names(const struct axis *axis) {
    const char **names = ARENA_NEW(axis->set->arena, const char *, axis->field_count);
    const uint32_t *fields = axis_fields(axis);
    for (size_t i = 0; i < axis->field_count; i++)
        names[i] = strings_get(axis->set->strings, axis->fields[fields[i]].name);
    return names;
}

/* All keys of an axis, by number. */
static struct grid_key *key_texts(const struct axis *axis, bool named) {
    struct arena *arena = axis->set->arena;
    struct grid_key *keys = ARENA_NEW(arena, struct grid_key, axis->key_count);
    const char **values = ARENA_NEW(arena, const char *, axis->key_count * axis->field_count);
    const char *const *names = field_names(axis);
    const uint32_t *fields = axis_fields(axis);
    for (size_t k = 0; k < axis->key_count; k++, values += axis->field_count) {
        for (size_t i = 0; i < axis->field_count; i++)
            values[i] = strings_get(axis->set->strings, axis_value(&axis->keys[k], fields[i]));
        keys[k] = (struct grid_key){values, key_text(axis, values, names, named)};
    }
    return keys;
}

static struct grid_axis axis_names(const struct axis *axis) {
    return (struct grid_axis){field_names(axis), axis->field_count};
}

/* ---- cells of several series ---- */

static const char *varying_names(const struct grid_builder *b, const struct cell_extra *extra) {
    static const char start[] = "benchmarks vary in ";
    const struct axis *residue = b->residue;
    const uint32_t *fields = axis_fields(residue);
    const char *const *names = field_names(residue);
    size_t length = sizeof start;
    for (size_t i = 0; i < residue->field_count; i++)
        length += strlen(names[i]) + 2;
    char *text = arena_alloc(b->arena, length), *end = stpcpy(text, start), *first = end;
    for (size_t i = 0; i < residue->field_count; i++) {
        if (fields[i] >= extra->varying_count || !extra->varying[fields[i]])
            continue;
        end = stpcpy(end, end > first ? ", " : "");
        end = stpcpy(end, names[i]);
    }
    return end > first ? text : NULL;
}

/* Of the first series and all pieces; without rounds. */
static struct cell join_pieces(struct grid_builder *b, struct cell first,
                               const struct cell_extra *extra) {
    size_t count = first.series->count, parts = 1;
    bool one_recording = true;
    for (const struct piece *piece = extra->pieces; piece; piece = piece->next, parts++) {
        count += piece->series->count;
        one_recording &= piece->recording == first.source->recording;
    }
    struct cell_part *part = ARENA_NEW(b->arena, struct cell_part, parts);
    struct cell_source *source = ARENA_NEW(b->arena, struct cell_source, 1);
    struct series *joined = ARENA_NEW(b->arena, struct series, 1);
    *joined = *first.series;
    joined->count = joined->capacity = (uint32_t)count;
    joined->values = ARENA_NEW(b->arena, double, count);
    joined->rounds = NULL;
    struct piece start = {first.source->recording, first.series, extra->pieces};
    uint32_t at = 0;
    for (const struct piece *piece = &start; piece; piece = piece->next) {
        const struct series *series = piece->series;
        memcpy(joined->values + at, series->values, series->count * sizeof(double));
        *part++ = (struct cell_part){piece->recording, at, series->count, series->rounds};
        at += series->count;
    }
    source->vary = varying_names(b, extra);
    if (one_recording)
        source->recording = first.source->recording;
    else
        *source = (struct cell_source){NULL, (uint32_t)parts, part - parts, source->vary};
    return (struct cell){joined, source};
}

static struct cell cell_of(struct grid_builder *b, const struct built_cell *built,
                           const struct cell_source *sources) {
    struct cell cell = {&b->recordings[built->recording]->series[built->series],
                        &sources[built->recording]};
    return built->extra ? join_pieces(b, cell, &b->extras[built->extra - 1]) : cell;
}

/* ---- tables ---- */

struct layout {
    struct grid_builder *builder;
    const uint32_t *table_ranks, *row_ranks, *column_ranks;
    struct grid_key *table_keys, *row_keys, *column_keys;
    uint32_t *local_row,
        *local_column; /* place in the table + 1 by number of key; zero between tables */
    const struct unit_metadata **metadata; /* by number of string */
    struct cell_source *sources;           /* by recording */
    size_t places;
    bool varies;
};

static int by_rank(const void *left, const void *right, void *ranks) {
    uint32_t a = ((const uint32_t *)ranks)[*(const uint32_t *)left];
    uint32_t b = ((const uint32_t *)ranks)[*(const uint32_t *)right];
    return (a > b) - (a < b);
}

/* Sorts numbers of keys by rank; most are in order already. */
static void sort_by_rank(uint32_t *keys, size_t count, const uint32_t *ranks) {
    for (size_t i = 1; i < count; i++) {
        if (ranks[keys[i - 1]] > ranks[keys[i]]) {
            qsort_r(keys, count, sizeof *keys, by_rank, (void *)(uintptr_t)ranks);
            return;
        }
    }
}

/* The distinct numbers among `get`(cell), in order of rank; their places + 1 go to `local`. */
static uint32_t *distinct_keys(struct layout *layout, const uint32_t *cells, size_t count,
                               bool rows, size_t *distinct) {
    const struct grid_builder *b = layout->builder;
    uint32_t *local = rows ? layout->local_row : layout->local_column;
    uint32_t *keys = NULL;
    size_t found = 0, capacity = 0;
    for (size_t i = 0; i < count; i++) {
        const struct built_cell *cell = &b->cells[cells[i]];
        uint32_t key = rows ? cell->row : cell->column;
        if (!local[key]) {
            local[key] = 1;
            ARENA_PUSH(b->arena, keys, found, capacity, key);
        }
    }
    sort_by_rank(keys, found, rows ? layout->row_ranks : layout->column_ranks);
    for (size_t i = 0; i < found; i++)
        local[keys[i]] = (uint32_t)i + 1;
    *distinct = found;
    return keys;
}

static bool lay_out_table(struct layout *layout, struct grid_table *table, const uint32_t *cells,
                          size_t count, struct pg_error *err) {
    struct grid_builder *b = layout->builder;
    uint32_t *rows = distinct_keys(layout, cells, count, true, &table->row_count);
    uint32_t *columns = distinct_keys(layout, cells, count, false, &table->column_count);
    layout->places += table->row_count * table->column_count;
    if (table->row_count > GRID_PLACES || table->column_count > GRID_PLACES ||
        layout->places > GRID_PLACES)
        return pg_error_set(err, PG_LIMIT,
                            "a table of %zu rows and %zu columns is beyond the limit of %d places; "
                            "choose other -row and -col keys",
                            table->row_count, table->column_count, GRID_PLACES);
    table->rows = ARENA_NEW(b->arena, struct grid_row, table->row_count);
    table->columns = ARENA_NEW(b->arena, struct grid_key, table->column_count);
    uint32_t *numbers = ARENA_NEW(b->arena, uint32_t, table->column_count);
    struct cell *places = ARENA_NEW(b->arena, struct cell, table->row_count * table->column_count);
    for (size_t i = 0; i < table->row_count; i++)
        table->rows[i] =
            (struct grid_row){layout->row_keys[rows[i]], places + i * table->column_count};
    for (size_t i = 0; i < table->column_count; i++) {
        table->columns[i] = layout->column_keys[columns[i]];
        numbers[i] = layout->column_ranks[columns[i]];
    }
    table->column_numbers = numbers;
    for (size_t i = 0; i < count; i++) {
        const struct built_cell *built = &b->cells[cells[i]];
        struct cell cell = cell_of(b, built, layout->sources);
        layout->varies |= cell.source->vary != NULL;
        table->rows[layout->local_row[built->row] - 1]
            .cells[layout->local_column[built->column] - 1] = cell;
    }
    for (size_t i = 0; i < table->row_count; i++)
        layout->local_row[rows[i]] = 0;
    for (size_t i = 0; i < table->column_count; i++)
        layout->local_column[columns[i]] = 0;
    return true;
}

/* What the `Unit` lines of all recordings say; of contradictions the first stands. */
static const struct unit_metadata **merge_metadata(const struct grid_builder *b) {
    const struct unit_metadata **merged =
        ARENA_NEW(b->arena, const struct unit_metadata *, strings_count(b->strings));
    for (size_t i = 0; i < b->recording_count; i++) {
        const struct recording *recording = b->recordings[i];
        for (uint32_t k = 0; k < recording->unit_count; k++) {
            const struct unit_metadata *unit = &recording->units[k];
            const struct unit_metadata *known = merged[unit->unit];
            struct unit_metadata *both = ARENA_NEW(b->arena, struct unit_metadata, 1);
            *both = known ? *known : *unit;
            if (both->better == BETTER_UNKNOWN)
                both->better = unit->better;
            if (both->assume == ASSUME_NOTHING)
                both->assume = unit->assume;
            merged[unit->unit] = both;
        }
    }
    return merged;
}

static struct cell_source *sources_of(const struct grid_builder *b) {
    struct cell_source *sources = ARENA_NEW(b->arena, struct cell_source, b->recording_count);
    for (size_t i = 0; i < b->recording_count; i++)
        sources[i].recording = b->recordings[i];
    return sources;
}

static const struct unit_metadata *no_metadata(const struct grid_builder *b, uint32_t unit) {
    struct unit_metadata *none = ARENA_NEW(b->arena, struct unit_metadata, 1);
    none->unit = unit;
    return none;
}

struct table_sorting {
    const struct grid_builder *builder;
    const uint32_t *table_ranks, *unit_ranks;
};

static int compare_tables(const void *left, const void *right, void *context) {
    const struct table_sorting *sorting = context;
    const struct built_table *a = &sorting->builder->tables[*(const uint32_t *)left];
    const struct built_table *b = &sorting->builder->tables[*(const uint32_t *)right];
    if (a->key != b->key)
        return sorting->table_ranks[a->key] < sorting->table_ranks[b->key] ? -1 : 1;
    return (sorting->unit_ranks[a->unit] > sorting->unit_ranks[b->unit]) -
           (sorting->unit_ranks[a->unit] < sorting->unit_ranks[b->unit]);
}

/* Numbers of tables in order: by key, then by first observation of the unit. */
static uint32_t *order_tables(struct layout *layout) {
    const struct grid_builder *b = layout->builder;
    uint32_t *order = ARENA_NEW(b->arena, uint32_t, b->table_count);
    uint32_t *unit_ranks = ARENA_NEW(b->arena, uint32_t, strings_count(b->strings));
    uint32_t units = 0;
    for (size_t i = 0; i < b->table_count; i++) {
        order[i] = (uint32_t)i;
        if (!unit_ranks[b->tables[i].unit])
            unit_ranks[b->tables[i].unit] = ++units;
    }
    struct table_sorting sorting = {b, layout->table_ranks, unit_ranks};
    qsort_r(order, b->table_count, sizeof *order, compare_tables, &sorting);
    return order;
}

/* Groups cells by table; the result holds each table's cells in the order they were made, starts[i]
 * where those of table i begin. */
static uint32_t *group_cells(const struct grid_builder *b, size_t *starts) {
    uint32_t *cells = ARENA_NEW(b->arena, uint32_t, b->cell_count);
    size_t *next = ARENA_NEW(b->arena, size_t, b->table_count);
    size_t sum = 0;
    for (size_t i = 0; i < b->table_count; i++) {
        starts[i] = next[i] = sum;
        sum += b->tables[i].cell_count;
    }
    for (size_t i = 0; i < b->cell_count; i++)
        cells[next[b->cells[i].table]++] = (uint32_t)i;
    return cells;
}

static struct grid_key *all_columns(const struct layout *layout, size_t count) {
    struct grid_key *columns = ARENA_NEW(layout->builder->arena, struct grid_key, count);
    for (size_t i = 0; i < count; i++)
        columns[layout->column_ranks[i]] = layout->column_keys[i];
    return columns;
}

bool grid_lay_out(struct grid *out, struct grid_builder *b, struct pg_error *err) {
    struct layout layout = {.builder = b,
                            .table_ranks = axis_ranks(b->table_axis),
                            .row_ranks = axis_ranks(b->row_axis),
                            .column_ranks = axis_ranks(b->column_axis),
                            .table_keys = key_texts(b->table_axis, true),
                            .row_keys = key_texts(b->row_axis, false),
                            .column_keys = key_texts(b->column_axis, false),
                            .local_row = ARENA_NEW(b->arena, uint32_t, b->row_axis->key_count),
                            .local_column =
                                ARENA_NEW(b->arena, uint32_t, b->column_axis->key_count),
                            .metadata = merge_metadata(b),
                            .sources = sources_of(b)};
    struct grid grid = {axis_names(b->table_axis),
                        axis_names(b->row_axis),
                        axis_names(b->column_axis),
                        NULL,
                        b->column_axis->key_count,
                        ARENA_NEW(b->arena, struct grid_table, b->table_count),
                        b->table_count,
                        false};
    grid.columns = all_columns(&layout, grid.column_count);
    const uint32_t *order = b->table_count ? order_tables(&layout) : NULL;
    size_t *starts = ARENA_NEW(b->arena, size_t, b->table_count);
    const uint32_t *cells = group_cells(b, starts);
    for (size_t i = 0; i < b->table_count; i++) {
        const struct built_table *built = &b->tables[order[i]];
        struct grid_table *table = &grid.tables[i];
        const struct unit_metadata *metadata = layout.metadata[built->unit];
        table->key = layout.table_keys[built->key];
        table->unit = strings_get(b->strings, built->unit);
        table->metadata = metadata ? metadata : no_metadata(b, built->unit);
        if (!lay_out_table(&layout, table, cells + starts[order[i]], built->cell_count, err))
            return false;
    }
    grid.varies = layout.varies;
    *out = grid;
    return true;
}
