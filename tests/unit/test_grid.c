#include "tests/unit/test.h"

#include "gate/grid/grid.h"

struct world {
    struct arena *arena;
    struct strings *strings;
    const struct recording *recordings[8];
    struct recording *now;
    size_t count;
    uint32_t config;
};

static struct world world_new(void) {
    struct arena *arena = arena_new();
    return (struct world){.arena = arena, .strings = strings_new(arena)};
}

static void file(struct world *w, const char *label) {
    w->now = recording_new(label, label, w->strings, w->arena);
    w->recordings[w->count++] = w->now;
    w->config = recording_config(w->now, NULL, 0);
}

static uint32_t number(struct world *w, const char *text) {
    return strings_add(w->strings, text_of(text));
}

/* Configuration lines `keys[i]: values[i]`, ended by NULL. */
static void config(struct world *w, const char *const *lines) {
    struct config_pair pairs[8];
    uint32_t count = 0;
    for (; lines[2 * count]; count++)
        pairs[count] =
            (struct config_pair){number(w, lines[2 * count]), number(w, lines[2 * count + 1])};
    w->config = recording_config(w->now, pairs, count);
}
#define CONFIG(w, ...) config((w), (const char *const[]){__VA_ARGS__, NULL})

static void result(struct world *w, const char *name, const char *unit, double value) {
    uint32_t tidy = number(w, unit);
    struct series *series = recording_series(w->now, w->config, number(w, name), tidy, tidy);
    recording_add(w->now, series, value, 0);
}

static struct grid build(struct world *w, struct grid_spec spec) {
    struct grid grid;
    struct pg_error err = {0};
    if (!grid_build(&grid, w->recordings, w->count, &spec, w->arena, &err))
        fail_msg("%s", err.text);
    return grid;
}

static void error(struct world *w, struct grid_spec spec, const char *want) {
    struct grid grid;
    struct pg_error err = {0};
    assert_false(grid_build(&grid, w->recordings, w->count, &spec, w->arena, &err));
    assert_int_equal(err.status, PG_USAGE);
    assert_string_equal(err.text, want);
}

/* The texts of the rows of a table, joined by `|`. */
static const char *rows_of(struct world *w, const struct grid_table *table) {
    const char *text = "";
    for (size_t i = 0; i < table->row_count; i++)
        text = arena_printf(w->arena, "%s%s%s", text, i ? "|" : "", table->rows[i].key.text);
    return text;
}

static const char *columns_of(struct world *w, const struct grid_table *table) {
    const char *text = "";
    for (size_t i = 0; i < table->column_count; i++)
        text = arena_printf(w->arena, "%s%s%s", text, i ? "|" : "", table->columns[i].text);
    return text;
}

static void lays_out_files_side_by_side(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "old");
    result(&w, "B-8", "sec/op", 1);
    result(&w, "B-8", "B/op", 10);
    result(&w, "A-8", "sec/op", 2);
    result(&w, "B-8", "sec/op", 3);
    file(&w, "new");
    result(&w, "C-8", "sec/op", 4);
    result(&w, "B-8", "sec/op", 5);
    struct grid grid = build(&w, (struct grid_spec){0});
    assert_int_equal(grid.table_count, 2);
    const struct grid_table *table = &grid.tables[0];
    assert_string_equal(table->unit, "sec/op");
    assert_string_equal(rows_of(&w, table), "B-8|A-8|C-8");
    assert_string_equal(columns_of(&w, table), "old|new");
    assert_int_equal(table->rows[0].cells[0].series->count, 2);
    assert_true(table->rows[0].cells[0].series->values[1] == 3);
    assert_true(table->rows[0].cells[0].source->recording == w.recordings[0]);
    assert_null(grid_cell(&table->rows[1], 1));
    assert_null(grid_cell(&table->rows[2], 0));
    assert_true(grid_cell(&table->rows[2], 1)->series->values[0] == 4);
    assert_string_equal(grid.tables[1].unit, "B/op");
    assert_string_equal(columns_of(&w, &grid.tables[1]), "old");
    arena_free(w.arena);
}

static void a_cell_of_one_series_shares_its_values(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "old");
    result(&w, "A", "sec/op", 1);
    struct grid grid = build(&w, (struct grid_spec){0});
    assert_ptr_equal(grid.tables[0].rows[0].cells[0].series, &w.recordings[0]->series[0]);
    arena_free(w.arena);
}

