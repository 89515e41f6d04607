/* Readers of other tools' profiles, on small texts counted by hand; tests/cli/profile_formats.bats
 * reads what the tools themselves wrote. */
#include "runners/profile/profile_format.h"
#include "runners/profile/tally.h"
#include "tests/unit/texts_fixture.h"

#include <math.h>

static struct profile *read_as(const struct profile_format *format, const char *text) {
    struct profile *p = NULL;
    assert_true(profile_format_detect(text_of(text)) == format);
    if (!format->read(&p, text_of(text), texts, arena, &err))
        fail_msg("%s", err.text);
    assert_true(profile_check(p, &err));
    return p;
}

static void check_refusals(const struct profile_format *format, const char *const (*cases)[2],
                           size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct profile *p;
        if (format->read(&p, text_of(cases[i][0]), texts, arena, &err) ||
            !strstr(err.text, cases[i][1]))
            fail_msg("case %zu: '%s' instead of '%s'", i, err.text, cases[i][1]);
        assert_int_equal(err.status, PG_FORMAT);
    }
}
#define REFUSALS(format, cases) check_refusals(format, cases, sizeof cases / sizeof *cases)

static void check_row(const struct profile *p, uint32_t type, const char *name, int64_t flat,
                      int64_t cum) {
    struct tally *t = tally_new(texts, arena);
    tally_add(t, &(struct tally_part){.profile = p, .type = type, .factor = 1});
    tally_finish(t, false);
    for (uint32_t i = 0; i < t->row_count; i++) {
        if (strcmp(strings_get(texts, t->rows[i].name), name) == 0) {
            assert_int_equal(t->rows[i].flat, flat);
            assert_int_equal(t->rows[i].cum, cum);
            return;
        }
    }
    fail_msg("no row %s", name);
}

static void folded_stacks_join(void **state) {
    (void)state;
    const struct profile *p = read_as(&folded_format, "main;work one;f(int, char) 12\r\n"
                                                      "\n"
                                                      "main;work one 3\n"
                                                      "main;work one;f(int, char)\t5\n"
                                                      "main 2.5\n"
                                                      "f;main;f 9223372036854775000");
    assert_int_equal(p->sample_count, 4);
    check_row(p, 0, "work one", 3, 20);
    check_row(p, 0, "f(int, char)", 17, 17);
    check_row(p, 0, "main", 3, 9223372036854775023);
    assert_string_equal(strings_get(texts, p->types[0].name), "samples");
}

static void folded_refusals_name_the_line(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"a;b 1\na;b\n", "line 2: expected FRAME;FRAME;… NUMBER: a;b"},
        {"a;b 1\n\n12\n", "line 3: expected"},
        {"a 1e30\n", "line 1: a number beyond 64 bits"},
        {"a 0x\n", "line 1: expected"},
        {"a 1 2\nb 3 4\n", "two numbers a line, a difference; expected one"},
    };
    REFUSALS(&folded_format, cases);
    assert_null(profile_format_detect(text_of("hello\n")));
    assert_null(profile_format_detect(text_of("")));
}

