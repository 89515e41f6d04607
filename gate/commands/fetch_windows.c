#include "gate/commands/fetch_windows.h"
#include "runners/base/number.h"

static bool read_time(uint64_t *out, const char *option, const char *text, uint64_t now_ms,
                      struct pg_error *err) {
    double seconds, now = (double)now_ms / 1000;
    bool absolute = *text == '@';
    bool good = absolute ? number_double(text_of(text + 1), &seconds)
                         : number_duration(text_of(text), &seconds);
    if (good && !absolute)
        seconds = now - seconds;
    if (!good || seconds < 0 || seconds > now + 1)
        return pg_error_set(err, PG_USAGE,
                            "%s: '%.100s' is neither a time ago such as 30m nor @ and Unix seconds "
                            "of the past",
                            option, text);
    *out = (uint64_t)(seconds * 1000);
    return true;
}

bool time_span_read(struct time_span *out, const char *from, const char *until, uint64_t now_ms,
                    int windows, struct pg_error *err) {
    return read_time(&out->start_ms, "--from", from, now_ms, err) &&
           read_time(&out->end_ms, "--until", until, now_ms, err) &&
           (out->end_ms >= out->start_ms + (uint64_t)windows ||
            pg_error_set(err, PG_USAGE, "--from: expected a time before --until"));
}

struct time_span time_span_window(struct time_span whole, int index, int count) {
    uint64_t length = whole.end_ms - whole.start_ms, n = (uint64_t)count, i = (uint64_t)index;
    return (struct time_span){whole.start_ms + length * i / n,
                              whole.start_ms + length * (i + 1) / n};
}
