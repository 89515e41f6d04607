/* Replays recorded noise through `perfgate compare` and through other ways to decide, and prints
 * who cried wolf and who saw what. See fixtures/noise/README.md for the traces.
 *
 *     verdict_replay PERFGATE SCRATCH TRACE.gz…
 *
 * Every window of a trace becomes a benchmark of its own in one pair of recordings. Each is to be
 * judged as the comparison of one benchmark, so perfgate runs with `--correction none`, which is
 * what its correction is for a family of one. */
#include <fcntl.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/base/json.h"
#include "tests/bench/verdict_methods.h"
#include "tests/bench/verdict_trials.h"

extern char **environ;

#define ALPHA 0.05
#define MOST_FALSE 0.01 /* share of comparisons of equals that may be called regressions */

/* What every method answered to every trial; perfgate is the last method. */
struct outcome_table {
    const struct trials *trials;
    size_t methods;
    const char *names[MOST_METHODS];
    struct answer *answers[MOST_METHODS];
    bool *red; /* perfgate's own verdict */
    double threshold;
};

static void run(char **argv) {
    pid_t pid;
    int status;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0 ||
        waitpid(pid, &status, 0) < 0)
        fail("perfgate could not be started");
    /* Some are called regressions, so 1 it must be. */
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
        fail("perfgate compare did not exit with 1");
    posix_spawn_file_actions_destroy(&actions);
}

static char *read_whole(const char *path) {
    FILE *in = fopen(path, "r");
    if (in == NULL || fseek(in, 0, SEEK_END) != 0)
        fail(path);
    long size = ftell(in);
    rewind(in);
    char *text = grab((size_t)size + 1, 1);
    if (fread(text, 1, (size_t)size, in) != (size_t)size)
        fail(path);
    fclose(in);
    return text;
}

static double number_of(const cJSON *row, const char *key) {
    double value;
    return json_number(row, key, &value) ? value : NAN;
}

static void take_report(struct outcome_table *table, const char *path) {
    char *text = read_whole(path);
    cJSON *report = cJSON_Parse(text);
    const cJSON *row;
    struct answer *answers = table->answers[table->methods - 1];
    size_t seen = 0;
    cJSON_ArrayForEach(row, json_array(report, "benchmarks")) {
        const char *name = json_string(row, "name"), *verdict = json_string(row, "verdict");
        size_t i = name != NULL && name[0] == 'T' ? strtoul(name + 1, NULL, 10) : SIZE_MAX;
        if (i >= table->trials->count || verdict == NULL)
            fail("the report has a row that was not asked for");
        answers[i] = (struct answer){number_of(row, "p"), number_of(row, "change")};
        table->red[i] = strcmp(verdict, "regressed") == 0;
        seen++;
    }
    if (seen != table->trials->count)
        fail("the report lacks rows");
    cJSON_Delete(report);
    free(text);
}

static void ask_perfgate(struct outcome_table *table, char *program, const char *folder) {
    char paths[SESSIONS + 1][512], name[32], session[32], report[512], json[600], share[32];
    char threshold[] = "--threshold", correction[] = "--correction", none[] = "none";
    char command[] = "compare", history[] = "--history", count[24], option[] = "--report";
    char *argv[20] = {program, command, threshold, share, correction, none, option, json, NULL};
    size_t sessions = table->trials->sessions, argc = 8;
    snprintf(share, sizeof share, "%g%%", table->threshold * 100);
    snprintf(report, sizeof report, "%s/report.json", folder);
    snprintf(json, sizeof json, "json=%s", report);
    if (sessions > 1) {
        snprintf(count, sizeof count, "%zu", sessions);
        argv[argc++] = history;
        argv[argc++] = count;
    }
    for (size_t k = 0; k <= sessions; k++) {
        bool heads = k == sessions;
        snprintf(name, sizeof name, "part%zu.txt", k);
        snprintf(session, sizeof session, "s%zu", sessions == 1 ? 0 : k);
        write_recording(table->trials, folder, name, session, k, heads);
        snprintf(paths[k], sizeof paths[k], "%s/%s", folder, name);
        argv[argc++] = paths[k];
    }
    run(argv);
    take_report(table, report);
}

