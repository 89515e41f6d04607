#include "runners/symbols/die_reader.h"

#include "runners/profile/wire.h"

#include <dwarf.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* More abbreviations, or attributes of one, are a hostile file. */
enum { SHAPES_MOST = 1 << 20, FIELDS_MOST = 1024 };

/* ---- sizes of attributes ---- */

/* Bytes of a form of fixed size; -1: it is of another kind. */
static int size_of_form(const struct die_unit *unit, unsigned form) {
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
        return unit->address_size;
    case DW_FORM_ref_addr:
        return unit->version < 3 ? unit->address_size : unit->offset_size;
    case DW_FORM_strp:
    case DW_FORM_line_strp:
    case DW_FORM_strp_sup:
    case DW_FORM_sec_offset:
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_GNU_strp_alt:
        return unit->offset_size;
    default:
        return -1;
    }
}

static uint32_t little32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t little64(const uint8_t *at) {
    return little32(at) | (uint64_t)little32(at + 4) << 32;
}

/* Numbers of 4 and 8 bytes are most of what is read. */
static uint64_t take_number(const struct die_unit *unit, struct cursor *c, size_t bytes) {
    uint64_t value = 0;
    if (bytes > 8 || (size_t)(c->end - c->at) < bytes) {
        c->bad = true;
        return 0;
    }
    if (bytes == 8 && !unit->big_endian)
        value = little64(c->at);
    else if (bytes == 4 && !unit->big_endian)
        value = little32(c->at);
    else
        for (size_t i = 0; i < bytes; i++)
            value |= (uint64_t)c->at[i] << 8 * (unit->big_endian ? bytes - 1 - i : i);
    c->at += bytes;
    return value;
}

static void skip(struct cursor *c, uint64_t bytes) {
    if (bytes > (uint64_t)(c->end - c->at))
        c->bad = true;
    else
        c->at += bytes;
}

static void skip_text(struct cursor *c) {
    const uint8_t *end = memchr(c->at, '\0', (size_t)(c->end - c->at));
    if (end)
        c->at = end + 1;
    else
        c->bad = true;
}

/* A signed number may be longer than an unsigned one can be. */
static void skip_varint(struct cursor *c) {
    while (c->at < c->end && *c->at & 0x80)
        c->at++;
    skip(c, 1);
}