static void perf_script_lines(void **state) {
    (void)state;
    const struct profile *p =
        read_as(&perf_script_format,
                "# a comment\n"
                "My Program 12/34 [001] 5.000001:   250000 cpu-clock:u: \n"
                "\t    10 inner+0x2 (inlined)\n"
                "\t    10 outer(int)::operator()+0x12 (/bin/my program (deleted))\n"
                "\t  20 lonely (inlined)\n"
                "\t30 main+0x1 (/bin/my program (deleted))\n"
                "\n"
                "My Program 12/34 PERF_RECORD_MMAP2 12/34: [0x1(0x1000)]: r-xp /bin/x\n"
                "other  7 5.1:   750000 cpu-clock:u:   ffff [unknown] (/lib/x.so)\n"
                "swapper     0 [000]   6.0: page-faults: \n"
                "\n");
    assert_int_equal(p->type_count, 3);
    assert_string_equal(strings_get(texts, p->types[1].unit), "nanoseconds");
    assert_string_equal(strings_get(texts, p->types[2].unit), "count");
    assert_int_equal(profile_shown_type(p), 1);
    check_row(p, 1, "inner", 250000, 250000);
    check_row(p, 1, "outer(int)::operator()", 0, 250000);
    check_row(p, 1, "main", 0, 250000);
    check_row(p, 1, "[x.so]", 750000, 750000);
    check_row(p, 0, "<unknown>", 1, 1);
    check_row(p, 2, "<unknown>", 1, 1);
    /* inner and outer are one location, lonely is one of its own */
    assert_int_equal(p->stack_start[1], 3);
    assert_int_equal(p->line_start[1], 2);
    assert_string_equal(strings_get(texts, p->mappings[0].file), "/bin/my program (deleted)");
    assert_string_equal(strings_get(texts, p->labels[0].text), "My Program");
    assert_string_equal(strings_get(texts, p->labels[2].text), "swapper");
}

static void perf_script_without_periods_counts(void **state) {
    (void)state;
    const struct profile *p =
        read_as(&perf_script_format, "a 1 cpu-clock: \n\t10 f (/a)\n\na 1 cpu-clock: \n\t10 f\n");
    assert_string_equal(strings_get(texts, p->types[1].unit), "count");
    check_row(p, 1, "f", 2, 2);
}

/* "1 1 2 3": the rounds of the samples, "" without. */
static const char *rounds_by_time(const char *text, int wanted, double each_sec) {
    struct profile_windows windows = {.wanted = wanted};
    struct profile *p;
    const char *out = "";
    assert_true(perf_script_format.read_windows(&p, text_of(text), &windows, texts, arena, &err));
    assert_true(profile_check(p, &err));
    assert_true(fabs(windows.each_sec - each_sec) < 1e-6);
    for (uint32_t i = 0; i < p->label_start[p->sample_count]; i++) {
        if (strcmp(strings_get(texts, p->labels[i].key), "round") == 0)
            out = arena_printf(arena, "%s%s%d", out, *out ? " " : "", (int)p->labels[i].number);
    }
    return out;
}

static void perf_script_is_divided_by_time(void **state) {
    (void)state;
    /* equal stacks of one round are one sample; nobody says that times ascend */
    assert_string_equal(
        rounds_by_time("a 1 10.6: cycles:  10 f (x)\n\na 1 10.000000: cycles:  10 f (x)\n\n"
                       "a 1 10.1: cycles:  10 f (x)\n\na 1 12.000000000: cycles:  10 f (x)\n\n"
                       "a 1 10.499999999: cycles:  10 f (x)\n\na 1 11.2: cycles:  10 f (x)\n",
                       4, 0.5),
        "2 1 4 3");
    assert_string_equal(rounds_by_time("a 1 1.0: c:  1 f (x)\n\na 1 1.5: c:  2 g (x)\n", 2, 0.25),
                        "1 2");
    /* no time at all, not everywhere, the same everywhere, and beyond any clock */
    assert_string_equal(rounds_by_time("a 1 c:  1 f (x)\n\na 1 c:  2 g (x)\n", 2, 0), "");
    assert_string_equal(rounds_by_time("a 1 1.0: c:  1 f (x)\n\na 1 c:  2 g (x)\n", 2, 0), "");
    assert_string_equal(rounds_by_time("a 1 1.0: c:  1 f (x)\n\na 1 1.0: c:  2 g (x)\n", 2, 0), "");
    assert_string_equal(
        rounds_by_time("a 1 1.0: c:  1 f (x)\n\na 1 99999999999.0: c:  2 g (x)\n", 2, 0), "");
}

