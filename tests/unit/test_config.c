#include "tests/unit/test.h"

#include "gate/config/config.h"

#include <stdlib.h>

static struct arena *arena;

static int open_arena(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int close_arena(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct gate_config accept(const char *text) {
    struct gate_config config;
    struct pg_error err = {0};
    if (!config_parse(&config, "perfgate.yml", text_of(text), arena, &err))
        fail_msg("refused: %s", err.text);
    return config;
}

static void refuse(const char *text, const char *message) {
    struct gate_config config;
    struct pg_error err = {0};
    if (config_parse(&config, "perfgate.yml", text_of(text), arena, &err))
        fail_msg("accepted:\n%s", text);
    assert_int_equal(err.status, PG_USAGE);
    if (!strstr(err.text, message))
        fail_msg("got:  %s\nwant: %s", err.text, message);
}

#define ONE "benchmarks:\n- command: ./bench\n"

static void defaults_are_the_documented_ones(void **state) {
    (void)state;
    struct gate_config config = accept(ONE);
    assert_near(config.threshold, 0.05, 0);
    assert_near(config.alpha, 0.05, 0);
    assert_int_equal(config.correction, CORRECTION_BH);
    assert_int_equal(config.test, TEST_AUTO);
    assert_int_equal(config.strict, 0);
    assert_int_equal(config.functions, FUNCTIONS_REPORT);
    assert_int_equal(config.measure.rounds, 20);
    assert_int_equal(config.measure.warmup, 1);
    assert_nan(config.measure.time_budget);
    assert_near(config.measure.timeout, 600, 0);
    assert_int_equal(config.pin, -1);
    assert_string_equal(config.store, ".perfgate/baseline");
    assert_string_equal(config.branch, "main");
    assert_int_equal(config.history, 5);
    assert_int_equal(config.confirm, 1);
    assert_null(config.base.revision);
    assert_int_equal(config.benchmark_count, 1);
    assert_string_equal(config.benchmarks[0].name, "benchmark-1");
    assert_string_equal(config.benchmarks[0].command.line, "./bench");
    assert_string_equal(config.benchmarks[0].where, "perfgate.yml:2");
}

static void every_key_is_read(void **state) {
    (void)state;
    struct gate_config config = accept(
        "threshold: 3%\nalpha: 0.01\ncorrection: holm\ntest: mann-whitney\nfunctions: "
        "gate\nstrict: true\n"
        "rounds: 12\nmax-rounds: 40\ntime-budget: 10m\nwarmup: 0\ntimeout: 2.5s\n"
        "order: shuffle\npin: 3\naslr: off\ncounters: off\ninstructions: valgrind\n"
        "store: s\nbranch: trunk\nhistory: 7\nancestry: no\nignore-fingerprint: yes\n"
        "confirm: off\nbase: {revision: origin/main, build: make b}\n"
        "benchmarks:\n- name: n\n  command: [./b, -x, 'a b']\n  format: go\n  build: make\n"
        "  directory: d\n  threshold: 10%\n  gated: no\n  rounds: 3\n  units:\n"
        "    ns/op: {threshold: 2%, floor: 100, better: higher, gated: yes, alpha: 0.1}\n"
        "rules:\n- {benchmark: 'P*', unit: B/op, threshold: 1%, floor: 4Ki}\n"
        "- {unit: ns/op, floor: 2ms}\n"
        "waivers: w.txt\nrename: {Old: New}\nallow-missing: [A*, B]\nreports: json=r.json\n");
    assert_near(config.threshold, 0.03, 1e-15);
    assert_int_equal(config.correction, CORRECTION_HOLM);
    assert_int_equal(config.test, TEST_MANN_WHITNEY);
    assert_int_equal(config.strict, 1);
    assert_int_equal(config.functions, FUNCTIONS_GATE);
    assert_near(config.measure.time_budget, 600, 0);
    assert_near(config.measure.timeout, 2.5, 0);
    assert_int_equal(config.order, 1);
    assert_int_equal(config.pin, 3);
    assert_int_equal(config.aslr_off, 1);
    assert_int_equal(config.valgrind, 1);
    assert_int_equal(config.history, 7);
    assert_int_equal(config.ancestry, 0);
    assert_int_equal(config.ignore_fingerprint, 1);
    assert_int_equal(config.confirm, 0);
    assert_string_equal(config.base.revision, "origin/main");
    const struct config_benchmark *benchmark = &config.benchmarks[0];
    assert_string_equal(benchmark->command.argv[2], "a b");
    assert_null(benchmark->command.argv[3]);
    assert_int_equal(benchmark->gated, 0);
    const struct policy_rule *unit = &benchmark->units.items[0];
    assert_string_equal(unit->unit, "sec/op");
    assert_near(unit->absolute_floor, 1e-7, 1e-12);
    assert_int_equal(unit->better, BETTER_HIGHER);
    assert_int_equal(unit->gated, 1);
    assert_string_equal(unit->where, "perfgate.yml:34");
    assert_string_equal(config.rules.items[0].benchmark, "P*");
    assert_near(config.rules.items[0].absolute_floor, 4096, 0);
    assert_near(config.rules.items[1].absolute_floor, 2e-3, 1e-12);
    assert_int_equal(config.rules.items[0].gated, -1);
    assert_string_equal(config.renames[0].to, "New");
    assert_string_equal(config.allow_missing.items[1], "B");
    assert_string_equal(config.reports.items[0], "json=r.json");
}

static void an_entry_overrides_the_file(void **state) {
    (void)state;
    struct gate_config config = accept("rounds: 10\nmax-rounds: 50\ntimeout: 5s\nbenchmarks:\n"
                                       "- command: a\n- {command: b, rounds: 7, warmup: 2}\n");
    struct config_measure plain = config_measure_of(&config, &config.benchmarks[0]);
    struct config_measure own = config_measure_of(&config, &config.benchmarks[1]);
    assert_int_equal(plain.rounds, 10);
    assert_int_equal(plain.max_rounds, 50);
    assert_int_equal(own.rounds, 7);
    assert_int_equal(own.max_rounds, 7);
    assert_int_equal(own.warmup, 2);
    assert_near(own.timeout, 5, 0);
}

static void entry_rules_name_exactly_one_benchmark(void **state) {
    (void)state;
    struct policy policy = {0};
    struct gate_config config = accept("benchmarks:\n- command: a\n  threshold: 9%\n"
                                       "  units: {'*': {floor: 1}}\n");
    config_policy_benchmark(&config.benchmarks[0], "P*[x]", &policy, arena);
    assert_int_equal(policy.rule_count, 2);
    assert_true(text_glob(policy.rules[0].benchmark, "P*[x]"));
    assert_false(text_glob(policy.rules[0].benchmark, "Pyx"));
    assert_near(policy.rules[0].threshold, 0.09, 1e-15);
    assert_nan(policy.rules[1].threshold);
    assert_near(policy.rules[1].absolute_floor, 1, 0);
}

static void mistakes_are_named_with_their_line(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {ONE "treshold: 5%\n", "perfgate.yml:3: unknown key 'treshold'; did you mean 'threshold'?"},
        {ONE "rules:\n- {unit: ns/op, floor: 4Ki}\n",
         "perfgate.yml:4: floor: '4Ki'; expected an amount of ns/op"},
        {ONE "rules:\n- {floor: -1}\n", "perfgate.yml:4: floor: '-1'; expected an amount"},
        {ONE "rules:\n- {floor: [1]}\n", "perfgate.yml:4: floor: a list; expected an amount"},
        {ONE "zzzzzz: 1\n", "perfgate.yml:3: unknown key 'zzzzzz'; known here: threshold, alpha"},
        {"benchmarks:\n- comand: x\n",
         "perfgate.yml:2: unknown key 'comand'; did you mean 'command'?"},
        {ONE "<<: 1\n", "perfgate.yml:3: unknown key '<<'"},
        {ONE "threshold: abc\n", "perfgate.yml:3: threshold: 'abc'; expected a share such as 5%"},
        {ONE "threshold: 5\n", "perfgate.yml:3: threshold: '5'; expected a share"},
        {ONE "threshold: -1%\n", "expected a share"},
        {ONE "threshold: nan\n", "expected a share"},
        {ONE "threshold:\n", "perfgate.yml:3: nothing stands after 'threshold:'; expected a share"},
        {ONE "threshold: [1]\n", "perfgate.yml:3: threshold: a list; expected a share"},
        {ONE "rounds: 0\n", "rounds: '0'; expected a whole number from 1 to 100000"},
        {ONE "rounds: 1.5\n", "rounds: '1.5'; expected a whole number"},
        {ONE "rounds: 99999999999999999999\n", "expected a whole number"},
        {ONE "timeout: soon\n", "timeout: 'soon'; expected a time such as 90s"},
        {ONE "correction: bonferroni\n", "correction: 'bonferroni'; expected one of bh|holm|none"},
        {ONE "strict: maybe\n", "strict: 'maybe'; expected yes or no"},
        {ONE "store: ''\n", "store: ''; expected a text"},
        {ONE "rename: [a]\n", "rename: a list; expected a map from old name to new name"},
        {ONE "rename: {a: }\n", "rename: 'a' has no new name after it"},
        {ONE "reports: {a: b}\n", "reports: a map; expected a list of texts"},
        {ONE "base: origin/main\n", "perfgate.yml:3: base: 'origin/main'; expected a map"},
        {ONE "threshold: 1%\nthreshold: 2%\n",
         "perfgate.yml:4: key 'threshold' again; it stands in line 3 already"},
        {"benchmarks:\n- command: []\n", "perfgate.yml:2: command: a list; expected a command"},
        {"benchmarks:\n- command: '  '\n", "command: '  '; expected a command"},
        {"benchmarks:\n- name: a\n", "perfgate.yml:2: a benchmark without 'command:'"},
        {"benchmarks:\n- {name: a, command: x}\n- {name: a, command: y}\n",
         "perfgate.yml:3: benchmark 'a' again; the first stands at perfgate.yml:2"},
        {"benchmarks: []\n", "perfgate.yml: no benchmarks"},
        {"threshold: 5%\n", "perfgate.yml: no benchmarks"},
        {"", "perfgate.yml: empty"},
        {"# only a comment\n", "perfgate.yml: empty"},
        {"- a\n", "perfgate.yml:1: expected `key: value` lines"},
        {"threshold: 5%\n\tstrict: no\n", "perfgate.yml:2: a tab in the indentation"},
        {ONE "a: [1\n", "perfgate.yml:"},
        {ONE "store: \"\\0\"\n", "perfgate.yml:3: U+0000 in a text"},
        {ONE "store: \xff\n", "perfgate.yml:3: bytes that are not UTF-8 text"},
        {ONE "store: a\x01\n", "perfgate.yml:3: control character 0x01: not a text file"},
        {ONE "---\nbenchmarks: []\n", "perfgate.yml:3: a second document"},
        {ONE "store: *nowhere\n", "perfgate.yml:3: "},
        {ONE "? [a]\n: b\n", "perfgate.yml:3: a key that is a list or a map"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refuse(rows[i][0], rows[i][1]);
}

static void aliases_serve_but_do_not_explode(void **state) {
    (void)state;
    struct gate_config config =
        accept("benchmarks:\n- {name: a, command: x, units: &u {B/op: {gated: no}}}\n"
               "- {name: b, command: y, units: *u}\n");
    assert_string_equal(config.benchmarks[1].units.items[0].unit, "B/op");
    char *bomb = arena_strdup(arena, "benchmarks:\n- &b\n  command: x\n  units:\n");
    for (int i = 0; i < 500; i++)
        bomb = arena_printf(arena, "%s    u%d: {}\n", bomb, i);
    for (int i = 0; i < 500; i++)
        bomb = arena_printf(arena, "%s- *b\n", bomb);
    refuse(bomb, "more than 100000 values");
    refuse("benchmarks: &l\n- *l\n", "perfgate.yml:1: benchmarks: expected a map of keys");
}

static void deep_nesting_is_refused(void **state) {
    (void)state;
    static const char *const openers[] = {"[", "{", "- ", "? ", "a: [", "!!x ", "&a ", "'", "|\n "};
    for (size_t i = 0; i < sizeof openers / sizeof *openers; i++) {
        size_t length = strlen(openers[i]), times = 400000 / length;
        char *text = arena_alloc(arena, length * times + 1);
        for (size_t k = 0; k < times; k++)
            memcpy(text + k * length, openers[i], length);
        refuse(text, "perfgate.yml:");
    }
}

static void a_large_file_is_refused(void **state) {
    (void)state;
    size_t size = 1024 * 1024 + 1;
    char *text = arena_alloc(arena, size + 1);
    memset(text, '#', size);
    refuse(text, "larger than 1048576 bytes");
}

static void help_names_every_key(void **state) {
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    config_help(out);
    fclose(out);
    assert_non_null(strstr(text, "\nthreshold: SHARE"));
    assert_non_null(strstr(text, "[.perfgate/baseline]"));
    assert_non_null(strstr(text, "  - name: TEXT"));
    assert_non_null(strstr(text, "    command: TEXT or [ARG"));
    assert_non_null(strstr(text, "      UNIT:\n"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults_are_the_documented_ones, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(every_key_is_read, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(an_entry_overrides_the_file, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(entry_rules_name_exactly_one_benchmark, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(mistakes_are_named_with_their_line, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(aliases_serve_but_do_not_explode, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(deep_nesting_is_refused, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(a_large_file_is_refused, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(help_names_every_key, open_arena, close_arena),
    };
    return RUN_TESTS(tests);
}
