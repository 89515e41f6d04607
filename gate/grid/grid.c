#include "gate/grid/grid.h"

#include "gate/grid/grid_build.h"

static bool parse_spec(struct grid_builder *b, const struct grid_spec *spec, struct pg_error *err) {
    const struct {
        const char *query, *where;
        struct axis **axis;
    } axes[] = {{spec->table ? spec->table : ".config", "parsing -table", &b->table_axis},
                {spec->row ? spec->row : ".fullname", "parsing -row", &b->row_axis},
                {spec->col ? spec->col : ".file", "parsing -col", &b->column_axis},
                {spec->ignore ? spec->ignore : "", "parsing -ignore", &b->residue}};
    if (!filter_parse(&b->filter, spec->filter ? spec->filter : "*", b->strings, b->arena, err))
        return pg_error_in(err, "parsing -filter");
    axis_set_init(&b->axes, b->strings, b->arena);
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        if (!axis_add(&b->axes, axes[i].axis, axes[i].query, err))
            return pg_error_in(err, axes[i].where);
    }
    b->residue = axis_residue(&b->axes);
    size_t count = filter_key_count(b->filter);
    b->filter_extractors = ARENA_NEW(b->arena, struct extractor, count);
    for (size_t i = 0; i < count; i++)
        extractor_init(&b->filter_extractors[i], text_of(filter_key(b->filter, i)), b->strings,
                       b->arena);
    return true;
}

struct asked {
    struct grid_builder *builder;
    const struct subject *subject;
};

static uint32_t look_up(void *context, size_t index, int spelling) {
    const struct asked *asked = context;
    if (strcmp(filter_key(asked->builder->filter, index), ".unit") == 0)
        return spelling ? asked->subject->series->unit_written : asked->subject->series->unit;
    return extract(&asked->builder->filter_extractors[index], asked->subject);
}

static bool wanted(struct grid_builder *b, const struct subject *subject, bool *out,
                   struct pg_error *err) {
    *out = axis_set_allows(&b->axes, subject);
    if (!*out || filter_matches_all(b->filter))
        return true;
    struct asked asked = {b, subject};
    return filter_match(b->filter, look_up, &asked, out, err);
}

/* ---- tables ---- */

static uint32_t *table_slot(struct grid_builder *b, uint32_t key, uint32_t unit) {
    uint32_t pair[2] = {key, unit};
    size_t mask = b->table_slot_count - 1;
    for (size_t at = strings_hash(b->strings, pair, sizeof pair) & mask;; at = (at + 1) & mask) {
        uint32_t number = b->table_slots[at];
        if (!number || (b->tables[number - 1].key == key && b->tables[number - 1].unit == unit))
            return &b->table_slots[at];
    }
}

static void widen_tables(struct grid_builder *b) {
    b->table_slot_count *= 2;
    b->table_slots = ARENA_NEW(b->arena, uint32_t, b->table_slot_count);
    for (size_t i = 0; i < b->table_count; i++)
        *table_slot(b, b->tables[i].key, b->tables[i].unit) = (uint32_t)i + 1;
}

static uint32_t table_number(struct grid_builder *b, uint32_t key, uint32_t unit) {
    uint32_t *slot = table_slot(b, key, unit);
    if (*slot)
        return *slot - 1;
    struct built_table table = {key, unit, 0};
    ARENA_PUSH(b->arena, b->tables, b->table_count, b->table_capacity, table);
    *slot = (uint32_t)b->table_count;
    if (b->table_count > b->table_slot_count / 2)
        widen_tables(b);
    return (uint32_t)b->table_count - 1;
}

/* ---- cells ---- */

static bool same_place(const struct built_cell *a, const struct built_cell *b) {
    return a->row == b->row && a->table == b->table && a->column == b->column;
}

/* The slot of a cell, or where it belongs. There are never more cells than series, so the slots
 * never fill. The first place looked at keeps the order of rows, in which files list them: most
 * look-ups then hit the cache. The others are hashed. */
static uint32_t *cell_slot(struct grid_builder *b, const struct built_cell *like) {
    size_t mask = b->cell_slot_count - 1;
    size_t near = ((size_t)like->row * 8 + ((like->table + 4 * like->column) & 7)) & mask;
    uint32_t number = b->cell_slots[near];
    if (!number || same_place(&b->cells[number - 1], like))
        return &b->cell_slots[near];
    uint32_t place[3] = {like->table, like->row, like->column};
    for (size_t at = strings_hash(b->strings, place, sizeof place) & mask;; at = (at + 1) & mask) {
        number = b->cell_slots[at];
        if (!number || same_place(&b->cells[number - 1], like))
            return &b->cell_slots[at];
    }
}

