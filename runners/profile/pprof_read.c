#include "runners/profile/id_table.h"
#include "runners/profile/pprof.h"
#include "runners/profile/pprof.pb-c.h"
#include "runners/profile/profile_format.h"
#include "runners/profile/wire.h"

#include <inttypes.h>

enum { TYPE = 1, SAMPLE, MAPPING, LOCATION, FUNCTION, STRING, LISTS, TIME = 9, LAST_FIELD = 15 };
enum { MOST_TYPES = 1000 };

/* Where the messages of a list stand, so that each list is filled by a walk over its own part. */
struct span {
    const uint8_t *first, *end;
    size_t count;
};

struct reader {
    const uint8_t *start;
    struct span spans[LISTS];
    size_t frame_count, label_count, line_count, time_count, type_count;
    uint8_t *header;
    size_t header_length, header_capacity;
    uint32_t *strings; /* number in the file → number in the set */
    struct id_table mappings, locations, functions;
    struct profile *profile;
    struct arena *arena, *scratch; /* scratch is freed with the reader */
    struct arena *message;         /* what protobuf-c unpacked last */
    ProtobufCAllocator allocator;
    struct pg_error *err;
};

static bool wrong_at(const struct reader *r, const uint8_t *at, const char *what) {
    return pg_error_set(r->err, PG_FORMAT, "offset %td: %s", at - r->start, what);
}

static void *take_memory(void *arena, size_t bytes) {
    return arena_alloc(arena, bytes);
}

static void leave_memory(void *arena, void *memory) {
    (void)arena;
    (void)memory;
}

/* ---- the survey: what there is, how much of it ---- */

static size_t count_numbers(const struct wire_field *field) {
    return field->type == WIRE_BYTES ? count_varints(field->bytes) : 1;
}

/* A repeated number may stand alone or packed; nothing else. */
static bool is_numbers(const struct wire_field *field) {
    return field->type == WIRE_VARINT || field->type == WIRE_BYTES;
}

static bool survey_sample(struct reader *r, struct cursor c) {
    struct wire_field field;
    while (take_field(&c, &field)) {
        if (field.number == 1)
            r->frame_count += count_numbers(&field);
        else if (field.number == 3)
            r->label_count++;
    }
    return !c.bad;
}

static bool survey_location(struct reader *r, struct cursor c) {
    struct wire_field field;
    while (take_field(&c, &field))
        r->line_count += field.number == 4;
    return !c.bad;
}

static void keep_for_header(struct reader *r, const struct wire_field *field, const uint8_t *end) {
    size_t length = (size_t)(end - field->start);
    if (r->header_capacity - r->header_length < length) {
        r->header_capacity = 2 * r->header_capacity + length;
        r->header = arena_grow(r->scratch, r->header, r->header_length, r->header_capacity, 1);
    }
    memcpy(r->header + r->header_length, field->start, length);
    r->header_length += length;
}

static bool survey_field(struct reader *r, const struct wire_field *field, const uint8_t *end) {
    if (field->number == TYPE && r->type_count++ == MOST_TYPES)
        return wrong_at(r, field->start, "more than 1000 sample types; refused");
    if (field->number == TYPE || (field->number >= LISTS && field->number <= LAST_FIELD)) {
        keep_for_header(r, field, end);
        if (field->number == TIME && field->type == WIRE_VARINT && field->value &&
            r->time_count++ > 0)
            return wrong_at(r, field->start, "a second profile begins; expected one");
        return true;
    }
    if (field->number >= LISTS)
        return true;
    if (field->type != WIRE_BYTES)
        return wrong_at(r, field->start, "expected a message");
    struct span *span = &r->spans[field->number];
    if (!span->count++)
        span->first = field->start;
    span->end = end;
    if (field->number == SAMPLE && !survey_sample(r, field->bytes))
        return wrong_at(r, field->start, "damaged sample");
    if (field->number == LOCATION && !survey_location(r, field->bytes))
        return wrong_at(r, field->start, "damaged location");
    return true;
}

