/* Fields of protocol buffers, written one behind another
 * (https://protobuf.dev/programming-guides/encoding/). Who calls has made room: MESSAGE_FIELD_BYTES
 * a field besides its text. */
#ifndef RUNNERS_REMOTE_MESSAGE_H
#define RUNNERS_REMOTE_MESSAGE_H

#include "runners/base/text.h"

enum { MESSAGE_FIELD_BYTES = 1 + 10 }; /* tag of a field up to 15, and a varint, at most */

/* Each gives the place behind what it wrote. */
static inline char *message_varint(char *to, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        *to++ = (char)(value | 0x80);
    *to++ = (char)value;
    return to;
}

static inline char *message_number(char *to, unsigned field, uint64_t value) {
    return message_varint(message_varint(to, field << 3), value);
}

/* A text, bytes or a message. */
static inline char *message_text(char *to, unsigned field, struct text text) {
    to = message_varint(message_varint(to, field << 3 | 2), text.length);
    if (text.length)
        memcpy(to, text.at, text.length);
    return to + text.length;
}

#endif
