#include "gate/report/report_parts.h"
#include "gate/report/report_read.h"

/* Which of a recording's places a key stands in: everything else is of the fingerprint. */
static bool is_one_of(const char *const *keys, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return false;
}

/* The fingerprint is one line of `key=value`. */
static bool add_to_line(struct member_reader *reader, const char *side, const char *key,
                        const char *value, const char **line) {
    if (!*key || strpbrk(key, " ="))
        return members_fail(reader, side, key, "a key without blanks and `=` was expected");
    *line =
        arena_printf(reader->arena, "%s%s%s=%s", *line ? *line : "", *line ? " " : "", key, value);
    return true;
}

static void add_setting(struct recording *r, const char *key, const char *value,
                        struct config_pair *pairs, uint32_t *count) {
    pairs[(*count)++] = (struct config_pair){strings_add(r->strings, text_of(key)),
                                             strings_add(r->strings, text_of(value))};
}

bool report_read_environment(struct member_reader *reader, const char *side, const cJSON *object,
                             const struct recording **out) {
    static const char *const provenance[] = {"commit",  "modified", "branch",  "time",
                                             "version", "rounds",   "session", "fingerprint-id"};
    static const char *const settings[] = {"goos", "goarch", "cpu"};
    enum { PROVENANCE = sizeof provenance / sizeof *provenance, SETTINGS = 3 };
    const char *label = json_string(object, "label"), *line = NULL;
    struct config_pair pairs[SETTINGS];
    uint32_t pair_count = 0;
    const cJSON *item;
    size_t count;
    *out = NULL;
    if (!object->child)
        return true;
    if (!label)
        return members_fail(reader, side, "label", "expected a string");
    if (!members_count(reader, side, object, REPORT_MOST_KEYS, &count))
        return false;
    struct strings *strings = strings_new(reader->arena);
    struct recording *r =
        recording_new(members_string(reader, label, false), "report", strings, reader->arena);
    cJSON_ArrayForEach(item, object) {
        if (!cJSON_IsString(item))
            return members_fail(reader, side, item->string, "expected a string");
        const char *key = members_string(reader, item->string, false);
        const char *value = members_string(reader, item->valuestring, true);
        if (is_one_of(provenance, PROVENANCE, key))
            recording_set(r, key, value);
        else if (is_one_of(settings, SETTINGS, key))
            add_setting(r, key, value, pairs, &pair_count);
        else if (strcmp(key, "label") != 0 && !add_to_line(reader, side, key, value, &line))
            return false;
    }
    if (line)
        recording_set(r, "fingerprint", line);
    if (pair_count) /* settings are those in force for the first result */
        recording_series_new(r, recording_config(r, pairs, pair_count), 0, 0, 0);
    *out = r;
    return true;
}