/* How a method is read: regressed is p <= alpha and change > threshold; without a p, change alone.
 */
struct rule {
    double alpha, threshold;
};

static bool red(const struct outcome_table *o, size_t method, size_t trial, struct rule rule) {
    struct answer a = o->answers[method][trial];
    if (method + 1 == o->methods && rule.alpha == ALPHA)
        return o->red[trial];
    return a.change > rule.threshold &&
           (isnan(a.p) ? o->answers[0] == o->answers[method] : a.p <= rule.alpha);
}

/* Which trials; ANY for all. */
enum { ANY = -1 };
struct choice {
    int trace, kind, cell, truth;
};

static double share(const struct outcome_table *o, size_t method, struct choice c,
                    struct rule rule) {
    size_t count = 0, reds = 0;
    for (size_t i = 0; i < o->trials->count; i++) {
        const struct trial *t = &o->trials->list[i];
        if ((c.trace != ANY && t->trace != (size_t)c.trace) || t->truth != c.truth ||
            (c.kind != ANY && t->cell / (METRICS * SIZES) != (size_t)c.kind) ||
            (c.cell != ANY && t->cell != (size_t)c.cell))
            continue;
        count++;
        reds += red(o, method, i, rule);
    }
    return count > 0 ? (double)reds / (double)count : NAN;
}

/* Of any kind in any trace. */
static double worst_false(const struct outcome_table *o, size_t method, struct rule rule) {
    double worst = 0;
    for (int trace = 0; trace < (int)o->trials->traces; trace++) {
        for (int kind = 0; kind < KINDS; kind++)
            worst = fmax(worst, share(o, method, (struct choice){trace, kind, ANY, SAME}, rule));
    }
    return worst;
}

/* The rule at which a method calls no more than MOST_FALSE of the equals of any kind regressed:
 * a smaller (or larger) alpha; for the ratio, that has none, a larger threshold. */
static struct rule as_careful(const struct outcome_table *o, size_t method) {
    struct rule rule = {ALPHA, o->threshold};
    bool ratio = method == 0;
    double low = ratio ? log(o->threshold) : log(1e-6), high = ratio ? log(100.0) : log(0.5);
    for (int i = 0; i < 30; i++) {
        double middle = (low + high) / 2;
        if (ratio)
            rule.threshold = exp(middle);
        else
            rule.alpha = exp(middle);
        bool careful = worst_false(o, method, rule) <= MOST_FALSE;
        if (careful == ratio)
            high = middle;
        else
            low = middle;
    }
    if (ratio)
        rule.threshold = exp(high);
    else
        rule.alpha = exp(low);
    return rule;
}

static void print_heads(size_t step) {
    printf("%-27s", "");
    for (size_t cell = 0; cell < CELLS; cell += step) {
        char head[32];
        if (step == 1)
            snprintf(head, sizeof head, "%.4s %s %zu", kind_names[cell / (METRICS * SIZES)],
                     metric_names[cell / SIZES % METRICS], sizes[cell % SIZES]);
        else
            snprintf(head, sizeof head, "%.7s %s", kind_names[cell / (METRICS * SIZES)],
                     metric_names[cell / SIZES % METRICS]);
        printf(" %12s", head);
    }
    printf("\n");
}

static void print_false(const struct outcome_table *o, int trace, size_t step) {
    if (step == 1)
        printf("equals called regressed, by cell and by kind (promised: at most %.0f %%)\n",
               MOST_FALSE * 100);
    else
        printf("equals called regressed, by cell and by kind\n");
    print_heads(step);
    for (size_t m = 0; m < o->methods; m++) {
        printf("%-27s", o->names[m]);
        for (size_t cell = 0; cell < CELLS; cell += step)
            printf(" %12.4f", share(o, m, (struct choice){trace, ANY, (int)cell, SAME},
                                    (struct rule){ALPHA, o->threshold}));
        printf("  |");
        for (int kind = 0; kind < KINDS; kind++)
            printf(" %.4f", share(o, m, (struct choice){trace, kind, ANY, SAME},
                                  (struct rule){ALPHA, o->threshold}));
        printf("\n");
    }
}

