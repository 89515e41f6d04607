#include "gate/flame/flame_json.h"
#include "gate/flame/flame_text.h"
#include "runners/base/escape.h"
#include "runners/base/json.h"
#include "runners/profile/value_text.h"

#include <math.h>

/* Names of frames in the output: two have a meaning of their own. */
enum { NAME_ROOT, NAME_NARROW, NAMES };

static void put_words(struct json_writer *w, const char *key, const char *const words[FLAME_SIDES],
                      bool both) {
    json_key(w, key);
    json_open_array(w);
    for (int side = both ? FLAME_OLD : FLAME_NEW; side < FLAME_SIDES; side++)
        json_put_string(w, words[side]);
    json_close_array(w);
}

static void put_pair(struct json_writer *w, const char *key, int64_t old, int64_t new, bool both) {
    json_key(w, key);
    json_open_array(w);
    if (both)
        json_put_int(w, old);
    json_put_int(w, new);
    json_close_array(w);
}

static void put_units(struct json_writer *w, const struct flame *f) {
    const struct value_unit other = {f->unit, f->unit, 1}, *units = &other;
    size_t count = value_units(&units, f->unit);
    json_key(w, "units");
    json_open_array(w);
    for (size_t i = 0; i < count || i == 0; i++) {
        json_open_array(w);
        json_put_number(w, units[i].factor);
        json_put_string(w, units[i].suffix);
        json_close_array(w);
    }
    json_close_array(w);
}

/* What the classes of palette.css mean. */
static void put_colours(struct json_writer *w) {
    json_key(w, "steps");
    json_open_array(w);
    for (size_t i = 0; i < FLAME_STEPS; i++)
        json_put_number(w, flame_steps[i]);
    json_close_array(w);
    json_key(w, "legend");
    json_open_array(w);
    for (size_t i = 0; i < FLAME_KEYS; i++) {
        json_open_array(w);
        json_put_string(w, flame_keys[i].class);
        json_put_string(w, flame_keys[i].text);
        json_close_array(w);
    }
    json_close_array(w);
}

static void put_per_op(struct json_writer *w, const struct flame *f) {
    if (!(f->per_op[FLAME_NEW] > 0))
        return;
    json_key(w, "per_op");
    json_open_array(w);
    for (int side = flame_is_difference(f) ? FLAME_OLD : FLAME_NEW; side < FLAME_SIDES; side++)
        json_put_number(w, f->per_op[side]);
    json_close_array(w);
}

static void put_head(struct json_writer *w, const struct flame *f, struct arena *arena) {
    static const char *const measures[] = {"cost", "share"}, *const widths[] = {"new", "old",
                                                                                "both"};
    bool both = flame_is_difference(f);
    json_key(w, "schema");
    json_put_string(w, "perfgate.flame/1");
    if (f->benchmark)
        json_string_member(w, "benchmark", escape_visible(arena, text_of(f->benchmark)));
    put_words(w, "profiles", f->input.from.labels, both);
    if (f->benchmark)
        json_string_member(w, "summary", flame_summary(f, arena));
    json_key(w, "sample_type");
    json_put_string(w, f->type);
    json_key(w, "unit");
    json_put_string(w, f->unit);
    put_units(w, f);
    put_pair(w, "totals", f->stacks.total[FLAME_OLD], f->stacks.total[FLAME_NEW], both);
    put_pair(w, "rounds", f->rounds[FLAME_OLD], f->rounds[FLAME_NEW], both);
    put_per_op(w, f);
    if (f->per_round)
        json_string_member(w, "per_round", escape_visible(arena, text_of(f->per_round)));
    json_key(w, "measure");
    json_put_string(w, measures[f->input.measure]);
    json_key(w, "width");
    json_put_string(w, widths[f->input.width]);
    json_key(w, "min_share");
    json_put_number(w, f->input.min_share);
    json_key(w, "joined");
    json_put_int(w, (int64_t)f->narrow_count);
    json_key(w, "gone");
    json_put_int(w, f->gone);
    if (both)
        put_colours(w);
}

static void put_names(struct json_writer *w, const struct flame *f, struct arena *arena) {
    json_key(w, "names");
    json_open_array(w);
    json_put_string(w, "all");
    json_put_string(w, "narrow frames");
    for (uint32_t i = 0; i < f->stacks.name_count; i++) {
        struct arena_mark mark = arena_mark(arena);
        json_put_string(w, flame_name(f, &(struct flame_frame){.name = i}, arena));
        arena_reset(arena, mark);
    }
    json_close_array(w);
}

static int64_t name_number(const struct flame_frame *frame) {
    return frame->name == FLAME_ROOT     ? NAME_ROOT
           : frame->name == FLAME_NARROW ? NAME_NARROW
                                         : (int64_t)frame->name + NAMES;
}

