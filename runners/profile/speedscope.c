/* By https://github.com/jlfwong/speedscope/blob/main/src/lib/file-format-spec.ts */
#include "runners/profile/speedscope.h"
#include "runners/base/json.h"

static const char *text(const struct profile *p, uint32_t number) {
    return strings_get(p->strings, number);
}

static const char *unit_of(const char *unit) {
    static const char *const known[][2] = {{"nanoseconds", "nanoseconds"},
                                           {"ns", "nanoseconds"},
                                           {"microseconds", "microseconds"},
                                           {"us", "microseconds"},
                                           {"milliseconds", "milliseconds"},
                                           {"ms", "milliseconds"},
                                           {"seconds", "seconds"},
                                           {"s", "seconds"},
                                           {"bytes", "bytes"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(unit, known[i][0]) == 0)
            return known[i][1];
    }
    return "none";
}

static void put_frames(struct json_writer *w, const struct profile *p) {
    json_key(w, "shared");
    json_open_object(w);
    json_key(w, "frames");
    json_open_array(w);
    for (size_t i = 0; i < p->location_count; i++) {
        const struct profile_function *f = &p->functions[p->lines[p->line_start[i]].function];
        json_open_object(w);
        json_string_member(w, "name", text(p, f->name));
        if (f->file)
            json_string_member(w, "file", text(p, f->file));
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

/* Stacks begin with the root there. */
static void put_stacks(struct json_writer *w, const struct profile *p, size_t type) {
    json_key(w, "samples");
    json_open_array(w);
    for (size_t i = 0; i < p->sample_count; i++) {
        if (!p->values[i * p->type_count + type])
            continue;
        json_open_array(w);
        for (uint32_t f = p->stack_start[i + 1]; f > p->stack_start[i]; f--)
            json_put_int(w, p->frames[f - 1]);
        json_close_array(w);
    }
    json_close_array(w);
}

static void put_weights(struct json_writer *w, const struct profile *p, size_t type) {
    json_key(w, "weights");
    json_open_array(w);
    for (size_t i = 0; i < p->sample_count; i++) {
        if (p->values[i * p->type_count + type])
            json_put_int(w, p->values[i * p->type_count + type]);
    }
    json_close_array(w);
}

static void put_profile(struct json_writer *w, const struct profile *p, size_t type) {
    double total = 0;
    for (size_t i = 0; i < p->sample_count; i++)
        total += (double)p->values[i * p->type_count + type];
    json_open_object(w);
    json_string_member(w, "type", "sampled");
    json_string_member(w, "name", text(p, p->types[type].name));
    json_string_member(w, "unit", unit_of(text(p, p->types[type].unit)));
    json_number_member(w, "startValue", 0);
    json_number_member(w, "endValue", total);
    put_stacks(w, p, type);
    put_weights(w, p, type);
    json_close_object(w);
}

bool speedscope_write(FILE *out, const struct profile *p, struct pg_error *err) {
    struct json_writer w;
    for (size_t i = 0; i < p->sample_count * p->type_count; i++) {
        if (p->values[i] < 0)
            return pg_error_set(err, PG_FORMAT,
                                "a negative value; speedscope's format does not have them");
    }
    json_begin(&w, out, false);
    json_open_object(&w);
    json_string_member(&w, "version", "0.0.1");
    json_string_member(&w, "$schema", "https://www.speedscope.app/file-format-schema.json");
    json_string_member(&w, "exporter", "perfgate");
    put_frames(&w, p);
    json_key(&w, "profiles");
    json_open_array(&w);
    for (size_t i = 0; i < p->type_count; i++)
        put_profile(&w, p, i);
    json_close_array(&w);
    uint32_t shown = profile_shown_type(p);
    json_count_member(&w, "activeProfileIndex", shown == PROFILE_NONE ? 0 : shown);
    json_close_object(&w);
    fputc('\n', out);
    return true;
}
