#include "runners/recording/recording_text.h"

#include "runners/base/number.h"

#include <inttypes.h>

enum { PROVENANCE_LIMIT = 4096 };

static char *unescape(struct arena *arena, struct text text) {
    char *out = arena_alloc(arena, text.length + 1);
    size_t used = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i], next = i + 1 < text.length ? text.at[i + 1] : '\0';
        if (c == '\\' && (next == 'n' || next == 'r' || next == '\\')) {
            c = next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
            i++;
        }
        out[used++] = c == '\0' ? '_' : c;
    }
    return out;
}

static void damage(struct recording *r, uint64_t line, const char *text) {
    recording_note(r, NOTE_DAMAGE, arena_printf(r->arena, "%s:%" PRIu64, r->path, line), "%s",
                   text);
}

static bool is_key(struct text key) {
    bool good = key.length && key.at[0] >= 'a' && key.at[0] <= 'z';
    for (size_t i = 1; i < key.length; i++) {
        char c = key.at[i];
        good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    }
    return good;
}

/* Splits `before: after` at the first such colon. */
static bool split(struct text text, struct text *before, struct text *after) {
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == ':' && (i + 1 == text.length || text.at[i + 1] == ' ')) {
            *before = (struct text){text.at, i};
            size_t skip = i + 1 < text.length ? 2 : 1;
            *after = (struct text){text.at + i + skip, text.length - i - skip};
            return true;
        }
    }
    return false;
}

static bool header_line(struct recording *r, struct recording_text *state, struct text value,
                        uint64_t line, struct pg_error *err) {
    uint64_t version;
    if (!number_u64(value, &version) || version != RECORDING_VERSION)
        return pg_error_set(err, PG_FORMAT,
                            "%.400s:%" PRIu64 ": recording format '%.*s'; expected %d (written by "
                            "a newer perfgate?)",
                            r->path, line, TEXT_ARG(value, 40), RECORDING_VERSION);
    if (state->is_recording) {
        if (!state->ended)
            damage(r, line, "a recording begins before the one above it has ended");
        if (!state->several)
            recording_note(r, NOTE_WARNING, NULL,
                           "%s holds several recordings: their rounds are dropped and the last "
                           "one's provenance is kept",
                           r->path);
        state->several = true;
    }
    state->is_recording = true;
    state->ended = false;
    state->round = 0;
    state->rounds_seen = 0;
    return true;
}

static void round_line(struct recording *r, struct recording_text *state, struct text value,
                       uint64_t line) {
    uint64_t round;
    if (!number_u64(value, &round) || round < 1 || round > UINT32_MAX) {
        damage(r, line, "not a round number; expected 1 or more");
        state->round = 0;
        return;
    }
    if (!state->several && round <= state->round)
        damage(r, line, "round numbers do not ascend");
    state->round = (uint32_t)round;
    state->rounds_seen++;
}

static void end_line(struct recording *r, struct recording_text *state, struct text value,
                     uint64_t line) {
    uint64_t rounds;
    if (!number_u64(value, &rounds) || rounds != state->rounds_seen)
        recording_note(r, NOTE_DAMAGE, arena_printf(r->arena, "%s:%" PRIu64, r->path, line),
                       "the end line counts %.*s rounds, the recording holds %" PRIu64,
                       TEXT_ARG(value, 20), state->rounds_seen);
    state->ended = true;
}

static void failed_line(struct recording *r, struct recording_text *state, struct text value,
                        uint64_t line) {
    struct text name, reason;
    if (!split(value, &name, &reason)) {
        damage(r, line, "expected `failed: NAME: REASON`");
        return;
    }
    recording_fail(r, strings_add(r->strings, recording_name(name, r->arena)),
                   state->several ? 0 : state->round, unescape(r->arena, reason));
}

static void note_line(struct recording *r, struct text value) {
    struct text head, text, word;
    if (split(value, &head, &text) && text_field(&head, &word)) {
        struct text where = text_trim(head);
        for (int level = NOTE_INFO; level <= NOTE_DAMAGE; level++) {
            if (!text_equal(word, note_level_name((enum note_level)level)))
                continue;
            recording_note(r, (enum note_level)level,
                           where.length ? unescape(r->arena, where) : NULL, "%s",
                           unescape(r->arena, text));
            return;
        }
    }
    recording_note(r, NOTE_INFO, NULL, "%s", unescape(r->arena, value));
}

bool recording_text_line(struct recording *r, struct recording_text *state, struct text line,
                         uint64_t line_number, struct pg_error *err) {
    static const char prefix[] = "# perfgate ";
    struct text key, value;
    if (!text_starts(line, prefix))
        return true;
    size_t skip = sizeof prefix - 1;
    if (!split((struct text){line.at + skip, line.length - skip}, &key, &value) || !is_key(key)) {
        if (state->is_recording)
            damage(r, line_number, "expected `# perfgate KEY: VALUE`");
        return true;
    }
    if (text_equal(key, "recording"))
        return header_line(r, state, value, line_number, err);
    if (text_equal(key, "round")) {
        round_line(r, state, value, line_number);
    } else if (text_equal(key, "end")) {
        end_line(r, state, value, line_number);
    } else if (text_equal(key, "failed")) {
        failed_line(r, state, value, line_number);
    } else if (text_equal(key, "note")) {
        note_line(r, value);
    } else if (r->provenance_count >= PROVENANCE_LIMIT) {
        return pg_error_set(err, PG_LIMIT,
                            "%.400s:%" PRIu64 ": more than %d provenance lines; refused", r->path,
                            line_number, PROVENANCE_LIMIT);
    } else {
        recording_set(r, arena_strndup(r->arena, key.at, key.length), unescape(r->arena, value));
    }
    return true;
}

void recording_text_finish(struct recording *r, struct recording_text *state) {
    if (state->is_recording && !state->ended)
        recording_note(r, NOTE_DAMAGE, r->path,
                       "the recording is cut: expected `# perfgate end: ROUNDS` as its last line");
}
