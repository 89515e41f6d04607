/* Protocol buffers on the wire, for the messages that a profile has millions of: a cursor over
 * bytes with a sticky `bad`, so that a whole message is decoded straight on and tested once.
 * https://protobuf.dev/programming-guides/encoding/ */
#ifndef RUNNERS_PROFILE_WIRE_H
#define RUNNERS_PROFILE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
    const uint8_t *at, *end;
    bool bad;
};

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

static inline uint64_t take_varint(struct cursor *c) {
    uint64_t value = 0;
    if (c->at < c->end && *c->at < 0x80)
        return *c->at++;
    for (unsigned shift = 0; shift < 64 && c->at < c->end; shift += 7) {
        uint64_t byte = *c->at++;
        if (shift == 63 && byte > 1)
            break; /* would not fit 64 bits */
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    c->bad = true;
    c->at = c->end;
    return 0;
}

/* One field: its number, and its value as a number or as a cursor over its bytes. */
struct wire_field {
    const uint8_t *start; /* of its tag */
    uint64_t number;
    enum wire_type type;
    uint64_t value;
    struct cursor bytes;
};

/* Takes the next field. False at the end, or with c->bad set. */
static inline bool take_field(struct cursor *c, struct wire_field *field) {
    if (c->at == c->end)
        return false;
    field->start = c->at;
    uint64_t tag = take_varint(c), length = 0;
    field->value = 0;
    field->number = tag >> 3;
    field->type = (enum wire_type)(tag & 7);
    if (field->type == WIRE_VARINT)
        field->value = take_varint(c);
    else if (field->type == WIRE_BYTES)
        length = take_varint(c);
    else if (field->type == WIRE_FIXED64 || field->type == WIRE_FIXED32)
        length = field->type == WIRE_FIXED64 ? 8 : 4;
    else
        c->bad = true;
    if (c->bad || field->number == 0 || length > (uint64_t)(c->end - c->at)) {
        c->bad = true;
        return false;
    }
    field->bytes = (struct cursor){c->at, c->at + length, false};
    c->at += length;
    return true;
}

/* How many varints end within the bytes. */
static inline size_t count_varints(struct cursor c) {
    size_t count = 0;
    for (const uint8_t *at = c.at; at < c.end; at++)
        count += *at < 0x80;
    return count;
}

#endif
