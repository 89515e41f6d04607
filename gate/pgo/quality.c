#include "gate/pgo/quality.h"

#include <stdarg.h>
#include <string.h>

void pgo_limits_init(struct pgo_limits *limits) {
    *limits = (struct pgo_limits){.samples = 20000,
                                  .lines = 0.9,
                                  .line_zero = 0.25,
                                  .function = 0.95,
                                  .coverage = 0.9,
                                  .stacks = 0.9};
}

struct judging {
    struct pgo_reasons *out;
    const struct pgo_facts *facts;
    const struct pgo_limits *limits;
    struct arena *arena;
};

__attribute__((format(printf, 2, 3))) static void object(struct judging *j, const char *format,
                                                         ...) {
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(j->arena, format, args);
    va_end(args);
    ARENA_PUSH(j->arena, j->out->items, j->out->count, j->out->capacity, text);
}

static double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

static void judge_build(struct judging *j) {
    const struct pgo_facts *f = j->facts;
    if (!f->binary || (*f->binary_id && strcmp(f->binary_id, f->sampled_id) == 0))
        return;
    object(j,
           "another build: the newest profile is of build id %s, and %s has %s; give the program "
           "that was sampled, or sample this one",
           *f->sampled_id ? f->sampled_id : "none", f->binary,
           *f->binary_id ? f->binary_id : "none (link it with -Wl,--build-id)");
}

static void judge_samples(struct judging *j) {
    const struct pgo_facts *f = j->facts;
    if (f->lines < j->limits->samples)
        object(
            j,
            "too few samples: %.0f are told by line, %.0f are asked for (--min-samples); measure "
            "longer (run --sampled-rounds, --rate 4000), or give the recordings of several runs",
            f->lines, j->limits->samples);
}

static void judge_lines(struct judging *j) {
    const struct pgo_facts *f = j->facts;
    double can = f->samples - f->line_zero;
    double lines = share(f->lines, can), zero = share(f->line_zero, f->samples);
    if (lines < j->limits->lines)
        object(
            j,
            "too few lines: %.1f%% of the program's %.0f samples that have one are told by line, "
            "%.1f%% are asked for (--min-lines)%s%s; build all of the program with -g",
            100 * lines, can, 100 * j->limits->lines, *f->losses ? ": " : "", f->losses);
    if (zero > j->limits->line_zero)
        object(j,
               "too much at line 0: %.1f%% of the program's samples are in code that the compiler "
               "gave no line, at most %.1f%% may be (--max-line-zero); clang gives less of it with "
               "-fdebug-info-for-profiling",
               100 * zero, 100 * j->limits->line_zero);
}

static void judge_functions(struct judging *j) {
    const struct pgo_facts *f = j->facts;
    double largest = share(f->largest, f->lines), told = share(f->hot_told, f->hot);
    if (f->lines > 0 && largest > j->limits->function)
        object(j,
               "one function: %.1f%% of the samples are in %s, at most %.1f%% may be "
               "(--max-function); measure what the program does for its users, not one loop",
               100 * largest, f->largest_name, 100 * j->limits->function);
    if (f->hot > 0 && told < j->limits->coverage)
        object(j,
               "hot functions: %.1f%% of the samples in functions of 1%% and more are in functions "
               "with lines, %.1f%% are asked for (--min-coverage); without: %s",
               100 * told, 100 * j->limits->coverage, f->hot_untold);
}

static void judge_stacks(struct judging *j) {
    const struct pgo_facts *f = j->facts;
    double whole = share(f->whole_stacks, f->stacks);
    if (f->needs_stacks && whole < j->limits->stacks)
        object(
            j,
            "cut stacks: %.1f%% of the stacks have their callers up to the root, %.1f%% are asked "
            "for (--min-stacks); what is written are calls, so sample with them (run --stack "
            "auto)",
            100 * whole, 100 * j->limits->stacks);
}

void pgo_quality(struct pgo_reasons *out, const struct pgo_facts *facts,
                 const struct pgo_limits *limits, struct arena *arena) {
    struct judging j = {out, facts, limits, arena};
    judge_build(&j);
    judge_samples(&j);
    judge_lines(&j);
    judge_functions(&j);
    judge_stacks(&j);
}
