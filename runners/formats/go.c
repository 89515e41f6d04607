/* Go benchmark format, https://golang.org/design/14313-benchmark-format, as
 * golang.org/x/perf/benchfmt reads it: a line that benchstat takes is taken, one that it complains
 * about is complained about in its words. Beyond that, a gate refuses what would poison a
 * comparison: values that are not finite, negative times, log text glued to a unit. */
#include "runners/base/number.h"
#include "runners/formats/format.h"
#include "runners/formats/go_reader.h"
#include "runners/formats/go_words.h"
#include "runners/formats/result_log.h"
#include "runners/recording/recording_text.h"

#include <inttypes.h>
#include <math.h>

enum {
    CONFIG_KEYS = 256,              /* in force at once */
    CONFIG_PAIRS = 4 * 1024 * 1024, /* of all configurations together */
    NOTE_LIMIT = 1000               /* single notes on damaged lines; the rest is counted */
};

struct go_reader {
    struct recording *r;
    struct pg_error *err;
    uint64_t line; /* number of the one being read */
    bool open;     /* which has no newline */
    struct result_log *log;
    struct recording_text text;
    struct config_pair pairs[CONFIG_KEYS];
    uint32_t pair_count, pairs_used;
    bool config_changed;
    uint32_t config;
    uint32_t *units; /* of the line being parsed */
    double *values;
    uint32_t count, unit_capacity, value_capacity;
    uint64_t line_notes;
    uint32_t *failed; /* failures that the harness reported */
    uint32_t failed_count, failed_capacity;
    uint64_t fail_line; /* the first that says FAIL; 0: none */
    uint64_t idle_line; /* the first with an iteration count of 0 or less; 0: none */
    int64_t idle_count; /* that count */
    uint64_t idle_lines;
    struct arena *scratch;
};

static void note_at(struct go_reader *g, uint64_t line, enum note_level level, bool syntax,
                    const char *text) {
    if (level == NOTE_DAMAGE)
        g->r->damaged_lines++;
    if (g->line_notes++ >= NOTE_LIMIT)
        return;
    char *where = arena_printf(g->r->arena, "%s:%" PRIu64, g->r->path, line);
    recording_note(g->r, level, where, "%s", text);
    g->r->notes[g->r->note_count - 1].syntax = syntax;
}

/* A note on the current line. `syntax`: benchstat says the same. */
static void note_line(struct go_reader *g, enum note_level level, bool syntax, const char *text) {
    note_at(g, g->line, level, syntax, text);
}

/* ---- result lines ---- */

/* Whose beginning the last unit of a line without newline seems to be: no line before it has it.
 * NULL when it is a unit of its own. */
static const char *cut_from(const struct go_reader *g, struct text unit) {
    const char *longer = go_longer_unit(unit);
    return longer ? longer : result_log_longer_unit(g->log, unit);
}

static void add_value(struct go_reader *g, uint32_t unit, double value) {
    uint32_t count = g->count;
    ARENA_PUSH(g->scratch, g->units, count, g->unit_capacity, unit);
    ARENA_PUSH(g->scratch, g->values, g->count, g->value_capacity, value);
}

/* Parses `VALUE UNIT VALUE UNIT…`. NULL, or what is wrong; *syntax tells benchstat's complaints. */
static const char *parse_values(struct go_reader *g, struct text rest, bool *syntax) {
    struct text number, unit;
    uint32_t known_units = result_log_unit_count(g->log);
    g->count = 0;
    while (text_field(&rest, &number)) {
        double value;
        *syntax = true;
        if (!number_grouped(number, &value)) {
            const char *fault = number_fault(number);
            *syntax = strcmp(fault, "not a finite number") != 0;
            return arena_printf(g->scratch, "parsing measurement: %s", fault);
        }
        if (!text_field(&rest, &unit))
            return "missing units";
        *syntax = false;
        if (!g->text.is_recording && go_is_glued(unit))
            return arena_printf(g->scratch, "other output is stuck to the unit: '%.*s'",
                                TEXT_ARG(unit, 100));
        if (unit.length > RECORDING_NAME_LIMIT)
            return "the unit is longer than any";
        unit = recording_name(unit, g->scratch);
        uint32_t index = result_log_unit(g->log, unit);
        const struct log_unit *known = result_log_get_unit(g->log, index);
        if (value < 0 && known->is_time)
            return arena_printf(g->scratch, "negative time: %.*s %.*s", TEXT_ARG(number, 40),
                                TEXT_ARG(unit, 40));
        if (!isfinite(value * known->factor))
            return "parsing measurement: value out of range";
        const char *longer =
            g->open && rest.length == 0 && index >= known_units ? cut_from(g, unit) : NULL;
        if (longer)
            return arena_printf(g->scratch,
                                "the line is cut: it has no newline, and its unit '%.*s' is the "
                                "beginning of '%.100s'",
                                TEXT_ARG(unit, 100), longer);
        add_value(g, index, value);
    }
    *syntax = true;
    return g->count ? NULL : "missing measurements";
}