static void pools_series_and_says_in_what_they_differ(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "old");
    CONFIG(&w, "goos", "linux", "pkg", "p");
    result(&w, "A/n=1-8", "sec/op", 1);
    CONFIG(&w, "goos", "linux", "pkg", "q");
    result(&w, "A/n=1-8", "sec/op", 2);
    result(&w, "A/n=2-8", "sec/op", 3);
    struct grid grid = build(&w, (struct grid_spec){.table = "goos", .row = ".name"});
    const struct cell *cell = grid_cell(&grid.tables[0].rows[0], 0);
    assert_int_equal(cell->series->count, 3);
    assert_true(cell->series->values[0] == 1 && cell->series->values[1] == 2 &&
                cell->series->values[2] == 3);
    assert_string_equal(cell->source->vary, "benchmarks vary in pkg, .fullname");
    assert_ptr_equal(cell->source->recording, w.recordings[0]);
    grid =
        build(&w, (struct grid_spec){.table = "goos", .row = ".name", .ignore = "pkg,.fullname"});
    assert_null(grid.tables[0].rows[0].cells[0].source->vary);
    arena_free(w.arena);
}

static void cells_of_several_files_know_their_parts(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "same");
    result(&w, "A", "sec/op", 1);
    result(&w, "A", "sec/op", 2);
    file(&w, "same");
    result(&w, "A", "sec/op", 3);
    struct grid grid = build(&w, (struct grid_spec){0});
    const struct cell *cell = grid_cell(&grid.tables[0].rows[0], 0);
    assert_int_equal(cell->series->count, 3);
    assert_null(cell->source->recording);
    assert_int_equal(cell->source->part_count, 2);
    assert_ptr_equal(cell->source->parts[1].recording, w.recordings[1]);
    assert_int_equal(cell->source->parts[1].first, 2);
    assert_int_equal(cell->source->parts[1].count, 1);
    assert_null(cell->source->vary);
    arena_free(w.arena);
}

static void specific_keys_leave_the_groups(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "f");
    CONFIG(&w, "goos", "linux", "note", "first");
    result(&w, "A/size=1/x-8", "sec/op", 1);
    result(&w, "A/size=2/x-8", "sec/op", 2);
    CONFIG(&w, "goos", "linux", "note", "second");
    result(&w, "A/size=1/x", "sec/op", 3);
    struct grid grid = build(&w, (struct grid_spec){.col = "note", .ignore = "/size /gomaxprocs"});
    assert_int_equal(grid.table_count, 1);
    assert_string_equal(grid.tables[0].key.text, "goos:linux");
    assert_string_equal(rows_of(&w, &grid.tables[0]), "A/x");
    assert_string_equal(columns_of(&w, &grid.tables[0]), "first|second");
    grid = build(
        &w, (struct grid_spec){.row = ".fullname", .col = "/size,/gomaxprocs", .ignore = ".name"});
    assert_string_equal(rows_of(&w, &grid.tables[0]), "*/x");
    assert_string_equal(columns_of(&w, &grid.tables[0]), "1 8|2 8");
    arena_free(w.arena);
}

static void tables_of_a_group_go_by_text_and_columns_by_observation(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "z");
    CONFIG(&w, "pkg", "zebra");
    result(&w, "A", "sec/op", 1);
    CONFIG(&w, "pkg", "ant");
    result(&w, "A", "sec/op", 1);
    file(&w, "a");
    CONFIG(&w, "pkg", "ant");
    result(&w, "A", "sec/op", 1);
    struct grid grid = build(&w, (struct grid_spec){0});
    assert_string_equal(grid.tables[0].key.text, "pkg:ant");
    assert_string_equal(grid.tables[1].key.text, "pkg:zebra");
    assert_string_equal(columns_of(&w, &grid.tables[0]), "z|a");
    grid = build(&w, (struct grid_spec){.table = "pkg"});
    assert_string_equal(grid.tables[0].key.text, "pkg:zebra");
    arena_free(w.arena);
}

static void a_table_without_the_base_column_says_so(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "old");
    result(&w, "A", "sec/op", 1);
    file(&w, "new");
    result(&w, "A", "sec/op", 1);
    result(&w, "A", "B/op", 1);
    struct grid grid = build(&w, (struct grid_spec){0});
    assert_int_equal(grid.column_count, 2);
    assert_string_equal(grid.columns[0].text, "old");
    assert_int_equal(grid.tables[1].column_count, 1);
    assert_int_equal(grid.tables[1].column_numbers[0], 1);
    arena_free(w.arena);
}

static void orders_as_asked(void **state) {
    (void)state;
    static const struct {
        const char *row, *want;
    } rows[] = {
        {"/n", "1Ki|x|10|9|1k|nan|1e3B"},       {"/n@first", "1Ki|x|10|9|1k|nan|1e3B"},
        {"/n@alpha", "10|1Ki|1e3B|1k|9|nan|x"}, {"/n@num", "9|10|1k|1Ki|nan|1e3B|x"},
        {"/n@(9 x \"10\")", "9|x|10"},
    };
    static const char *const names[] = {"A/n=1Ki", "A/n=x",   "A/n=10",  "A/n=9",
                                        "A/n=1k",  "A/n=nan", "A/n=1e3B"};
    struct world w = world_new();
    file(&w, "f");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        result(&w, names[i], "sec/op", 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct grid grid = build(&w, (struct grid_spec){.row = rows[i].row});
        assert_string_equal(rows_of(&w, &grid.tables[0]), rows[i].want);
    }
    arena_free(w.arena);
}

