#include "tests/unit/test.h"

#include "gate/commands/options.h"
#include "runners/base/text.h"

#include <stdlib.h>

static const struct command fake = {.name = "fake", .summary = "do nothing", .operands = "[X]"};

struct values {
    bool flag, kept;
    int count, choice;
    double share, seconds;
    const char *name;
    struct string_list list;
};

/* Parses words (split at blanks) with a table that has one option of each kind. */
static bool parse(struct values *v, struct parsed_options *out, bool posix, const char *words,
                  struct session *session, struct pg_error *err) {
    *v = (struct values){.kept = true};
    const struct option options[] = {
        {.name = "flag", .letter = 'f', .kind = OPTION_FLAG, .target = &v->flag, .help = "x"},
        {.name = "no-kept", .kind = OPTION_NO_FLAG, .target = &v->kept, .help = "x"},
        {.name = "count",
         .letter = 'n',
         .kind = OPTION_INT,
         .target = &v->count,
         .help = "x",
         .low = 1,
         .high = 9},
        {.name = "share",
         .kind = OPTION_RATIO,
         .target = &v->share,
         .help = "x",
         .low = 0,
         .high = 1},
        {.name = "seconds", .kind = OPTION_DURATION, .target = &v->seconds, .help = "x"},
        {.name = "name", .kind = OPTION_STRING, .target = &v->name, .help = "x", .one_dash = true},
        {.name = "add", .kind = OPTION_LIST, .target = &v->list, .help = "x"},
        {.name = "choice",
         .kind = OPTION_CHOICE,
         .target = &v->choice,
         .help = "x",
         .choices = "one|two|three"},
        {.name = NULL},
    };
    const char *argv[32] = {"fake"};
    int argc = 1;
    struct text rest = text_of(words), word;
    while (text_field(&rest, &word))
        argv[argc++] = arena_strndup(session->arena, word.at, word.length);
    return options_parse(out, &fake, options, posix, session, argc, argv, err);
}

static void every_kind_is_read(void **state) {
    (void)state;
    struct session session = {.arena = arena_new()};
    struct pg_error err;
    struct values v;
    struct parsed_options out;
    assert_true(parse(&v, &out, false,
                      "-f --no-kept --count=3 --share 5% --seconds 100ms -name a --add p --add q "
                      "--choice two left -n 4 right",
                      &session, &err));
    assert_true(v.flag && !v.kept);
    assert_int_equal(v.count, 4);
    assert_near(v.share, 0.05, 1e-15);
    assert_near(v.seconds, 0.1, 1e-15);
    assert_string_equal(v.name, "a");
    assert_int_equal(v.list.count, 2);
    assert_string_equal(v.list.items[1], "q");
    assert_int_equal(v.choice, 1);
    assert_int_equal(out.operands.count, 2);
    assert_string_equal(out.operands.items[1], "right");
    arena_free(session.arena);
}

static void what_follows_the_dashes_is_left_alone(void **state) {
    (void)state;
    struct session session = {.arena = arena_new()};
    struct pg_error err;
    struct values v;
    struct parsed_options out;
    assert_true(parse(&v, &out, false, "a -- --flag --help -- b", &session, &err));
    assert_false(v.flag);
    assert_int_equal(out.operands.count, 5);
    assert_int_equal(out.after_dashes, 4);
    assert_string_equal(out.operands.items[3], "--");
    assert_true(parse(&v, &out, true, "-f ./bench --count 700 -- x", &session, &err));
    assert_true(v.flag);
    assert_int_equal(v.count, 0);
    assert_int_equal(out.operands.count, 5);
    assert_string_equal(out.operands.items[3], "--");
    arena_free(session.arena);
}

static void bad_options_name_themselves(void **state) {
    (void)state;
    static const struct {
        const char *words, *message;
    } rows[] = {
        {"--count 0", "--count: '0' is not a whole number from 1 to 9"},
        {"--count 99999999999999999999", "--count: '99999999999999999999' is not"},
        {"--count x", "--count: 'x' is not a whole number"},
        {"--share nan", "--share: 'nan' is not a share such as 5% or 0.05 from 0 to 1"},
        {"--seconds -1s", "--seconds: '-1s' is not a duration"},
        {"--choice four", "--choice: 'four' is not one of one|two|three"},
        {"--choice tw", "--choice: 'tw' is not one of"},
        {"--coun 3", "--coun: unknown option; 'perfgate fake --help' lists the options"},
        {"--name", "--name: missing argument"},
        {"--flag=yes", "--flag"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session session = {.arena = arena_new()};
        struct pg_error err = {0};
        struct values v;
        struct parsed_options out;
        assert_false(parse(&v, &out, false, rows[i].words, &session, &err));
        assert_int_equal(err.status, PG_USAGE);
        if (!strstr(err.text, rows[i].message))
            fail_msg("'%s' said '%s'", rows[i].words, err.text);
        arena_free(session.arena);
    }
}

static void help_comes_from_the_table(void **state) {
    (void)state;
    char *text = NULL;
    size_t length = 0;
    struct session session = {.arena = arena_new(), .out = open_memstream(&text, &length)};
    struct pg_error err;
    struct values v;
    struct parsed_options out;
    assert_true(parse(&v, &out, false, "--help", &session, &err));
    fclose(session.out);
    assert_true(out.helped);
    assert_non_null(strstr(text, "usage: perfgate fake [OPTION…] [X]"));
    assert_non_null(strstr(text, "--choice=one|two|three"));
    free(text);
    arena_free(session.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(what_follows_the_dashes_is_left_alone),
        cmocka_unit_test(bad_options_name_themselves),
        cmocka_unit_test(help_comes_from_the_table),
    };
    return RUN_TESTS(tests);
}
