/* pprof in and out, on bytes written here by hand. */
#include "runners/profile/pprof.h"
#include "tests/unit/texts_fixture.h"

#define BYTES(literal)                                                                             \
    (struct text) {                                                                                \
        literal, sizeof(literal) - 1                                                               \
    }

/* Two sample types; texts "" 1 n, 2 count, 3 main, 4 leaf, 5 key. */
#define TYPES "\x0a\x04\x08\x01\x10\x02\x0a\x04\x08\x01\x10\x02"
#define STRINGS                                                                                    \
    "\x32\x00\x32\x01n\x32\x05"                                                                    \
    "count\x32\x04"                                                                                \
    "main\x32\x04"                                                                                 \
    "leaf\x32\x03"                                                                                 \
    "key"
/* Functions 7 (main) and 1000000 (leaf); location 5 is in both, leaf inlined; mapping 9. */
#define PLACES                                                                                     \
    "\x1a\x04\x08\x09\x10\x40"                                                                     \
    "\x22\x16\x08\x05\x10\x09\x18\x42\x22\x08\x08\xc0\x84\x3d\x10\x0b\x18\x02"                     \
    "\x22\x04\x08\x07\x10\x0c"                                                                     \
    "\x2a\x04\x08\x07\x10\x03\x2a\x06\x08\xc0\x84\x3d\x10\x04"

static struct profile *read_good(struct text bytes) {
    struct profile *profile = NULL;
    if (!pprof_read(&profile, bytes, texts, arena, &err))
        fail_msg("%s", err.text);
    assert_true(profile_check(profile, &err));
    return profile;
}

static const char *text(uint32_t number) {
    return strings_get(texts, number);
}

static void check_places(const struct profile *p) {
    assert_int_equal(p->location_count, 1);
    assert_int_equal(p->locations[0].address, 0x42);
    assert_int_equal(p->mappings[p->locations[0].mapping].start, 0x40);
    assert_int_equal(p->line_start[1], 2);
    assert_string_equal(text(p->functions[p->lines[0].function].name), "leaf");
    assert_int_equal(p->lines[0].line, 11);
    assert_int_equal(p->lines[0].column, 2);
    assert_string_equal(text(p->functions[p->lines[1].function].name), "main");
}

/* One sample of two frames: packed, not packed, both within one sample; -1 has ten bytes. */
static void numbers_may_be_packed_or_not(void **state) {
    (void)state;
    const struct text forms[] = {
        BYTES(TYPES
              "\x12\x11\x0a\x02\x05\x05\x12\x0b\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" PLACES
                  STRINGS),
        BYTES(TYPES
              "\x12\x11\x08\x05\x08\x05\x10\x03\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" PLACES
                  STRINGS),
        BYTES(TYPES "\x12\x13\x0a\x01\x05\x08\x05\x12\x01\x03\x10\xff\xff\xff\xff\xff\xff\xff\xff"
                    "\xff\x01" PLACES STRINGS),
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct profile *p = read_good(forms[i]);
        assert_int_equal(p->sample_count, 1);
        assert_int_equal(p->values[0], 3);
        assert_int_equal(p->values[1], -1);
        assert_int_equal(p->stack_start[1], 2);
        assert_int_equal(p->frames[0], 0);
        assert_int_equal(p->frames[1], 0);
        check_places(p);
    }
}

static void the_order_of_the_fields_does_not_matter(void **state) {
    (void)state;
    const struct profile *p =
        read_good(BYTES(PLACES STRINGS "\x12\x06\x08\x05\x10\x03\x10\x04" TYPES));
    check_places(p);
    assert_int_equal(p->values[1], 4);
}

/* Every field of the format, written and read back. */
static void a_round_trip_keeps_every_field(void **state) {
    (void)state;
    struct profile *p = read_good(BYTES(
        TYPES "\x12\x1a\x08\x05\x12\x02\x01\x02\x1a\x04\x08\x05\x10\x04"
              "\x1a\x06\x08\x05\x18\x2a\x20\x02\x1a\x04\x08\x05\x18\x07" PLACES STRINGS
              "\x38\x03\x40\x04\x48\x05\x50\x06\x5a\x04\x08\x01\x10\x02\x60\x08\x6a\x02\x03\x04"
              "\x70\x01\x78\x05"));
    p->locations[0].folded = true;
    p->functions[0].system_name = strings_add(texts, text_of("_main"));
    p->functions[0].file = strings_add(texts, text_of("main.c"));
    p->functions[0].start_line = -4;
    p->mappings[0] = (struct profile_mapping){.start = 1,
                                              .limit = UINT64_MAX,
                                              .offset = 3,
                                              .file = strings_add(texts, text_of("a.out")),
                                              .build_id = strings_add(texts, text_of("abcd")),
                                              .has_functions = true,
                                              .has_filenames = true,
                                              .has_line_numbers = true,
                                              .has_inline_frames = true};
    const struct profile *q = read_good(pprof_message(p, arena));
    assert_int_equal(q->type_count, 2);
    assert_string_equal(text(q->types[0].name), "n");
    assert_string_equal(text(q->types[0].unit), "count");
    assert_int_equal(q->label_start[1], 3);
    assert_string_equal(text(q->labels[0].key), "key");
    assert_string_equal(text(q->labels[0].text), "leaf");
    assert_int_equal(q->labels[1].number, 42);
    assert_string_equal(text(q->labels[1].unit), "count");
    assert_int_equal(q->labels[2].number, 7);
    assert_int_equal(q->labels[2].unit, 0);
    assert_string_equal(text(q->drop_frames), "main");
    assert_string_equal(text(q->keep_frames), "leaf");
    assert_int_equal(q->time_ns, 5);
    assert_int_equal(q->duration_ns, 6);
    assert_string_equal(text(q->period_type.name), "n");
    assert_string_equal(text(q->period_type.unit), "count");
    assert_int_equal(q->period, 8);
    assert_int_equal(q->comment_count, 2);
    assert_string_equal(text(q->comments[1]), "leaf");
    assert_string_equal(text(q->default_type), "n");
    assert_string_equal(text(q->doc_url), "key");
    assert_true(q->locations[0].folded);
    assert_memory_equal(q->mappings, p->mappings, sizeof *p->mappings);
    assert_memory_equal(q->functions, p->functions, 2 * sizeof *p->functions);
    assert_int_equal(q->lines[0].column, 2);
}

