#include "runners/symbols/die_reader.h"

#include <dwarf.h>
#include <elf.h>
#include <stdlib.h>

/* More abbreviations, or attributes of one, are a hostile file. */
enum { SHAPES_MOST = 1 << 20, FIELDS_MOST = 1024 };

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
        int bytes = form_size(&unit->coding, form);
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
    *unit = (struct die_unit){.cu = of->cu,
                              .coding = {.big_endian = ident && ident[EI_DATA] == ELFDATA2MSB}};
    if (dwarf_cu_info(of->cu, &unit->coding.version, NULL, NULL, NULL, NULL,
                      &unit->coding.address_size, &unit->coding.offset_size) != 0 ||
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
        skip_form(&unit->coding, c, field->form);
        return;
    }
    uint64_t value = take_number(&unit->coding, c, (size_t)field->size);
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
            skip_bytes(c, (uint64_t)field->size);
        else
            skip_form(&unit->coding, c, field->form);
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
        skip_bytes(&c, out->shape->size);
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
