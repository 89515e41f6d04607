#include "runners/formats/result_log.h"

#include "runners/base/number.h"
#include "runners/recording/unit.h"

enum { FIRST_CHUNK = 512, LARGEST_CHUNK = 64 * 1024 }; /* words */
enum { FEW_UNITS = 16 };

/* A configuration and a sequence of units. */
struct shape {
    uint32_t config, count;
    const uint32_t *units;
    struct text *written;
    bool distinct; /* the tidied units are known to differ */
};

/* A name with a shape: what the lines of one benchmark have in common. */
struct group {
    const char *name;
    uint32_t name_length;
    uint32_t shape;
    uint32_t lines;
    uint32_t next;          /* the group that followed last time, + 1 */
    uint32_t first_series;  /* into log->series: one a unit */
    uint32_t first_of_name; /* the group that the name got first */
    uint32_t waiting;       /* of that one: lines of the name in the log */
    bool unnumbered;        /* some line has no round */
};

union word {
    struct {
        uint32_t group, round;
    } head;
    double value;
};

/* A line is a head and its values, as many as the group's shape has units; never split over chunks.
 */
struct chunk {
    struct chunk *next;
    size_t used, capacity;
    union word words[];
};

struct result_log {
    struct recording *r;
    bool alone; /* all of the recording's series are made here */
    struct arena *scratch;
    struct strings *unit_set, *shape_set; /* numbers from 1: index + 1 */
    struct strings *more_groups; /* (name, shape) of groups after the first of their name */
    uint32_t *more_numbers;      /* their indices */
    struct log_unit *units;
    struct shape *shapes;
    struct group *groups;
    uint32_t *series;  /* of groups: indices into the recording's series */
    uint32_t *by_name; /* name number -> latest group + 1 */
    uint32_t unit_count, unit_capacity, shape_count, shape_capacity, group_count, group_capacity;
    uint32_t by_name_capacity, more_count, more_capacity;
    uint32_t last_shape; /* + 1 */
    size_t series_count, series_capacity;
    uint32_t previous; /* group + 1 */
    struct chunk *first, *last;
    struct chunk *run; /* where the latest lines of one group stand together */
    size_t run_start;
    uint32_t run_lines;
};

struct result_log *result_log_new(struct recording *r, struct arena *scratch) {
    struct result_log *log = ARENA_NEW(scratch, struct result_log, 1);
    log->r = r;
    log->alone = r->series_count == 0;
    log->scratch = scratch;
    log->unit_set = strings_new(scratch);
    log->shape_set = strings_new(scratch);
    log->more_groups = strings_new(scratch);
    return log;
}

uint32_t result_log_unit(struct result_log *log, struct text written) {
    uint32_t number = strings_add(log->unit_set, written) - 1;
    if (number < log->unit_count)
        return number;
    struct log_unit unit;
    struct text tidied = unit_tidy(written, &unit.factor, log->scratch);
    unit.unit = strings_add(log->r->strings, tidied);
    unit.written = strings_add(log->r->strings, written);
    unit.is_time = unit_is_time(strings_get(log->r->strings, unit.unit));
    ARENA_PUSH(log->scratch, log->units, log->unit_count, log->unit_capacity, unit);
    return number;
}

const struct log_unit *result_log_get_unit(const struct result_log *log, uint32_t number) {
    return &log->units[number];
}

uint32_t result_log_unit_count(const struct result_log *log) {
    return log->unit_count;
}

