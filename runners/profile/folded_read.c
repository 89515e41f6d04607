#include "runners/base/number.h"
#include "runners/profile/builder.h"
#include "runners/profile/profile_format.h"

#include <math.h>

/* The number behind the last blank of a line, and what stands before it. */
static bool split_value(struct text line, struct text *stack, double *value) {
    size_t at = line.length;
    while (at && line.at[at - 1] != ' ' && line.at[at - 1] != '\t')
        at--;
    *stack = text_trim((struct text){line.at, at});
    return at && stack->length &&
           number_double((struct text){line.at + at, line.length - at}, value);
}

/* Lines of text, the first of which ends with a number. */
static bool sniff(struct text first) {
    struct text_lines lines = {first, 0};
    struct text line, stack;
    double value;
    for (size_t i = 0; i < first.length; i++) {
        unsigned char c = (unsigned char)first.at[i];
        if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
            return false;
    }
    while (text_lines_next(&lines, &line)) {
        bool cut = !lines.rest.length && first.length == PROFILE_FORMAT_LOOK;
        if (text_trim(line).length) /* the number of a cut line is further on */
            return cut || split_value(text_trim(line), &stack, &value);
    }
    return false;
}

struct folded_reader {
    struct profile_builder *builder;
    struct strings *strings;
    uint32_t *frames; /* of one line, the leaf first */
    size_t room;
    uint32_t *location_of; /* text → location + 1 */
    size_t texts;
    uint64_t two_numbers, stacks; /* lines */
    struct arena *arena;
};

static uint32_t frame_of(struct folded_reader *r, struct text name) {
    uint32_t text = strings_add(r->strings, name);
    if (text >= r->texts) {
        size_t texts = 2 * (size_t)strings_count(r->strings);
        r->location_of =
            arena_grow(r->arena, r->location_of, r->texts, texts, sizeof *r->location_of);
        r->texts = texts;
    }
    if (!r->location_of[text])
        r->location_of[text] = profile_builder_name(r->builder, name) + 1;
    return r->location_of[text] - 1;
}

static void add_stack(struct folded_reader *r, struct text stack, int64_t value) {
    size_t count = 0;
    while (stack.at) {
        const char *end = memrchr(stack.at, ';', stack.length);
        size_t used = end ? (size_t)(end - stack.at) + 1 : 0;
        struct text name = {stack.at + used, stack.length - used};
        ARENA_PUSH(r->arena, r->frames, count, r->room, frame_of(r, name));
        stack = end ? (struct text){stack.at, used - 1} : (struct text){NULL, 0};
    }
    profile_builder_sample(
        r->builder, &(struct profile_stack){.frames = r->frames, .frame_count = count}, &value);
}

static bool read_line(struct folded_reader *r, const struct text_lines *lines, struct text line,
                      struct pg_error *err) {
    struct text stack, before;
    double value, other;
    if (!split_value(line, &stack, &value))
        return text_lines_wrong(lines, line, "expected FRAME;FRAME;… NUMBER", err);
    struct text digits = {stack.at + stack.length, 0};
    digits.length = (size_t)(line.at + line.length - digits.at);
    int64_t whole;
    if (!number_i64(text_trim(digits), &whole)) {
        if (!(fabs(value) < 0x1p63))
            return text_lines_wrong(lines, line, "a number beyond 64 bits", err);
        whole = (int64_t)round(value);
    }
    r->two_numbers += split_value(stack, &before, &other);
    r->stacks++;
    add_stack(r, stack, whole);
    return true;
}

static bool read(struct profile **out, struct text bytes, struct strings *strings,
                 struct arena *arena, struct pg_error *err) {
    const struct profile_type type = {strings_add(strings, text_of("samples")),
                                      strings_add(strings, text_of("count"))};
    struct folded_reader r = {.builder = profile_builder_new(strings, &type, 1, arena),
                              .strings = strings,
                              .arena = arena};
    struct text_lines lines = {bytes, 0};
    struct text line;
    while (text_lines_next(&lines, &line)) {
        line = text_trim(line);
        if (line.length && !read_line(&r, &lines, line, err))
            return false;
    }
    if (r.stacks && r.two_numbers == r.stacks)
        return pg_error_set(err, PG_FORMAT, "two numbers a line, a difference; expected one");
    return profile_builder_finish(out, r.builder, err);
}

const struct profile_format folded_format = {"folded stacks", sniff, read, NULL};
