#include "runners/remote/parca.h"
#include "runners/base/base64.h"
#include "runners/base/escape.h"
#include "runners/base/json.h"
#include "runners/remote/http.h"

#include <time.h>

/* RFC 3339, as protocol buffers have times in JSON. */
static const char *timestamp(uint64_t ms, struct arena *arena) {
    char text[32];
    struct tm parts;
    time_t seconds = (time_t)(ms / 1000);
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    return arena_printf(arena, "%s.%03uZ", text, (unsigned)(ms % 1000));
}

const char *parca_query_url(const char *url, const struct remote_query *query, uint64_t start_ms,
                            uint64_t end_ms, struct arena *arena) {
    const char *pairs[][2] = {{"mode", "MODE_MERGE"},
                              {"report_type", "REPORT_TYPE_PPROF"},
                              {"merge.query", remote_query_text(query, arena)},
                              {"merge.start", timestamp(start_ms, arena)},
                              {"merge.end", timestamp(end_ms, arena)}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        url = http_add_query(url, pairs[i][0], pairs[i][1], arena);
    return url;
}

/* A report has few members, one of them long. Of anything else a tree would be made that is many
 * times as large as its text. */
static bool is_small(struct text answer) {
    enum { MOST_VALUES = 1000 };
    size_t values = 0;
    for (size_t i = 0; i < answer.length && values <= MOST_VALUES; i++)
        values += answer.at[i] == ',' || answer.at[i] == '[' || answer.at[i] == '{';
    return values <= MOST_VALUES;
}

bool parca_report(struct text *out, struct text answer, struct arena *arena, struct pg_error *err) {
    cJSON *document = NULL;
    struct text trimmed = text_trim(answer);
    bool good = text_starts(trimmed, "{") && is_small(trimmed);
    if (good && !json_parse(&document, "the answer", trimmed, err))
        return false;
    const char *report = good ? json_string(document, "pprof") : NULL;
    const cJSON *member = good ? cJSON_GetObjectItemCaseSensitive(document, "pprof") : NULL;
    /* What holds nothing is left out of protocol buffers' JSON. */
    bool none = good && !member && cJSON_GetObjectItemCaseSensitive(document, "filtered");
    *out = (struct text){NULL, 0};
    good = none || (report && base64_read(out, text_of(report), arena));
    cJSON_Delete(document);
    return good || pg_error_set(err, PG_FORMAT, "expected Parca's pprof report, got %s",
                                escape_first_words(arena, answer));
}
