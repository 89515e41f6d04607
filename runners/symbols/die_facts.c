#include "runners/symbols/die_facts.h"

#include <dwarf.h>

static bool take_fact_number(const struct die_unit *unit, const struct die_field *field,
                             struct cursor *c, uint64_t *out) {
    switch (field->form) {
    case DW_FORM_implicit_const:
        *out = (uint64_t)field->constant;
        return true;
    case DW_FORM_data1:
        *out = c->at < c->end ? *c->at : 0;
        skip_bytes(c, 1);
        return true;
    case DW_FORM_udata:
        *out = take_varint(c);
        return true;
    case DW_FORM_data2:
    case DW_FORM_data4:
    case DW_FORM_data8:
        *out = take_number(&unit->coding, c, (size_t)field->size);
        return true;
    default:
        return false;
    }
}

static const char *string_at(const struct die_unit *unit, uint64_t offset) {
    struct cursor strings = unit->sections ? unit->sections->strings : (struct cursor){0};
    if (offset >= (uint64_t)(strings.end - strings.at))
        return NULL;
    strings.at += offset;
    return take_text(&strings);
}

static const char *take_fact_text(const struct die_unit *unit, const struct die_field *field,
                                  struct cursor *c) {
    const struct dwarf_coding *coding = &unit->coding;
    uint64_t number;
    switch (field->form) {
    case DW_FORM_string:
        return take_text(c);
    case DW_FORM_strp:
        return string_at(unit, take_number(coding, c, coding->offset_size));
    case DW_FORM_strx:
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4:
        number = field->size < 0 ? take_varint(c) : take_number(coding, c, (size_t)field->size);
        return number_at(coding, unit->string_offsets, number, coding->offset_size, &number)
                   ? string_at(unit, number)
                   : NULL;
    default:
        return NULL;
    }
}

static bool take_fact(struct die_facts *facts, const struct die_unit *unit,
                      const struct die_field *field, struct cursor *c) {
    enum die_fact fact = (enum die_fact)field->fact;
    facts->has |= 1u << fact;
    if (fact <= DIE_LINKED_NAME)
        return (facts->texts[fact] = take_fact_text(unit, field, c)) != NULL;
    if (fact < DIE_ORIGIN)
        return take_fact_number(unit, field, c, &facts->numbers[fact]);
    if (!form_is_within(field->form))
        return false;
    const uint8_t *origin = die_at(unit, take_number(&unit->coding, c, (size_t)field->size));
    if (fact == DIE_ORIGIN || !facts->origin)
        facts->origin = origin;
    return origin != NULL;
}

bool die_facts_add(struct die_facts *facts, uint32_t wanted, const struct die_unit *unit,
                   const uint8_t *at) {
    struct cursor c = {at, unit->end, false};
    const struct die_shape *shape = die_shape_find(&unit->shapes, take_varint(&c));
    facts->has &= ~(1u << DIE_ORIGIN | 1u << DIE_DECLARATION);
    facts->origin = NULL;
    for (size_t i = 0; shape && i < shape->field_count; i++) {
        const struct die_field *field = &shape->fields[i];
        if (wanted & ~facts->has & 1u << field->fact) {
            if (!take_fact(facts, unit, field, &c))
                return false;
        } else if (field->size >= 0) {
            skip_bytes(&c, (uint64_t)field->size);
        } else {
            skip_form(&unit->coding, &c, field->form);
        }
    }
    return shape && !c.bad;
}
