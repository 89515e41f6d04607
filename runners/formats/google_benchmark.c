/* Google Benchmark JSON (--benchmark_format=json or --benchmark_out; docs/user_guide.md and
 * src/json_reporter.cc of google/benchmark): `context`, and `benchmarks`, an object a run. A run of
 * type "iteration" is a sample, aggregates of runs are not. real_time and cpu_time are a time an
 * iteration in time_unit; further numbers are user counters. */
#include "runners/formats/format.h"
#include "runners/formats/json_input.h"

#include <math.h>

enum { CONTEXT_LIMIT = 256 };

struct gbench_reader {
    struct recording *r;
    struct arena *scratch;
    struct strings *raw;  /* names of which single runs were seen */
    struct strings *runs; /* name, repetition */
    uint32_t repeated;    /* runs that are a repetition in the same process */
    uint32_t only_aggregates;
};

/* ---- context ---- */

/* Numbers and strings of the context, the pairs of --benchmark_context among them, as provenance
 * `context-KEY`. */
static void read_context(struct gbench_reader *g, const cJSON *context) {
    const cJSON *item;
    uint32_t count = 0;
    const char *date = json_string(context, "date");
    if (date)
        recording_set(g->r, "time", date);
    cJSON_ArrayForEach(item, context) {
        bool flag = cJSON_IsBool(item);
        if (!(cJSON_IsString(item) || cJSON_IsNumber(item) || flag) ||
            strcmp(item->string, "date") == 0 || count++ >= CONTEXT_LIMIT)
            continue;
        char *key = arena_printf(g->scratch, "context-%s", item->string);
        for (char *c = key; *c; c++) {
            *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 'a' - 'A') : *c;
            if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9'))
                *c = '-';
        }
        recording_set(g->r, key,
                      cJSON_IsString(item) ? item->valuestring
                      : flag               ? (cJSON_IsTrue(item) ? "true" : "false")
                                           : arena_printf(g->scratch, "%.17g", item->valuedouble));
    }
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(context, "cpu_scaling_enabled")))
        recording_note(g->r, NOTE_WARNING, NULL, "CPU frequency scaling was on");
}

/* ---- runs ---- */

static const char *run_name(const cJSON *run) {
    const char *name = json_string(run, "run_name");
    return name ? name : json_string(run, "name");
}

/* The aggregate's name, or NULL for a single run. Before 1.5 there is no run_type, and only the end
 * of the name tells. */
static const char *aggregate_of(const cJSON *run) {
    static const char *const known[] = {"mean", "median", "stddev", "cv", "BigO", "RMS"};
    const char *type = json_string(run, "run_type"), *name = json_string(run, "name");
    if (type) {
        const char *aggregate = json_string(run, "aggregate_name");
        return strcmp(type, "aggregate") != 0 ? NULL : aggregate ? aggregate : "";
    }
    const char *end = name ? strrchr(name, '_') : NULL;
    for (size_t i = 0; end && i < sizeof known / sizeof *known; i++) {
        if (strcmp(end + 1, known[i]) == 0)
            return known[i];
    }
    return NULL;
}

/* How many of time_unit make a second. */
static bool units_a_second(const cJSON *run, double *out) {
    static const struct {
        const char *unit;
        double a_second;
    } units[] = {{"ns", 1e9}, {"us", 1e6}, {"ms", 1e3}, {"s", 1}};
    const char *unit = json_string(run, "time_unit");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit ? unit : "ns", units[i].unit) == 0) {
            *out = units[i].a_second;
            return true;
        }
    }
    return false;
}

static void add_time(const struct gbench_reader *g, const char *where, uint32_t name,
                     const cJSON *run, const char *key, bool real) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(run, key);
    double a_second;
    if (!item)
        return;
    if (!units_a_second(run, &a_second)) {
        json_damage(g->r, where, "\"time_unit\" is none of ns, us, ms, s");
        return;
    }
    /* Only `ns` has a spelling that tidies to seconds. */
    if (a_second == 1e9) {
        json_add(g->r, where, name, real ? "ns/op" : "cpu-ns/op", item);
        return;
    }
    cJSON scaled = *item;
    scaled.valuedouble /= a_second;
    json_add(g->r, where, name, real ? "sec/op" : "cpu-sec/op", &scaled);
}

/* The unit of a number that is a measurement; NULL for those that describe the run. */
static const char *counter_unit(const char *key) {
    static const char *const described[] = {"family_index", "per_family_instance_index",
                                            "repetitions",  "repetition_index",
                                            "threads",      "iterations",
                                            "real_time",    "cpu_time"};
    static const struct {
        const char *key, *unit;
    } named[] = {{"bytes_per_second", "B/s"},
                 {"items_per_second", "items/s"},
                 {"allocs_per_iter", "allocs/op"},
                 {"max_bytes_used", "max-used-bytes"},
                 {"total_allocated_bytes", "total-allocated-bytes"}};
    for (size_t i = 0; i < sizeof described / sizeof *described; i++) {
        if (strcmp(key, described[i]) == 0)
            return NULL;
    }
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (strcmp(key, named[i].key) == 0)
            return named[i].unit;
    }
    return key;
}