static bool survey(struct reader *r, struct text bytes) {
    struct cursor c = {r->start, r->start + bytes.length, false};
    struct wire_field field = {.start = c.at};
    while (take_field(&c, &field)) {
        if (!survey_field(r, &field, c.at))
            return false;
    }
    if (c.bad)
        return wrong_at(r, field.start, "expected a field of a pprof profile");
    if (!r->spans[STRING].count)
        return wrong_at(r, c.end, "no string table; this is not a pprof profile");
    return true;
}

/* Walks the messages of one list: false at the end. */
static bool next_of(struct cursor *c, uint64_t number, struct wire_field *field) {
    while (take_field(c, field)) {
        if (field->number == number)
            return true;
    }
    return false;
}

static struct cursor walk(const struct reader *r, int list) {
    return (struct cursor){r->spans[list].first, r->spans[list].end, false};
}

/* Reads the messages of one list; what protobuf-c unpacks for one is gone before the next. */
static bool read_each(struct reader *r, int list,
                      bool (*read_one)(struct reader *r, const struct wire_field *field)) {
    struct cursor c = walk(r, list);
    struct wire_field field;
    bool good = true;
    while (good && next_of(&c, (uint64_t)list, &field)) {
        struct arena_mark mark = arena_mark(r->message);
        good = read_one(r, &field);
        arena_reset(r->message, mark);
    }
    return good;
}

/* ---- texts ---- */

static bool read_strings(struct reader *r) {
    struct cursor c = walk(r, STRING);
    struct wire_field field;
    size_t count = 0;
    r->strings = ARENA_NEW(r->scratch, uint32_t, r->spans[STRING].count);
    while (next_of(&c, STRING, &field)) {
        struct text text = {(const char *)field.bytes.at,
                            (size_t)(field.bytes.end - field.bytes.at)};
        if (count == 0 && text.length)
            return wrong_at(r, field.start, "the first string is not empty");
        r->strings[count++] = strings_add(r->profile->strings, text);
    }
    return true;
}

/* A string number as the set's. */
static bool text_number(const struct reader *r, uint64_t number, const uint8_t *at, uint32_t *out) {
    if (number >= r->spans[STRING].count)
        return pg_error_set(r->err, PG_FORMAT,
                            "offset %td: string %" PRId64 " of a table of %zu strings",
                            at - r->start, (int64_t)number, r->spans[STRING].count);
    *out = r->strings[number];
    return true;
}

/* ---- the small messages ---- */

static bool text_of_field(const struct reader *r, int64_t number, const uint8_t *at,
                          uint32_t *out) {
    return text_number(r, (uint64_t)number, at, out);
}

static bool take_type(const struct reader *r, const Pprof__ValueType *type,
                      struct profile_type *out) {
    return text_of_field(r, type->type, r->start, &out->name) &&
           text_of_field(r, type->unit, r->start, &out->unit);
}

static bool take_header(struct reader *r, const Pprof__Header *h) {
    struct profile *p = r->profile;
    p->type_count = h->n_sample_type;
    p->types = ARENA_NEW(r->arena, struct profile_type, p->type_count);
    for (size_t i = 0; i < p->type_count; i++) {
        if (!take_type(r, h->sample_type[i], &p->types[i]))
            return false;
    }
    p->comment_count = h->n_comment;
    p->comments = ARENA_NEW(r->arena, uint32_t, p->comment_count);
    for (size_t i = 0; i < p->comment_count; i++) {
        if (!text_of_field(r, h->comment[i], r->start, &p->comments[i]))
            return false;
    }
    p->period = h->period;
    p->time_ns = h->time_nanos;
    p->duration_ns = h->duration_nanos;
    return (!h->period_type || take_type(r, h->period_type, &p->period_type)) &&
           text_of_field(r, h->default_sample_type, r->start, &p->default_type) &&
           text_of_field(r, h->drop_frames, r->start, &p->drop_frames) &&
           text_of_field(r, h->keep_frames, r->start, &p->keep_frames) &&
           text_of_field(r, h->doc_url, r->start, &p->doc_url);
}

