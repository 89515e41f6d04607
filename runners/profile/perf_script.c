/* The text that `perf script` prints: a line about each sample, the frames of its stack, the leaf
 * first, and an empty line. */
#include "runners/base/number.h"
#include "runners/profile/builder.h"
#include "runners/profile/profile_format.h"

enum { MOST_WORDS = 64, MOST_EVENTS = 64, MOST_LINES = 1 << 20, LABELS = 2 };

#define NO_TIME INT64_MIN

/* `COMM PID[/TID] [CPU] TIME: PERIOD EVENT: FRAME`; CPU, TIME, PERIOD and FRAME may be missing. */
struct sample_line {
    struct text comm, event, frame;
    bool has_period;
    int64_t period, time_ns; /* or NO_TIME */
};

/* `ADDRESS SYMBOL+OFFSET (BINARY)` */
struct frame_line {
    uint64_t address;
    struct text symbol, binary; /* empty when unknown */
    bool inlined;               /* into the frame on the next line */
};

/* ---- words ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Digits, also two groups of them around `between`. */
static bool is_number(struct text word, char between) {
    size_t i = 0, groups = 1;
    for (; i < word.length; i++) {
        bool separates = word.at[i] == between && i > 0 && i + 1 < word.length && groups == 1;
        groups += separates;
        if (!separates && !is_digit(word.at[i]))
            return false;
    }
    return i > 0;
}

static bool is_time(struct text word) {
    struct text number = {word.at, word.length ? word.length - 1 : 0};
    return word.length > 1 && word.at[word.length - 1] == ':' &&
           memchr(number.at, '.', number.length) && is_number(number, '.');
}

/* Seconds with up to nine places; NO_TIME for what a clock does not show. */
static int64_t take_time(struct text word) {
    const char *dot = memchr(word.at, '.', word.length);
    struct text whole = {word.at, (size_t)(dot - word.at)};
    int64_t time, part = 100000000;
    if (!number_i64(whole, &time) || __builtin_mul_overflow(time, 1000000000, &time))
        return NO_TIME;
    for (const char *at = dot + 1; at < word.at + word.length - 1; at++, part /= 10) {
        if (__builtin_add_overflow(time, (*at - '0') * part, &time))
            return NO_TIME;
    }
    return time;
}

static size_t split_words(struct text line, struct text words[MOST_WORDS]) {
    size_t count = 0;
    while (count < MOST_WORDS && text_field(&line, &words[count]))
        count++;
    return count;
}

/* The word with the process: the last before the time, or else the first number. 0: none. */
static size_t find_process(const struct text *words, size_t count, size_t *next) {
    size_t time = 0;
    while (time < count && !is_time(words[time]))
        time++;
    *next = time + 1;
    if (time < count) {
        size_t at = time ? time - 1 : 0;
        return at && *words[at].at == '[' ? at - 1 : at;
    }
    for (size_t i = 1; i < count; i++) {
        if (is_number(words[i], '/')) {
            *next = i + 1 + (i + 1 < count && *words[i + 1].at == '[');
            return i;
        }
    }
    return 0;
}

static bool parse_sample(struct text line, struct sample_line *out) {
    struct text words[MOST_WORDS];
    size_t count = split_words(line, words), next, process = find_process(words, count, &next);
    *out = (struct sample_line){.period = 1, .time_ns = NO_TIME};
    if (!process || !is_number(words[process], '/'))
        return false;
    if (next <= count && is_time(words[next - 1]))
        out->time_ns = take_time(words[next - 1]);
    out->comm = text_trim((struct text){line.at, (size_t)(words[process].at - line.at)});
    if (next < count && number_i64(words[next], &out->period)) {
        out->has_period = true;
        next++;
    }
    if (next >= count || words[next].length < 2 || words[next].at[words[next].length - 1] != ':')
        return false;
    out->event = (struct text){words[next].at, words[next].length - 1};
    const char *behind = words[next].at + words[next].length;
    out->frame = text_trim((struct text){behind, (size_t)(line.at + line.length - behind)});
    return true;
}

