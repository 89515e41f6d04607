#include "tests/unit/test.h"

#include "runners/base/json.h"

#include <stdio.h>
#include <stdlib.h>

static bool parses(struct text text, struct pg_error *err) {
    cJSON *tree;
    bool good = json_parse(&tree, "x.json", text, err);
    if (good)
        cJSON_Delete(tree);
    return good;
}

static void takes_what_the_standard_allows(void **state) {
    (void)state;
    static const char *const rows[] = {
        "{}",
        "[]",
        " [1, -2.5e3, 0, -0, 1E+2] ",
        "\"\\u00e9\\n\\/\"",
        "true",
        "null",
        "{\"a\":{\"b\":[{},[],\"\"]}}",
        "\xEF\xBB\xBF{}",
        "\"\\ud83d\\ude00 \xF0\x9F\x98\x80\"",
        "{\"a\":1,\"A\":2}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pg_error err;
        if (!parses(text_of(rows[i]), &err))
            fail_msg("refused %s: %s", rows[i], err.text);
    }
}

static void refuses_the_rest_and_names_the_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "x.json:1: the JSON text is cut"},
        {"{\n\"a\":1,\n\"b\":[1,\n", "x.json:4: the JSON text is cut"},
        {"{} x", "x.json:1: text behind the value; expected nothing"},
        {"[1,]", "x.json:1: expected a value"},
        {"{\"a\" 1}", "x.json:1: expected ':'"},
        {"{a:1}", "x.json:1: expected a string"},
        {"[1 2]", "x.json:1: expected ',' or ']'"},
        {"{\"a\":1]", "x.json:1: expected ',' or '}'"},
        {"[01]", "x.json:1: expected a number"},
        {"[1.]", "x.json:1: expected a number"},
        {"[+1]", "x.json:1: expected a value"},
        {"[1e]", "x.json:1: expected a number"},
        {"\n[1e999]", "x.json:2: number out of range"},
        {"[NaN]", "x.json:1: expected a value"},
        {"[Infinity]", "x.json:1: expected a value"},
        {"[nul]", "x.json:1: expected a value"},
        {"[\"a\tb\"]", "x.json:1: control character in a string; expected it escaped"},
        {"[\"a\\u0000\"]", "x.json:1: U+0000 in a string; refused"},
        {"[\"\\ud800\"]", "x.json:1: expected a pair of surrogates"},
        {"[\"\\udc00\\ud800\"]", "x.json:1: expected a pair of surrogates"},
        {"[\"\\q\"]", "x.json:1: expected an escape: one of \" \\ / b f n r t u"},
        {"[\"\\u12g4\"]", "x.json:1: expected four hexadecimal digits"},
        {"[\"\xFF\"]", "x.json:1: expected UTF-8"},
        {"[\"\xC0\x80\"]", "x.json:1: expected UTF-8"},
        {"{\"a\":[{\"k\":1,\"l\":2,\"k\":3}]}", "x.json: an object has the key \"k\" twice"},
        {"/* */ {}", "x.json:1: expected a value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pg_error err = {PG_OK, ""};
        if (parses(text_of(rows[i].text), &err))
            fail_msg("accepted %s", rows[i].text);
        assert_string_equal(err.text, rows[i].want);
        assert_int_equal(err.status, PG_FORMAT);
    }
    struct pg_error err;
    assert_false(parses((struct text){"[1,\0]", 6}, &err));
}

static void nesting_and_size_are_bounded(void **state) {
    (void)state;
    char deep[100000];
    struct pg_error err;
    memset(deep, '[', sizeof deep);
    assert_false(parses((struct text){deep, sizeof deep}, &err));
    assert_string_equal(err.text, "x.json:1: nested deeper than 200; refused");
    memset(deep + 200, ']', 200);
    assert_true(parses((struct text){deep, 400}, &err));

    size_t length = 2 * (4 * 1024 * 1024 + 2);
    char *wide = malloc(length);
    assert_non_null(wide);
    for (size_t i = 0; i < length; i += 2)
        memcpy(wide + i, i ? "1," : " [", 2);
    assert_false(parses((struct text){wide, length}, &err));
    assert_int_equal(err.status, PG_LIMIT);
    free(wide);
}

static void members_are_typed(void **state) {
    (void)state;
    static const char text[] = "{\"n\":1.5,\"s\":\"t\",\"a\":[],\"o\":{},\"N\":2}";
    struct pg_error err;
    cJSON *tree;
    double number = 7;
    assert_true(json_parse(&tree, "x", text_of(text), &err));
    assert_true(json_number(tree, "n", &number) && number == 1.5);
    assert_true(json_number(tree, "N", &number) && number == 2);
    assert_false(json_number(tree, "s", &number));
    assert_string_equal(json_string(tree, "s"), "t");
    assert_null(json_string(tree, "n"));
    assert_non_null(json_array(tree, "a"));
    assert_null(json_array(tree, "o"));
    assert_non_null(json_object(tree, "o"));
    assert_null(json_object(tree, "missing"));
    cJSON_Delete(tree);
}

/* What `fill` writes, as a string of the caller's. */
static char *written(bool pretty, void (*fill)(struct json_writer *)) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct json_writer w;
    json_begin(&w, out, pretty);
    fill(&w);
    fclose(out);
    return text;
}

static void some_of_everything(struct json_writer *w) {
    json_open_object(w);
    json_key(w, "a\"b");
    json_put_number(w, 0.1);
    json_key(w, "none");
    json_put_number(w, NAN);
    json_key(w, "far");
    json_put_number(w, -INFINITY);
    json_key(w, "list");
    json_open_array(w);
    json_put_int(w, INT64_MIN);
    json_put_bool(w, true);
    json_put_string(w, NULL);
    json_open_object(w);
    json_close_object(w);
    json_close_array(w);
    json_key(w, "empty");
    json_open_array(w);
    json_close_array(w);
    json_close_object(w);
}

static void writes_values(void **state) {
    (void)state;
    char *text = written(false, some_of_everything);
    assert_string_equal(text, "{\"a\\\"b\":0.1,\"none\":null,\"far\":null,\"list\":"
                              "[-9223372036854775808,true,null,{}],\"empty\":[]}");
    free(text);
    text = written(true, some_of_everything);
    assert_string_equal(text, "{\n  \"a\\\"b\": 0.1,\n  \"none\": null,\n  \"far\": null,\n"
                              "  \"list\": [\n    -9223372036854775808,\n    true,\n    null,\n"
                              "    {}\n  ],\n  \"empty\": []\n}\n");
    struct pg_error err;
    assert_true(parses(text_of(text), &err));
    free(text);
}

static void hostile_string(struct json_writer *w) {
    json_put_string(w, "</script>&\n\x1b[31m\x7f \xE2\x80\xA8 \xFF\xC0\x80 \xC2\x9B \xC3\xA9\\");
}

static void strings_can_stand_anywhere(void **state) {
    (void)state;
    char *text = written(false, hostile_string);
    assert_string_equal(text, "\"\\u003c/script\\u003e\\u0026\\n\\u001b[31m\\u007f \\u2028 "
                              "\\ufffd\\ufffd\\ufffd \\u009b \xC3\xA9\\\\\"");
    struct pg_error err;
    assert_true(parses(text_of(text), &err));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_the_standard_allows),
        cmocka_unit_test(refuses_the_rest_and_names_the_line),
        cmocka_unit_test(nesting_and_size_are_bounded),
        cmocka_unit_test(members_are_typed),
        cmocka_unit_test(writes_values),
        cmocka_unit_test(strings_can_stand_anywhere),
    };
    return RUN_TESTS(tests);
}
