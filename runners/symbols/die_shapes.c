#include "runners/symbols/die_shapes.h"

#include <stdlib.h>
#include <string.h>

/* More abbreviations, or attributes of one, are a hostile file. */
enum { SHAPES_MOST = 1 << 20, FIELDS_MOST = 1024 };

static bool holds_code(unsigned tag) {
    return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
           tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block ||
           tag == DW_TAG_with_stmt;
}

bool form_is_within(unsigned form) {
    return form >= DW_FORM_ref1 && form <= DW_FORM_ref8;
}

static bool is_index(unsigned form) {
    return form == DW_FORM_addrx || (form >= DW_FORM_addrx1 && form <= DW_FORM_addrx4);
}

/* What passes a field that struct die has nothing of. */
static enum step_kind kind_to_pass(unsigned form) {
    switch (form) {
    case DW_FORM_exprloc:
    case DW_FORM_block:
        return STEP_BLOCK;
    case DW_FORM_sdata:
    case DW_FORM_udata:
    case DW_FORM_strx:
    case DW_FORM_addrx:
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
        return STEP_VARINT;
    default:
        return STEP_FORM;
    }
}

static enum step_kind kind_of_ranges(const struct dwarf_coding *coding, unsigned form) {
    bool old = coding->version < 4 && (form == DW_FORM_data4 || form == DW_FORM_data8);
    return form == DW_FORM_rnglistx            ? STEP_RANGES_INDEX
           : form == DW_FORM_sec_offset || old ? STEP_RANGES
                                               : STEP_STRANGE;
}

static enum die_fact fact_of(unsigned name) {
    switch (name) {
    case DW_AT_name:
        return DIE_NAME;
    case DW_AT_linkage_name:
    case DW_AT_MIPS_linkage_name:
        return DIE_LINKED_NAME;
    case DW_AT_decl_file:
        return DIE_DECLARED_FILE;
    case DW_AT_decl_line:
        return DIE_DECLARED_LINE;
    case DW_AT_call_file:
        return DIE_CALL_FILE;
    case DW_AT_call_line:
        return DIE_CALL_LINE;
    case DW_AT_call_column:
        return DIE_CALL_COLUMN;
    case DW_AT_GNU_discriminator:
        return DIE_CALL_DISCRIMINATOR;
    case DW_AT_abstract_origin:
        return DIE_ORIGIN;
    case DW_AT_specification:
        return DIE_DECLARATION;
    default:
        return DIE_FACTS;
    }
}

static enum step_kind kind_of(const struct dwarf_coding *coding, const struct die_shape *shape,
                              unsigned name, unsigned form) {
    bool code = holds_code(shape->tag), within = form_is_within(form);
    switch (name) {
    case DW_AT_sibling:
        return shape->children && within ? STEP_SIBLING : kind_to_pass(form);
    case DW_AT_abstract_origin:
        return shape->tag == DW_TAG_inlined_subroutine && within ? STEP_ORIGIN : kind_to_pass(form);
    case DW_AT_low_pc:
        return !code                  ? kind_to_pass(form)
               : form == DW_FORM_addr ? STEP_LOW
               : is_index(form)       ? STEP_LOW_INDEX
                                      : STEP_STRANGE;
    case DW_AT_high_pc:
        return !code                  ? kind_to_pass(form)
               : form == DW_FORM_addr ? STEP_HIGH
               : form == DW_FORM_data4 || form == DW_FORM_data8 || form == DW_FORM_data2 ||
                       form == DW_FORM_data1 || form == DW_FORM_udata
                   ? STEP_LENGTH
                   : STEP_STRANGE;
    case DW_AT_ranges:
        return code ? kind_of_ranges(coding, form) : kind_to_pass(form);
    default:
        return kind_to_pass(form);
    }
}

/* A sum that stays DIE_VARIES once it is. */
static uint16_t added(uint16_t sum, int size) {
    return (uint16_t)(sum == DIE_VARIES || size < 0 ? DIE_VARIES : sum + size);
}

