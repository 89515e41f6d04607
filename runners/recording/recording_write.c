#include "runners/recording/recording_text.h"

#include "runners/base/number.h"
#include "runners/recording/unit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { UNITS_A_LINE = 256 };

/* What the loops over lines share. */
struct writer {
    FILE *out;
    const struct recording *r;
    struct arena *scratch;
    struct order *order; /* every value, in the order of the lines */
    uint64_t count;
    struct order *failures; /* `series` is the failure's index */
    uint32_t config;        /* in force; UINT32_MAX none */
};

static void write_escaped(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '\r')
            fputs("\\r", out);
        else if (*text == '\\')
            fputs("\\\\", out);
        else
            putc(*text, out);
    }
}

static void write_name(FILE *out, const char *name, struct arena *scratch) {
    struct text plain = recording_name(text_of(name), scratch);
    fwrite(plain.at, 1, plain.length, out);
}

static void write_head(FILE *out, const struct recording *r, struct arena *scratch) {
    fprintf(out, "# perfgate recording: %d\n", RECORDING_VERSION);
    for (uint32_t i = 0; i < r->provenance_count; i++) {
        fprintf(out, "# perfgate %s: ", r->provenance[i].key);
        write_escaped(out, r->provenance[i].value);
        putc('\n', out);
    }
    for (uint32_t i = 0; i < r->note_count; i++) {
        const struct note *note = &r->notes[i];
        fprintf(out, "# perfgate note: %s", note_level_name(note->level));
        if (note->where && *note->where) {
            putc(' ', out);
            struct text where = recording_name(text_of(note->where), scratch);
            write_escaped(out, arena_strndup(scratch, where.at, where.length));
        }
        fputs(": ", out);
        write_escaped(out, note->text);
        putc('\n', out);
    }
    for (uint32_t i = 0; i < r->unit_count; i++) {
        const struct unit_metadata *unit = &r->units[i];
        if (!unit->better && !unit->assume)
            continue;
        fputs("Unit ", out);
        write_name(out, strings_get(r->strings, unit->written), scratch);
        if (unit->better)
            fputs(unit->better == BETTER_LOWER ? " better=lower" : " better=higher", out);
        fputs(unit->assume ? " assume=exact\n" : "\n", out);
    }
}

/* Lines are written round by round; inside a round, by configuration and name in the order in which
 * a reader will see them first. */
struct order {
    uint32_t round;
    uint32_t group;  /* the same for all series of one configuration and name */
    uint32_t repeat; /* which of several values of this series and round: each needs its own line */
    uint32_t rank;   /* of the series */
    uint32_t series, value;
};

static int by_line(const void *a, const void *b) {
    const struct order *x = a, *y = b;
#define BY(field)                                                                                  \
    if (x->field != y->field)                                                                      \
    return x->field < y->field ? -1 : 1
    BY(round);
    BY(group);
    BY(repeat);
    BY(rank);
    BY(series);
    BY(value);
#undef BY
    return 0;
}

static uint64_t count_values(const struct recording *r) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < r->series_count; i++)
        total += r->series[i].count;
    return total;
}

/* The first series of every benchmark and configuration, by a private set of (configuration, name).
 */
static uint32_t *find_groups(const struct recording *r, struct arena *scratch) {
    struct strings *seen = strings_new(scratch);
    uint32_t *first = ARENA_NEW(scratch, uint32_t, (size_t)r->series_count + 1);
    uint32_t *groups = ARENA_NEW(scratch, uint32_t, r->series_count);
    for (uint32_t i = 0; i < r->series_count; i++) {
        uint32_t key[2] = {r->series[i].config, r->series[i].name};
        uint32_t before = strings_count(seen);
        uint32_t number = strings_add(seen, (struct text){(const char *)key, sizeof key});
        if (number == before)
            first[number] = i;
        groups[i] = first[number];
    }
    return groups;
}

/* Ranks the series: by the first round of their benchmark, then by their own. Groups become the
 * rank of their first. */
