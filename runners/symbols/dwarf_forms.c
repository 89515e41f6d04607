#include "runners/symbols/dwarf_forms.h"

#include <dwarf.h>
#include <string.h>

int form_size(const struct dwarf_coding *coding, unsigned form) {
    switch (form) {
    case DW_FORM_flag_present:
    case DW_FORM_implicit_const:
        return 0;
    case DW_FORM_data1:
    case DW_FORM_flag:
    case DW_FORM_ref1:
    case DW_FORM_strx1:
    case DW_FORM_addrx1:
        return 1;
    case DW_FORM_data2:
    case DW_FORM_ref2:
    case DW_FORM_strx2:
    case DW_FORM_addrx2:
        return 2;
    case DW_FORM_strx3:
    case DW_FORM_addrx3:
        return 3;
    case DW_FORM_data4:
    case DW_FORM_ref4:
    case DW_FORM_ref_sup4:
    case DW_FORM_strx4:
    case DW_FORM_addrx4:
        return 4;
    case DW_FORM_data8:
    case DW_FORM_ref8:
    case DW_FORM_ref_sig8:
    case DW_FORM_ref_sup8:
        return 8;
    case DW_FORM_data16:
        return 16;
    case DW_FORM_addr:
        return coding->address_size;
    case DW_FORM_ref_addr:
        return coding->version < 3 ? coding->address_size : coding->offset_size;
    case DW_FORM_strp:
    case DW_FORM_line_strp:
    case DW_FORM_strp_sup:
    case DW_FORM_sec_offset:
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_GNU_strp_alt:
        return coding->offset_size;
    default:
        return -1;
    }
}

uint64_t take_any_number(const struct dwarf_coding *coding, struct cursor *c, size_t bytes) {
    uint64_t value = 0;
    if (bytes > 8 || (size_t)(c->end - c->at) < bytes) {
        c->bad = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)c->at[i] << 8 * (coding->big_endian ? bytes - 1 - i : i);
    c->at += bytes;
    return value;
}

bool number_at(const struct dwarf_coding *coding, struct cursor table, uint64_t index, size_t bytes,
               uint64_t *out) {
    if (index >= (uint64_t)(table.end - table.at) / bytes)
        return false;
    table.at += index * bytes;
    *out = take_number(coding, &table, bytes);
    return true;
}

const char *take_text(struct cursor *c) {
    const char *text = (const char *)c->at;
    const uint8_t *end = c->bad ? NULL : memchr(c->at, '\0', (size_t)(c->end - c->at));
    if (!end) {
        c->bad = true;
        return NULL;
    }
    c->at = end + 1;
    return text;
}

/* A signed number may be longer than an unsigned one can be. */
void skip_varint(struct cursor *c) {
    while (c->at < c->end && *c->at & 0x80)
        c->at++;
    skip_bytes(c, 1);
}

void skip_form(const struct dwarf_coding *coding, struct cursor *c, uint64_t form) {
    for (int turns = 0; form == DW_FORM_indirect && turns < 2; turns++)
        form = take_varint(c);
    int size = form <= UINT16_MAX ? form_size(coding, (unsigned)form) : -1;
    if (size >= 0) {
        skip_bytes(c, (uint64_t)size);
        return;
    }
    switch (form) {
    case DW_FORM_string:
        take_text(c);
        break;
    case DW_FORM_block:
    case DW_FORM_exprloc:
        skip_bytes(c, take_varint(c));
        break;
    case DW_FORM_block1:
        skip_bytes(c, take_number(coding, c, 1));
        break;
    case DW_FORM_block2:
        skip_bytes(c, take_number(coding, c, 2));
        break;
    case DW_FORM_block4:
        skip_bytes(c, take_number(coding, c, 4));
        break;
    case DW_FORM_sdata:
    case DW_FORM_udata:
    case DW_FORM_ref_udata:
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
    case DW_FORM_GNU_addr_index:
    case DW_FORM_GNU_str_index:
        skip_varint(c);
        break;
    default:
        c->bad = true;
    }
}
