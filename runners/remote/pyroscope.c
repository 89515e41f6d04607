#include "runners/remote/pyroscope.h"
#include "runners/remote/http.h"
#include "runners/remote/message.h"

#include <inttypes.h>

struct text pyroscope_merge_message(const struct remote_query *query, uint64_t start_ms,
                                    uint64_t end_ms, struct arena *arena) {
    enum { FIELDS = 4 };
    size_t most = strlen(query->type) + strlen(query->selector) + FIELDS * MESSAGE_FIELD_BYTES;
    char *bytes = ARENA_NEW(arena, char, most), *to = bytes;
    to = message_text(to, 1, text_of(query->type));
    to = message_text(to, 2, text_of(query->selector));
    to = message_number(to, 3, start_ms);
    to = message_number(to, 4, end_ms);
    return (struct text){bytes, (size_t)(to - bytes)};
}

/* Without maxNodes all but 8192 are cut off; more than 2^20 are refused. Neither is asked for. */
const char *pyroscope_render_url(const char *url, const struct remote_query *query,
                                 uint64_t start_ms, uint64_t end_ms, struct arena *arena) {
    const char *pairs[][2] = {{"query", remote_query_text(query, arena)},
                              {"from", arena_printf(arena, "%" PRIu64, start_ms)},
                              {"until", arena_printf(arena, "%" PRIu64, end_ms)},
                              {"format", "json"},
                              {"maxNodes", "65536"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        url = http_add_query(url, pairs[i][0], pairs[i][1], arena);
    return url;
}

/* ---- push ---- */

static struct text label_message(const struct push_label *label, struct arena *arena) {
    size_t most = strlen(label->name) + strlen(label->value) + 2 * MESSAGE_FIELD_BYTES;
    char *bytes = ARENA_NEW(arena, char, most), *to = bytes;
    to = message_text(to, 1, text_of(label->name));
    to = message_text(to, 2, text_of(label->value));
    return (struct text){bytes, (size_t)(to - bytes)};
}

static struct text series_message(const struct push_series *series, struct arena *arena) {
    struct text *labels = ARENA_NEW(arena, struct text, series->label_count);
    size_t sample = series->profile.length + strlen(series->id) + 2 * MESSAGE_FIELD_BYTES;
    size_t most = sample + MESSAGE_FIELD_BYTES;
    for (size_t i = 0; i < series->label_count; i++) {
        labels[i] = label_message(&series->labels[i], arena);
        most += labels[i].length + MESSAGE_FIELD_BYTES;
    }
    char *inner = ARENA_NEW(arena, char, sample);
    char *bytes = ARENA_NEW(arena, char, most), *to = bytes;
    char *end = message_text(message_text(inner, 1, series->profile), 2, text_of(series->id));
    for (size_t i = 0; i < series->label_count; i++)
        to = message_text(to, 1, labels[i]);
    to = message_text(to, 2, (struct text){inner, (size_t)(end - inner)});
    return (struct text){bytes, (size_t)(to - bytes)};
}

struct text pyroscope_push_message(const struct push_series *series, size_t count,
                                   struct arena *arena) {
    struct text *each = ARENA_NEW(arena, struct text, count);
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        each[i] = series_message(&series[i], arena);
        most += each[i].length + MESSAGE_FIELD_BYTES;
    }
    char *bytes = ARENA_NEW(arena, char, most), *to = bytes;
    for (size_t i = 0; i < count; i++)
        to = message_text(to, 1, each[i]);
    return (struct text){bytes, (size_t)(to - bytes)};
}