static void perf_script_refusals_name_the_line(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"a 1 2.0: cycles: \n\tnonsense\n", "line 2: expected COMM PID TIME: EVENT: or a frame"},
        {"a 1 2.0: cycles: \n\t11112222333344445 f (x)\n", "line 2: expected"},
        {"a 1 2.0: cycles: \n\n\t10 f (x)\n", "line 3: expected"},
    };
    REFUSALS(&perf_script_format, cases);
}

#define NODE(id, name, hits, children)                                                             \
    "{\"id\":" id ",\"callFrame\":{\"functionName\":\"" name                                       \
    "\",\"url\":\"u.js\",\"lineNumber\":4},\"hitCount\":" hits ",\"children\":[" children "]}"

static void cpuprofile_times_last_until_the_next_sample(void **state) {
    (void)state;
    const struct profile *p = read_as(
        &cpuprofile_format,
        "{\"nodes\":[" NODE("1", "(root)", "0", "2,9") "," NODE("2", "f", "2", "3") "," NODE(
            "3", "", "1", "") "," NODE("9", "g", "0",
                                       "") "],\"startTime\":100,\"endTime\":200,"
                                           "\"samples\":[2,3,2],\"timeDeltas\":[10,20,30]}");
    assert_int_equal(p->duration_ns, 100000);
    check_row(p, 0, "f", 2, 3);
    check_row(p, 0, "(anonymous)", 1, 1);
    check_row(p, 1, "f", 20000 + 40000, 90000);
    check_row(p, 1, "(anonymous)", 30000, 30000);
    assert_int_equal(p->functions[0].start_line, 5);
    p = read_as(&cpuprofile_format, "{\"nodes\":[" NODE("1", "f", "7", "") "]}");
    assert_int_equal(p->type_count, 1);
    check_row(p, 0, "f", 7, 7);
}

static void cpuprofile_refusals_name_the_node(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"{\"nodes\":[" NODE("1", "a", "0", "1") "]}", "node 0: it is its own ancestor"},
        {"{\"nodes\":[" NODE("1", "a", "0", "2") "," NODE("2", "b", "0", "1") "]}",
         "node 0: it is its own ancestor"},
        {"{\"nodes\":[" NODE("1", "a", "0", "3") "," NODE("2", "b", "0",
                                                          "3") "," NODE("3", "c", "0", "") "]}",
         "node 2: it has two parents"},
        {"{\"nodes\":[" NODE("1", "a", "0", "8") "]}", "node 0: a child that is not there"},
        {"{\"nodes\":[" NODE("1", "a", "0", "\"x\"") "]}", "node 0: a child that is no number"},
        {"{\"nodes\":[" NODE("1", "a", "0", "") "," NODE("1", "b", "0", "") "]}",
         "node 1: its id is there twice"},
        {"{\"nodes\":[" NODE("1", "a", "-1", "") "]}", "node 0: a negative hitCount"},
        {"{\"nodes\":[{\"id\":1}]}", "node 0: expected an id and a callFrame"},
        {"{\"nodes\":[" NODE("1", "a", "0", "") "],\"samples\":[2]}", "sample 0: no such node"},
        {"{\"callFrame\":1}", "expected an object with \"nodes\""},
        {"{\"nodes\":[", "JSON:1: "},
    };
    REFUSALS(&cpuprofile_format, cases);
}

#define GRAPH(metadata, names, levels)                                                             \
    "{\"flamebearer\":{\"names\":[" names "],\"levels\":[" levels "]},\"metadata\":{" metadata "}" \
    "}"
#define BYTES                                                                                      \
    "\"format\":\"single\",\"units\":\"bytes\",\"name\":\"alloc_space\",\"sampleRate\":100"
#define THREE "\"total\",\"a\",\"b\""

