#include "tests/unit/test.h"

#include "gate/report/text_table.h"

#include <stdio.h>
#include <stdlib.h>

static void span(struct text_table *table, uint32_t columns, const char *text,
                 enum cell_align align, enum cell_margin margin) {
    text_table_add(table, &(struct table_cell){.text = text,
                                               .bytes = strlen(text),
                                               .align = align,
                                               .margin = margin,
                                               .span = columns});
}

static void prints(const struct text_table *table, bool colour, const char *want) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    text_table_print(table, out, colour);
    fclose(out);
    assert_string_equal(text, want);
    free(text);
}

static void lines_columns_up(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct text_table table;
    text_table_init(&table, arena);
    text_table_row(&table);
    text_table_text(&table, "a", ALIGN_LEFT);
    text_table_text(&table, "1.5", ALIGN_RIGHT);
    text_table_text(&table, "x", ALIGN_LEFT);
    text_table_row(&table);
    text_table_text(&table, "long", ALIGN_LEFT);
    text_table_text(&table, "10.25", ALIGN_RIGHT);
    text_table_row(&table);
    text_table_text(&table, "\xC2\xB5s", ALIGN_LEFT);
    text_table_column(&table, 2);
    text_table_text(&table, "y", ALIGN_LEFT);
    prints(&table, false, "a      1.5 x\nlong 10.25\n\xC2\xB5s         y\n");
    assert_int_equal(text_table_width(&table), 12);
    arena_free(arena);
}

static void a_spanning_cell_grows_the_columns_that_may(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct text_table table;
    text_table_init(&table, arena);
    text_table_row(&table);
    text_table_column(&table, 1);
    span(&table, 2, "a wide heading", ALIGN_CENTER, MARGIN_BAR);
    text_table_column(&table, 3);
    span(&table, 1, "", ALIGN_LEFT, MARGIN_EDGE);
    text_table_row(&table);
    text_table_text(&table, "n", ALIGN_LEFT);
    text_table_text(&table, "1", ALIGN_RIGHT);
    span(&table, 1, "2%", ALIGN_RIGHT, MARGIN_RANGE);
    text_table_shrink(&table, 2);
    prints(&table, false,
           "  \xE2\x94\x82 a wide heading \xE2\x94\x82\nn           1 \xC2\xB1 2%\n");
    arena_free(arena);
}

static void a_cell_that_runs_over_is_set_off(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct text_table table;
    text_table_init(&table, arena);
    text_table_row(&table);
    span(&table, 2, "vs base", ALIGN_LEFT, MARGIN_NONE);
    text_table_text(&table, "|", ALIGN_LEFT);
    text_table_row(&table);
    text_table_text(&table, "~", ALIGN_LEFT);
    text_table_text(&table, "n", ALIGN_LEFT);
    text_table_text(&table, "|", ALIGN_LEFT);
    text_table_shrink(&table, 0);
    text_table_shrink(&table, 1);
    prints(&table, false, "vs base     |\n~ n |\n");
    arena_free(arena);
}

static void blank_cells_leave_no_blanks_but_their_margins(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct text_table table;
    text_table_init(&table, arena);
    text_table_row(&table);
    text_table_row(&table);
    text_table_text(&table, "", ALIGN_LEFT);
    text_table_row(&table);
    text_table_text(&table, "a", ALIGN_LEFT);
    text_table_text(&table, " ", ALIGN_LEFT);
    text_table_text(&table, "", ALIGN_LEFT);
    text_table_row(&table);
    prints(&table, false, "\n\na\n");
    arena_free(arena);
}

static void an_empty_table_prints_nothing(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct text_table table;
    text_table_init(&table, arena);
    prints(&table, false, "");
    arena_free(arena);
}