static void skip_form(const struct die_unit *unit, struct cursor *c, uint64_t form) {
    for (int turns = 0; form == DW_FORM_indirect && turns < 2; turns++)
        form = take_varint(c);
    int size = form <= UINT16_MAX ? size_of_form(unit, (unsigned)form) : -1;
    if (size >= 0) {
        skip(c, (uint64_t)size);
        return;
    }
    switch (form) {
    case DW_FORM_string:
        skip_text(c);
        break;
    case DW_FORM_block:
    case DW_FORM_exprloc:
        skip(c, take_varint(c));
        break;
    case DW_FORM_block1:
        skip(c, take_number(unit, c, 1));
        break;
    case DW_FORM_block2:
        skip(c, take_number(unit, c, 2));
        break;
    case DW_FORM_block4:
        skip(c, take_number(unit, c, 4));
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

/* ---- abbreviations ---- */

static bool is_kept(unsigned name) {
    return name == DW_AT_low_pc || name == DW_AT_high_pc || name == DW_AT_ranges ||
           name == DW_AT_sibling;
}

static bool add_shape(struct die_unit *unit, Dwarf_Abbrev *from, struct arena *arena) {
    struct die_shape shape = {.code = dwarf_getabbrevcode(from),
                              .tag = (uint16_t)dwarf_getabbrevtag(from),
                              .children = dwarf_abbrevhaschildren(from),
                              .plain = true};
    uint64_t size = 0;
    size_t capacity = 0, count = 0;
    unsigned name, form;
    /* (elfutils 0.188's dwarf_getattrcnt miscounts behind constants in abbreviations.) */
    while (dwarf_getabbrevattr_data(from, count, &name, &form, NULL, NULL) == 0) {
        if (form > UINT16_MAX || count == FIELDS_MOST)
            return false;
        int bytes = size_of_form(unit, form);
        ARENA_PUSH(arena, shape.fields, count, capacity,
                   ((struct die_field){(uint16_t)name, (uint16_t)form, (int8_t)bytes,
                                       is_kept(name) || name == DW_AT_abstract_origin}));
        shape.has_code |= name == DW_AT_low_pc || name == DW_AT_ranges;
        shape.plain &= !is_kept(name);
        size = bytes < 0 || size == UINT32_MAX ? UINT32_MAX : size + (uint64_t)bytes;
    }
    shape.field_count = (uint16_t)count;
    shape.size = (uint32_t)size;
    if (unit->count == SHAPES_MOST)
        return false;
    ARENA_PUSH(arena, unit->shapes, unit->count, unit->capacity, shape);
    return true;
}

static int by_code(const void *left, const void *right) {
    const struct die_shape *a = left, *b = right;
    return a->code < b->code ? -1 : a->code > b->code;
}

static bool read_shapes(struct die_unit *unit, Dwarf_Die *of, struct arena *arena) {
    Dwarf_Off at = 0;
    for (size_t length;; at += length) {
        Dwarf_Abbrev *abbreviation = dwarf_getabbrev(of, at, &length);
        if (abbreviation == DWARF_END_ABBREV)
            break;
        if (!abbreviation || !add_shape(unit, abbreviation, arena))
            return false;
    }
    if (unit->count)
        qsort(unit->shapes, unit->count, sizeof *unit->shapes, by_code);
    return true;
}

bool die_unit_open(struct die_unit *unit, Dwarf_Die *of, struct arena *arena) {
    Dwarf_Off entry = dwarf_dieoffset(of), header = entry - dwarf_cuoffset(of), next;
    Dwarf *dwarf = dwarf_cu_getdwarf(of->cu);
    size_t header_size;
    const char *ident = elf_getident(dwarf_getelf(dwarf), NULL);
    *unit = (struct die_unit){.cu = of->cu, .big_endian = ident && ident[EI_DATA] == ELFDATA2MSB};
    if (dwarf_cu_info(of->cu, &unit->version, NULL, NULL, NULL, NULL, &unit->address_size,
                      &unit->offset_size) != 0 ||
        dwarf_next_unit(dwarf, header, &next, &header_size, NULL, NULL, NULL, NULL, NULL, NULL) !=
            0 ||
        next <= entry)
        return false;
    unit->start = (const uint8_t *)of->addr - (entry - header);
    if (!read_shapes(unit, of, arena)) {
        unit->count = 0;
        return false;
    }
    unit->end = unit->start + (next - header);
    return true;
}

/* Codes mostly count from 1. */
static const struct die_shape *find_shape(const struct die_unit *unit, uint64_t code) {
    const struct die_shape key = {.code = code};
    if (code - 1 < unit->count && unit->shapes[code - 1].code == code)
        return &unit->shapes[code - 1];
    return unit->count ? bsearch(&key, unit->shapes, unit->count, sizeof key, by_code) : NULL;
}

/* ---- entries ---- */

struct code_place {
    uint64_t low, high;
    bool has_low, has_high, is_length, elsewhere;
};

static void keep_field(const struct die_unit *unit, struct die *die, struct code_place *place,
                       const struct die_field *field, struct cursor *c) {
    bool address = field->form == DW_FORM_addr;
    bool refers = field->name == DW_AT_sibling || field->name == DW_AT_abstract_origin;
    if (field->size <= 0 || field->size > 8) { /* takes more than its bytes to understand */
        place->elsewhere |= !refers;
        skip_form(unit, c, field->form);
        return;
    }
    uint64_t value = take_number(unit, c, (size_t)field->size);
    if (refers) {
        bool inside = field->form >= DW_FORM_ref1 && field->form <= DW_FORM_ref8 &&
                      value < (uint64_t)(unit->end - unit->start);
        *(field->name == DW_AT_sibling ? &die->sibling : &die->origin) =
            inside ? unit->start + value : NULL;
    } else if (field->name == DW_AT_low_pc && address) {
        place->low = value;
        place->has_low = true;
    } else if (field->name == DW_AT_high_pc) {
        place->high = value;
        place->has_high = true;
        place->is_length = !address;
        place->elsewhere |= field->form >= DW_FORM_strx && !address;
    } else {
        place->elsewhere = true;
    }
}

static bool read_fields(const struct die_unit *unit, struct die *die, struct cursor *c) {
    struct code_place place = {0};
    for (size_t i = 0; i < die->shape->field_count && !c->bad; i++) {
        const struct die_field *field = &die->shape->fields[i];
        if (field->kept)
            keep_field(unit, die, &place, field, c);
        else if (field->size >= 0)
            skip(c, (uint64_t)field->size);
        else
            skip_form(unit, c, field->form);
    }
    if (place.has_low && place.has_high && !place.elsewhere) {
        die->whole = true;
        die->low = place.low;
        die->high = place.is_length ? place.low + place.high : place.high;
    }
    return !c->bad;
}

bool die_read(const struct die_unit *unit, const uint8_t *at, struct die *out,
              const uint8_t **next) {
    struct cursor c = {at, unit->end, false};
    uint64_t code = take_varint(&c);
    *next = c.bad ? NULL : c.at;
    if (c.bad || code == 0)
        return false;
    *next = NULL;
    *out = (struct die){.at = at, .shape = find_shape(unit, code)};
    if (!out->shape)
        return false;
    if (out->shape->plain && out->shape->size != UINT32_MAX)
        skip(&c, out->shape->size);
    else
        read_fields(unit, out, &c);
    out->inside = c.at;
    return !c.bad;
}

const uint8_t *die_behind(const struct die_unit *unit, const struct die *die, uint64_t *visits) {
    const uint8_t *at = die->inside;
    struct die inner;
    if (!die->shape->children)
        return at;
    if (die->sibling && die->sibling > die->inside)
        return die->sibling;
    for (size_t depth = 1; depth > 0 && at;) {
        const uint8_t *next;
        if (!*visits || !--*visits)
            return NULL;
        if (die_read(unit, at, &inner, &next)) {
            bool jump = inner.sibling && inner.sibling > inner.inside && inner.shape->children;
            depth += inner.shape->children && !jump;
            at = jump ? inner.sibling : inner.inside;
        } else {
            depth--;
            at = next;
        }
    }
    return at;
}