static void add_measurements(const struct gbench_reader *g, const char *where, uint32_t name,
                             const cJSON *run) {
    const cJSON *item;
    add_time(g, where, name, run, "real_time", true);
    add_time(g, where, name, run, "cpu_time", false);
    cJSON_ArrayForEach(item, run) {
        /* A counter that is NaN or infinite arrives as an empty string. */
        bool lost = cJSON_IsString(item) && item->valuestring[0] == '\0' &&
                    strcmp(item->string, "label") != 0 && strcmp(item->string, "name") != 0;
        const char *unit = cJSON_IsNumber(item) ? counter_unit(item->string) : NULL;
        if (unit && *unit && strlen(unit) <= RECORDING_NAME_LIMIT)
            json_add(g->r, where, name, unit, item);
        else if (lost)
            recording_note(g->r, NOTE_WARNING, where, "the counter %.200s is not a finite number",
                           item->string);
    }
    g->r->result_lines++;
}

/* True if the run says that it did not measure. */
static bool was_skipped(const struct gbench_reader *g, const char *where, uint32_t name,
                        const cJSON *run) {
    const char *message = json_string(run, "error_message");
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(run, "error_occurred"))) {
        recording_fail(g->r, name, 0, message && *message ? message : "error");
        return true;
    }
    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(run, "skipped")))
        return false;
    message = json_string(run, "skip_message");
    recording_note(g->r, NOTE_WARNING, where, "%s was skipped: %s",
                   strings_get(g->r->strings, name), message ? message : "no reason given");
    return true;
}

/* A repetition counts in its name; the same twice is two benchmarks with one name. */
static void note_repetition(struct gbench_reader *g, const char *where, uint32_t name,
                            const cJSON *run) {
    double repetition = 0;
    json_number(run, "repetition_index", &repetition);
    const char *key = arena_printf(g->scratch, "%u %.0f", (unsigned)name, repetition);
    uint32_t before = strings_count(g->runs);
    g->repeated += repetition > 0;
    if (strings_add(g->runs, text_of(key)) < before)
        recording_note(g->r, NOTE_WARNING, where,
                       "the name %.200s came before: its samples are pooled",
                       strings_get(g->r->strings, name));
}

static void read_run(struct gbench_reader *g, const char *where, const cJSON *run) {
    const char *text = run_name(run);
    uint32_t name, unused;
    if (!text) {
        json_damage(g->r, where, "expected an object with a \"name\"");
        return;
    }
    const char *aggregate = aggregate_of(run);
    if (aggregate &&
        (strcmp(aggregate, "mean") != 0 || strings_find(g->raw, text_of(text), &unused)))
        return;
    if (!json_name(g->r, where, text, &name) || was_skipped(g, where, name, run))
        return;
    double time;
    if (!json_number(run, "real_time", &time)) {
        json_damage(g->r, where, "expected a number \"real_time\"");
        return;
    }
    g->only_aggregates += aggregate != NULL;
    if (!aggregate) {
        strings_add(g->raw, text_of(text));
        note_repetition(g, where, name, run);
    }
    add_measurements(g, where, name, run);
}

/* Single runs first, so that an aggregate knows whether there were any. */
static void read_runs(struct gbench_reader *g, const cJSON *runs) {
    for (int aggregates = 0; aggregates < 2; aggregates++) {
        const cJSON *run;
        size_t number = 0;
        cJSON_ArrayForEach(run, runs) {
            const char *where =
                arena_printf(g->scratch, "%s:benchmarks[%zu]", g->r->path, number++);
            if ((aggregate_of(run) != NULL) == (aggregates == 1))
                read_run(g, where, run);
        }
    }
    if (g->repeated)
        recording_note(g->r, NOTE_WARNING, NULL,
                       "%s: repetitions of one process count as samples, though they share what "
                       "differs from process to process (memory layout, CPU)",
                       g->r->path);
    if (g->only_aggregates)
        recording_note(g->r, NOTE_WARNING, NULL,
                       "%s: %u benchmarks have aggregates only: their mean counts as one sample "
                       "(--benchmark_report_aggregates_only=false writes all)",
                       g->r->path, (unsigned)g->only_aggregates);
}

static bool gbench_read(struct recording *r, struct source *source, struct pg_error *err) {
    cJSON *document;
    if (!json_input(&document, source, true, err))
        return false;
    const cJSON *runs = json_array(document, "benchmarks");
    struct arena *scratch = arena_new();
    struct gbench_reader g = {
        .r = r, .scratch = scratch, .raw = strings_new(scratch), .runs = strings_new(scratch)};
    bool good = runs ? true
                     : pg_error_set(err, PG_FORMAT,
                                    "%.400s: expected an object with an array \"benchmarks\"",
                                    source_name(source));
    if (good) {
        read_context(&g, json_object(document, "context"));
        read_runs(&g, runs);
    }
    arena_free(scratch);
    cJSON_Delete(document);
    return good;
}

static int gbench_sniff(struct text head) {
    static const char *const words[] = {"\"context\"", "\"benchmarks\"", NULL};
    return json_sniff(head, words) ? 90 : 0;
}

const struct format google_benchmark_format = {
    "gbench", "Google Benchmark JSON (--benchmark_format=json)", gbench_sniff, gbench_read};
