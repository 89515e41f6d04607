/* perfgate history for programs: schema perfgate.history/1 (gate/history/history.schema.json), and
 * a line a recording. */
#include "gate/commands/history_parts.h"
#include "gate/report/scale.h"
#include "runners/base/escape.h"
#include "runners/base/json.h"

#include <inttypes.h>
#include <math.h>

static const char *better_word(enum better better) {
    return better == BETTER_LOWER ? "lower" : better == BETTER_HIGHER ? "higher" : NULL;
}

/* ---- JSON ---- */

static void put_method(struct json_writer *w, const struct timeline_method *m) {
    json_key(w, "method");
    json_open_object(w);
    json_string_member(w, "name", "e-divisive");
    json_number_member(w, "alpha", m->alpha);
    json_string_member(w, "correction", "bh");
    json_count_member(w, "family", m->family);
    json_count_member(w, "least_level", m->least);
    json_count_member(w, "recordings_needed", m->needed);
    json_count_member(w, "permutations", m->permutations);
    json_count_member(w, "seed", m->seed);
    json_close_object(w);
}

static void put_point(struct json_writer *w, const struct timeline_point *p) {
    const struct timeline_source *s = p->source;
    json_open_object(w);
    json_string_member(w, "id", s->id);
    json_string_member(w, "path", s->path);
    json_string_member(w, "time", s->time);
    json_string_member(w, "commit", s->commit);
    json_bool_member(w, "modified", s->modified);
    json_string_member(w, "verdict", s->verdict);
    json_bool_member(w, "accepted", s->accepted);
    json_count_member(w, "n", p->n);
    json_number_member(w, "center", p->center);
    json_number_member(w, "low", p->low);
    json_number_member(w, "high", p->high);
    json_number_member(w, "change", p->change);
    json_close_object(w);
}

static void put_change(struct json_writer *w, const struct timeline_series *s,
                       const struct timeline_change *c) {
    json_open_object(w);
    json_count_member(w, "index", c->index);
    json_string_member(w, "before_id", s->points[c->index - 1].source->id);
    json_string_member(w, "before_commit", s->points[c->index - 1].source->commit);
    json_string_member(w, "after_id", s->points[c->index].source->id);
    json_string_member(w, "after_commit", s->points[c->index].source->commit);
    json_number_member(w, "level_before", c->before);
    json_number_member(w, "level_after", c->after);
    json_number_member(w, "change", c->change);
    json_string_member(w, "direction", history_direction(s, c->change));
    json_number_member(w, "p", c->p);
    json_close_object(w);
}

static void put_series(struct json_writer *w, const struct timeline_series *s) {
    json_open_object(w);
    json_string_member(w, "name", s->name);
    json_string_member(w, "package", *s->package ? s->package : NULL);
    json_string_member(w, "unit", s->unit);
    json_string_member(w, "better", better_word(s->better));
    json_string_member(w, "branch", s->branch);
    json_string_member(w, "fingerprint", s->machine);
    json_string_member(w, "undecided", s->outcome == OUTCOME_OK ? NULL : outcome_text(s->outcome));
    json_number_member(w, "p_adjusted", s->p_adjusted);
    json_count_member(w, "missing", s->missing);
    json_key(w, "recordings");
    json_open_array(w);
    for (size_t i = 0; i < s->count; i++)
        put_point(w, &s->points[i]);
    json_close_array(w);
    json_key(w, "changes");
    json_open_array(w);
    for (size_t i = 0; i < s->change_count; i++)
        put_change(w, s, &s->changes[i]);
    json_close_array(w);
    json_close_object(w);
}

void history_json(FILE *out, const void *what, struct arena *arena) {
    const struct history *h = what;
    struct json_writer w;
    (void)arena;
    json_open_document(&w, out, "perfgate.history/1");
    json_string_member(&w, "store", h->store);
    put_method(&w, &h->timeline.method);
    json_key(&w, "series");
    json_open_array(&w);
    for (size_t i = 0; i < h->timeline.count; i++)
        put_series(&w, &h->timeline.series[i]);
    json_close_array(&w);
    json_key(&w, "damaged");
    json_open_array(&w);
    for (size_t i = 0; i < h->damaged_count; i++) {
        json_open_object(&w);
        json_string_member(&w, "id", h->damaged[i].id);
        json_string_member(&w, "damage", h->damaged[i].damage);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_key(&w, "notes");
    json_open_array(&w);
    for (size_t i = 0; i < h->note_count; i++)
        json_put_string(&w, h->notes[i]);
    json_close_array(&w);
    json_close_object(&w);
}

/* ---- CSV ---- */

static void put_cell(FILE *out, const char *text, struct arena *arena) {
    fprintf(out, "%s,", text ? escape_cell(arena, text) : "");
}

static void put_number(FILE *out, double value) {
    char text[FIXED_TEXT] = "";
    if (!isnan(value))
        shortest_print(text, value);
    fprintf(out, "%s,", text);
}

static void put_record(FILE *out, const struct timeline_series *s, const struct timeline_point *p,
                       const struct timeline_change *change, struct arena *arena) {
    const struct timeline_source *source = p->source;
    const char *texts[] = {s->name,      s->package, s->unit,        s->branch,      s->machine,
                           source->time, source->id, source->commit, source->verdict};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        put_cell(out, texts[i], arena);
    fprintf(out, "%s,%s,%" PRIu32 ",", source->modified ? "yes" : "no",
            source->accepted ? "yes" : "no", p->n);
    const double numbers[] = {p->center, p->low, p->high, p->change, change ? change->change : NAN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put_number(out, numbers[i]);
    if (change) {
        char text[FIXED_TEXT];
        shortest_print(text, change->p);
        fputs(text, out);
    }
    fputc('\n', out);
}

void history_csv(FILE *out, const void *what, struct arena *arena) {
    const struct history *h = what;
    fputs("benchmark,package,unit,branch,fingerprint,time,id,commit,verdict,modified,accepted,n,"
          "center,low,high,change,level_change,level_p\n",
          out);
    for (size_t i = 0; i < h->timeline.count; i++) {
        const struct timeline_series *s = &h->timeline.series[i];
        const struct timeline_change *next = s->changes, *end = s->changes + s->change_count;
        for (size_t k = 0; k < s->count; k++) {
            bool here = next < end && next->index == k;
            put_record(out, s, &s->points[k], here ? next : NULL, arena);
            next += here;
        }
    }
}