static void put_frames(struct json_writer *w, const struct flame *f) {
    json_key(w, "frames");
    json_open_object(w);
    json_key(w, "level");
    json_open_array(w);
    for (size_t i = 0; i < f->frame_count; i++)
        json_put_int(w, f->frames[i].level);
    json_close_array(w);
    json_key(w, "name");
    json_open_array(w);
    for (size_t i = 0; i < f->frame_count; i++)
        json_put_int(w, name_number(&f->frames[i]));
    json_close_array(w);
    for (int side = flame_is_difference(f) ? FLAME_OLD : FLAME_NEW; side < FLAME_SIDES; side++) {
        json_key(w, side == FLAME_OLD ? "old" : "new");
        json_open_array(w);
        for (size_t i = 0; i < f->frame_count; i++)
            json_put_int(w, f->frames[i].self[side]);
        json_close_array(w);
    }
    json_close_object(w);
}

/* One column of the functions; the place is that of the name. */
static void put_values(struct json_writer *w, const char *key, const struct flame *f, int side,
                       bool flat) {
    json_key(w, key);
    json_open_array(w);
    for (uint32_t i = 0; i < f->stacks.name_count; i++)
        json_put_int(w, flat ? f->functions[i].flat[side] : f->functions[i].cum[side]);
    json_close_array(w);
}

static void put_hues(struct json_writer *w, const struct flame *f) {
    json_key(w, "hue");
    json_open_array(w);
    for (uint32_t i = 0; i < f->stacks.name_count; i++)
        json_put_int(w, flame_hue(f, i));
    json_close_array(w);
}

static struct flame_test test_of(const struct flame *f, uint32_t name, int measure, bool self) {
    const struct flame_mark *mark = f->functions[name].mark;
    return !mark  ? (struct flame_test){NAN, false}
           : self ? mark->self[measure]
                  : mark->total[measure];
}

/* Two columns: p, and whether that is significant; null where there was no test. */
static void put_tests(struct json_writer *w, const struct flame *f, const char *key, int measure,
                      bool self, struct arena *arena) {
    const char *by = measure == FLAME_BY_SHARE ? "share_" : "";
    json_key(w, arena_printf(arena, "%s%s_p", by, key));
    json_open_array(w);
    for (uint32_t i = 0; i < f->stacks.name_count; i++)
        json_put_number(w, test_of(f, i, measure, self).p);
    json_close_array(w);
    json_key(w, arena_printf(arena, "%s%s_changed", by, key));
    json_open_array(w);
    for (uint32_t i = 0; i < f->stacks.name_count; i++) {
        struct flame_test test = test_of(f, i, measure, self);
        if (isnan(test.p))
            json_put_null(w);
        else
            json_put_bool(w, test.changed);
    }
    json_close_array(w);
}

static void put_marks(struct json_writer *w, const struct flame *f, struct arena *arena) {
    for (int measure = 0; measure < FLAME_MEASURES; measure++) {
        if (!f->tested[measure])
            continue;
        put_tests(w, f, "flat", measure, true, arena);
        put_tests(w, f, "cum", measure, false, arena);
    }
    json_key(w, "verdict");
    json_open_array(w);
    for (uint32_t i = 0; i < f->stacks.name_count; i++)
        json_put_string(w, f->functions[i].mark ? f->functions[i].mark->verdict : NULL);
    json_close_array(w);
}

/* Of the root, whose share is always the whole. */
static void put_root(struct json_writer *w, const struct flame *f) {
    const struct flame_test *test = &f->root.total[FLAME_BY_COST];
    if (!f->tested[FLAME_BY_COST] || isnan(test->p))
        return;
    json_key(w, "all");
    json_open_object(w);
    json_number_member(w, "p", test->p);
    json_bool_member(w, "changed", test->changed);
    json_close_object(w);
}

void flame_write_json(FILE *out, const struct flame *f, struct arena *arena) {
    struct json_writer w;
    json_begin(&w, out, false);
    json_open_object(&w);
    put_head(&w, f, arena);
    put_names(&w, f, arena);
    put_frames(&w, f);
    put_root(&w, f);
    json_key(&w, "functions");
    json_open_object(&w);
    if (flame_is_difference(f)) {
        put_values(&w, "old_flat", f, FLAME_OLD, true);
        put_values(&w, "old_cum", f, FLAME_OLD, false);
    }
    put_values(&w, "new_flat", f, FLAME_NEW, true);
    put_values(&w, "new_cum", f, FLAME_NEW, false);
    if (f->tested[FLAME_BY_COST] || f->tested[FLAME_BY_SHARE])
        put_marks(&w, f, arena);
    if (!flame_is_difference(f))
        put_hues(&w, f);
    json_close_object(&w);
    json_close_object(&w);
    putc('\n', out);
}