const char *result_log_longer_unit(const struct result_log *log, struct text beginning) {
    for (uint32_t i = 0; i < log->unit_count; i++) {
        const char *written = strings_get(log->r->strings, log->units[i].written);
        if (strlen(written) > beginning.length &&
            memcmp(written, beginning.at, beginning.length) == 0)
            return written;
    }
    return NULL;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *at, const char *end) {
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* Room for a line, which counts only once it is committed. */
static union word *line_room(struct result_log *log, uint32_t values) {
    size_t need = (size_t)values + 1;
    if (!log->last || log->last->capacity - log->last->used < need) {
        size_t capacity = log->last ? 2 * log->last->capacity : FIRST_CHUNK;
        capacity = capacity < LARGEST_CHUNK ? capacity : LARGEST_CHUNK;
        capacity = need > capacity ? need : capacity;
        struct chunk *made =
            arena_alloc(log->scratch, sizeof *made + capacity * sizeof(union word));
        made->capacity = capacity;
        if (log->last)
            log->last->next = made;
        else
            log->first = made;
        log->last = made;
    }
    return log->last->words + log->last->used;
}

/* Benchmarks whose lines all stand together (`go test -count`) need no log: when the next group
 * begins, the run goes into its series, unless earlier lines of the name still wait in the log and
 * must come first. */
static void flush_run(struct result_log *log) {
    struct group *group = &log->groups[log->previous - 1];
    uint32_t *waiting = &log->groups[group->first_of_name].waiting;
    if (log->run_lines < 2 || *waiting != log->run_lines)
        return;
    uint32_t count = log->shapes[group->shape].count;
    for (uint32_t i = 0; i < count; i++) {
        struct series *s = &log->r->series[log->series[group->first_series + i]];
        const union word *words = &log->run->words[log->run_start];
        if (s->count == 0)
            recording_reserve(log->r, s, log->run_lines);
        for (uint32_t k = 0; k < log->run_lines; k++, words += (size_t)count + 1)
            recording_add(log->r, s, words[1 + i].value, words->head.round);
    }
    group->lines -= log->run_lines;
    *waiting = 0;
    log->run->used = log->run_start;
}

static void begin_run(struct result_log *log) {
    log->run = log->last;
    log->run_start = log->last->used;
    log->run_lines = 0;
}

static void commit(struct result_log *log, union word *words, uint32_t index, uint32_t round) {
    struct group *group = &log->groups[index];
    size_t size = (size_t)log->shapes[group->shape].count + 1;
    if (log->previous != index + 1) {
        if (log->previous)
            flush_run(log);
        /* What was flushed leaves a gap before this line. */
        union word *at = &log->last->words[log->last->used];
        words = at == words ? words : memmove(at, words, size * sizeof *words);
        begin_run(log);
    } else if (log->run != log->last) { /* a run over two chunks: its beginning stays in the log */
        begin_run(log);
    }
    if (log->previous)
        log->groups[log->previous - 1].next = index + 1;
    log->previous = index + 1;
    words->head.group = index;
    words->head.round = round;
    log->last->used += size;
    log->run_lines++;
    group->lines++;
    group->unnumbered |= round == 0;
    log->groups[group->first_of_name].waiting++;
}

/* Parses the line behind the name into words that are still to be committed; NULL when it has not
 * that shape. */
static union word *parse_as(struct result_log *log, const struct shape *shape, const char *at,
                            const char *end) {
    at = skip_blanks(at, end);
    const char *digits = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    if (at == digits || *digits == '0' || at - digits > 18 || at == end || !is_blank(*at))
        return NULL;
    union word *words = line_room(log, shape->count);
    for (uint32_t i = 0; i < shape->count; i++) {
        double value;
        at = number_scan(skip_blanks(at, end), end, &value);
        if (!at || at == end || !is_blank(*at))
            return NULL;
        at = skip_blanks(at, end);
        struct text unit = shape->written[i];
        if ((size_t)(end - at) < unit.length || memcmp(at, unit.at, unit.length) != 0)
            return NULL;
        at += unit.length;
        if (at < end && !is_blank(*at))
            return NULL;
        words[1 + i].value = value * log->units[shape->units[i]].factor;
    }
    return skip_blanks(at, end) == end ? words : NULL;
}

static bool try_group(struct result_log *log, uint32_t number, uint32_t config, uint32_t round,
                      struct text line) {
    if (!number)
        return false;
    const struct group *group = &log->groups[number - 1];
    if (line.length <= group->name_length || !is_blank(line.at[group->name_length]) ||
        memcmp(line.at, group->name, group->name_length) != 0 ||
        log->shapes[group->shape].config != config)
        return false;
    union word *words = parse_as(log, &log->shapes[group->shape], line.at + group->name_length,
                                 line.at + line.length);
    if (!words)
        return false;
    commit(log, words, number - 1, round);
    return true;
}

static bool is_shape(const struct shape *shape, uint32_t config, const uint32_t *units,
                     uint32_t count) {
    return shape->config == config && shape->count == count &&
           memcmp(shape->units, units, count * sizeof *units) == 0;
}

static bool are_distinct(const struct result_log *log, const uint32_t *units, uint32_t count) {
    bool distinct = count <= FEW_UNITS;
    for (uint32_t i = 0; distinct && i < count; i++) {
        for (uint32_t k = 0; k < i; k++)
            distinct &= log->units[units[i]].unit != log->units[units[k]].unit;
    }
    return distinct;
}

static uint32_t find_shape(struct result_log *log, uint32_t config, const uint32_t *units,
                           uint32_t count) {
    if (log->last_shape && is_shape(&log->shapes[log->last_shape - 1], config, units, count))
        return log->last_shape - 1;
    uint32_t *key = ARENA_NEW(log->scratch, uint32_t, (size_t)count + 1);
    key[0] = config;
    memcpy(key + 1, units, count * sizeof *units);
    struct text bytes = {(const char *)key, ((size_t)count + 1) * sizeof *key};
    uint32_t number = strings_add(log->shape_set, bytes) - 1;
    log->last_shape = number + 1;
    if (number < log->shape_count)
        return number;
    struct shape shape = {config, count, key + 1, ARENA_NEW(log->scratch, struct text, count),
                          are_distinct(log, units, count)};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t written = log->units[units[i]].written;
        shape.written[i] = (struct text){strings_get(log->r->strings, written),
                                         strings_length(log->r->strings, written)};
    }
    ARENA_PUSH(log->scratch, log->shapes, log->shape_count, log->shape_capacity, shape);
    return number;
}

