#include "runners/profile/profile.h"

struct profile *profile_new(struct strings *strings, struct arena *arena) {
    struct profile *p = ARENA_NEW(arena, struct profile, 1);
    p->strings = strings;
    p->stack_start = ARENA_NEW(arena, uint32_t, 1);
    p->label_start = ARENA_NEW(arena, uint32_t, 1);
    p->line_start = ARENA_NEW(arena, uint32_t, 1);
    return p;
}

static bool wrong(struct pg_error *err, const char *what, size_t at) {
    return pg_error_set(err, PG_FORMAT, "%s %zu: an index is out of range", what, at);
}

static bool check_header(const struct profile *p, uint32_t texts, struct pg_error *err) {
    if (p->period_type.name >= texts || p->period_type.unit >= texts || p->default_type >= texts ||
        p->drop_frames >= texts || p->keep_frames >= texts || p->doc_url >= texts)
        return wrong(err, "header", 0);
    for (size_t i = 0; i < p->type_count; i++) {
        if (p->types[i].name >= texts || p->types[i].unit >= texts)
            return wrong(err, "sample type", i);
    }
    for (size_t i = 0; i < p->comment_count; i++) {
        if (p->comments[i] >= texts)
            return wrong(err, "comment", i);
    }
    if (p->sample_count && !p->type_count)
        return pg_error_set(err, PG_FORMAT, "there are samples, but no sample types");
    return true;
}

static bool check_places(const struct profile *p, uint32_t texts, struct pg_error *err) {
    for (size_t i = 0; i < p->mapping_count; i++) {
        if (p->mappings[i].file >= texts || p->mappings[i].build_id >= texts)
            return wrong(err, "mapping", i);
    }
    for (size_t i = 0; i < p->function_count; i++) {
        const struct profile_function *f = &p->functions[i];
        if (f->name >= texts || f->system_name >= texts || f->file >= texts)
            return wrong(err, "function", i);
    }
    for (size_t i = 0; i < p->location_count; i++) {
        uint32_t mapping = p->locations[i].mapping;
        if ((mapping != PROFILE_NONE && mapping >= p->mapping_count) ||
            p->line_start[i] > p->line_start[i + 1])
            return wrong(err, "location", i);
    }
    for (size_t i = 0; i < p->line_start[p->location_count]; i++) {
        if (p->lines[i].function >= p->function_count)
            return wrong(err, "line", i);
    }
    return p->line_start[0] == 0 || wrong(err, "location", 0);
}

static bool check_samples(const struct profile *p, uint32_t texts, struct pg_error *err) {
    for (size_t i = 0; i < p->sample_count; i++) {
        if (p->stack_start[i] > p->stack_start[i + 1] || p->label_start[i] > p->label_start[i + 1])
            return wrong(err, "sample", i);
    }
    for (size_t i = 0; i < p->stack_start[p->sample_count]; i++) {
        if (p->frames[i] >= p->location_count)
            return wrong(err, "frame", i);
    }
    for (size_t i = 0; i < p->label_start[p->sample_count]; i++) {
        const struct profile_label *label = &p->labels[i];
        if (label->key >= texts || label->text >= texts || label->unit >= texts)
            return wrong(err, "label", i);
    }
    return (p->stack_start[0] == 0 && p->label_start[0] == 0) || wrong(err, "sample", 0);
}

bool profile_check(const struct profile *p, struct pg_error *err) {
    uint32_t texts = strings_count(p->strings);
    return check_header(p, texts, err) && check_places(p, texts, err) &&
           check_samples(p, texts, err);
}

uint32_t profile_find_type(const struct profile *p, struct text name) {
    uint32_t number;
    if (!strings_find(p->strings, name, &number))
        return PROFILE_NONE;
    for (uint32_t i = 0; i < p->type_count; i++) {
        if (p->types[i].name == number)
            return i;
    }
    return PROFILE_NONE;
}

uint32_t profile_shown_type(const struct profile *p) {
    for (uint32_t i = 0; p->default_type && i < p->type_count; i++) {
        if (p->types[i].name == p->default_type)
            return i;
    }
    return p->type_count ? (uint32_t)p->type_count - 1 : PROFILE_NONE;
}