/* Notes in which fields a further series' residue differs from the first one's. */
static void vary(struct grid_builder *b, struct cell_extra *extra, uint32_t residue) {
    if (residue == extra->residue || residue == extra->last_residue)
        return;
    extra->last_residue = residue;
    if (b->residue->field_count > extra->varying_count) {
        extra->varying = arena_grow(b->arena, extra->varying, extra->varying_count,
                                    b->residue->field_count, sizeof(bool));
        extra->varying_count = b->residue->field_count;
    }
    const struct axis_key *first = &b->residue->keys[extra->residue];
    const struct axis_key *other = &b->residue->keys[residue];
    for (uint32_t i = 0; i < extra->varying_count; i++)
        extra->varying[i] |= axis_value(first, i) != axis_value(other, i);
}

static struct cell_extra *extra_of(struct grid_builder *b, struct built_cell *cell) {
    if (!cell->extra) {
        const struct recording *first = b->recordings[cell->recording];
        struct subject subject = {first, &first->series[cell->series],
                                  strings_add(b->strings, text_of(first->label))};
        uint32_t residue = axis_key(b->residue, &subject);
        struct cell_extra extra = {.residue = residue, .last_residue = residue};
        ARENA_PUSH(b->arena, b->extras, b->extra_count, b->extra_capacity, extra);
        cell->extra = (uint32_t)b->extra_count;
    }
    return &b->extras[cell->extra - 1];
}

static void add_piece(struct grid_builder *b, struct built_cell *cell,
                      const struct subject *subject, uint32_t residue) {
    struct cell_extra *extra = extra_of(b, cell);
    struct piece *piece = ARENA_NEW(b->arena, struct piece, 1);
    *piece = (struct piece){subject->recording, subject->series, NULL};
    if (extra->last_piece)
        extra->last_piece->next = piece;
    else
        extra->pieces = piece;
    extra->last_piece = piece;
    vary(b, extra, residue);
}

static void add_series(struct grid_builder *b, const struct subject *subject, uint32_t recording) {
    const struct series *series = subject->series;
    struct built_cell made = {.table =
                                  table_number(b, axis_key(b->table_axis, subject), series->unit),
                              .row = axis_key(b->row_axis, subject),
                              .column = axis_key(b->column_axis, subject),
                              .recording = recording,
                              .series = (uint32_t)(series - subject->recording->series)};
    uint32_t residue = axis_key(b->residue, subject);
    uint32_t *slot = cell_slot(b, &made);
    if (*slot) {
        add_piece(b, &b->cells[*slot - 1], subject, residue);
        return;
    }
    b->cells[b->cell_count] = made;
    *slot = (uint32_t)++b->cell_count;
    b->tables[made.table].cell_count++;
}

static void make_room(struct grid_builder *b) {
    size_t series = 0;
    for (size_t i = 0; i < b->recording_count; i++)
        series += b->recordings[i]->series_count;
    b->cells = ARENA_NEW(b->arena, struct built_cell, series);
    b->cell_slot_count = 64;
    while (b->cell_slot_count < 2 * series)
        b->cell_slot_count *= 2;
    b->cell_slots = ARENA_NEW(b->arena, uint32_t, b->cell_slot_count);
    b->table_slot_count = 64;
    b->table_slots = ARENA_NEW(b->arena, uint32_t, b->table_slot_count);
}

static bool add_recording(struct grid_builder *b, uint32_t number, struct pg_error *err) {
    const struct recording *recording = b->recordings[number];
    struct subject subject = {recording, NULL, strings_add(b->strings, text_of(recording->label))};
    for (uint32_t i = 0; i < recording->series_count; i++) {
        bool keep;
        subject.series = &recording->series[i];
        if (!subject.series->count)
            continue;
        if (!wanted(b, &subject, &keep, err))
            return false;
        if (keep)
            add_series(b, &subject, number);
        if (b->axes.too_large)
            return pg_error_set(err, PG_LIMIT,
                                "%.400s: more than %d configuration keys or %d of their values; "
                                "name fewer with -table or -ignore",
                                recording->path, AXIS_FIELDS, AXIS_VALUES);
    }
    return true;
}

bool grid_build(struct grid *out, const struct recording *const *recordings, size_t count,
                const struct grid_spec *spec, struct arena *arena, struct pg_error *err) {
    struct grid_builder builder = {.strings = count ? recordings[0]->strings : strings_new(arena),
                                   .arena = arena,
                                   .recordings = recordings,
                                   .recording_count = count};
    if (!parse_spec(&builder, spec, err))
        return false;
    make_room(&builder);
    for (uint32_t i = 0; i < count; i++) {
        if (!add_recording(&builder, i, err))
            return false;
    }
    return grid_lay_out(out, &builder, err);
}