static bool read_header(struct reader *r) {
    Pprof__Header *header = pprof__header__unpack(&r->allocator, r->header_length, r->header);
    if (!header)
        return wrong_at(r, r->start, "the fields of the profile itself are damaged");
    return take_header(r, header);
}

static bool read_mapping(struct reader *r, const struct wire_field *field) {
    struct profile_mapping *to = &r->profile->mappings[r->profile->mapping_count];
    const Pprof__Mapping *m = pprof__mapping__unpack(
        &r->allocator, (size_t)(field->bytes.end - field->bytes.at), field->bytes.at);
    if (!m)
        return wrong_at(r, field->start, "damaged mapping");
    *to = (struct profile_mapping){.start = m->memory_start,
                                   .limit = m->memory_limit,
                                   .offset = m->file_offset,
                                   .has_functions = m->has_functions,
                                   .has_filenames = m->has_filenames,
                                   .has_line_numbers = m->has_line_numbers,
                                   .has_inline_frames = m->has_inline_frames};
    if (!id_table_put(&r->mappings, m->id, (uint32_t)r->profile->mapping_count++))
        return wrong_at(r, field->start, "the id of a mapping is 0 or there twice");
    return text_of_field(r, m->filename, field->start, &to->file) &&
           text_of_field(r, m->build_id, field->start, &to->build_id);
}

static bool read_mappings(struct reader *r) {
    size_t count = r->spans[MAPPING].count;
    r->profile->mappings = ARENA_NEW(r->arena, struct profile_mapping, count);
    r->mappings = id_table_new(count, r->profile->strings, r->scratch);
    return read_each(r, MAPPING, read_mapping);
}

static bool read_function(struct reader *r, const struct wire_field *field) {
    struct profile_function *to = &r->profile->functions[r->profile->function_count];
    const Pprof__Function *f = pprof__function__unpack(
        &r->allocator, (size_t)(field->bytes.end - field->bytes.at), field->bytes.at);
    if (!f)
        return wrong_at(r, field->start, "damaged function");
    to->start_line = f->start_line;
    if (!id_table_put(&r->functions, f->id, (uint32_t)r->profile->function_count++))
        return wrong_at(r, field->start, "the id of a function is 0 or there twice");
    return text_of_field(r, f->name, field->start, &to->name) &&
           text_of_field(r, f->system_name, field->start, &to->system_name) &&
           text_of_field(r, f->filename, field->start, &to->file);
}

static bool read_functions(struct reader *r) {
    size_t count = r->spans[FUNCTION].count;
    r->profile->functions = ARENA_NEW(r->arena, struct profile_function, count);
    r->functions = id_table_new(count, r->profile->strings, r->scratch);
    return read_each(r, FUNCTION, read_function);
}

/* ---- locations ---- */

static bool read_line(struct reader *r, struct cursor c, struct profile_line *out) {
    struct wire_field field;
    const uint8_t *start = c.at;
    uint64_t function = 0;
    while (take_field(&c, &field)) {
        if (field.type != WIRE_VARINT)
            continue;
        if (field.number == 1)
            function = field.value;
        else if (field.number == 2)
            out->line = (int64_t)field.value;
        else if (field.number == 3)
            out->column = (int64_t)field.value;
    }
    out->function = id_table_get(&r->functions, function);
    if (c.bad)
        return wrong_at(r, start, "damaged line");
    return out->function != PROFILE_NONE ||
           wrong_at(r, start, "a line's function is not in the profile");
}