static uint32_t *rank_series(const struct recording *r, uint32_t *groups, struct arena *scratch) {
    uint32_t *ranks = ARENA_NEW(scratch, uint32_t, r->series_count);
    uint32_t *first_rounds = ARENA_NEW(scratch, uint32_t, r->series_count);
    struct order *order = ARENA_NEW(scratch, struct order, r->series_count);
    for (uint32_t i = 0; i < r->series_count; i++) {
        const struct series *s = &r->series[i];
        uint32_t round = s->rounds ? UINT32_MAX : 0;
        for (uint32_t k = 0; s->rounds && k < s->count; k++)
            round = s->rounds[k] < round ? s->rounds[k] : round;
        order[i] = (struct order){.group = groups[i], .repeat = round, .series = i};
        if (i == groups[i] || round < first_rounds[groups[i]])
            first_rounds[groups[i]] = round;
    }
    for (uint32_t i = 0; i < r->series_count; i++)
        order[i].round = first_rounds[groups[i]];
    qsort(order, r->series_count, sizeof *order, by_line);
    for (uint32_t i = 0, first = 0; i < r->series_count; i++) {
        first = i && order[i].group == order[i - 1].group ? first : i;
        ranks[order[i].series] = i;
        groups[order[i].series] = first;
    }
    return ranks;
}

static struct order *sort_values(const struct recording *r, uint64_t total, struct arena *scratch) {
    uint32_t *groups = find_groups(r, scratch);
    uint32_t *ranks = rank_series(r, groups, scratch);
    struct order *order = ARENA_NEW(scratch, struct order, total);
    uint64_t used = 0;
    for (uint32_t i = 0; i < r->series_count; i++) {
        const struct series *s = &r->series[i];
        uint64_t begin = used;
        for (uint32_t k = 0; k < s->count; k++)
            order[used++] = (struct order){
                s->rounds ? s->rounds[k] : 0, groups[i], s->rounds ? 0 : k, ranks[i], i, k};
        if (!s->rounds)
            continue;
        qsort(order + begin, s->count, sizeof *order, by_line);
        for (uint64_t k = begin + 1; k < used; k++)
            order[k].repeat = order[k].round == order[k - 1].round ? order[k - 1].repeat + 1 : 0;
    }
    qsort(order, total, sizeof *order, by_line);
    return order;
}

/* Could a reader come from one configuration to the other by setting keys alone, and have them in
 * the same order? */
static bool extends(const struct config *to, const struct config *from) {
    if (to->count < from->count)
        return false;
    for (uint32_t i = 0; i < from->count; i++) {
        if (to->pairs[i].key != from->pairs[i].key)
            return false;
    }
    return true;
}

/* The lines that lead from one configuration to another. The order of keys is kept, since it shows
 * in benchstat's tables. */
static void write_config(FILE *out, const struct recording *r, const struct config *from,
                         const struct config *to) {
    bool anew = !extends(to, from);
    for (uint32_t i = 0; anew && i < from->count; i++)
        fprintf(out, "%s:\n", strings_get(r->strings, from->pairs[i].key));
    for (uint32_t i = 0; i < to->count; i++) {
        struct config_pair pair = to->pairs[i];
        if (anew || i >= from->count || from->pairs[i].value != pair.value)
            fprintf(out, "%s: %s\n", strings_get(r->strings, pair.key),
                    strings_get(r->strings, pair.value));
    }
}

/* ` VALUE UNIT`. Scaling back and forth may be one step off in the last place: try the neighbours,
 * and fall back on the base unit, which is exact. */
