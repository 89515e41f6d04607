#include "tests/unit/test.h"

#include "runners/recording/unit.h"
#include "tests/unit/reading.h"

static void series_are_found_by_key(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct recording *r = recording_new("a", "b", strings, arena);
    enum { NAMES = 300, UNITS = 40 };
    for (uint32_t name = 0; name < NAMES; name++) {
        for (uint32_t unit = 0; unit < UNITS; unit++)
            recording_add(r, recording_series(r, 0, name, unit, unit), name * 1000 + unit, 0);
    }
    assert_int_equal(r->series_count, NAMES * UNITS);
    for (uint32_t name = 0; name < NAMES; name++) {
        for (uint32_t unit = 0; unit < UNITS; unit++) {
            const struct series *s = recording_find(r, 0, name, unit);
            assert_non_null(s);
            assert_int_equal(s->count, 1);
            assert_true(s->values[0] == name * 1000 + unit);
            assert_true(s == recording_series(r, 0, name, unit, 7));
        }
    }
    assert_null(recording_find(r, 1, 0, 0));
    assert_null(recording_find(r, 0, NAMES, 0));
    assert_string_equal(r->label, "a");
    assert_string_equal(r->path, "b");
    arena_free(arena);
}

static void configurations_are_sets(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct recording *r = recording_new("a", "a", strings_new(arena), arena);
    const struct config_pair ab[] = {{1, 2}, {3, 4}}, ba[] = {{3, 4}, {1, 2}},
                             other[] = {{1, 4}, {3, 2}};
    assert_int_equal(recording_config(r, ab, 2), 0);
    assert_int_equal(recording_config(r, ba, 2), 0);
    assert_int_equal(recording_config(r, other, 2), 1);
    assert_int_equal(recording_config(r, ab, 1), 2);
    assert_int_equal(recording_config(r, NULL, 0), 3);
    assert_int_equal(recording_config(r, NULL, 0), 3);
    for (uint32_t i = 10; i < 1000; i++)
        assert_int_equal(recording_config(r, &(struct config_pair){i, i}, 1), i - 6);
    assert_int_equal(recording_config(r, &(struct config_pair){500, 500}, 1), 494);
    arena_free(arena);
}

static void rounds_are_all_or_nothing(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct recording *r = recording_new("a", "a", strings_new(arena), arena);
    struct series *s = recording_series(r, 0, 1, 1, 1);
    for (uint32_t i = 1; i <= 100; i++)
        recording_add(r, s, i, i);
    for (uint32_t i = 0; i < 100; i++)
        assert_true(s->values[i] == i + 1 && s->rounds[i] == i + 1);
    recording_add(r, s, 7, 0);
    assert_null(s->rounds);
    assert_int_equal(s->count, 101);
    recording_add(r, s, 8, 102);
    assert_null(s->rounds);
    assert_true(s->values[101] == 8 && s->values[50] == 51);
    assert_true(s->capacity <= s->count + s->count / 2);
    arena_free(arena);
}

static void unit_metadata_carries_over(void **state) {
    (void)state;
    struct reading old =
        read_text(&go_format, "Unit x better=lower assume=exact\nUnit y better=higher\n");
    struct arena *arena = old.arena;
    struct recording *later = recording_new("new", "new", old.r->strings, arena);
    struct source *source;
    struct pg_error err;
    assert_true(
        source_memory(&source, "new", text_of("Unit y better=lower\nUnit z better=lower\n"), &err));
    assert_true(go_format.read(later, source, &err));
    source_close(source);
    recording_carry_units(later, old.r);
    assert_int_equal(later->unit_count, 3);
    const struct unit_metadata *x =
        recording_unit(later, strings_add(later->strings, text_of("x")));
    assert_true(x->better == BETTER_LOWER && x->assume == ASSUME_EXACT);
    assert_true(x->better_line == 0);
    const struct unit_metadata *y =
        recording_unit(later, strings_add(later->strings, text_of("y")));
    assert_true(y->better == BETTER_LOWER);
    struct reading view = {.arena = arena, .r = later};
    assert_string_equal(reading_notes(&view),
                        "*warning new:1: metadata better of unit y already set to higher\n");
    reading_free(&old);
}

static void names_are_made_fit(void **state) {
    (void)state;
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"plain/k=v-8", "plain/k=v-8"},
        {"", ""},
        {"sleep 0.1", "sleep_0.1"},
        {" a  b\n", "_a__b_"},
        {"\x1b[31mred\x7f", "_[31mred_"},
        {"a\xE2\x80\x83"
         "b\xC2\xA0",
         "a_b_"},
        {"\xE3\x80\x80", "_"},
        {"::error::x|<script>", "::error::x|<script>"},
        {"\xFF\xC0", "\xFF\xC0"},
        {"a\r\nb", "a__b"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text got = recording_name(text_of(rows[i].name), arena);
        if (!text_equal(got, rows[i].want))
            fail_msg("'%s': got '%.*s'", rows[i].name, TEXT_ARG(got, 100));
        struct text again = recording_name(got, arena);
        assert_true(again.at == got.at && again.length == got.length);
    }
    struct text nul = recording_name((struct text){"a\0b", 3}, arena);
    assert_int_equal(nul.length, 3);
    assert_memory_equal(nul.at, "a_b", 3);
    arena_free(arena);
}