static bool read_location(struct reader *r, struct cursor c, uint32_t index) {
    struct profile *p = r->profile;
    struct profile_location *location = &p->locations[index];
    struct wire_field field;
    const uint8_t *start = c.at;
    uint64_t id = 0, mapping = 0;
    uint32_t lines = p->line_start[index];
    while (take_field(&c, &field)) {
        if (field.number == 4) {
            if (field.type != WIRE_BYTES)
                return wrong_at(r, field.start, "expected a line");
            if (!read_line(r, field.bytes, &p->lines[lines++]))
                return false;
        } else if (field.type == WIRE_VARINT) {
            id = field.number == 1 ? field.value : id;
            mapping = field.number == 2 ? field.value : mapping;
            location->address = field.number == 3 ? field.value : location->address;
            location->folded = field.number == 5 ? field.value != 0 : location->folded;
        }
    }
    p->line_start[index + 1] = lines;
    location->mapping = id_table_get(&r->mappings, mapping);
    if (mapping && location->mapping == PROFILE_NONE)
        return wrong_at(r, start, "a location's mapping is not in the profile");
    return id_table_put(&r->locations, id, index) ||
           wrong_at(r, start, "the id of a location is 0 or there twice");
}

static bool read_locations(struct reader *r) {
    struct cursor c = walk(r, LOCATION);
    struct wire_field field;
    struct profile *p = r->profile;
    size_t count = r->spans[LOCATION].count;
    p->locations = ARENA_NEW(r->arena, struct profile_location, count);
    p->line_start = ARENA_NEW(r->arena, uint32_t, count + 1);
    p->lines = ARENA_NEW(r->arena, struct profile_line, r->line_count);
    r->locations = id_table_new(count, p->strings, r->scratch);
    while (next_of(&c, LOCATION, &field)) {
        if (!read_location(r, field.bytes, (uint32_t)p->location_count++))
            return false;
    }
    return true;
}

/* ---- samples ---- */

static bool read_label(struct reader *r, struct cursor c, struct profile_label *out) {
    struct wire_field field;
    const uint8_t *start = c.at;
    uint64_t texts[5] = {0}; /* by field number: key 1, text 2, unit 4 */
    while (take_field(&c, &field)) {
        if (field.type == WIRE_VARINT && field.number <= 4)
            texts[field.number] = field.value;
    }
    if (c.bad)
        return wrong_at(r, start, "damaged label");
    out->number = (int64_t)texts[3];
    return text_number(r, texts[1], start, &out->key) &&
           text_number(r, texts[2], start, &out->text) &&
           text_number(r, texts[4], start, &out->unit);
}

/* Appends the frames of one field; `to` has room for as many as the survey counted. */
static bool read_frames(struct reader *r, const struct wire_field *field, uint32_t *to,
                        uint32_t *count) {
    if (field->type == WIRE_VARINT) {
        to[*count] = id_table_get(&r->locations, field->value);
        return to[(*count)++] != PROFILE_NONE ||
               wrong_at(r, field->start, "a sample's location is not in the profile");
    }
    struct cursor c = field->bytes;
    uint32_t n = *count, missing = 0;
    while (c.at < c.end) {
        uint32_t index = id_table_get(&r->locations, take_varint(&c));
        if (c.bad)
            break;
        missing |= index == PROFILE_NONE;
        to[n++] = index;
    }
    *count = n;
    if (c.bad)
        return wrong_at(r, field->start, "damaged list of locations");
    return !missing || wrong_at(r, field->start, "a sample's location is not in the profile");
}

static bool read_values(struct reader *r, const struct wire_field *field, int64_t *to,
                        size_t *count) {
    struct cursor c = field->bytes;
    size_t most = r->profile->type_count, more = count_numbers(field);
    if (more > most - *count) {
        *count = SIZE_MAX;
        return true;
    }
    if (field->type == WIRE_VARINT)
        to[(*count)++] = (int64_t)field->value;
    while (c.at < c.end && !c.bad)
        to[(*count)++] = (int64_t)take_varint(&c);
    return !c.bad || wrong_at(r, field->start, "damaged list of values");
}