static void write_value(FILE *out, const struct recording *r, const struct series *s, double value,
                        struct arena *scratch) {
    const char *written = strings_get(r->strings, s->unit_written);
    struct text unit = recording_name(text_of(written), scratch);
    double factor;
    unit_tidy(unit, &factor, scratch);
    char text[NUMBER_TEXT];
    double scaled = value / factor;
    double tries[] = {scaled, nextafter(scaled, INFINITY), nextafter(scaled, -INFINITY)};
    for (int i = 0; factor != 1 && i < 3; i++) {
        for (int digits = 15; digits <= 17; digits++) {
            double back;
            int length = snprintf(text, sizeof text, "%.*g", digits, tries[i]);
            if (number_double((struct text){text, (size_t)length}, &back) &&
                back * factor == value) {
                fprintf(out, " %s %.*s", text, (int)unit.length, unit.at);
                return;
            }
        }
    }
    if (factor != 1)
        unit = recording_name(text_of(strings_get(r->strings, s->unit)), scratch);
    number_text(text, value);
    fprintf(out, " %s %.*s", text, (int)unit.length, unit.at);
}

static void write_failure(const struct writer *w, const struct failure *failure) {
    fputs("# perfgate failed: ", w->out);
    write_name(w->out, strings_get(w->r->strings, failure->name), w->scratch);
    fputs(": ", w->out);
    write_escaped(w->out, failure->reason);
    putc('\n', w->out);
}

/* The values that share a line, from order[at]; returns where the next line begins. */
static uint64_t write_line(struct writer *w, uint64_t at) {
    static const struct config none = {NULL, 0};
    const struct order *first = &w->order[at];
    const struct series *s = &w->r->series[first->series];
    if (s->config != w->config) {
        const struct config *from = w->config == UINT32_MAX ? &none : &w->r->configs[w->config];
        write_config(w->out, w->r, from, &w->r->configs[s->config]);
        w->config = s->config;
    }
    struct arena_mark mark = arena_mark(w->scratch);
    fputs("Benchmark", w->out);
    write_name(w->out, strings_get(w->r->strings, s->name), w->scratch);
    fputs(" 1", w->out);
    uint64_t end = at;
    for (; end < w->count && end - at < UNITS_A_LINE; end++) {
        const struct order *o = &w->order[end];
        if (o->round != first->round || o->group != first->group || o->repeat != first->repeat)
            break;
        write_value(w->out, w->r, &w->r->series[o->series],
                    w->r->series[o->series].values[o->value], w->scratch);
    }
    putc('\n', w->out);
    arena_reset(w->scratch, mark);
    return end;
}

static void sort_failures(struct writer *w) {
    w->failures = ARENA_NEW(w->scratch, struct order, w->r->failure_count);
    for (uint32_t i = 0; i < w->r->failure_count; i++)
        w->failures[i] = (struct order){.round = w->r->failures[i].round, .series = i};
    qsort(w->failures, w->r->failure_count, sizeof *w->failures, by_line);
}

/* Values and failures of every round; returns how many rounds are numbered. */
static uint64_t write_rounds(struct writer *w) {
    uint64_t at = 0, rounds = 0;
    uint32_t failed = 0;
    while (at < w->count || failed < w->r->failure_count) {
        uint32_t round = at < w->count ? w->order[at].round : UINT32_MAX;
        if (failed < w->r->failure_count && w->failures[failed].round < round)
            round = w->failures[failed].round;
        if (round) {
            fprintf(w->out, "# perfgate round: %" PRIu32 "\n", round);
            rounds++;
        }
        while (at < w->count && w->order[at].round == round)
            at = write_line(w, at);
        for (; failed < w->r->failure_count && w->failures[failed].round == round; failed++)
            write_failure(w, &w->r->failures[w->failures[failed].series]);
    }
    return rounds;
}

void recording_write(FILE *out, const struct recording *r) {
    struct arena *scratch = arena_new();
    struct writer w = {.out = out, .r = r, .scratch = scratch, .config = UINT32_MAX};
    write_head(out, r, scratch);
    w.count = count_values(r);
    w.order = sort_values(r, w.count, scratch);
    sort_failures(&w);
    fprintf(out, "# perfgate end: %" PRIu64 "\n", write_rounds(&w));
    arena_free(scratch);
}