static void refusals_name_the_offset(void **state) {
    (void)state;
    const struct {
        struct text bytes;
        const char *says;
    } cases[] = {
        {BYTES(""), "no string table"},
        {BYTES("<html>"), "expected a field"},
        {BYTES("\x32\x01x"), "offset 0: the first string is not empty"},
        {BYTES("\x32\x00\x0a\x02\x08\x07"), "string 7 of a table of 1 strings"},
        {BYTES("\x32\x00\x70\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "string -1 of a table"},
        {BYTES("\x32\x00\x12\x00"), "offset 2: a sample, but no sample types"},
        {BYTES(TYPES "\x12\x02\x10\x03" STRINGS), "offset 12: a sample has not one value"},
        {BYTES(TYPES "\x12\x05\x12\x03\x01\x01\x01" STRINGS), "offset 12: a sample has not one"},
        {BYTES(TYPES "\x12\x06\x08\x06\x10\x03\x10\x04" PLACES STRINGS),
         "offset 14: a sample's location is not"},
        {BYTES(TYPES "\x12\x07\x0a\x01\x00\x10\x03\x10\x04" PLACES STRINGS),
         "offset 14: a sample's location is not"},
        {BYTES(TYPES "\x12\x07\x0a\x01\x85\x10\x03\x10\x04" PLACES STRINGS),
         "offset 14: damaged list"},
        {BYTES(TYPES "\x12\x05\x0d\x01\x01\x01\x01" STRINGS), "expected numbers"},
        {BYTES(PLACES PLACES STRINGS), "the id of a mapping is 0 or there twice"},
        {BYTES("\x2a\x00" STRINGS), "offset 0: the id of a function is 0 or there twice"},
        {BYTES("\x22\x00" STRINGS), "the id of a location is 0 or there twice"},
        {BYTES("\x22\x04\x08\x01\x10\x05" STRINGS), "a location's mapping is not"},
        {BYTES("\x22\x04\x08\x01\x22\x00" STRINGS), "a line's function is not"},
        {BYTES("\x32\x00\x48\x01\x48\x01"), "offset 4: a second profile begins"},
        {BYTES("\x32\x00\x12\xff\xff\xff\xff\x0f"), "offset 2: expected a field"},
        {BYTES("\x32\x00\x12\x02\x0a\x05"), "offset 2: damaged sample"},
        {BYTES("\x32\x00\x10\x05"), "offset 2: expected a message"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct profile *profile;
        if (pprof_read(&profile, cases[i].bytes, texts, arena, &err) ||
            !strstr(err.text, cases[i].says))
            fail_msg("case %zu: '%s' instead of '%s'", i, err.text, cases[i].says);
        assert_int_equal(err.status, PG_FORMAT);
    }
}

/* What is cut short anywhere is refused, or is a whole profile of fewer fields. */
static void no_prefix_is_misread(void **state) {
    (void)state;
    const struct text whole = BYTES(TYPES "\x12\x06\x08\x05\x10\x03\x10\x04" PLACES STRINGS);
    for (size_t length = 0; length < whole.length; length++) {
        char *copy = test_malloc(length ? length : 1);
        struct profile *p;
        memcpy(copy, whole.at, length);
        if (pprof_read(&p, (struct text){copy, length}, texts, arena, &err))
            assert_true(profile_check(p, &err));
        test_free(copy);
    }
}

static void the_shown_type_is_the_default_or_the_last(void **state) {
    (void)state;
    struct profile *p = read_good(BYTES("\x0a\x02\x08\x01\x0a\x02\x08\x02" STRINGS));
    assert_int_equal(profile_shown_type(p), 1);
    p->default_type = p->types[0].name;
    assert_int_equal(profile_shown_type(p), 0);
    assert_int_equal(profile_find_type(p, text_of("count")), 1);
    assert_int_equal(profile_find_type(p, text_of("main")), PROFILE_NONE);
}

static void check_finds_what_is_out_of_range(void **state) {
    (void)state;
    const struct text whole = BYTES(TYPES "\x12\x06\x08\x05\x10\x03\x10\x04" PLACES STRINGS);
    struct profile *p = read_good(whole);
    p->frames[0] = 1;
    assert_false(profile_check(p, &err));
    assert_non_null(strstr(err.text, "frame 0"));
    p = read_good(whole);
    p->lines[1].function = 2;
    assert_false(profile_check(p, &err));
    p = read_good(whole);
    p->locations[0].mapping = 1;
    assert_false(profile_check(p, &err));
    p = read_good(whole);
    p->functions[1].file = strings_count(texts);
    assert_false(profile_check(p, &err));
    p = read_good(whole);
    p->type_count = 0;
    assert_false(profile_check(p, &err));
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(numbers_may_be_packed_or_not),
        ROW(the_order_of_the_fields_does_not_matter),
        ROW(a_round_trip_keeps_every_field),
        ROW(refusals_name_the_offset),
        ROW(no_prefix_is_misread),
        ROW(the_shown_type_is_the_default_or_the_last),
        ROW(check_finds_what_is_out_of_range),
    };
    return RUN_TESTS(tests);
}