static void flamebearer_nodes_stand_below_each_other(void **state) {
    (void)state;
    const struct profile *p =
        read_as(&flamebearer_format,
                GRAPH(BYTES, THREE, "[0,10,1,0],[0,4,0,1,2,3,1,2],[0,1,1,2,0,3,3,1,3,2,2,1]"));
    assert_int_equal(p->sample_count, 5); /* the root's own, b, a b, a a, b a */
    assert_string_equal(strings_get(texts, p->types[0].name), "alloc_space");
    assert_string_equal(strings_get(texts, p->types[0].unit), "bytes");
    check_row(p, 0, "a", 5, 6);
    check_row(p, 0, "b", 2, 4);
    check_row(p, 0, "total", 1, 1);
    /* CPU time is counted in samples of a rate, whatever it was measured by. */
    p = read_as(&flamebearer_format,
                GRAPH("\"units\":\"samples\",\"name\":\"app.cpu\",\"sampleRate\":100", THREE,
                      "[0,3,0,0],[0,3,3,1]"));
    assert_string_equal(strings_get(texts, p->types[0].name), "cpu");
    assert_string_equal(strings_get(texts, p->types[0].unit), "nanoseconds");
    check_row(p, 0, "a", 30000000, 30000000);
    p = read_as(&flamebearer_format, GRAPH("\"units\":\"objects\",\"name\":\"\"", "", ""));
    assert_int_equal(p->sample_count, 0);
    assert_string_equal(strings_get(texts, p->types[0].unit), "count");
}

static void flamebearer_refusals_name_the_node(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {GRAPH(BYTES, THREE, "[0,10,1]"), "level 0, node 0: expected four numbers"},
        {GRAPH(BYTES, THREE, "[0,10,1,\"a\"]"), "level 0, node 0: expected four numbers"},
        {GRAPH(BYTES, THREE, "[0,10,1,3]"), "level 0, node 0: its name is not there"},
        {GRAPH(BYTES, THREE, "[0,10,11,0]"), "level 0, node 0: its own is more than all of it"},
        {GRAPH(BYTES, THREE, "[0,10,1,0],[0,-4,-5,1]"),
         "level 1, node 0: expected whole numbers that are not negative"},
        {GRAPH(BYTES, THREE, "[0,10,0.5,0]"),
         "level 0, node 0: expected whole numbers that are not negative"},
        {GRAPH(BYTES, THREE, "[0,10,1,0],[0,5,1,1,0,6,1,2]"),
         "level 1, node 1: it is not below one node"},
        {GRAPH(BYTES, THREE, "[0,5,1,0,0,5,1,0],[4,2,1,1]"),
         "level 1, node 0: it is not below one node"},
        {GRAPH(BYTES, THREE, "[0,4503599627370496,1,0,1,1,1,0]"),
         "level 0, node 1: the row is wider than 2^52"},
        {GRAPH(BYTES, THREE, "7"), "level 0: expected a list"},
        {GRAPH(BYTES, "7", ""), "name 0: expected a text"},
        {GRAPH("\"format\":\"double\",\"units\":\"bytes\"", "", ""),
         "expected the format 'single', which no difference has, got 'double'"},
        {GRAPH("\"units\":\"samples\"", "", ""), "expected a sampleRate"},
        {"{\"flamebearer\":{\"names\":[]}}", "expected a flamebearer with names and levels"},
        {"{\"flamebearer\":", "JSON:1: "},
    };
    REFUSALS(&flamebearer_format, cases);
}

/* 64-bit words, little-endian. */
struct words {
    unsigned char bytes[1024];
    size_t length;
};

static void put(struct words *w, uint64_t word) {
    for (int i = 0; i < 8; i++)
        w->bytes[w->length++] = (unsigned char)(word >> 8 * i);
}

static struct words header(void) {
    struct words w = {.length = 0};
    const uint64_t words[] = {0, 3, 0, 10000, 0};
    for (size_t i = 0; i < 5; i++)
        put(&w, words[i]);
    return w;
}

static struct text text_of_words(const struct words *w) {
    return (struct text){(const char *)w->bytes, w->length};
}

