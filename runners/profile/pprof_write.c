#include "runners/base/gzip.h"
#include "runners/profile/pprof.h"
#include "runners/profile/pprof.pb-c.h"
#include "runners/profile/wire.h"

enum { PACKED_FROM = 3, VARINT_MOST = 10 };

struct bytes {
    uint8_t *at;
    size_t length, capacity;
    struct arena *arena;
};

struct writer {
    const struct profile *profile;
    struct bytes out, part, list; /* the message, one of its parts, one packed list */
    uint32_t *numbers;            /* text of the set → string of the file, 0 when not yet in it */
    uint32_t *texts, text_count, text_capacity;
    struct arena *arena;
};

/* ---- bytes ---- */

static uint8_t *reserve(struct bytes *to, size_t more) {
    if (!to->at || to->capacity - to->length < more) {
        to->capacity = 2 * to->capacity + more;
        to->at = arena_grow(to->arena, to->at, to->length, to->capacity, 1);
    }
    return to->at + to->length;
}

static void put_varint(struct bytes *to, uint64_t value) {
    uint8_t *at = reserve(to, VARINT_MOST), *start = at;
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    to->length += (size_t)(at - start);
}

static void put_number(struct bytes *to, unsigned field, uint64_t value) {
    if (!value)
        return;
    put_varint(to, field << 3 | WIRE_VARINT);
    put_varint(to, value);
}

static void put_bytes(struct bytes *to, unsigned field, const void *bytes, size_t length) {
    put_varint(to, field << 3 | WIRE_BYTES);
    put_varint(to, length);
    memcpy(reserve(to, length), bytes, length);
    to->length += length;
}

/* Repeated numbers go packed from three on, as Go's writer does it. Once the list is filled. */
static void put_list(struct bytes *to, unsigned field, struct bytes *list, size_t count) {
    if (count >= PACKED_FROM) {
        put_bytes(to, field, list->at, list->length);
    } else {
        struct cursor c = {list->at, list->at + list->length, false};
        while (c.at < c.end) {
            put_varint(to, field << 3 | WIRE_VARINT);
            put_varint(to, take_varint(&c));
        }
    }
    list->length = 0;
}

static void put_message(struct writer *w, unsigned field, const ProtobufCMessage *message) {
    size_t length = protobuf_c_message_get_packed_size(message);
    put_varint(&w->out, field << 3 | WIRE_BYTES);
    put_varint(&w->out, length);
    w->out.length += protobuf_c_message_pack(message, reserve(&w->out, length));
}

static void put_part(struct writer *w, unsigned field) {
    put_bytes(&w->out, field, w->part.at, w->part.length);
    w->part.length = 0;
}

/* The string number in the file, given out in the order of first use. */
static uint32_t string(struct writer *w, uint32_t text) {
    if (text && !w->numbers[text]) {
        w->numbers[text] = w->text_count;
        ARENA_PUSH(w->arena, w->texts, w->text_count, w->text_capacity, text);
    }
    return w->numbers[text];
}

/* ---- parts ---- */

static void put_label(struct writer *w, const struct profile_label *label) {
    struct bytes *to = &w->list;
    put_number(to, 1, string(w, label->key));
    put_number(to, 2, string(w, label->text));
    put_number(to, 3, (uint64_t)label->number);
    put_number(to, 4, string(w, label->unit));
    put_bytes(&w->part, 3, to->at, to->length);
    to->length = 0;
}

static void put_samples(struct writer *w) {
    const struct profile *p = w->profile;
    for (size_t i = 0; i < p->sample_count; i++) {
        uint32_t first = p->stack_start[i], last = p->stack_start[i + 1];
        for (uint32_t f = first; f < last; f++)
            put_varint(&w->list, (uint64_t)p->frames[f] + 1);
        put_list(&w->part, 1, &w->list, last - first);
        for (size_t v = 0; v < p->type_count; v++)
            put_varint(&w->list, (uint64_t)p->values[i * p->type_count + v]);
        put_list(&w->part, 2, &w->list, p->type_count);
        for (uint32_t l = p->label_start[i]; l < p->label_start[i + 1]; l++)
            put_label(w, &p->labels[l]);
        put_part(w, 2);
    }
}

static void put_mappings(struct writer *w) {
    const struct profile *p = w->profile;
    for (size_t i = 0; i < p->mapping_count; i++) {
        const struct profile_mapping *m = &p->mappings[i];
        Pprof__Mapping message = PPROF__MAPPING__INIT;
        message.id = i + 1;
        message.memory_start = m->start;
        message.memory_limit = m->limit;
        message.file_offset = m->offset;
        message.filename = string(w, m->file);
        message.build_id = string(w, m->build_id);
        message.has_functions = m->has_functions;
        message.has_filenames = m->has_filenames;
        message.has_line_numbers = m->has_line_numbers;
        message.has_inline_frames = m->has_inline_frames;
        put_message(w, 3, &message.base);
    }
}