static void filters_series_and_units(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "f");
    CONFIG(&w, "goos", "linux");
    result(&w, "A/n=1", "sec/op", 1);
    result(&w, "A/n=1", "B/op", 1);
    result(&w, "B/n=2", "sec/op", 1);
    struct grid grid = build(&w, (struct grid_spec){.filter = "-/n:1 OR .unit:B/op"});
    assert_int_equal(grid.table_count, 2);
    assert_string_equal(grid.tables[0].unit, "B/op");
    assert_string_equal(rows_of(&w, &grid.tables[1]), "B/n=2");
    grid = build(&w, (struct grid_spec){.filter = ".file:g"});
    assert_int_equal(grid.table_count, 0);
    assert_int_equal(grid.column_count, 0);
    arena_free(w.arena);
}

static void merges_what_files_say_of_a_unit(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "old");
    result(&w, "A", "sec/op", 1);
    recording_unit(w.now, number(&w, "sec/op"))->better = BETTER_HIGHER;
    file(&w, "new");
    struct unit_metadata *unit = recording_unit(w.now, number(&w, "sec/op"));
    unit->better = BETTER_LOWER;
    unit->assume = ASSUME_EXACT;
    result(&w, "A", "x/op", 1);
    struct grid grid = build(&w, (struct grid_spec){0});
    assert_int_equal(grid.tables[0].metadata->better, BETTER_HIGHER);
    assert_int_equal(grid.tables[0].metadata->assume, ASSUME_EXACT);
    assert_int_equal(grid.tables[1].metadata->better, BETTER_UNKNOWN);
    arena_free(w.arena);
}

static void shows_where_a_projection_is_wrong(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "f");
    result(&w, "A", "sec/op", 1);
    error(&w, (struct grid_spec){.filter = "x"},
          "parsing -filter: syntax error: expected key:value\n\tx\n\t^");
    error(&w, (struct grid_spec){.row = ".unit"},
          "parsing -row: syntax error: .unit is only allowed in filters\n\t.unit\n\t^");
    error(&w, (struct grid_spec){.col = "a,,b"},
          "parsing -col: syntax error: expected key\n\ta,,b\n\t  ^");
    error(&w, (struct grid_spec){.table = "a@up"},
          "parsing -table: syntax error: unknown order \"up\"\n\ta@up\n\t  ^");
    error(&w, (struct grid_spec){.table = ".config@(a)"},
          "parsing -table: syntax error: fixed order not allowed for .config\n\t.config@(a)\n\t    "
          "    ^");
    error(&w, (struct grid_spec){.ignore = "a@()"},
          "parsing -ignore: syntax error: nothing to match\n\ta@()\n\t   ^");
    error(&w, (struct grid_spec){.ignore = "a@(b"},
          "parsing -ignore: syntax error: missing )\n\ta@(b\n\t    ^");
    error(&w, (struct grid_spec){.row = "a@ "},
          "parsing -row: syntax error: expected named sort order or parenthesized list\n\ta@ \n\t  "
          " ^");
    error(&w, (struct grid_spec){.row = "\"\""},
          "parsing -row: syntax error: key must not be empty\n\t\"\"\n\t^");
    arena_free(w.arena);
}

static void many_configuration_keys_are_a_limit_not_a_hang(void **state) {
    (void)state;
    struct world w = world_new();
    file(&w, "f");
    for (int i = 0; i < 5000; i++) {
        CONFIG(&w, arena_printf(w.arena, "key%d", i), "x");
        result(&w, "A", "sec/op", 1);
    }
    struct grid grid;
    struct grid_spec spec = {0};
    struct pg_error err = {0};
    assert_false(grid_build(&grid, w.recordings, w.count, &spec, w.arena, &err));
    assert_int_equal(err.status, PG_LIMIT);
    arena_free(w.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lays_out_files_side_by_side),
        cmocka_unit_test(a_cell_of_one_series_shares_its_values),
        cmocka_unit_test(pools_series_and_says_in_what_they_differ),
        cmocka_unit_test(cells_of_several_files_know_their_parts),
        cmocka_unit_test(specific_keys_leave_the_groups),
        cmocka_unit_test(tables_of_a_group_go_by_text_and_columns_by_observation),
        cmocka_unit_test(a_table_without_the_base_column_says_so),
        cmocka_unit_test(orders_as_asked),
        cmocka_unit_test(filters_series_and_units),
        cmocka_unit_test(merges_what_files_say_of_a_unit),
        cmocka_unit_test(shows_where_a_projection_is_wrong),
        cmocka_unit_test(many_configuration_keys_are_a_limit_not_a_hang),
    };
    return RUN_TESTS(tests);
}