static void gperftools_callers_are_calls_and_signal_frames_go(void **state) {
    (void)state;
    struct words w = header();
    const uint64_t words[] = {2,      3,      0x1010, 0x9001, 0x1021, 1, 4,
                              0x1030, 0x9001, 0x1030, 0x2001, 0,      1, 0};
    static const char maps[] = "1000-2000 r-xp 00000400 08:01 77 /bin/a program\n"
                               "2000-3000 rw-p 00000000 00:00 0\nbuild=none\n";
    struct profile *p = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        put(&w, words[i]);
    memcpy(w.bytes + w.length, maps, sizeof maps - 1);
    w.length += sizeof maps - 1;
    assert_true(profile_format_detect(text_of_words(&w)) == &legacy_cpu_format);
    if (!legacy_cpu_format.read(&p, text_of_words(&w), texts, arena, &err))
        fail_msg("%s", err.text);
    assert_true(profile_check(p, &err));
    assert_int_equal(p->period, 10000000);
    assert_int_equal(p->sample_count, 2);
    assert_int_equal(p->values[0], 2);
    assert_int_equal(p->values[1], 20000000);
    /* 0x9000 above every leaf is the handler's; 0x1030 is the second leaf again */
    assert_int_equal(p->stack_start[1], 2);
    assert_int_equal(p->stack_start[2], 4);
    assert_int_equal(p->locations[p->frames[1]].address, 0x1020);
    assert_int_equal(p->locations[p->frames[3]].address, 0x2000);
    assert_int_equal(p->locations[p->frames[3]].mapping, PROFILE_NONE);
    assert_int_equal(p->mapping_count, 1);
    assert_int_equal(p->mappings[0].offset, 0x400);
    assert_string_equal(strings_get(texts, p->mappings[0].file), "/bin/a program");
}

