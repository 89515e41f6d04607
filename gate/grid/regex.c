#include "gate/grid/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { HEAP_KIB = 32 * 1024 };

struct regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
};

static void *take(size_t bytes, void *arena) {
    return arena_alloc(arena, bytes);
}

/* The arena gives it back. */
static void leave(void *memory, void *arena) {
    (void)memory;
    (void)arena;
}

bool regex_compile(struct regex **out, struct text pattern, struct arena *arena, const char **why) {
    if (pattern.length > REGEX_LENGTH) {
        *why = arena_printf(arena, "regular expression longer than %d bytes", REGEX_LENGTH);
        return false;
    }
    pcre2_general_context *memory = pcre2_general_context_create(take, leave, arena);
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    pcre2_set_parens_nest_limit(context, REGEX_NESTING);
    int code;
    PCRE2_SIZE at;
    struct regex *regex = ARENA_NEW(arena, struct regex, 1);
    /* Go's `$` is the very end; `\C` would cut characters in half. */
    regex->code = pcre2_compile((PCRE2_SPTR)pattern.at, pattern.length,
                                PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY |
                                    PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE,
                                &code, &at, context);
    if (!regex->code) {
        char message[160];
        pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof message);
        *why = arena_printf(arena, "bad regular expression: %s at byte %zu", message, (size_t)at);
        return false;
    }
    regex->data = pcre2_match_data_create(1, memory);
    regex->limits = pcre2_match_context_create(memory);
    pcre2_set_match_limit(regex->limits, REGEX_STEPS);
    pcre2_set_heap_limit(regex->limits, HEAP_KIB);
    *out = regex;
    return true;
}

enum regex_answer regex_match(const struct regex *regex, struct text subject) {
    int found = pcre2_match(regex->code, (PCRE2_SPTR)subject.at, subject.length, 0, 0, regex->data,
                            regex->limits);
    if (found >= 0)
        return REGEX_YES;
    return found == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_TOO_COSTLY;
}
