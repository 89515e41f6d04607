#include "gate/commands/push_series.h"
#include "runners/profile/merge.h"
#include "runners/profile/pprof.h"

#include <stdio.h>
#include <sys/random.h>

/* ---- labels ---- */

#define PUSH_KEYS                                                                                  \
    "benchmark, branch, build, commit, environment, job, region, repository, target or version"

static bool is_key(struct text key) {
    static const char *const keys[] = {"benchmark", "branch", "build",      "commit", "environment",
                                       "job",       "region", "repository", "target", "version"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (text_equal(key, keys[i]))
            return true;
    }
    return false;
}

static bool is_value(const char *value) {
    size_t length = strlen(value);
    bool good = length > 0 && length <= PUSH_VALUE_BYTES && text_is_utf8(text_of(value));
    for (; *value; value++)
        good = good && (unsigned char)*value >= ' ' && *value != 0x7f;
    return good;
}

static const char *find(const struct push_labels *labels, const char *name) {
    for (size_t i = 0; i < labels->count; i++) {
        if (strcmp(labels->items[i].name, name) == 0)
            return labels->items[i].value;
    }
    return NULL;
}

static bool add(struct push_labels *labels, const char *name, const char *value,
                struct arena *arena, struct pg_error *err) {
    struct push_label label = {name, value};
    if (find(labels, name))
        return pg_error_set(err, PG_USAGE, "the label %s is there twice", name);
    if (!is_value(value))
        return pg_error_set(err, PG_USAGE,
                            "the label %s: expected a value of 1 to %d bytes, in UTF-8 and without "
                            "control characters",
                            name, PUSH_VALUE_BYTES);
    ARENA_PUSH(arena, labels->items, labels->count, labels->capacity, label);
    return true;
}

bool push_labels_make(struct push_labels *out, const char *name, const char *service,
                      const struct string_list *given, const struct recording *recording,
                      struct arena *arena, struct pg_error *err) {
    static const char *const said[] = {"commit", "branch"};
    *out = (struct push_labels){NULL, 0, 0};
    if (!add(out, "__name__", name, arena, err) || !add(out, "service_name", service, arena, err))
        return false;
    for (size_t i = 0; i < given->count; i++) {
        const char *text = given->items[i];
        struct text key = {text, strcspn(text, "=")};
        if (!text[key.length] || !is_key(key))
            return pg_error_set(err, PG_USAGE,
                                "--label: '%.100s' is not KEY=VALUE with a key " PUSH_KEYS, text);
        if (!add(out, arena_strndup(arena, key.at, key.length), text + key.length + 1, arena, err))
            return false;
    }
    for (size_t i = 0; recording && i < sizeof said / sizeof *said; i++) {
        const char *value = recording_get(recording, said[i]);
        if (value && is_value(value) && !find(out, said[i]) &&
            !add(out, said[i], value, arena, err))
            return false;
    }
    return true;
}

/* ---- series ---- */

struct cutting {
    const struct profile *profile;
    uint32_t *group_of; /* by sample */
    const char **names; /* of groups; NULL: samples without the label */
    size_t group_count;
    struct arena *arena;
};

/* The text of a sample's label `benchmark` as it may be sent; NULL when it has none. */
static const char *benchmark_of(const struct profile *p, size_t sample) {
    for (uint32_t l = p->label_start[sample]; l < p->label_start[sample + 1]; l++) {
        const char *text = strings_get(p->strings, p->labels[l].text);
        if (p->labels[l].text &&
            strcmp(strings_get(p->strings, p->labels[l].key), "benchmark") == 0)
            return is_value(text) ? text : "other";
    }
    return NULL;
}

static uint32_t group_of(struct cutting *c, const char *name) {
    size_t most = PUSH_BENCHMARKS;
    for (size_t i = 0; i < c->group_count; i++) {
        if (name == c->names[i] || (name && c->names[i] && strcmp(name, c->names[i]) == 0))
            return (uint32_t)i;
    }
    if (c->group_count >= most && name && strcmp(name, "other") != 0)
        return group_of(c, "other");
    c->names[c->group_count] = name;
    return (uint32_t)c->group_count++;
}

static void cut(struct cutting *c, bool whole) {
    enum { OTHER_AND_NONE = 2 };
    c->group_of = ARENA_NEW(c->arena, uint32_t, c->profile->sample_count);
    c->names = ARENA_NEW(c->arena, const char *, PUSH_BENCHMARKS + OTHER_AND_NONE);
    for (size_t i = 0; i < c->profile->sample_count; i++)
        c->group_of[i] = group_of(c, whole ? NULL : benchmark_of(c->profile, i));
}