/* Takes the hexadecimal number at the front. */
static bool take_address(struct text *rest, uint64_t *address) {
    size_t i = 0;
    for (*address = 0; i < rest->length && i <= 16; i++) {
        char c = rest->at[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'f'))
            break;
        *address = *address << 4 | (uint64_t)(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    bool good = i > 0 && i <= 16 && (i == rest->length || rest->at[i] == ' ');
    *rest = text_trim((struct text){rest->at + i, rest->length - i});
    return good;
}

/* The name without `+0x…` at its end. */
static struct text without_offset(struct text name) {
    size_t at = name.length;
    while (at && (is_digit(name.at[at - 1]) || (name.at[at - 1] >= 'a' && name.at[at - 1] <= 'f')))
        at--;
    if (at > 3 && at < name.length && memcmp(name.at + at - 3, "+0x", 3) == 0)
        name.length = at - 3;
    return name;
}

static struct text known(struct text name) {
    return text_equal(name, "[unknown]") ? (struct text){name.at, 0} : name;
}

static bool parse_frame(struct text line, struct frame_line *out) {
    static const char deleted[] = " (deleted))";
    struct text rest = text_trim(line);
    *out = (struct frame_line){.symbol = {"", 0}, .binary = {"", 0}};
    if (!take_address(&rest, &out->address))
        return false;
    struct text name = rest;
    if (rest.length && rest.at[rest.length - 1] == ')') {
        size_t end = rest.length - 1, at = end, tail = sizeof deleted - 1;
        if (rest.length > tail && memcmp(rest.at + rest.length - tail, deleted, tail) == 0)
            at -= tail - 1;
        while (at && !(rest.at[at - 1] == '(' && (at == 1 || rest.at[at - 2] == ' ')))
            at--;
        if (at) {
            out->binary = (struct text){rest.at + at, end - at};
            name = text_trim((struct text){rest.at, at - 1});
        }
    }
    out->inlined = text_equal(out->binary, "inlined");
    out->binary = out->inlined ? text_of("") : known(out->binary);
    out->symbol = known(without_offset(name));
    return true;
}

/* ---- what belongs to no sample ---- */

static bool is_passed_over(struct text line) {
    return (line.length && *line.at == '#') || memmem(line.at, line.length, "PERF_RECORD_", 12);
}

static bool is_frame(struct text line) {
    return line.length && (*line.at == '\t' || *line.at == ' ');
}

static bool sniff(struct text first) {
    struct text_lines lines = {first, 0};
    struct text line;
    struct sample_line sample;
    while (text_lines_next(&lines, &line)) {
        if (text_trim(line).length && !is_passed_over(line))
            return lines.rest.length && parse_sample(line, &sample);
    }
    return false;
}

/* ---- reading ---- */

struct event {
    uint32_t name;
    bool without_period; /* in some sample */
};

/* A line that was seen to be a frame: most are there many times. */
struct known_line {
    bool is_frame;
    uint32_t location; /* + 1; 0: not known, or inlined */
};

struct script_reader {
    struct strings *strings;
    struct strings *lines; /* the first MOST_LINES different frames */
    struct known_line *known;
    size_t known_room;
    struct profile_builder *builder;
    struct event events[MOST_EVENTS];
    size_t event_count;
    /* the sample being read */
    bool open;
    uint32_t *frames;
    size_t frame_count, frame_room;
    struct profile_line *inlined; /* into the frame to come */
    size_t inlined_count, inlined_room;
    uint64_t inlined_address;
    struct profile_label labels[LABELS];  /* comm, and the round when there are windows */
    int64_t first_ns, last_ns, window_ns; /* window_ns 0: there are none */
    bool timeless;                        /* some sample has no time */
    int64_t values[MOST_EVENTS + 1];
    struct arena *arena;
    struct pg_error *err;
};

/* What is known of a line that begins as a frame does; NULL when it cannot be kept. */
static struct known_line *look_up(struct script_reader *r, struct text line) {
    uint32_t number;
    if (strings_count(r->lines) < MOST_LINES)
        number = strings_add(r->lines, line);
    else if (!strings_find(r->lines, line, &number))
        return NULL;
    if (number >= r->known_room) {
        size_t room = 2 * (size_t)number + 64;
        r->known = arena_grow(r->arena, r->known, r->known_room, room, sizeof *r->known);
        r->known_room = room;
    }
    return &r->known[number];
}

static size_t find_event(const struct script_reader *r, uint32_t name) {
    size_t i = 0;
    while (i < r->event_count && r->events[i].name != name)
        i++;
    return i;
}

/* Is the line one about a sample? Frames may stand where it would look like one. */
static bool begins_sample(struct text line, bool open, struct sample_line *sample,
                          struct frame_line *frame) {
    return !(open && is_frame(line) && parse_frame(line, frame)) && parse_sample(line, sample);
}

static void see_time(struct script_reader *r, int64_t time_ns) {
    r->timeless |= time_ns == NO_TIME;
    r->first_ns = time_ns < r->first_ns ? time_ns : r->first_ns;
    r->last_ns = time_ns > r->last_ns ? time_ns : r->last_ns;
}

/* The first pass: which events there are, and when. */
static bool find_events(struct script_reader *r, struct text bytes) {
    struct text_lines lines = {bytes, 0};
    struct text line;
    struct sample_line sample;
    struct frame_line frame;
    bool open = false;
    while (text_lines_next(&lines, &line)) {
        struct known_line *known = open && is_frame(line) ? look_up(r, line) : NULL;
        if (known && known->is_frame)
            continue;
        if (!text_trim(line).length)
            open = false;
        else if (is_passed_over(line))
            continue;
        else if (known && parse_frame(line, &frame))
            known->is_frame = true;
        else if (begins_sample(line, open, &sample, &frame)) {
            uint32_t name = strings_add(r->strings, sample.event);
            size_t at = find_event(r, name);
            if (at == MOST_EVENTS)
                return text_lines_wrong(&lines, line, "more than 64 events", r->err);
            if (at == r->event_count)
                r->events[r->event_count++].name = name;
            r->events[at].without_period |= !sample.has_period;
            see_time(r, sample.time_ns);
            open = true;
        }
    }
    return true;
}

static const char *unit_of(const struct strings *strings, const struct event *event) {
    struct text name = text_of(strings_get(strings, event->name));
    bool clock = text_starts(name, "cpu-clock") || text_starts(name, "task-clock");
    return clock && !event->without_period ? "nanoseconds" : "count";
}

static void make_builder(struct script_reader *r) {
    struct profile_type types[MOST_EVENTS + 1] = {
        {strings_add(r->strings, text_of("samples")), strings_add(r->strings, text_of("count"))}};
    for (size_t i = 0; i < r->event_count; i++)
        types[i + 1] = (struct profile_type){
            r->events[i].name,
            strings_add(r->strings, text_of(unit_of(r->strings, &r->events[i])))};
    r->builder = profile_builder_new(r->strings, types, r->event_count + 1, r->arena);
    if (r->event_count)
        profile_builder_profile(r->builder)->default_type = r->events[0].name;
}

/* Makes a frame of the lines that were collected. */
static void close_frame(struct script_reader *r, uint64_t address, uint32_t mapping) {
    const struct profile_location location = {.address = address, .mapping = mapping};
    ARENA_PUSH(r->arena, r->frames, r->frame_count, r->frame_room,
               profile_builder_location(r->builder, &location, r->inlined, r->inlined_count));
    r->inlined_count = 0;
}

static void close_sample(struct script_reader *r) {
    if (!r->open)
        return;
    if (r->inlined_count || !r->frame_count)
        close_frame(r, r->inlined_count ? r->inlined_address : 0, PROFILE_NONE);
    profile_builder_sample(
        r->builder,
        &(struct profile_stack){r->frames, r->frame_count, r->labels, r->window_ns ? 2 : 1},
        r->values);
    r->open = false;
    r->frame_count = r->inlined_count = 0;
}

/* perf says `(inlined)` also of functions that are inlined into nothing: only what has the address
 * of the next frame is inlined into that. */
static void add_frame(struct script_reader *r, const struct frame_line *frame) {
    struct profile_mapping mapping = {.file = strings_add(r->strings, frame->binary),
                                      .has_functions = true};
    struct profile_function function = {.name = strings_add(r->strings, frame->symbol)};
    if (r->inlined_count && r->inlined_address != frame->address)
        close_frame(r, r->inlined_address, PROFILE_NONE);
    r->inlined_address = frame->address;
    function.system_name = function.name;
    if (function.name) {
        struct profile_line line = {.function = profile_builder_function(r->builder, &function)};
        ARENA_PUSH(r->arena, r->inlined, r->inlined_count, r->inlined_room, line);
    }
    if (!frame->inlined)
        close_frame(r, frame->address,
                    mapping.file ? profile_builder_mapping(r->builder, &mapping) : PROFILE_NONE);
}

static void add_line(struct script_reader *r, const struct frame_line *frame,
                     struct known_line *known) {
    bool whole = known && !frame->inlined && !r->inlined_count;
    add_frame(r, frame);
    if (whole)
        known->location = r->frames[r->frame_count - 1] + 1;
}

static void open_sample(struct script_reader *r, const struct sample_line *sample) {
    struct frame_line frame;
    close_sample(r);
    r->open = true;
    r->labels[0] = (struct profile_label){.key = strings_add(r->strings, text_of("comm")),
                                          .text = strings_add(r->strings, sample->comm)};
    if (r->window_ns)
        r->labels[1] =
            (struct profile_label){.key = strings_add(r->strings, text_of("round")),
                                   .number = 1 + (sample->time_ns - r->first_ns) / r->window_ns};
    memset(r->values, 0, sizeof r->values);
    r->values[0] = 1;
    r->values[1 + find_event(r, strings_add(r->strings, sample->event))] = sample->period;
    if (sample->frame.length && parse_frame(sample->frame, &frame))
        add_frame(r, &frame);
}

static bool read_lines(struct script_reader *r, struct text bytes) {
    struct text_lines lines = {bytes, 0};
    struct text line;
    struct sample_line sample;
    struct frame_line frame;
    while (text_lines_next(&lines, &line)) {
        struct known_line *known = r->open && is_frame(line) ? look_up(r, line) : NULL;
        if (known && known->location && !r->inlined_count)
            ARENA_PUSH(r->arena, r->frames, r->frame_count, r->frame_room, known->location - 1);
        else if (!text_trim(line).length)
            close_sample(r);
        else if (is_passed_over(line))
            continue;
        else if (begins_sample(line, r->open, &sample, &frame))
            open_sample(r, &sample);
        else if (r->open && is_frame(line) && parse_frame(line, &frame))
            add_line(r, &frame, known);
        else
            return text_lines_wrong(
                &lines, line, "expected COMM PID TIME: EVENT: or a frame of its stack", r->err);
    }
    close_sample(r);
    return true;
}

/* The last sample is in the last window. */
static void cut_time(struct script_reader *r, struct profile_windows *windows) {
    int64_t span;
    if (r->timeless || __builtin_sub_overflow(r->last_ns, r->first_ns, &span) || span <= 0)
        return;
    r->window_ns = span / windows->wanted + 1;
    windows->each_sec = (double)r->window_ns / 1e9;
}

static bool read_windows(struct profile **out, struct text bytes, struct profile_windows *windows,
                         struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct script_reader r = {.strings = strings,
                              .lines = strings_new(arena),
                              .first_ns = INT64_MAX,
                              .last_ns = INT64_MIN,
                              .arena = arena,
                              .err = err};
    if (!find_events(&r, bytes))
        return false;
    if (windows)
        cut_time(&r, windows);
    make_builder(&r);
    return read_lines(&r, bytes) && profile_builder_finish(out, r.builder, err);
}

static bool read(struct profile **out, struct text bytes, struct strings *strings,
                 struct arena *arena, struct pg_error *err) {
    return read_windows(out, bytes, NULL, strings, arena, err);
}

const struct profile_format perf_script_format = {"perf script", sniff, read, read_windows};