static void put_locations(struct writer *w) {
    const struct profile *p = w->profile;
    for (size_t i = 0; i < p->location_count; i++) {
        const struct profile_location *location = &p->locations[i];
        put_number(&w->part, 1, i + 1);
        put_number(&w->part, 2,
                   location->mapping == PROFILE_NONE ? 0 : (uint64_t)location->mapping + 1);
        put_number(&w->part, 3, location->address);
        for (uint32_t l = p->line_start[i]; l < p->line_start[i + 1]; l++) {
            put_number(&w->list, 1, (uint64_t)p->lines[l].function + 1);
            put_number(&w->list, 2, (uint64_t)p->lines[l].line);
            put_number(&w->list, 3, (uint64_t)p->lines[l].column);
            put_bytes(&w->part, 4, w->list.at, w->list.length);
            w->list.length = 0;
        }
        put_number(&w->part, 5, location->folded);
        put_part(w, 4);
    }
}

static void put_functions(struct writer *w) {
    const struct profile *p = w->profile;
    for (size_t i = 0; i < p->function_count; i++) {
        const struct profile_function *f = &p->functions[i];
        Pprof__Function message = PPROF__FUNCTION__INIT;
        message.id = i + 1;
        message.name = string(w, f->name);
        message.system_name = string(w, f->system_name);
        message.filename = string(w, f->file);
        message.start_line = f->start_line;
        put_message(w, 5, &message.base);
    }
}

static void put_strings(struct writer *w) {
    for (uint32_t i = 0; i < w->text_count; i++) {
        uint32_t text = w->texts[i];
        put_bytes(&w->out, 6, strings_get(w->profile->strings, text),
                  strings_length(w->profile->strings, text));
    }
}

/* The fields of the profile itself stand in front, as one message that others follow. */
static void put_header(struct writer *w) {
    const struct profile *p = w->profile;
    Pprof__Header header = PPROF__HEADER__INIT;
    Pprof__ValueType period_type = PPROF__VALUE_TYPE__INIT;
    Pprof__ValueType *types = ARENA_NEW(w->arena, Pprof__ValueType, p->type_count);
    header.n_sample_type = p->type_count;
    header.sample_type = ARENA_NEW(w->arena, Pprof__ValueType *, p->type_count);
    for (size_t i = 0; i < p->type_count; i++) {
        pprof__value_type__init(&types[i]);
        types[i].type = string(w, p->types[i].name);
        types[i].unit = string(w, p->types[i].unit);
        header.sample_type[i] = &types[i];
    }
    header.n_comment = p->comment_count;
    header.comment = ARENA_NEW(w->arena, int64_t, p->comment_count);
    for (size_t i = 0; i < p->comment_count; i++)
        header.comment[i] = string(w, p->comments[i]);
    period_type.type = string(w, p->period_type.name);
    period_type.unit = string(w, p->period_type.unit);
    header.period_type = period_type.type || period_type.unit ? &period_type : NULL;
    header.period = p->period;
    header.time_nanos = p->time_ns;
    header.duration_nanos = p->duration_ns;
    header.drop_frames = string(w, p->drop_frames);
    header.keep_frames = string(w, p->keep_frames);
    header.default_sample_type = string(w, p->default_type);
    header.doc_url = string(w, p->doc_url);
    w->out.length +=
        pprof__header__pack(&header, reserve(&w->out, pprof__header__get_packed_size(&header)));
}

struct text pprof_message(const struct profile *profile, struct arena *arena) {
    struct writer w = {.profile = profile, .arena = arena};
    w.out.arena = w.part.arena = w.list.arena = arena;
    w.numbers = ARENA_NEW(arena, uint32_t, strings_count(profile->strings));
    ARENA_PUSH(arena, w.texts, w.text_count, w.text_capacity, 0);
    reserve(&w.part, 1);
    reserve(&w.list, 1); /* a part may be empty, but has an address */
    put_header(&w);
    put_samples(&w);
    put_mappings(&w);
    put_locations(&w);
    put_functions(&w);
    put_strings(&w);
    return (struct text){(char *)w.out.at, w.out.length};
}

bool pprof_write(FILE *out, const struct profile *profile, struct arena *arena,
                 struct pg_error *err) {
    return gzip_write(out, pprof_message(profile, arena), err);
}
