/* The CPU profile of gperftools: machine words of the program's own size and order, 0 3 0 PERIOD 0,
 * then COUNT N ADDRESS… a stack, the leaf first, then 0 1 0, then the text of /proc/PID/maps.
 * https://gperftools.github.io/gperftools/cpuprofile-fileformat.html */
#include "runners/profile/builder.h"
#include "runners/profile/profile_format.h"

#include <inttypes.h>

enum { HEADER_WORDS = 5, MOST_SIGNAL_FRAMES = 2, TYPES = 2 };

struct words {
    const unsigned char *start, *at, *end;
    size_t size; /* of a word: 4 or 8 */
    bool big_endian;
};

static bool take_word(struct words *w, uint64_t *out) {
    if ((size_t)(w->end - w->at) < w->size)
        return false;
    *out = 0;
    for (size_t i = 0; i < w->size; i++)
        *out = *out << 8 | w->at[w->big_endian ? i : w->size - 1 - i];
    w->at += w->size;
    return true;
}

/* Finds the kind of words by which the header is one. */
static bool find_words(struct words *w, struct text bytes, uint64_t *period_us) {
    const unsigned char *start = (const unsigned char *)bytes.at;
    for (int kind = 0; kind < 4; kind++) {
        uint64_t header[HEADER_WORDS] = {1};
        *w = (struct words){start, start, start + bytes.length, kind < 2 ? 4 : 8, kind % 2};
        for (size_t i = 0; i < HEADER_WORDS && take_word(w, &header[i]); i++)
            ;
        *period_us = header[3];
        if (w->at == start + HEADER_WORDS * w->size && header[0] == 0 && header[1] == 3 &&
            header[2] == 0 && header[3] > 0 && header[4] == 0)
            return true;
    }
    return false;
}

static bool sniff(struct text first) {
    struct words words;
    uint64_t period;
    return find_words(&words, first, &period);
}

/* ---- stacks ---- */

/* Of stack i: addresses[start[i] … end[i]), and how often it was seen. */
struct stacks {
    uint64_t *addresses;
    size_t *start, *end;
    int64_t *seen;
    size_t count, address_count;
};

static bool wrong(const struct words *w, const char *what, struct pg_error *err) {
    return pg_error_set(err, PG_FORMAT, "offset %td: %s", w->at - w->start, what);
}

/* Callers are return addresses; the instruction before is the call. */
static bool read_stacks(struct stacks *stacks, struct words *w, uint64_t period,
                        struct arena *arena, struct pg_error *err) {
    size_t most = (size_t)(w->end - w->at) / w->size;
    stacks->addresses = ARENA_NEW(arena, uint64_t, most);
    stacks->start = ARENA_NEW(arena, size_t, most / 2 + 1);
    stacks->end = ARENA_NEW(arena, size_t, most / 2 + 1);
    stacks->seen = ARENA_NEW(arena, int64_t, most / 2 + 1);
    for (;;) {
        uint64_t seen, depth, address = 0;
        if (!take_word(w, &seen) || !take_word(w, &depth))
            return wrong(w, "cut short; expected a stack or the end marker", err);
        if (depth > (size_t)(w->end - w->at) / w->size)
            return wrong(w, "a stack deeper than the file is long", err);
        if (seen > INT64_MAX / period)
            return wrong(w, "a count beyond 64 bits", err);
        stacks->start[stacks->count] = stacks->address_count;
        for (uint64_t i = 0; i < depth && take_word(w, &address); i++)
            stacks->addresses[stacks->address_count++] = address - (i > 0 && address > 0);
        if (seen == 0 && depth == 1 && address == 0)
            return true;
        stacks->end[stacks->count] = stacks->address_count;
        stacks->seen[stacks->count++] = (int64_t)seen;
    }
}

/* The address above the leaf; false when there is none. */
static bool caller_of(const struct stacks *stacks, size_t i, uint64_t *caller) {
    if (stacks->end[i] - stacks->start[i] < 2)
        return false;
    *caller = stacks->addresses[stacks->start[i] + 1];
    return true;
}

static void drop_caller(struct stacks *stacks, size_t i) {
    size_t at = stacks->start[i]++;
    stacks->addresses[at + 1] = stacks->addresses[at];
}

/* A frame above the leaf that all stacks have but one in 32 is that of the signal handler: the leaf
 * comes from the signal's context, not from the stack. pprof drops it by the same rule. */
static void drop_signal_frame(struct stacks *stacks) {
    uint64_t candidate = 0, caller;
    size_t lead = 0, found = 0;
    for (size_t i = 0; i < stacks->count; i++) { /* the majority vote of Boyer and Moore */
        if (!caller_of(stacks, i, &caller))
            continue;
        if (lead == 0)
            candidate = caller;
        lead = caller == candidate ? lead + 1 : lead - 1;
    }
    for (size_t i = 0; i < stacks->count; i++)
        found += caller_of(stacks, i, &caller) && caller == candidate;
    for (size_t i = 0; i < stacks->count && found >= stacks->count - stacks->count / 32; i++) {
        if (caller_of(stacks, i, &caller) && caller == candidate)
            drop_caller(stacks, i);
    }
}