/* Lines such as "Benchmarking …" or "Benchmark results:" are somebody's log, not a damaged result:
 * `go test` writes no such names. In a recording of our own, where only results begin so, they are
 * damage. */
static bool looks_like_log(const struct go_reader *g, struct text name) {
    return !g->text.is_recording && (name.length == 0 || (name.at[0] >= 'a' && name.at[0] <= 'z'));
}

/* The testing package never prints such a count. */
static void remember_idle(struct go_reader *g, int64_t iterations) {
    if (g->idle_lines++ == 0) {
        g->idle_line = g->line;
        g->idle_count = iterations;
    }
}

static void settle_idle(struct go_reader *g) {
    if (!g->idle_lines)
        return;
    const char *more =
        g->idle_lines == 1
            ? ""
            : arena_printf(g->scratch, " (%" PRIu64 " more lines have one of 0 or less)",
                           g->idle_lines - 1);
    note_at(g, g->idle_line, NOTE_WARNING, false,
            arena_printf(g->scratch,
                         "iteration count %" PRId64
                         "%s: benchstat takes the line all the same, and "
                         "so does this program",
                         g->idle_count, more));
}

static bool settle_config(struct go_reader *g) {
    if (!g->config_changed)
        return true;
    g->pairs_used += g->pair_count;
    if (g->pairs_used > CONFIG_PAIRS)
        return pg_error_set(g->err, PG_LIMIT,
                            "%.400s:%" PRIu64 ": configuration changes too often; refused",
                            g->r->path, g->line);
    g->config = recording_config(g->r, g->pairs, g->pair_count);
    g->config_changed = false;
    return true;
}

/* A line behind its prefix `Benchmark`. */
static bool result_line(struct go_reader *g, struct text line) {
    if (!settle_config(g))
        return false;
    uint32_t round = g->text.several ? 0 : g->text.round;
    if (result_log_repeat(g->log, g->config, round, line)) {
        g->r->result_lines++;
        return true;
    }
    struct text rest = line, name, field;
    /* The name touches the prefix; white space behind the prefix means an empty name. */
    if (!text_field(&rest, &name) || name.at > line.at) {
        rest = line;
        name = (struct text){line.at, 0};
    }
    if (name.length == line.length) { /* verbose mode: the name alone, before the benchmark runs */
        if (g->open)
            note_line(g, NOTE_DAMAGE, false, "the line is cut: it has no newline, and no result");
        return true;
    }
    int64_t iterations = 0;
    const char *fault = text_field(&rest, &field) ? go_iterations_fault(field, &iterations)
                                                  : "missing iteration count";
    if (fault) {
        note_line(g, looks_like_log(g, name) ? NOTE_INFO : NOTE_DAMAGE, true, fault);
        return true;
    }
    bool syntax = false;
    fault = name.length > RECORDING_NAME_LIMIT ? "the name is longer than 65536 bytes"
                                               : parse_values(g, rest, &syntax);
    if (fault) {
        note_line(g, NOTE_DAMAGE, syntax, fault);
        return true;
    }
    g->r->result_lines++;
    if (iterations <= 0)
        remember_idle(g, iterations);
    result_log_add(g->log, g->config, round, recording_name(name, g->scratch), g->units, g->values,
                   g->count);
    return true;
}

/* ---- unit metadata ---- */

static void set_metadata(struct go_reader *g, struct unit_metadata *unit, struct text key,
                         struct text value, struct text written) {
    const char *standing = NULL;
    uint64_t line = g->line;
    bool lower = text_equal(value, "lower"), higher = text_equal(value, "higher");
    bool exact = text_equal(value, "exact"), nothing = text_equal(value, "nothing");
    if (text_equal(key, "better") && (lower || higher)) {
        enum better better = lower ? BETTER_LOWER : BETTER_HIGHER;
        if (unit->better_line && unit->better != better)
            standing = unit->better == BETTER_LOWER ? "lower" : "higher";
        unit->better = standing ? unit->better : better;
        unit->better_line = standing ? unit->better_line : line;
    } else if (text_equal(key, "assume") && (exact || nothing)) {
        enum assume assume = exact ? ASSUME_EXACT : ASSUME_NOTHING;
        if (unit->assume_line && unit->assume != assume)
            standing = unit->assume == ASSUME_EXACT ? "exact" : "nothing";
        unit->assume = standing ? unit->assume : assume;
        unit->assume_line = standing ? unit->assume_line : line;
    } else {
        note_line(g, NOTE_INFO, false,
                  arena_printf(g->scratch, "unit metadata '%.*s=%.*s' means nothing here",
                               TEXT_ARG(key, 40), TEXT_ARG(value, 40)));
    }
    if (standing)
        note_line(g, NOTE_DAMAGE, true,
                  arena_printf(g->scratch, "metadata %.*s of unit %.*s already set to %s",
                               TEXT_ARG(key, 40), TEXT_ARG(written, 100), standing));
}