/* Mean power: perfgate's, and the best of the tests'. */
struct standing {
    double own, best_mean;
};

/* One row a method, a cell with the power for the middle and the large effect. The ratio, without a
 * p, is no test. */
static struct standing print_power(const struct outcome_table *o, int trace,
                                   const struct rule *rules, size_t step) {
    double best[CELLS][2] = {{0}};
    struct standing out = {0, 0};
    print_heads(step);
    for (size_t m = 0; m < o->methods; m++) {
        bool own = m + 1 == o->methods;
        double sum = 0;
        printf("%-27s", o->names[m]);
        for (size_t cell = 0; cell < CELLS; cell += step) {
            double power[2];
            for (int e = 0; e < 2; e++) {
                struct choice c = {trace, ANY, (int)cell, MIDDLE + e};
                power[e] = share(o, m, c, rules[m]);
                if (!own && m > 0)
                    best[cell][e] = fmax(best[cell][e], power[e]);
            }
            sum += power[0] + power[1];
            printf("    %.2f/%.2f", power[0], power[1]);
        }
        double mean = sum / (2.0 * CELLS / (double)step);
        printf("  | mean %.3f\n", mean);
        if (own)
            out.own = mean;
        else if (m > 0)
            out.best_mean = fmax(out.best_mean, mean);
    }
    printf("%-27s", "best of the tests above");
    for (size_t cell = 0; cell < CELLS; cell += step)
        printf("    %.2f/%.2f", best[cell][0], best[cell][1]);
    printf("\n");
    return out;
}

/* perfgate against another method in the windows of one cell: their mean difference in power with
 * half of its 95 % interval, windows in which one saw more than the other, and the p of McNemar's
 * exact test of these (1947, Psychometrika 12:153-157). */
struct duel {
    double difference, half, p;
    size_t won, lost;
};

static struct duel duel(const struct outcome_table *o, size_t method, struct choice c,
                        const struct rule *rules) {
    static double apart[MOST_ROUNDS];
    size_t own = o->methods - 1, n = sizes[c.cell % SIZES], windows = 0;
    memset(apart, 0, sizeof apart);
    for (size_t i = 0; i < o->trials->count; i++) {
        const struct trial *t = &o->trials->list[i];
        if (t->trace != (size_t)c.trace || t->cell != (size_t)c.cell || t->truth != c.truth)
            continue;
        /* Two trials a window, one with either of the equal programs as base. */
        apart[t->window / n] +=
            (red(o, own, i, rules[own]) - red(o, method, i, rules[method])) / 2.0;
        windows = t->window / n + 1 > windows ? t->window / n + 1 : windows;
    }
    struct moments m = moments_of(apart, windows);
    struct duel out = {m.mean, 1.96 * sqrt(m.variance / (double)windows), 1, 0, 0};
    for (size_t w = 0; w < windows; w++) {
        out.won += apart[w] > 0;
        out.lost += apart[w] < 0;
    }
    size_t fewer = out.won < out.lost ? out.won : out.lost;
    out.p = fmin(1, 2 * gsl_cdf_binomial_P((unsigned)fewer, 0.5, (unsigned)(out.won + out.lost)));
    return out;
}

/* Cells and effects in which perfgate saw at least as much as the best single test, less by no more
 * than chance may make it, and surely less; surely_more are among the first. */
struct tally {
    size_t at_least, within, below, surely_more;
};

static size_t best_single(const struct outcome_table *o, struct choice c,
                          const struct rule *rules) {
    size_t best = 1;
    for (size_t m = 2; m + 1 < o->methods; m++) {
        if (share(o, m, c, rules[m]) > share(o, best, c, rules[best]))
            best = m;
    }
    return best;
}