static uint32_t make_group(struct result_log *log, uint32_t name, uint32_t shape_number,
                           bool first_of_name) {
    const struct shape *shape = &log->shapes[shape_number];
    bool made_here = first_of_name && shape->distinct && log->alone;
    struct group group = {.name = strings_get(log->r->strings, name),
                          .name_length = (uint32_t)strings_length(log->r->strings, name),
                          .shape = shape_number,
                          .first_series = (uint32_t)log->series_count,
                          .first_of_name = log->group_count};
    ARENA_PUSH(log->scratch, log->groups, log->group_count, log->group_capacity, group);
    for (uint32_t i = 0; i < shape->count; i++) {
        const struct log_unit *unit = &log->units[shape->units[i]];
        struct series *s = (made_here ? recording_series_new : recording_series)(
            log->r, shape->config, name, unit->unit, unit->written);
        ARENA_PUSH(log->scratch, log->series, log->series_count, log->series_capacity,
                   (uint32_t)(s - log->r->series));
    }
    return log->group_count - 1;
}

/* Most names have one shape; only what comes beside it needs a search. */
static uint32_t find_group(struct result_log *log, uint32_t name, uint32_t shape) {
    uint32_t latest = name < log->by_name_capacity ? log->by_name[name] : 0;
    if (!latest)
        return make_group(log, name, shape, true);
    uint32_t first = log->groups[latest - 1].first_of_name;
    if (log->groups[first].shape == shape)
        return first;
    uint32_t key[2] = {name, shape};
    uint32_t number =
        strings_add(log->more_groups, (struct text){(const char *)key, sizeof key}) - 1;
    if (number < log->more_count)
        return log->more_numbers[number];
    uint32_t made = make_group(log, name, shape, false);
    log->groups[made].first_of_name = first;
    ARENA_PUSH(log->scratch, log->more_numbers, log->more_count, log->more_capacity, made);
    return made;
}

static void remember_name(struct result_log *log, uint32_t name, uint32_t group) {
    if (name >= log->by_name_capacity) {
        uint32_t capacity = strings_count(log->r->strings) + log->by_name_capacity;
        log->by_name = arena_grow(log->scratch, log->by_name, log->by_name_capacity, capacity,
                                  sizeof *log->by_name);
        log->by_name_capacity = capacity;
    }
    log->by_name[name] = group + 1;
}

