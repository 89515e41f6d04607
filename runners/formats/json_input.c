#include "runners/formats/json_input.h"

#include "runners/recording/unit.h"

#include <math.h>
#include <stdarg.h>

/* Overwrites nonfinite words outside strings with an empty string and blanks, so that lines and
 * offsets stay. */
static void blank_nonfinite(char *at, size_t length) {
    static const char *const words[] = {"-Infinity", "Infinity", "-NaN", "NaN"};
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (quoted && at[i] == '\\') {
            i++;
        } else if (at[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && (at[i] == '-' || at[i] == 'I' || at[i] == 'N')) {
            struct text rest = {at + i, length - i};
            size_t w = 0;
            while (w < sizeof words / sizeof *words && !text_starts(rest, words[w]))
                w++;
            if (w == sizeof words / sizeof *words)
                continue;
            memset(at + i, ' ', strlen(words[w]));
            memcpy(at + i, "\"\"", 2);
            i += strlen(words[w]) - 1;
        }
    }
}

bool json_input(cJSON **out, struct source *source, bool admit_nonfinite, struct pg_error *err) {
    struct arena *scratch = arena_new();
    struct text text;
    bool good = source_rest(source, JSON_INPUT_LIMIT, scratch, &text, err);
    if (good && admit_nonfinite)
        blank_nonfinite((char *)text.at, text.length);
    if (good)
        good = json_parse(out, source_name(source), text, err);
    arena_free(scratch);
    return good;
}

bool json_sniff(struct text head, const char *const *words) {
    if (text_starts(head, "\xEF\xBB\xBF")) {
        head.at += 3;
        head.length -= 3;
    }
    head = text_trim(head);
    if (!text_starts(head, "{"))
        return false;
    for (size_t i = 0; words[i]; i++) {
        if (!memmem(head.at, head.length, words[i], strlen(words[i])))
            return false;
    }
    return true;
}

void json_damage(struct recording *r, const char *where, const char *format, ...) {
    va_list args;
    va_start(args, format);
    r->damaged_lines++;
    recording_note(r, NOTE_DAMAGE, where, "%s", arena_vprintf(r->arena, format, args));
    va_end(args);
}

bool json_name(struct recording *r, const char *where, const char *name, uint32_t *out) {
    struct text text = text_of(name);
    if (text.length > RECORDING_NAME_LIMIT) {
        json_damage(r, where, "the name is longer than %d bytes", RECORDING_NAME_LIMIT);
        return false;
    }
    *out = strings_add(r->strings, recording_name(text, r->arena));
    return true;
}

void json_note_twin(struct recording *r, const char *where, uint32_t name) {
    uint32_t unit = strings_add(r->strings, text_of("sec/op"));
    const struct series *s = recording_find(r, recording_config(r, NULL, 0), name, unit);
    if (s)
        recording_note(r, NOTE_WARNING, where,
                       "the name %.200s came before: its samples are pooled",
                       strings_get(r->strings, name));
}

void json_add(struct recording *r, const char *where, uint32_t name, const char *unit,
              const cJSON *value) {
    struct text written = recording_name(text_of(unit), r->arena);
    double factor;
    struct text tidied = unit_tidy(written, &factor, r->arena);
    uint32_t number = strings_add(r->strings, tidied);
    double scaled = cJSON_IsNumber(value) ? value->valuedouble * factor : NAN;
    if (!isfinite(scaled)) {
        json_damage(r, where, "the value of %.100s is not a finite number", unit);
    } else if (scaled < 0 && unit_is_time(strings_get(r->strings, number))) {
        json_damage(r, where, "negative time: %.17g %.100s", value->valuedouble, unit);
    } else {
        struct series *s = recording_series(r, recording_config(r, NULL, 0), name, number,
                                            strings_add(r->strings, written));
        recording_add(r, s, scaled, 0);
    }
}