/* The leaf may be there a second time, taken for a caller. */
static void drop_second_leaf(struct stacks *stacks) {
    uint64_t caller;
    for (size_t i = 0; i < stacks->count; i++) {
        if (caller_of(stacks, i, &caller) && stacks->addresses[stacks->start[i]] == caller + 1)
            drop_caller(stacks, i);
    }
}

/* ---- mappings ---- */

static bool take_hex(struct text *rest, char end, uint64_t *out) {
    size_t i = 0;
    for (*out = 0; i < rest->length && i <= 16 && rest->at[i] != end; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = memchr(digits, rest->at[i], sizeof digits - 1);
        if (!digit)
            return false;
        *out = *out << 4 | (uint64_t)(digit - digits);
    }
    if (!i || i > 16 || i == rest->length)
        return false;
    *rest = (struct text){rest->at + i + 1, rest->length - i - 1};
    return true;
}

/* `START-END PERMISSIONS OFFSET DEVICE INODE FILE` of what may be executed. */
static bool parse_mapping(struct text line, struct strings *strings, struct profile_mapping *out) {
    struct text permissions, skipped;
    *out = (struct profile_mapping){.start = 0};
    if (!take_hex(&line, '-', &out->start) || !take_hex(&line, ' ', &out->limit) ||
        !text_field(&line, &permissions) || !memchr(permissions.at, 'x', permissions.length))
        return false;
    line = text_trim(line);
    if (!take_hex(&line, ' ', &out->offset) || !text_field(&line, &skipped) ||
        !text_field(&line, &skipped) || out->limit <= out->start)
        return false;
    out->file = strings_add(strings, text_trim(line));
    return true;
}

struct legacy_reader {
    struct strings *strings;
    struct profile_builder *builder;
    struct profile_mapping *mappings;
    uint32_t *numbers; /* the builder's, of each */
    size_t mapping_count, mapping_room, number_count, number_room;
    struct arena *arena;
};

/* Lines of other kinds are attributes of gperftools. */
static void read_mappings(struct legacy_reader *r, struct text text) {
    struct text_lines lines = {text, 0};
    struct text line;
    struct profile_mapping mapping;
    while (text_lines_next(&lines, &line)) {
        if (!parse_mapping(line, r->strings, &mapping))
            continue;
        uint32_t number = profile_builder_mapping(r->builder, &mapping);
        ARENA_PUSH(r->arena, r->mappings, r->mapping_count, r->mapping_room, mapping);
        ARENA_PUSH(r->arena, r->numbers, r->number_count, r->number_room, number);
    }
}

/* The maps are in ascending order. */
static uint32_t mapping_of(const struct legacy_reader *r, uint64_t address) {
    size_t low = 0, high = r->mapping_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->mappings[middle].limit <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->mapping_count && r->mappings[low].start <= address ? r->numbers[low]
                                                                       : PROFILE_NONE;
}

/* ---- all ---- */

static void add_stacks(struct legacy_reader *r, const struct stacks *stacks, int64_t period) {
    uint32_t *frames = ARENA_NEW(r->arena, uint32_t, stacks->address_count);
    for (size_t i = 0; i < stacks->count; i++) {
        struct profile_stack stack = {.frames = frames};
        for (size_t f = stacks->start[i]; f < stacks->end[i]; f++) {
            uint64_t address = stacks->addresses[f];
            struct profile_location location = {.address = address,
                                                .mapping = mapping_of(r, address)};
            frames[stack.frame_count++] = profile_builder_location(r->builder, &location, NULL, 0);
        }
        const int64_t values[TYPES] = {stacks->seen[i], stacks->seen[i] * period};
        profile_builder_sample(r->builder, &stack, values);
    }
}

static bool read(struct profile **out, struct text bytes, struct strings *strings,
                 struct arena *arena, struct pg_error *err) {
    struct legacy_reader r = {.strings = strings, .arena = arena};
    struct words words;
    struct stacks stacks = {.count = 0};
    uint64_t period;
    uint32_t cpu = strings_add(strings, text_of("cpu"));
    uint32_t nanoseconds = strings_add(strings, text_of("nanoseconds"));
    const struct profile_type types[TYPES] = {
        {strings_add(strings, text_of("samples")), strings_add(strings, text_of("count"))},
        {cpu, nanoseconds}};
    if (!find_words(&words, bytes, &period) || period > INT64_MAX / 1000)
        return wrong(&words, "expected a header of 0 3 0 PERIOD 0", err);
    period *= 1000;
    if (!read_stacks(&stacks, &words, period, arena, err))
        return false;
    for (int i = 0; i < MOST_SIGNAL_FRAMES; i++)
        drop_signal_frame(&stacks);
    drop_second_leaf(&stacks);
    r.builder = profile_builder_new(strings, types, TYPES, arena);
    struct profile *header = profile_builder_profile(r.builder);
    header->period_type = types[1];
    header->period = (int64_t)period;
    read_mappings(&r, (struct text){(const char *)words.at, (size_t)(words.end - words.at)});
    add_stacks(&r, &stacks, (int64_t)period);
    return profile_builder_finish(out, r.builder, err);
}

const struct profile_format legacy_cpu_format = {"gperftools", sniff, read, NULL};
