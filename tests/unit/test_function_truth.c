/* Ground truth: changes planted in a program, a hundred seeded comparisons of each at 20 rounds a
 * side, and how many name the right function and only it. The seeds are fixed, so the counts are;
 * `make bench-functions` prints them. */
#include "tests/unit/test.h"

#include "tests/unit/function_profiles.h"

enum { REPETITIONS = 100, ROUNDS = 20 };

enum mode { BY_TIME, BY_PROFILE, BY_SHARE, MODES };

/* A change: the only function that may be called regressed, the one that must be said to have
 * moved, the one that must be called improved; NULL: none. */
static const struct planted {
    const char *file, *regressed, *moved, *improved;
} planted[] = {
    {"plus20", "parse_string", NULL, NULL}, {"inlined", NULL, "parse", NULL},
    {"split", NULL, "scan_digits", NULL},   {"renamed", NULL, "write_json", NULL},
    {"callee", "utf8_check", NULL, NULL},   {"library", "memcpy", NULL, NULL},
    {"mix", NULL, NULL, "parse_number"},    {"base", NULL, NULL, NULL},
};

struct trial {
    struct arena *arena;
    struct strings *strings;
    struct program base, head;
    gsl_rng *random;
    enum mode mode;
};

static const char *fixture(const char *name, struct arena *arena) {
    struct source *source;
    struct pg_error err;
    struct text bytes;
    const char *path = arena_printf(arena, "fixtures/functions/%s.folded", name);
    if (!source_open(&source, path, &err) || !source_rest(source, 1 << 20, arena, &bytes, &err))
        fail_msg("%s", err.text);
    const char *copy = arena_strndup(arena, bytes.at, bytes.length);
    source_close(source);
    return copy;
}

/* The time of an operation as 20 rounds of timing would give it, 2 % apart. */
static double timed(struct trial *t, const struct program *program, double *se) {
    double sum = 0, squares = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double value = program->samples * 1e-6 * exp(gsl_ran_gaussian(t->random, 0.02));
        sum += value;
        squares += value * value;
    }
    double mean = sum / ROUNDS;
    *se = sqrt((squares / ROUNDS - mean * mean) / (ROUNDS - 1)) / mean;
    return mean;
}

static const struct function_findings *judge(struct trial *t) {
    struct function_names *names = function_names_new(t->strings, t->arena);
    struct function_cut cut = {.slice_label = "benchmark", .round_label = "round"};
    struct function_side *base = function_side_new(names, cut);
    struct function_side *head = function_side_new(names, cut);
    struct weather weather = {t->random, 0.02, 0.03};
    struct pg_error err;
    assert_true(function_side_add(
        base, program_profile(&t->base, ROUNDS, "Parse/1k", &weather, t->arena), "base", &err));
    assert_true(function_side_add(
        head, program_profile(&t->head, ROUNDS, "Parse/1k", &weather, t->arena), "head", &err));
    function_side_finish(base);
    function_side_finish(head);
    struct function_time time = {
        .slice = "Parse/1k", .unit = "sec/op", .base_df = ROUNDS - 1, .head_df = ROUNDS - 1};
    time.base = timed(t, &t->base, &time.base_se);
    time.head = timed(t, &t->head, &time.head_se);
    time.change = time.head / time.base - 1;
    struct policy *policy = ARENA_NEW(t->arena, struct policy, 1);
    policy_init(policy);
    struct function_request *request = ARENA_NEW(t->arena, struct function_request, 1);
    *request = (struct function_request){.base = base,
                                         .head = head,
                                         .policy = policy,
                                         .floor = t->mode == BY_SHARE ? 0.01 : 0.005,
                                         .by_share = t->mode == BY_SHARE,
                                         .times = &time,
                                         .time_count = t->mode == BY_TIME};
    return functions_judge(request, t->arena);
}

struct score {
    int right, red;
};

static void keep_score(const struct planted *p, const struct function_findings *f,
                       struct score *score) {
    bool named = !p->regressed, others = false, moved = true;
    for (size_t i = 0; i < f->row_count; i++) {
        if (f->rows[i].verdict != ROW_REGRESSED)
            continue;
        if (p->regressed && strcmp(f->rows[i].name, p->regressed) == 0)
            named = true;
        else
            others = true;
    }
    if (p->moved) {
        const struct function_row *row = find_function(f, p->moved);
        moved &= row && row->class == FUNCTION_MOVED;
    }
    if (p->improved) {
        const struct function_row *row = find_function(f, p->improved);
        moved &= row && row->verdict == ROW_IMPROVED;
    }
    score->right += named && !others && moved;
    score->red += f->counts[ROW_REGRESSED] > 0;
}

static struct score play(const struct planted *p, enum mode mode) {
    struct score score = {0};
    for (uint32_t i = 0; i < REPETITIONS; i++) {
        struct arena *arena = arena_new();
        struct trial t = {.arena = arena,
                          .strings = strings_new(arena),
                          .random = random_new(1 + i),
                          .mode = mode};
        program_read(&t.base, fixture("base", arena), t.strings);
        program_read(&t.head, fixture(p->file, arena), t.strings);
        keep_score(p, judge(&t), &score);
        random_free(t.random);
        arena_free(arena);
    }
    return score;
}

static void the_planted_function_is_named_and_only_it(void **state) {
    (void)state;
    static const char *const modes[MODES] = {"by time", "by profile", "by share"};
    print_message(
        "# of %d comparisons, %d rounds a side: right, with a function called regressed\n",
        REPETITIONS, ROUNDS);
    print_message("# %-10s %-14s", "change", "to be named");
    for (int mode = 0; mode < MODES; mode++)
        print_message(" %12s", modes[mode]);
    print_message("\n");
    bool good = true;
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        const struct planted *p = &planted[i];
        bool nothing = strcmp(p->file, "base") == 0;
        print_message("# %-10s %-14s", nothing ? "nothing" : p->file,
                      p->regressed ? p->regressed : "-");
        for (int mode = 0; mode < MODES; mode++) {
            struct score score = play(p, (enum mode)mode);
            print_message(" %7d, %3d", score.right, score.red);
            good &= nothing ? score.red <= 5 : score.right >= 95;
        }
        print_message("\n");
    }
    assert_true(good);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_planted_function_is_named_and_only_it),
    };
    return RUN_TESTS(tests);
}