static void gperftools_refusals_name_the_offset(void **state) {
    (void)state;
    static const struct {
        uint64_t words[3];
        size_t count;
        const char *says;
    } cases[] = {
        {{0}, 0, "offset 40: cut short; expected a stack or the end marker"},
        {{1, 1, 5}, 3, "offset 64: cut short"},
        {{1, UINT64_MAX}, 2, "offset 56: a stack deeper than the file is long"},
        {{UINT64_MAX, 1, 5}, 3, "offset 56: a count beyond 64 bits"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct words w = header();
        struct profile *p;
        for (size_t n = 0; n < cases[i].count; n++)
            put(&w, cases[i].words[n]);
        assert_false(legacy_cpu_format.read(&p, text_of_words(&w), texts, arena, &err));
        assert_non_null(strstr(err.text, cases[i].says));
    }
}

/* main calls left (30 of its 100 below) and right, both call leaf, which costs 60 + 20. */
#define DIAMOND                                                                                    \
    "# callgrind format\nversion: 1\ncmd: x: y\npositions: line\nevents: Ir Bad\n\n"               \
    "ob=(1) /bin/a program\nfl=(1) main.c\nfn=(1) main\n10 5\n"                                    \
    "cfn=(2) left\ncalls=1 20\n+2 70 1\ncfi=(2) right.c\ncfn=(3) right\ncalls=2 +20\n* 25\n"       \
    "fn=(2)\n20 10\ncfn=(4) leaf\ncalls=3 40\n21 60 1\n"                                           \
    "fl=(2)\nfn=(3)\n30 4\nfi=(3) inlined.h\n-29 1\nfe=(2)\njump=3 40\n33\ncfi=(1)\ncfn=(4)\n"     \
    "calls=1 40\n31 20\nfl=(1)\nfn=(4)\n40 79 1\n41 1\ntotals: 100 1\n"

static void callgrind_costs_are_exact_and_go_to_their_callers(void **state) {
    (void)state;
    const struct profile *p = read_as(&callgrind_format, DIAMOND);
    assert_int_equal(profile_shown_type(p), 0);
    check_row(p, 0, "main", 5, 100);
    check_row(p, 0, "left", 10, 70);
    check_row(p, 0, "right", 5, 25);
    check_row(p, 0, "leaf", 80, 80);
    check_row(p, 1, "leaf", 1, 1);
    check_row(p, 1, "left", 0, 1);
    assert_string_equal(strings_get(texts, p->mappings[0].file), "/bin/a program");
    bool inlined = false;
    for (size_t i = 0; i < p->function_count; i++)
        inlined |= strcmp(strings_get(texts, p->functions[i].file), "inlined.h") == 0 &&
                   strcmp(strings_get(texts, p->functions[i].name), "right") == 0;
    assert_true(inlined);
}

/* A function that calls itself is one frame; where two call each other, what they cost by
 * themselves is exact. */
static void callgrind_recursion_ends(void **state) {
    (void)state;
    const struct profile *p =
        read_as(&callgrind_format, "events: Ir\nfl=a\nfn=main\n1 1\ncfn=fib\ncalls=1 2\n1 30\n"
                                   "fn=fib\n2 30\ncfn=fib\ncalls=9 2\n2 200\n");
    check_row(p, 0, "main", 1, 31);
    check_row(p, 0, "fib", 30, 30);
    p = read_as(&callgrind_format,
                "events: Ir\nfl=a\nfn=main\n1 1\ncfn=odd\ncalls=1 2\n1 30\n"
                "fn=odd\n2 10\ncfn=even\ncalls=9 3\n2 90\ncfn=odd\ncalls=9 2\n2 7\n"
                "fn=even\n3 20\ncfn=odd\ncalls=9 2\n3 80\n");
    assert_int_equal(tally_total(p, 0), 31);
    for (size_t i = 0; i < p->sample_count; i++)
        assert_true(p->values[i] > 0 && p->stack_start[i + 1] - p->stack_start[i] <= 3);
}

static void callgrind_refusals_name_the_line(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"version: 1\n", "no `events:`"},
        {"events: Ir\n1 2\n", "line 2: a cost outside any function: 1 2"},
        {"fn=f\n", "line 1: expected `events:` before functions"},
        {"events: Ir\nfn=(1)\n", "line 2: a name that was not given before"},
        {"events: Ir\nfn=f\n1 2 3\n", "line 3: expected no more than a cost for each event"},
        {"events: Ir\nfn=f\n1 -2\n", "line 3: expected no more"},
        {"events: Ir\nfn=f\n+x 2\n", "line 3: expected a position"},
        {"events: Ir\npositions: instr line\nfn=f\n0x1\n", "line 4: expected a position"},
        {"events: Ir\nevents: Dr\n", "line 2: expected the events of the parts before"},
        {"events: Ir\ncalls=1 2\n", "line 2: a call outside any function"},
        {"events: Ir\n<html>\n", "line 2: expected a line of callgrind's format"},
    };
    REFUSALS(&callgrind_format, cases);
}

/* How many samples of that type go from one address to the other. */
static int64_t between(const struct profile *p, uint32_t type, uint64_t leaf, uint64_t caller) {
    int64_t count = 0;
    for (size_t i = 0; i < p->sample_count; i++) {
        const uint32_t *frames = &p->frames[p->stack_start[i]];
        if (p->stack_start[i + 1] - p->stack_start[i] == 2 &&
            p->locations[frames[0]].address == leaf && p->locations[frames[1]].address == caller)
            count += p->values[i * p->type_count + type];
    }
    return count;
}