/* What one abbreviation has, while it is read. */
struct shape_room {
    struct die_field fields[FIELDS_MOST];
    struct die_step steps[FIELDS_MOST];
    uint16_t before;
};

static void add_field(const struct dwarf_coding *coding, struct die_shape *shape,
                      struct shape_room *room, unsigned name, struct die_field field) {
    enum step_kind kind = kind_of(coding, shape, name, field.form);
    room->fields[shape->field_count++] = field;
    shape->has_code |= name == DW_AT_low_pc || name == DW_AT_ranges;
    if (kind == STEP_SIBLING) {
        shape->to_sibling = shape->size;
        shape->sibling_size = (uint8_t)field.size;
    }
    shape->size = added(shape->size, field.size);
    if (kind >= STEP_BLOCK && field.size >= 0) {
        room->before = added(room->before, field.size);
        return;
    }
    uint8_t size = field.size < 0 || field.size > 8 ? 0 : (uint8_t)field.size;
    room->steps[shape->step_count++] =
        (struct die_step){room->before, field.form, (uint8_t)kind, size};
    room->before = 0;
}

static bool add_shape(struct die_shapes *shapes, const struct dwarf_coding *coding,
                      Dwarf_Abbrev *from, struct arena *arena) {
    struct shape_room room;
    struct die_shape shape = {.code = dwarf_getabbrevcode(from),
                              .tag = (uint16_t)dwarf_getabbrevtag(from),
                              .children = dwarf_abbrevhaschildren(from),
                              .to_sibling = DIE_VARIES};
    unsigned name, form;
    Dwarf_Sword constant;
    room.before = 0;
    /* (elfutils 0.188's dwarf_getattrcnt miscounts behind constants in abbreviations.) */
    while (dwarf_getabbrevattr_data(from, shape.field_count, &name, &form, &constant, NULL) == 0) {
        if (form > UINT16_MAX || shape.field_count == FIELDS_MOST || shapes->count == SHAPES_MOST)
            return false;
        bool told = form == DW_FORM_implicit_const && constant >= 0 && constant <= INT32_MAX;
        add_field(coding, &shape, &room, name,
                  (struct die_field){(uint16_t)form, (uint8_t)fact_of(name),
                                     (int8_t)form_size(coding, form),
                                     told ? (int32_t)constant : 0});
    }
    shape.rest = room.before;
    shape.fields = ARENA_NEW(arena, struct die_field, shape.field_count);
    memcpy(shape.fields, room.fields, shape.field_count * sizeof *shape.fields);
    shape.steps = ARENA_NEW(arena, struct die_step, shape.step_count);
    memcpy(shape.steps, room.steps, shape.step_count * sizeof *shape.steps);
    ARENA_PUSH(arena, shapes->items, shapes->count, shapes->capacity, shape);
    return true;
}

static int by_code(const void *left, const void *right) {
    const struct die_shape *a = left, *b = right;
    return a->code < b->code ? -1 : a->code > b->code;
}

bool die_shapes_read(struct die_shapes *out, const struct dwarf_coding *coding, Dwarf_Die *of,
                     struct arena *arena) {
    Dwarf_Off at = 0;
    *out = (struct die_shapes){0};
    for (size_t length;; at += length) {
        Dwarf_Abbrev *abbreviation = dwarf_getabbrev(of, at, &length);
        if (abbreviation == DWARF_END_ABBREV)
            break;
        if (!abbreviation || !add_shape(out, coding, abbreviation, arena)) {
            *out = (struct die_shapes){0};
            return false;
        }
    }
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_code);
    return true;
}

const struct die_shape *die_shape_search(const struct die_shapes *shapes, uint64_t code) {
    const struct die_shape key = {.code = code};
    return shapes->count ? bsearch(&key, shapes->items, shapes->count, sizeof key, by_code) : NULL;
}
