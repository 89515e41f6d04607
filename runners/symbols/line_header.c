#include "runners/symbols/line_header.h"

#include <dwarf.h>
#include <string.h>

enum { FORMATS_MOST = 16 }; /* of a file's facts, of which there are five */

struct head_reader {
    struct line_header *header;
    const struct line_sections *sections;
    struct cursor c;
    struct arena *arena;
};

static void add_folder(struct head_reader *r, const char *name) {
    struct line_header *h = r->header;
    ARENA_PUSH(r->arena, h->folders, h->folder_count, h->folder_capacity, name);
}

static void add_file(struct head_reader *r, const char *name, uint64_t folder) {
    struct line_header *h = r->header;
    if (!name || folder >= h->folder_count) {
        r->c.bad = true;
        return;
    }
    struct line_file file = {name, *name == '/' ? NULL : h->folders[folder], NULL};
    ARENA_PUSH(r->arena, h->files, h->file_count, h->file_capacity, file);
}

/* ---- DWARF 2 to 4 ---- */

static void read_old_tables(struct head_reader *r, const char *folder) {
    static const char unnamed[] = "???"; /* number 0 */
    struct cursor *c = &r->c;
    const char *name;
    add_folder(r, folder);
    while ((name = take_text(c)) && *name)
        add_folder(r, name);
    ARENA_PUSH(r->arena, r->header->files, r->header->file_count, r->header->file_capacity,
               ((struct line_file){unnamed, NULL, unnamed}));
    while ((name = take_text(c)) && *name) {
        uint64_t of = take_varint(c);
        skip_varint(c); /* time */
        skip_varint(c); /* size */
        add_file(r, name, of);
    }
}

/* ---- DWARF 5 ---- */

static const char *text_in(struct head_reader *r, struct text section, uint64_t at) {
    if (at < section.length && memchr(section.at + at, '\0', section.length - at))
        return section.at + at;
    r->c.bad = true;
    return NULL;
}

static const char *take_name(struct head_reader *r, uint64_t form) {
    const struct dwarf_coding *coding = &r->header->coding;
    switch (form) {
    case DW_FORM_string:
        return take_text(&r->c);
    case DW_FORM_strp:
        return text_in(r, r->sections->strings, take_number(coding, &r->c, coding->offset_size));
    case DW_FORM_line_strp:
        return text_in(r, r->sections->line_strings,
                       take_number(coding, &r->c, coding->offset_size));
    default:
        r->c.bad = true;
        return NULL;
    }
}

static uint64_t take_index(struct head_reader *r, uint64_t form) {
    switch (form) {
    case DW_FORM_udata:
        return take_varint(&r->c);
    case DW_FORM_data1:
    case DW_FORM_data2:
    case DW_FORM_data4:
    case DW_FORM_data8:
        return take_number(&r->header->coding, &r->c,
                           (size_t)form_size(&r->header->coding, (unsigned)form));
    default:
        r->c.bad = true;
        return 0;
    }
}

/* Folders, or the files in them. */
static void read_new_table(struct head_reader *r, bool folders) {
    uint64_t kinds[FORMATS_MOST], forms[FORMATS_MOST];
    uint64_t formats = take_number(&r->header->coding, &r->c, 1);
    bool named = false;
    if (formats > FORMATS_MOST) {
        r->c.bad = true;
        return;
    }
    for (uint64_t i = 0; i < formats; i++) {
        kinds[i] = take_varint(&r->c);
        forms[i] = take_varint(&r->c);
        named |= kinds[i] == DW_LNCT_path;
    }
    uint64_t count = take_varint(&r->c);
    r->c.bad |= count && !named;
    for (; count && !r->c.bad; count--) {
        const char *name = NULL;
        uint64_t folder = 0;
        for (uint64_t i = 0; i < formats && !r->c.bad; i++) {
            if (kinds[i] == DW_LNCT_path)
                name = take_name(r, forms[i]);
            else if (kinds[i] == DW_LNCT_directory_index)
                folder = take_index(r, forms[i]);
            else
                skip_form(&r->header->coding, &r->c, forms[i]);
        }
        if (folders)
            add_folder(r, name);
        else
            add_file(r, name, folder);
    }
}

/* ---- both ---- */

/* Sets the end of the table; units of 64-bit DWARF say so. */
static void take_length(struct head_reader *r) {
    struct dwarf_coding *coding = &r->header->coding;
    coding->offset_size = 4;
    uint64_t length = take_number(coding, &r->c, 4);
    if (length == 0xffffffff) {
        coding->offset_size = 8;
        length = take_number(coding, &r->c, 8);
    }
    if (length > (uint64_t)(r->c.end - r->c.at))
        r->c.bad = true;
    else
        r->c.end = r->c.at + length;
}

static void read_opcodes(struct head_reader *r) {
    struct line_header *h = r->header;
    h->step = (uint8_t)take_number(&h->coding, &r->c, 1);
    uint64_t bundle = h->coding.version >= 4 ? take_number(&h->coding, &r->c, 1) : 1;
    skip_bytes(&r->c, 1); /* whether rows are statements */
    h->line_base = (int8_t)take_number(&h->coding, &r->c, 1);
    h->line_range = (uint8_t)take_number(&h->coding, &r->c, 1);
    h->first_special = (uint8_t)take_number(&h->coding, &r->c, 1);
    h->argument_counts = r->c.at;
    r->c.bad |= bundle != 1 || h->line_range == 0 || h->first_special == 0;
    skip_bytes(&r->c, h->first_special ? h->first_special - 1U : 0);
}

bool line_header_read(struct line_header *out, const struct line_sections *sections,
                      uint64_t offset, uint8_t address_size, const char *folder,
                      struct arena *arena) {
    const uint8_t *bytes = (const uint8_t *)sections->lines.at;
    struct head_reader r = {.header = out, .sections = sections, .arena = arena};
    *out = (struct line_header){
        .coding = {.address_size = address_size, .big_endian = sections->big_endian}};
    if (offset >= sections->lines.length)
        return false;
    r.c = (struct cursor){bytes + offset, bytes + sections->lines.length, false};
    take_length(&r);
    struct dwarf_coding *coding = &out->coding;
    coding->version = (uint16_t)take_number(coding, &r.c, 2);
    if (coding->version < 2 || coding->version > 5)
        return false;
    if (coding->version == 5) {
        coding->address_size = (uint8_t)take_number(coding, &r.c, 1);
        r.c.bad |= take_number(coding, &r.c, 1) != 0; /* size of a segment */
    }
    uint64_t rest = take_number(coding, &r.c, coding->offset_size);
    if (r.c.bad || rest > (uint64_t)(r.c.end - r.c.at) ||
        (coding->address_size != 4 && coding->address_size != 8))
        return false;
    out->program = (struct cursor){r.c.at + rest, r.c.end, false};
    r.c.end = out->program.at;
    read_opcodes(&r);
    if (coding->version < 5) {
        read_old_tables(&r, folder);
    } else {
        read_new_table(&r, true);
        read_new_table(&r, false);
    }
    return !r.c.bad;
}

const char *line_file_path(struct line_header *header, uint64_t number, struct arena *arena) {
    if (number >= header->file_count)
        return NULL;
    struct line_file *file = &header->files[number];
    if (!file->whole)
        file->whole =
            file->folder ? arena_printf(arena, "%s/%s", file->folder, file->name) : file->name;
    return file->whole;
}