static void branch_stacks_are_branches_and_what_ran_between(void **state) {
    (void)state;
    const struct profile *p = read_as(
        &branch_script_format,
        "# a comment\n"
        "a 7 1.0: PERF_RECORD_COMM exec: a:7/7\n"
        "a 7 1.0: PERF_RECORD_MMAP2 7/7: [0x1000(0x1000) @ 0 08:01 5 0]: r--p /bin/a b\n"
        "a 7 1.0: PERF_RECORD_MMAP2 7/7: [0x2000(0x200000) @ 0x1000 08:01 5 0]: r-xp /bin/a b\n"
        "a 7 1.0: PERF_RECORD_MMAP2 7/7: [0x900000(0x1000) @ 0 <0aff>]: r-xp /lib/c.so\n"
        "\n"
        "        2010 0x2020/0x2000/P/-/-/0 0x900010/0x2018/P/-/-/3  "
        "0x2044/0x900000/M/-/-/0/CALL/-\n"
        "a 7 [1] 2.0: 2010 0x2020/0x2000/P/-/-/0 0x2044/0x2018/-/-/-/3 "
        "0x2300/0xffffffff81000000/-/-/-/0\n"
        "0x2020/0x2002/P/-/-/0 0x2000/0x12000/P/-/-/0\n"
        "0x152020/0x2000/P/-/-/0 0x2000/0x2004/P/-/-/0\n"
        "a 7 2.0: PERF_RECORD_LOST lost 3\n");
    assert_string_equal(strings_get(texts, p->types[1].name), "branches");
    assert_string_equal(strings_get(texts, p->types[2].name), "ranges");
    assert_string_equal(strings_get(texts, p->default_type), "samples");
    int64_t samples = 0;
    for (size_t i = 0; i < p->sample_count; i++)
        samples += p->values[3 * i];
    assert_int_equal(samples, 4);
    assert_int_equal(p->mapping_count, 2);
    assert_string_equal(strings_get(texts, p->mappings[0].file), "/bin/a b");
    assert_int_equal(p->mappings[0].offset, 0x1000);
    assert_string_equal(strings_get(texts, p->mappings[1].build_id), "0aff");
    assert_int_equal(between(p, 1, 0x2000, 0x2020), 2);
    assert_int_equal(between(p, 1, 0x2018, 0x900010), 1);
    assert_int_equal(between(p, 1, 0x900000, 0x2044), 1);
    assert_int_equal(between(p, 2, 0x2018, 0x2020), 2); /* from one branch to the next */
    assert_int_equal(between(p, 2, 0x900000, 0x900010), 1);
    assert_int_equal(between(p, 2, 0x12000, 0x2020), 0);  /* down */
    assert_int_equal(between(p, 2, 0x2004, 0x152020), 0); /* more than 1 MiB */
    assert_int_equal(between(p, 1, 0x2000, 0x152020), 1);
}

static void branch_stack_refusals_name_the_line(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"1 0x1/0x2/P/-/-/0\n", "nothing says which file was mapped where: perf script --show"},
        {"1 0x1/0x2/P/-/-/0\n2 0x1/0x2/P/-/-/0 0x1\n", "line 2: expected FROM/TO/FLAGS"},
    };
    REFUSALS(&branch_script_format, cases);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(folded_stacks_join),
        ROW(folded_refusals_name_the_line),
        ROW(perf_script_lines),
        ROW(perf_script_without_periods_counts),
        ROW(perf_script_is_divided_by_time),
        ROW(perf_script_refusals_name_the_line),
        ROW(branch_stacks_are_branches_and_what_ran_between),
        ROW(branch_stack_refusals_name_the_line),
        ROW(cpuprofile_times_last_until_the_next_sample),
        ROW(cpuprofile_refusals_name_the_node),
        ROW(flamebearer_nodes_stand_below_each_other),
        ROW(flamebearer_refusals_name_the_node),
        ROW(gperftools_callers_are_calls_and_signal_frames_go),
        ROW(gperftools_refusals_name_the_offset),
        ROW(callgrind_costs_are_exact_and_go_to_their_callers),
        ROW(callgrind_recursion_ends),
        ROW(callgrind_refusals_name_the_line),
    };
    return RUN_TESTS(tests);
}