static bool read_sample(struct reader *r, const struct wire_field *sample, size_t index) {
    struct profile *p = r->profile;
    struct cursor c = sample->bytes;
    struct wire_field field;
    uint32_t frames = p->stack_start[index], labels = p->label_start[index];
    size_t values = 0;
    while (take_field(&c, &field)) {
        if (field.number <= 2 && !is_numbers(&field))
            return wrong_at(r, field.start, "expected numbers");
        if (field.number == 1 && !read_frames(r, &field, p->frames, &frames))
            return false;
        if (field.number == 2 && values != SIZE_MAX &&
            !read_values(r, &field, p->values + index * p->type_count, &values))
            return false;
        if (field.number == 3 && field.type != WIRE_BYTES)
            return wrong_at(r, field.start, "expected a label");
        if (field.number == 3 && !read_label(r, field.bytes, &p->labels[labels++]))
            return false;
    }
    p->stack_start[index + 1] = frames;
    p->label_start[index + 1] = labels;
    return values == p->type_count ||
           wrong_at(r, sample->start, "a sample has not one value for each sample type");
}

static bool read_samples(struct reader *r) {
    struct cursor c = walk(r, SAMPLE);
    struct wire_field field;
    struct profile *p = r->profile;
    size_t count = r->spans[SAMPLE].count;
    if (count && !p->type_count)
        return wrong_at(r, c.at, "a sample, but no sample types");
    if (count && p->type_count > (size_t)(c.end - c.at) / count)
        return wrong_at(r, c.at, "fewer values than sample types");
    p->values = ARENA_NEW(r->arena, int64_t, count * p->type_count);
    p->stack_start = ARENA_NEW(r->arena, uint32_t, count + 1);
    p->label_start = ARENA_NEW(r->arena, uint32_t, count + 1);
    p->frames = ARENA_NEW(r->arena, uint32_t, r->frame_count);
    p->labels = ARENA_NEW(r->arena, struct profile_label, r->label_count);
    while (next_of(&c, SAMPLE, &field)) {
        if (!read_sample(r, &field, p->sample_count))
            return false;
        p->sample_count++;
    }
    return true;
}

bool pprof_read(struct profile **out, struct text bytes, struct strings *strings,
                struct arena *arena, struct pg_error *err) {
    if (bytes.length >= UINT32_MAX)
        return pg_error_set(err, PG_LIMIT, "a profile of 4 GiB or more; refused");
    struct reader r = {.start = (const uint8_t *)bytes.at,
                       .profile = profile_new(strings, arena),
                       .arena = arena,
                       .scratch = arena_new(),
                       .err = err};
    /* An arena of its own, that is never empty: a mark at the end of a full block would give each
     * message a new block. */
    r.message = arena_new();
    arena_alloc(r.message, 1);
    r.allocator = (ProtobufCAllocator){take_memory, leave_memory, r.message};
    bool good = survey(&r, bytes) && read_strings(&r) && read_header(&r) && read_mappings(&r) &&
                read_functions(&r) && read_locations(&r) && read_samples(&r);
    arena_free(r.message);
    arena_free(r.scratch);
    if (good)
        *out = r.profile;
    return good;
}

/* Anything that begins with the tag of one of a profile's fields, and is not a text. */
static bool sniff(struct text first) {
    struct cursor c = {(const uint8_t *)first.at, (const uint8_t *)first.at + first.length, false};
    uint64_t tag = take_varint(&c);
    bool text = true;
    for (size_t i = 0; text && i < first.length && i < 64; i++) {
        unsigned char byte = (unsigned char)first.at[i];
        text = byte >= ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    }
    return !text && !c.bad && tag >> 3 >= TYPE && tag >> 3 <= LAST_FIELD;
}

const struct profile_format pprof_format = {"pprof", sniff, pprof_read, NULL};