/* A name that was seen before has its own shape; one that was not, of plain characters, that of the
 * line before. Mostly they are the same, and the line is parsed while the name is looked up. */
static bool try_name(struct result_log *log, uint32_t config, uint32_t round, struct text line,
                     size_t length, bool plain) {
    struct strings *strings = log->r->strings;
    struct strings_key key = strings_key(strings, (struct text){line.at, length});
    uint32_t shape = log->groups[log->previous - 1].shape, name, group = 0;
    bool may_be = length && length <= RECORDING_NAME_LIMIT && length < line.length &&
                  is_blank(line.at[length]) && log->shapes[shape].config == config;
    union word *words =
        may_be ? parse_as(log, &log->shapes[shape], line.at + length, line.at + line.length) : NULL;
    if (strings_find_key(strings, key, &name) && name < log->by_name_capacity)
        group = log->by_name[name];
    if (group && !(words && log->groups[group - 1].shape == shape))
        return try_group(log, group, config, round, line);
    if (!words || !(group || plain))
        return false;
    if (!group) {
        name = strings_add_key(strings, key);
        group = make_group(log, name, shape, true) + 1;
        remember_name(log, name, group - 1);
    }
    commit(log, words, group - 1, round);
    return true;
}

bool result_log_repeat(struct result_log *log, uint32_t config, uint32_t round, struct text line) {
    if (!log->previous)
        return false;
    if (try_group(log, log->groups[log->previous - 1].next, config, round, line) ||
        try_group(log, log->previous, config, round, line))
        return true;
    size_t length = 0;
    bool plain = true;
    for (; length < line.length && (unsigned char)line.at[length] > ' '; length++)
        plain &= (unsigned char)line.at[length] < 0x7F;
    return try_name(log, config, round, line, length, plain);
}

void result_log_add(struct result_log *log, uint32_t config, uint32_t round, struct text name,
                    const uint32_t *units, const double *values, uint32_t count) {
    uint32_t number = strings_add(log->r->strings, name);
    uint32_t group = find_group(log, number, find_shape(log, config, units, count));
    remember_name(log, number, group);
    union word *words = line_room(log, count);
    for (uint32_t i = 0; i < count; i++)
        words[1 + i].value = values[i] * log->units[units[i]].factor;
    commit(log, words, group, round);
}

/* Every series gets room for its values; those of which every value has a round get rounds. */
static void make_room(struct result_log *log) {
    struct recording *r = log->r;
    uint32_t *more = ARENA_NEW(log->scratch, uint32_t, r->series_count);
    bool *unnumbered = ARENA_NEW(log->scratch, bool, r->series_count);
    for (uint32_t g = 0; g < log->group_count; g++) {
        const struct group *group = &log->groups[g];
        for (uint32_t i = 0; i < log->shapes[group->shape].count; i++) {
            uint32_t s = log->series[group->first_series + i];
            more[s] += group->lines;
            unnumbered[s] |= group->unnumbered;
        }
    }
    for (uint32_t i = 0; i < r->series_count; i++) {
        struct series *s = &r->series[i];
        if (!more[i])
            continue;
        bool numbered = !unnumbered[i] && (s->count == 0 || s->rounds);
        recording_reserve(r, s, more[i]);
        if (!numbered)
            s->rounds = NULL;
        else if (!s->rounds)
            s->rounds = ARENA_NEW(r->arena, uint32_t, s->capacity);
    }
}

void result_log_finish(struct result_log *log) {
    make_room(log);
    for (const struct chunk *chunk = log->first; chunk; chunk = chunk->next) {
        for (size_t at = 0; at < chunk->used;) {
            const union word *words = &chunk->words[at];
            const struct group *group = &log->groups[words->head.group];
            uint32_t count = log->shapes[group->shape].count;
            for (uint32_t i = 0; i < count; i++) {
                struct series *s = &log->r->series[log->series[group->first_series + i]];
                if (s->rounds)
                    s->rounds[s->count] = words->head.round;
                s->values[s->count++] = words[1 + i].value;
            }
            at += (size_t)count + 1;
        }
    }
}