/* Values of any kind come back bit by bit, whatever their unit, in rounds or not. */
static void what_is_written_reads_back(void **state) {
    (void)state;
    static const double values[] = {
        0,       1718 * 1e-9, 0.1 + 0.2, 1e-300, 5e-324, 1.7976931348623157e308,
        1.0 / 3, 123456789,   -0.25,     1e22,   2.5e-6, 0x1.fffffffffffffp-1};
    static const char *const units[] = {"ns/op", "sec/op", "x", "MB/s", "ns*ns"};
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct recording *r = recording_new("in", "in", strings, arena);
    const struct config_pair pair = {strings_add(strings, text_of("pkg")),
                                     strings_add(strings, text_of("p: q"))};
    uint32_t configs[] = {recording_config(r, NULL, 0), recording_config(r, &pair, 1)};
    uint64_t seed = 1;
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        double factor;
        uint32_t written = strings_add(strings, text_of(units[u]));
        uint32_t tidied = strings_add(strings, unit_tidy(text_of(units[u]), &factor, arena));
        for (uint32_t i = 0; i < 3000; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            double random = (double)(seed >> 11) * exp2((double)(seed % 100) - 80);
            double value = i < 12 ? values[i] : i % 2 ? random : random * factor;
            if (value < 0 && unit_is_time(strings_get(strings, tidied)))
                value = -value;
            uint32_t name = strings_add(strings, text_of(i % 3 ? "A/k=v-8" : "B"));
            struct series *s = recording_series(r, configs[u % 2], name, tidied, written);
            recording_add(r, s, value, u < 2 ? 0 : i / 7 + 1);
        }
    }
    recording_set(r, "command", "a b\nc\\d");
    recording_note(r, NOTE_WARNING, "A", "line\nbreak");
    recording_fail(r, strings_add(strings, text_of("B")), 900, "signal 11 (Segmentation fault)");
    recording_unit(r, strings_add(strings, text_of("x")))->better = BETTER_HIGHER;
    struct reading view = {.arena = arena, .r = r};
    const char *text = reading_written(&view);
    struct reading back = read_text(&go_format, text);
    assert_true(back.good);
    assert_int_equal(back.r->damaged_lines, 0);
    assert_same_lines(reading_written(&back), text);
    assert_int_equal(back.r->series_count, r->series_count);
    for (uint32_t i = 0; i < r->series_count; i++) {
        const struct series *want = &r->series[i];
        const struct series *got = NULL;
        for (uint32_t c = 0; c < back.r->config_count && !got; c++) {
            if (back.r->configs[c].count == r->configs[want->config].count)
                got = reading_series(&back, c, strings_get(strings, want->name),
                                     strings_get(strings, want->unit));
        }
        assert_non_null(got);
        assert_int_equal(got->count, want->count);
        assert_memory_equal(got->values, want->values, want->count * sizeof *got->values);
        assert_true(!got->rounds == !want->rounds);
        if (want->rounds)
            assert_memory_equal(got->rounds, want->rounds, want->count * sizeof *got->rounds);
    }
    assert_int_equal(back.r->failures[0].round, 900);
    assert_string_equal(recording_get(back.r, "command"), "a b\nc\\d");
    assert_string_equal(back.r->notes[0].text, "line\nbreak");
    reading_free(&back);
    arena_free(arena);
}

static void failures_stand_in_their_rounds(void **state) {
    (void)state;
    static const char text[] =
        "# perfgate recording: 1\nBenchmarkA 1 1 x\n# perfgate failed: A: no round\n"
        "# perfgate round: 2\n# perfgate failed: A: exit status 1\n"
        "# perfgate failed: B: a: b\\n\n# perfgate round: 3\nBenchmarkC 1 2 x\nBenchmarkC 1 2.5 x\n"
        "# perfgate round: 5\n# perfgate failed: C: timed out\n# perfgate end: 3\n";
    struct reading reading = read_text(&go_format, text);
    assert_string_equal(reading_written(&reading), text);
    assert_int_equal(reading.r->note_count, 0);
    reading_free(&reading);
}

static void lines_stay_short_of_the_limit(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct recording *r = recording_new("in", "in", strings, arena);
    uint32_t name = strings_add(strings, text_of("A"));
    for (int i = 0; i < 1000; i++) {
        uint32_t unit = strings_add(strings, text_of(arena_printf(arena, "u%d", i)));
        recording_add(r, recording_series(r, recording_config(r, NULL, 0), name, unit, unit), i, 0);
    }
    struct reading view = {.arena = arena, .r = r};
    struct reading back = read_text(&go_format, reading_written(&view));
    assert_int_equal(back.r->result_lines, 4);
    assert_int_equal(back.r->series_count, 1000);
    assert_true(reading_series(&back, 0, "A", "u999")->values[0] == 999);
    reading_free(&back);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_are_found_by_key),
        cmocka_unit_test(configurations_are_sets),
        cmocka_unit_test(rounds_are_all_or_nothing),
        cmocka_unit_test(unit_metadata_carries_over),
        cmocka_unit_test(names_are_made_fit),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(failures_stand_in_their_rounds),
        cmocka_unit_test(lines_stay_short_of_the_limit),
    };
    return RUN_TESTS(tests);
}
