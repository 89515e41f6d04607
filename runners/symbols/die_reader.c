#include "runners/symbols/die_reader.h"

#include "runners/symbols/elf_file.h"

#include <dwarf.h>

/* ---- units ---- */

static struct cursor bytes_of(Elf *elf, const char *name) {
    static const uint8_t none[1];
    struct text bytes = elf_section_bytes(elf, name);
    const uint8_t *at = bytes.length ? (const uint8_t *)bytes.at : none;
    return (struct cursor){at, at + bytes.length, false};
}

struct die_sections die_sections_of(Dwarf *dwarf) {
    Elf *elf = dwarf_getelf(dwarf);
    return (struct die_sections){
        .dwarf = dwarf,
        .strings = bytes_of(elf, ".debug_str"),
        .string_offsets = bytes_of(elf, ".debug_str_offsets"),
        .addresses = bytes_of(elf, ".debug_addr"),
        .ranges = bytes_of(elf, ".debug_ranges"),
        .range_lists = bytes_of(elf, ".debug_rnglists"),
    };
}

static uint64_t number_of(Dwarf_Die *die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    return dwarf_formudata(dwarf_attr(die, name, &attribute), &value) == 0 ? value : 0;
}

/* From where the unit says that its own begin. */
static struct cursor part_of(struct cursor section, Dwarf_Die *of, unsigned name) {
    uint64_t start = number_of(of, name);
    section.at =
        start && start <= (uint64_t)(section.end - section.at) ? section.at + start : section.end;
    return section;
}

static void find_parts(struct die_unit *unit, Dwarf_Die *of, const struct die_sections *sections) {
    Dwarf_Addr low;
    bool based = dwarf_lowpc(of, &low) == 0;
    if (!based && dwarf_hasattr(of, DW_AT_entry_pc))
        return;
    unit->base = based ? low : 0;
    unit->sections = sections;
    unit->addresses = part_of(sections->addresses, of, DW_AT_addr_base);
    unit->string_offsets = part_of(sections->string_offsets, of, DW_AT_str_offsets_base);
    unit->lists = number_of(of, DW_AT_rnglists_base);
}

static bool is_width(unsigned bytes) {
    return bytes == 4 || bytes == 8;
}

bool die_unit_open(struct die_unit *unit, Dwarf_Die *of, const struct die_sections *sections,
                   struct arena *arena) {
    Dwarf_Off entry = dwarf_dieoffset(of), header = entry - dwarf_cuoffset(of), next;
    Dwarf *dwarf = dwarf_cu_getdwarf(of->cu);
    size_t header_size;
    *unit = (struct die_unit){.cu = of->cu,
                              .coding = {.big_endian = elf_is_big_endian(dwarf_getelf(dwarf))}};
    if (dwarf_cu_info(of->cu, &unit->coding.version, NULL, NULL, NULL, NULL,
                      &unit->coding.address_size, &unit->coding.offset_size) != 0 ||
        dwarf_next_unit(dwarf, header, &next, &header_size, NULL, NULL, NULL, NULL, NULL, NULL) !=
            0 ||
        next <= entry || !is_width(unit->coding.address_size) ||
        !is_width(unit->coding.offset_size))
        return false;
    unit->start = (const uint8_t *)of->addr - (entry - header);
    if (!die_shapes_read(&unit->shapes, &unit->coding, of, arena))
        return false;
    unit->end = unit->start + (next - header);
    if (dwarf == sections->dwarf)
        find_parts(unit, of, sections);
    return true;
}

/* ---- entries ---- */

struct code_place {
    bool has_low, has_high, is_length, strange;
};

static void take_list(const struct die_unit *unit, struct die *die, uint64_t index) {
    struct cursor lists = unit->sections ? unit->sections->range_lists : (struct cursor){0};
    uint64_t offset;
    if (!unit->lists || unit->lists > (uint64_t)(lists.end - lists.at))
        return;
    lists.at += unit->lists;
    die->listed = number_at(&unit->coding, lists, index, unit->coding.offset_size, &offset) &&
                  !__builtin_add_overflow(unit->lists, offset, &die->ranges);
}