/* `Unit UNIT KEY=VALUE…`, behind the word Unit. An error does not stop the rest of the line. */
static void unit_line(struct go_reader *g, struct text rest) {
    struct text written, field;
    if (!text_field(&rest, &written)) {
        note_line(g, NOTE_WARNING, true, "missing unit");
        return;
    }
    written = recording_name(written, g->scratch);
    struct log_unit known = *result_log_get_unit(g->log, result_log_unit(g->log, written));
    struct unit_metadata *unit = recording_unit(g->r, known.unit);
    if (unit->written == unit->unit)
        unit->written = known.written;
    while (text_field(&rest, &field)) {
        const char *equals = memchr(field.at, '=', field.length);
        if (!equals || equals == field.at) {
            note_line(g, NOTE_WARNING, true, "expected key=value");
            continue;
        }
        size_t key = (size_t)(equals - field.at);
        set_metadata(g, unit, (struct text){field.at, key},
                     (struct text){equals + 1, field.length - key - 1}, written);
    }
}

/* ---- configuration ---- */

/* Without control characters, which have no business in a value and would break the lines of a
 * recording. */
static struct text clean_value(struct go_reader *g, struct text value) {
    struct text copy = value;
    for (size_t i = 0; i < value.length; i++) {
        if ((unsigned char)value.at[i] >= ' ' || value.at[i] == '\t')
            continue;
        if (copy.at == value.at)
            copy.at = arena_strndup(g->scratch, value.at, value.length);
        ((char *)copy.at)[i] = '_';
    }
    return copy;
}

static bool config_line(struct go_reader *g, struct text key, struct text value) {
    uint32_t number = strings_add(g->r->strings, key), i = 0;
    g->config_changed = true;
    while (i < g->pair_count && g->pairs[i].key != number)
        i++;
    if (value.length == 0) {
        /* The last pair takes the place, as in benchfmt: the order of keys shows in benchstat's
         * tables. */
        if (i < g->pair_count)
            g->pairs[i] = g->pairs[--g->pair_count];
        return true;
    }
    if (i == CONFIG_KEYS)
        return pg_error_set(g->err, PG_LIMIT,
                            "%.400s:%" PRIu64 ": more than %d configuration keys; refused",
                            g->r->path, g->line, CONFIG_KEYS);
    g->pairs[i] = (struct config_pair){number, strings_add(g->r->strings, clean_value(g, value))};
    g->pair_count += i == g->pair_count;
    return true;
}

/* ---- everything else ---- */

/* `--- FAIL: BenchmarkX` and `FAIL`: the harness says that something did not work. */
static void harness_line(struct go_reader *g, struct text line) {
    static const char failed[] = "--- FAIL: Benchmark";
    struct text rest, name;
    if (go_is_buried_result(line)) {
        note_line(g, NOTE_DAMAGE, false, "a result in the middle of other output is not counted");
        return;
    }
    while (line.length && *line.at == ' ') { /* of a benchmark within one */
        line.at++;
        line.length--;
    }
    if (text_starts(line, failed)) {
        rest = (struct text){line.at + sizeof failed - 1, line.length - (sizeof failed - 1)};
        if (!text_field(&rest, &name) || name.length > RECORDING_NAME_LIMIT)
            return;
        ARENA_PUSH(g->scratch, g->failed, g->failed_count, g->failed_capacity, g->r->failure_count);
        recording_fail(g->r, strings_add(g->r->strings, recording_name(name, g->scratch)),
                       g->text.several ? 0 : g->text.round, "the harness reports FAIL");
    } else if (!g->fail_line && (text_equal(line, "FAIL") || text_starts(line, "FAIL\t"))) {
        g->fail_line = g->line;
    }
}

static struct text name_of(const struct go_reader *g, uint32_t number) {
    return (struct text){strings_get(g->r->strings, number), strings_length(g->r->strings, number)};
}