static void print_duels(const struct outcome_table *o, int trace, const struct rule *rules,
                        struct tally *tally) {
    size_t own = o->methods - 1;
    printf("\nagainst the best single test of each cell: power (equals called regressed), then the "
           "difference with its 95 %% interval and p by McNemar\n");
    for (int cell = 0; cell < CELLS; cell++) {
        for (int truth = MIDDLE; truth <= LARGE; truth++) {
            struct choice c = {trace, ANY, cell, truth}, equals = {trace, ANY, cell, SAME};
            size_t best = best_single(o, c, rules);
            struct duel d = duel(o, best, c, rules);
            bool sure = d.p <= 0.05;
            tally->at_least += d.difference >= 0;
            tally->surely_more += d.difference > 0 && sure;
            tally->within += d.difference < 0 && !sure;
            tally->below += d.difference < 0 && sure;
            printf("%-7s %-4s %2zu %-6s  %.3f (%.4f)   %-26s %.3f (%.4f)   %+.3f +- %.3f  p %-7.2g "
                   "%s\n",
                   kind_names[cell / (METRICS * SIZES)], metric_names[cell / SIZES % METRICS],
                   sizes[cell % SIZES], truth == MIDDLE ? "middle" : "large",
                   share(o, own, c, rules[own]), share(o, own, equals, rules[own]), o->names[best],
                   share(o, best, c, rules[best]), share(o, best, equals, rules[best]),
                   d.difference, d.half, d.p,
                   !sure              ? ""
                   : d.difference < 0 ? "less"
                                      : "more");
        }
    }
}

static void print_tally(const char *when, struct tally t) {
    printf("%s: at least as much as the best single test of each cell in %zu of %zu cells (surely "
           "more "
           "in %zu), less within chance in %zu, surely less in %zu\n",
           when, t.at_least, t.at_least + t.within + t.below, t.surely_more, t.within, t.below);
}

static void ask_all(struct outcome_table *o, const struct trials *trials,
                    const struct method *methods, size_t count, double threshold) {
    *o = (struct outcome_table){.trials = trials, .methods = count + 1, .threshold = threshold};
    for (size_t m = 0; m <= count; m++) {
        o->names[m] = m < count ? methods[m].name : "perfgate compare";
        o->answers[m] = grab(trials->count, sizeof(struct answer));
        for (size_t i = 0; m < count && i < trials->count; i++) {
            const struct trial *t = &trials->list[i];
            o->answers[m][i] = methods[m].ask(t->base, t->head, t->n);
        }
    }
    o->red = grab(trials->count, sizeof(bool));
}

static bool promise(bool kept, const char *what) {
    printf("%s %s\n", kept ? "kept:  " : "BROKEN:", what);
    return kept;
}