static void keep(const struct die_unit *unit, struct die *die, struct code_place *place,
                 enum step_kind kind, uint64_t value) {
    switch (kind) {
    case STEP_LOW:
        die->low = value;
        place->has_low = true;
        break;
    case STEP_LOW_INDEX:
        place->has_low =
            number_at(&unit->coding, unit->addresses, value, unit->coding.address_size, &die->low);
        place->strange |= !place->has_low;
        break;
    case STEP_HIGH:
    case STEP_LENGTH:
        die->high = value;
        place->has_high = true;
        place->is_length = kind == STEP_LENGTH;
        break;
    case STEP_RANGES:
        die->ranges = value;
        die->listed = unit->sections != NULL;
        break;
    case STEP_RANGES_INDEX:
        take_list(unit, die, value);
        break;
    case STEP_SIBLING:
        die->sibling = die_at(unit, value);
        break;
    case STEP_ORIGIN:
        die->origin = die_at(unit, value);
        break;
    default:
        place->strange = true;
    }
}

/* Those that vary are numbers of their own length, or nothing that is understood here. */
static void take_step(const struct die_unit *unit, struct die *die, struct code_place *place,
                      const struct die_step *step, struct cursor *c) {
    uint64_t value = 0;
    if (step->kind == STEP_STRANGE)
        skip_form(&unit->coding, c, step->form);
    else
        value = step->size ? take_number(&unit->coding, c, step->size) : take_varint(c);
    keep(unit, die, place, (enum step_kind)step->kind, value);
}

static void read_steps(const struct die_unit *unit, struct die *die, struct cursor *c) {
    struct code_place place = {0};
    const struct die_step *step = die->shape->steps, *end = step + die->shape->step_count;
    for (; step < end && !c->bad; step++) {
        skip_bytes(c, step->before);
        if (step->kind == STEP_BLOCK)
            skip_bytes(c, take_varint(c));
        else if (step->kind == STEP_VARINT)
            skip_varint(c);
        else if (step->kind == STEP_FORM)
            skip_form(&unit->coding, c, step->form);
        else
            take_step(unit, die, &place, step, c);
    }
    skip_bytes(c, die->shape->rest);
    die->whole = place.has_low && place.has_high && !place.strange;
    die->listed &= !place.has_high && !place.strange;
    if (place.is_length)
        die->high += die->low;
}

bool die_read(const struct die_unit *unit, const uint8_t *at, struct die *out,
              const uint8_t **next) {
    struct cursor c = {at, unit->end, false};
    uint64_t code = take_varint(&c);
    *next = c.bad ? NULL : c.at;
    if (c.bad || code == 0)
        return false;
    *next = NULL;
    *out = (struct die){.at = at, .shape = die_shape_find(&unit->shapes, code)};
    if (!out->shape)
        return false;
    if (out->shape->step_count)
        read_steps(unit, out, &c);
    else
        skip_bytes(&c, out->shape->rest);
    out->inside = c.at;
    return !c.bad;
}

static const uint8_t *near_sibling(const struct die_unit *unit, const struct die_shape *shape,
                                   struct cursor c) {
    if (shape->to_sibling == DIE_VARIES)
        return NULL;
    skip_bytes(&c, shape->to_sibling);
    uint64_t offset = take_number(&unit->coding, &c, shape->sibling_size);
    return c.bad ? NULL : die_at(unit, offset);
}

/* From an entry's attributes to what follows the entry, or all inside it where that is told; then
 * *into is false, as it is when nothing is inside. NULL where the bytes are not understood. */
static const uint8_t *pass(const struct die_unit *unit, const struct die_shape *shape,
                           struct cursor c, bool *into) {
    struct die die = {.shape = shape, .sibling = near_sibling(unit, shape, c)};
    if (die.sibling && die.sibling > c.at)
        c.at = die.sibling;
    else if (shape->size != DIE_VARIES)
        skip_bytes(&c, shape->size);
    else
        read_steps(unit, &die, &c);
    bool jump = die.sibling && die.sibling >= c.at;
    *into = shape->children && !jump;
    return c.bad ? NULL : jump ? die.sibling : c.at;
}

const uint8_t *die_behind(const struct die_unit *unit, const struct die *die, uint64_t *visits) {
    struct cursor c = {die->inside, unit->end, false};
    size_t depth = die->shape->children;
    if (depth && die->sibling && die->sibling > die->inside)
        return die->sibling;
    while (depth > 0 && c.at) {
        if (!*visits || !--*visits)
            return NULL;
        uint64_t code = take_varint(&c);
        const struct die_shape *shape = code ? die_shape_find(&unit->shapes, code) : NULL;
        bool into = false;
        if (c.bad || (code && !shape))
            return NULL;
        if (shape)
            c.at = pass(unit, shape, c, &into);
        depth += into;
        depth -= !shape;
    }
    return c.at;
}
