/* Numbers, texts and attribute forms of debug information, from bytes that nobody has checked: what
 * does not fit into them makes the cursor bad. DWARF 2 to 5, section 7.5.6. */
#ifndef RUNNERS_SYMBOLS_DWARF_FORMS_H
#define RUNNERS_SYMBOLS_DWARF_FORMS_H

#include "runners/profile/wire.h"

/* How a unit writes its numbers. Sizes in bytes. */
struct dwarf_coding {
    uint8_t address_size, offset_size;
    uint16_t version;
    bool big_endian;
};

/* Bytes of a form of fixed size; -1: it varies, or the form is not known. */
int form_size(const struct dwarf_coding *coding, unsigned form);

/* A number of up to 8 bytes, of any size and order; take_number is faster for most. */
uint64_t take_any_number(const struct dwarf_coding *coding, struct cursor *c, size_t bytes);

static inline uint32_t little32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t little64(const uint8_t *at) {
    return little32(at) | (uint64_t)little32(at + 4) << 32;
}

/* A number of up to 8 bytes. */
static inline uint64_t take_number(const struct dwarf_coding *coding, struct cursor *c,
                                   size_t bytes) {
    const uint8_t *at = c->at;
    if (coding->big_endian || (bytes != 4 && bytes != 8) || (size_t)(c->end - at) < bytes)
        return take_any_number(coding, c, bytes);
    c->at += bytes;
    return bytes == 4 ? little32(at) : little64(at);
}

/* The number of that index in a table of numbers of `bytes` each. False behind the table's end. */
bool number_at(const struct dwarf_coding *coding, struct cursor table, uint64_t index, size_t bytes,
               uint64_t *out);

/* A text up to its NUL; NULL, and the cursor is bad, without one. It belongs to the bytes. */
const char *take_text(struct cursor *c);

static inline void skip_bytes(struct cursor *c, uint64_t bytes) {
    if (bytes > (uint64_t)(c->end - c->at))
        c->bad = true;
    else
        c->at += bytes;
}

void skip_varint(struct cursor *c);
void skip_form(const struct dwarf_coding *coding, struct cursor *c, uint64_t form);

#endif