/* The samples of a group, without labels, equal stacks joined. */
static bool part_of(struct profile **out, const struct cutting *c, uint32_t group,
                    struct pg_error *err) {
    const struct profile *p = c->profile;
    struct profile part = *p;
    size_t frames = 0, count = 0;
    part.values = ARENA_NEW(c->arena, int64_t, p->sample_count * p->type_count);
    part.stack_start = ARENA_NEW(c->arena, uint32_t, p->sample_count + 1);
    part.frames = ARENA_NEW(c->arena, uint32_t, p->stack_start[p->sample_count]);
    part.label_start = ARENA_NEW(c->arena, uint32_t, p->sample_count + 1);
    part.labels = NULL;
    for (size_t i = 0; i < p->sample_count; i++) {
        size_t depth = p->stack_start[i + 1] - p->stack_start[i];
        if (c->group_of[i] != group)
            continue;
        memcpy(&part.values[count * p->type_count], &p->values[i * p->type_count],
               p->type_count * sizeof *p->values);
        if (depth)
            memcpy(&part.frames[frames], &p->frames[p->stack_start[i]], depth * sizeof *p->frames);
        frames += depth;
        part.stack_start[++count] = (uint32_t)frames;
    }
    part.sample_count = count;
    return profile_merge(out, &(const struct profile *){&part}, 1, c->arena, err);
}

/* RFC 9562, version 4. */
static const char *new_uuid(struct arena *arena) {
    unsigned char b[16] = {0};
    char text[37], *to = text;
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
        memset(b, 0, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    for (int i = 0; i < 16; i++)
        to += snprintf(to, 4, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
    return arena_strdup(arena, text);
}

static bool make_one(struct push_series *out, const struct cutting *c, uint32_t group,
                     const struct push_labels *labels, bool any_size, struct pg_error *err) {
    struct profile *part;
    const char *name = c->names[group] ? c->names[group] : "the profile";
    if (!part_of(&part, c, group, err))
        return false;
    struct push_label *all = ARENA_NEW(c->arena, struct push_label, labels->count + 1);
    *out = (struct push_series){.labels = all,
                                .label_count = labels->count,
                                .id = new_uuid(c->arena),
                                .profile = pprof_message(part, c->arena)};
    memcpy(all, labels->items, labels->count * sizeof *all);
    if (c->names[group])
        all[out->label_count++] = (struct push_label){"benchmark", c->names[group]};
    if (!any_size && part->sample_count > PUSH_SAMPLES)
        return pg_error_set(
            err, PG_LIMIT,
            "%.200s: %zu different stacks, of which Pyroscope takes %d unless it is "
            "told otherwise; if it was, give --any-size",
            name, part->sample_count, PUSH_SAMPLES);
    if (!any_size && out->profile.length > PUSH_PROFILE_BYTES)
        return pg_error_set(err, PG_LIMIT,
                            "%.200s: %zu bytes, of which Pyroscope takes %d unless it is told "
                            "otherwise; if it was, give --any-size",
                            name, out->profile.length, PUSH_PROFILE_BYTES);
    return true;
}

bool push_series_make(struct push_series **out, size_t *count, const struct profile *profile,
                      const struct push_labels *labels, bool any_size, struct arena *arena,
                      struct pg_error *err) {
    struct cutting c = {.profile = profile, .arena = arena};
    if (!profile->sample_count)
        return pg_error_set(err, PG_FORMAT, "it has no samples");
    cut(&c, find(labels, "benchmark") != NULL);
    *count = c.group_count;
    *out = ARENA_NEW(arena, struct push_series, *count);
    for (size_t i = 0; i < *count; i++) {
        if (!make_one(&(*out)[i], &c, (uint32_t)i, labels, any_size, err))
            return false;
    }
    return true;
}

const char *push_profile_name(const struct profile *p) {
    static const char *const names[][2] = {
        {"cpu", "process_cpu"},      {"inuse_space", "memory"},    {"alloc_space", "memory"},
        {"goroutine", "goroutines"}, {"goroutines", "goroutines"}, {"wall", "wall"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (profile_find_type(p, text_of(names[i][0])) != PROFILE_NONE)
            return names[i][1];
    }
    return NULL;
}