/* Rows, widths, margins and spans of parts, some of them empty. */
static void parts_line_up_with_the_table(void **state) {
    (void)state;
    struct arena *arena = arena_new(), *own = arena_new();
    for (int whole = 0; whole < 2; whole++) {
        struct text_table table, parts[3], *to[3];
        text_table_init(&table, arena);
        for (int i = 0; i < 3; i++) {
            text_table_init(&parts[i], own);
            to[i] = whole ? &table : &parts[i];
        }
        text_table_row(&table);
        text_table_text(&table, "x", ALIGN_LEFT);
        text_table_row(to[0]);
        text_table_text(to[0], "wider", ALIGN_LEFT);
        text_table_text(to[0], "1", ALIGN_RIGHT);
        text_table_row(to[0]);
        text_table_row(to[2]);
        text_table_text(to[2], "y", ALIGN_LEFT);
        text_table_text(to[2], "100", ALIGN_RIGHT);
        span(to[2], 1, "5%", ALIGN_RIGHT, MARGIN_RANGE);
        text_table_row(to[2]);
        span(to[2], 3, "a span over all of it", ALIGN_LEFT, MARGIN_NONE);
        for (int i = 0; !whole && i < 3; i++)
            text_table_append(&table, &parts[i]);
        text_table_row(&table);
        text_table_text(&table, "z", ALIGN_LEFT);
        prints(&table, false,
               "x\nwider        1\n\ny          100 \xC2\xB1   5%\na span over all of it\nz\n");
    }
    arena_free(arena);
    arena_free(own);
}

static void colours_do_not_count_as_width(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct text_table table;
    text_table_init(&table, arena);
    for (int i = 0; i < 2; i++) {
        text_table_row(&table);
        text_table_add(&table,
                       &(struct table_cell){.text = "+5%", .bytes = 3, .colour = COLOUR_BAD});
        text_table_text(&table, "x", ALIGN_LEFT);
    }
    prints(&table, true, "\x1B[31m+5%\x1B[0m x\n\x1B[31m+5%\x1B[0m x\n");
    prints(&table, false, "+5% x\n+5% x\n");
    arena_free(arena);
}

/* Rows that several threads lay out come in order, also those that print nothing. */
static void many_rows_come_in_order(void **state) {
    (void)state;
    enum { ROWS = 50000 };
    struct arena *arena = arena_new();
    struct text_table table;
    char *want = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&want, &size);
    text_table_init(&table, arena);
    for (int i = 0; i < ROWS; i++) {
        char text[32];
        snprintf(text, sizeof text, "row %05d", i);
        text_table_row(&table);
        if (i % 3 && i % 1000 > 100) {
            text_table_text(&table, text, ALIGN_LEFT);
            text_table_text(&table, "x", ALIGN_LEFT);
            fprintf(out, "%s x", text);
        }
        putc('\n', out);
    }
    fclose(out);
    assert_true(size > 300000);
    prints(&table, false, want);
    free(want);
    arena_free(arena);
}

/* More text than a chunk holds, names longer than a chunk, columns beyond one byte. */
static void keeps_large_tables_whole(void **state) {
    (void)state;
    enum { ROWS = 500, LONG = 300000 };
    struct arena *arena = arena_new();
    struct text_table table;
    char *name = malloc(LONG + 1);
    assert_non_null(name);
    memset(name, 'n', LONG);
    name[LONG] = '\0';
    text_table_init(&table, arena);
    for (int i = 0; i < ROWS; i++) {
        char text[128];
        int length = snprintf(text, sizeof text, "%0100d", i);
        text_table_row(&table);
        text_table_add(&table, &(struct table_cell){.text = text, .bytes = (size_t)length});
        text_table_column(&table, 300);
        text_table_text(&table, "end", ALIGN_LEFT);
    }
    text_table_row(&table);
    text_table_text(&table, name, ALIGN_LEFT);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    text_table_print(&table, out, false);
    fclose(out);
    assert_int_equal(size, (size_t)ROWS * (LONG + 5) + LONG + 1);
    assert_memory_equal(text + (size_t)LONG + 5 + 99, "1 ", 2);
    assert_int_equal(text_table_width(&table), LONG + 4);
    free(text);
    free(name);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_columns_up),
        cmocka_unit_test(a_spanning_cell_grows_the_columns_that_may),
        cmocka_unit_test(a_cell_that_runs_over_is_set_off),
        cmocka_unit_test(blank_cells_leave_no_blanks_but_their_margins),
        cmocka_unit_test(an_empty_table_prints_nothing),
        cmocka_unit_test(parts_line_up_with_the_table),
        cmocka_unit_test(colours_do_not_count_as_width),
        cmocka_unit_test(many_rows_come_in_order),
        cmocka_unit_test(keeps_large_tables_whole),
    };
    return RUN_TESTS(tests);
}