/* A benchmark that fails in its first run is reported without the suffix that results have. When
 * all results have the same, it gets that, so that its name is the one it has in other files. */
static void complete_failed_names(struct go_reader *g) {
    struct recording *r = g->r;
    if (!g->failed_count || !r->series_count)
        return;
    struct text common = go_procs_suffix(name_of(g, r->series[0].name));
    for (uint32_t i = 1; i < r->series_count; i++) {
        struct text suffix = go_procs_suffix(name_of(g, r->series[i].name));
        if (suffix.length != common.length || memcmp(suffix.at, common.at, common.length) != 0)
            return;
    }
    for (uint32_t i = 0; i < g->failed_count; i++) {
        struct failure *failure = &r->failures[g->failed[i]];
        const char *name = strings_get(r->strings, failure->name);
        if (go_procs_suffix(text_of(name)).length == 0)
            failure->name = strings_add(
                r->strings,
                text_of(arena_printf(g->scratch, "%s%.*s", name, (int)common.length, common.at)));
    }
}

/* With a failed benchmark named, FAIL only repeats it. Without, a package crashed, ran out of time
 * or was not built, and what it did not print cannot be told from what does not exist. */
static void settle_fail(struct go_reader *g) {
    if (g->fail_line && g->failed_count)
        note_at(g, g->fail_line, NOTE_WARNING, false, "the harness reports FAIL");
    else if (g->fail_line)
        note_at(g, g->fail_line, NOTE_DAMAGE, false,
                "the harness reports FAIL: results may be missing");
}

bool go_reader_line(struct go_reader *g, struct go_line whole) {
    struct text line = whole.text, rest = line, field, key, value;
    g->line = whole.number;
    g->open = whole.open;
    if (text_starts(line, "Benchmark"))
        return result_line(g, (struct text){line.at + 9, line.length - 9});
    if (text_starts(line, "Unit") && text_field(&rest, &field) && text_equal(field, "Unit")) {
        unit_line(g, rest);
        return true;
    }
    if (text_starts(line, "#"))
        return recording_text_line(g->r, &g->text, line, g->line, g->err);
    if (go_config_line(line, &key, &value))
        return config_line(g, key, value);
    harness_line(g, line);
    return true;
}

struct go_reader *go_reader_new(struct recording *r, struct arena *scratch, struct pg_error *err) {
    struct go_reader *g = ARENA_NEW(scratch, struct go_reader, 1);
    g->r = r;
    g->err = err;
    g->scratch = scratch;
    g->log = result_log_new(r, scratch);
    g->config_changed = true;
    return g;
}

void go_reader_end(struct go_reader *g) {
    result_log_finish(g->log);
    settle_idle(g);
    settle_fail(g);
    complete_failed_names(g);
    if (g->line_notes > NOTE_LIMIT)
        recording_note(g->r, NOTE_WARNING, g->r->path, "%" PRIu64 " more such lines",
                       g->line_notes - NOTE_LIMIT);
    recording_text_finish(g->r, &g->text);
}

static bool go_read(struct recording *r, struct source *source, struct pg_error *err) {
    struct arena *scratch = arena_new();
    struct go_reader *g = go_reader_new(r, scratch, err);
    struct go_line line;
    bool end = false, good = true;
    while (good && (good = source_line(source, &line.text, &end, err)) && !end) {
        line.number = source_line_number(source);
        line.open = source_line_open(source);
        good = go_reader_line(g, line);
    }
    if (good)
        go_reader_end(g);
    arena_free(scratch);
    return good;
}

/* How much one line speaks for the format. */
static int sniff_line(struct text line) {
    struct text rest = line, field;
    uint64_t iterations;
    if (text_starts(line, "# perfgate recording: "))
        return 100;
    if (text_starts(line, "goos: ") || text_starts(line, "pkg: ") || text_starts(line, "Unit "))
        return 80;
    if (!text_starts(line, "Benchmark") || !text_field(&rest, &field))
        return 0;
    bool counted = text_field(&rest, &field) && number_u64(field, &iterations);
    return counted && text_field(&rest, &field) && field.at[0] >= '0' && field.at[0] <= '9' ? 90
                                                                                            : 10;
}

static int go_sniff(struct text head) {
    int most = 0;
    while (head.length && most < 100) {
        const char *newline = memchr(head.at, '\n', head.length);
        size_t length = newline ? (size_t)(newline - head.at) : head.length;
        int sure = sniff_line((struct text){head.at, length});
        most = sure > most ? sure : most;
        length += newline != NULL;
        head.at += length;
        head.length -= length;
    }
    return most;
}

const struct format go_format = {"go", "go test -bench output and perfgate recordings", go_sniff,
                                 go_read};