static bool interleaved(const struct trace *traces, size_t count, char *program,
                        const char *folder) {
    struct trials trials = {.sessions = 1, .traces = count};
    for (size_t i = 0; i < count; i++)
        interleaved_trials(&trials, &traces[i], i, shuffles);
    struct outcome_table o;
    ask_all(&o, &trials, interleaved_methods, INTERLEAVED, 0.02);
    ask_perfgate(&o, program, folder);
    struct rule plain[MOST_METHODS], careful[MOST_METHODS];
    for (size_t m = 0; m < o.methods; m++) {
        plain[m] = (struct rule){ALPHA, o.threshold};
        careful[m] = as_careful(&o, m);
    }
    struct tally as_they_are = {0, 0, 0, 0}, at_equal_care = {0, 0, 0, 0};
    bool leads = true;
    printf("INTERLEAVED: p <= %g and change > %g %%, one comparison a family\n", ALPHA,
           o.threshold * 100);
    for (size_t i = 0; i < count; i++) {
        double few = (double)(traces[i].rounds / 10), fewer = (double)(traces[i].rounds / 30);
        printf(
            "\n== %s: %zu rounds, %.0f windows of 10 and %.0f of 30; standard error of a power of"
            " .5: %.2f and %.2f, of a share of .01: %.3f and %.3f at most\n\n",
            traces[i].name, traces[i].rounds, few, fewer, sqrt(0.25 / few), sqrt(0.25 / fewer),
            sqrt(0.0099 / few), sqrt(0.0099 / fewer));
        print_false(&o, (int)i, 1);
        printf("\nmiddle and large effect called regressed\n");
        print_power(&o, (int)i, plain, 1);
        print_duels(&o, (int)i, plain, &as_they_are);
        printf("\nthe same, each made as careful as is promised: at most %.0f %% of equals in the"
               " worst kind of any trace\n",
               MOST_FALSE * 100);
        struct standing at = print_power(&o, (int)i, careful, 1);
        print_duels(&o, (int)i, careful, &at_equal_care);
        leads = leads && at.own > at.best_mean;
    }
    printf("\nalpha (for the ratio: threshold) that makes each that careful:");
    for (size_t m = 0; m < o.methods; m++)
        printf(" %s %.4g%s", o.names[m], m == 0 ? careful[m].threshold : careful[m].alpha,
               m + 1 < o.methods ? "," : "\n");
    size_t own = o.methods - 1;
    printf("\nwhat perfgate sees (the best is picked among eight after the fact, cell by cell)\n");
    print_tally("as they are", as_they_are);
    print_tally("at equal care", at_equal_care);
    char text[160];
    double false_share = worst_false(&o, own, plain[own]);
    snprintf(
        text, sizeof text,
        "at most %.0f %% of equals called regressed, in every kind of every trace (worst: %.2f "
        "%%)",
        MOST_FALSE * 100, false_share * 100);
    leads = promise(leads, "at equal care the highest mean power in every trace");
    leads = promise(at_equal_care.below == 0,
                    "at equal care in no cell surely less than the best single test") &&
            leads;
    return promise(false_share <= MOST_FALSE, text) && leads;
}

static bool stored(const struct trace *traces, size_t count, char *program, const char *folder) {
    enum { STORED = sizeof stored_methods / sizeof stored_methods[0] };
    struct trials trials = {.sessions = SESSIONS, .traces = count};
    for (size_t i = 0; i < count; i++)
        stored_trials(&trials, &traces[i], i, STORED_ROUNDS);
    struct outcome_table o;
    ask_all(&o, &trials, stored_methods, STORED, 0.05);
    ask_perfgate(&o, program, folder);
    struct rule plain[MOST_METHODS];
    for (size_t m = 0; m < o.methods; m++)
        plain[m] = (struct rule){ALPHA, o.threshold};
    printf("\nSTORED BASELINE: sessions of %d rounds, %d stored, p <= %g and change > %g %%\n",
           STORED_ROUNDS, SESSIONS, ALPHA, o.threshold * 100);
    bool fewer = true;
    for (size_t i = 0; i < count; i++) {
        printf("\n== %s\n\n", traces[i].name);
        print_false(&o, (int)i, SIZES);
        printf("\nmiddle and large effect called regressed\n");
        print_power(&o, (int)i, plain, SIZES);
        for (int kind = 0; kind < KINDS; kind++) {
            struct choice c = {(int)i, kind, ANY, SAME};
            double own = share(&o, o.methods - 1, c, plain[0]);
            fewer = fewer && (own == 0 ||
                              (own < share(&o, 1, c, plain[0]) && own < share(&o, 2, c, plain[0])));
        }
    }
    printf("\n");
    return promise(fewer,
                   "fewer false reds than Welch and Mann-Whitney against one stored session, "
                   "in every kind of every trace");
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: verdict_replay PERFGATE SCRATCH TRACE.gz…\n");
        return 2;
    }
    size_t count = (size_t)argc - 3;
    struct trace *traces = grab(count, sizeof *traces);
    for (size_t i = 0; i < count; i++)
        read_trace(argv[i + 3], &traces[i]);
    ranks = rank_workspace_new();
    shuffles = random_new(1);
    if (shuffles == NULL)
        fail("no memory");
    bool kept = interleaved(traces, count, argv[1], argv[2]);
    kept = stored(traces, count, argv[1], argv[2]) && kept;
    rank_workspace_free(ranks);
    random_free(shuffles);
    return kept ? 0 : 1;
}
