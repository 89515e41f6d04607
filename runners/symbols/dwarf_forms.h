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

/* A number of up to 8 bytes. */
uint64_t take_number(const struct dwarf_coding *coding, struct cursor *c, size_t bytes);

/* A text up to its NUL; NULL, and the cursor is bad, without one. It belongs to the bytes. */
const char *take_text(struct cursor *c);

void skip_bytes(struct cursor *c, uint64_t bytes);
void skip_varint(struct cursor *c);
void skip_form(const struct dwarf_coding *coding, struct cursor *c, uint64_t form);

#endif
