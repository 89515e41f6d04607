#include "runners/symbols/program_code.h"

#include "runners/symbols/symbol_table.h"

#include <errno.h>

struct code_section {
    uint64_t start;
    struct text bytes;
};

static void read_sections(Elf *elf, struct program_code *out, struct code_section **sections,
                          struct arena *arena) {
    size_t capacity = 0, own_capacity = 0, own_count = 0;
    GElf_Shdr header;
    for (Elf_Scn *at = elf_nextscn(elf, NULL); at; at = elf_nextscn(elf, at)) {
        if (!gelf_getshdr(at, &header) || !(header.sh_flags & SHF_EXECINSTR) ||
            header.sh_type != SHT_PROGBITS)
            continue;
        const Elf_Data *data = elf_rawdata(at, NULL);
        if (!data || !data->d_buf)
            continue;
        struct text bytes = {arena_strndup(arena, data->d_buf, data->d_size), data->d_size};
        ARENA_PUSH(arena, out->sections, out->section_count, capacity, bytes);
        ARENA_PUSH(arena, *sections, own_count, own_capacity,
                   ((struct code_section){header.sh_addr, bytes}));
        out->bytes += bytes.length;
    }
}

static void read_functions(Elf *elf, struct program_code *out, const struct code_section *sections,
                           struct strings *strings, struct arena *arena) {
    struct symbol_table table = symbol_table_read(elf, false, arena);
    out->functions = ARENA_NEW(arena, struct function_code, table.count);
    for (size_t i = 0; i < table.count; i++) {
        const struct symbol *symbol = &table.symbols[i];
        for (size_t k = 0; k < out->section_count; k++) {
            const struct code_section *section = &sections[k];
            if (symbol->start < section->start || symbol->end <= symbol->start ||
                symbol->end - section->start > section->bytes.length)
                continue;
            out->functions[out->count++] =
                (struct function_code){strings_add(strings, text_of(symbol->name)),
                                       {section->bytes.at + (symbol->start - section->start),
                                        (size_t)(symbol->end - symbol->start)}};
        }
    }
}

bool program_code_read(struct program_code *out, const char *path, struct strings *strings,
                       struct arena *arena, struct pg_error *err) {
    struct elf_file file;
    struct code_section *sections = NULL;
    *out = (struct program_code){.count = 0};
    if (!elf_file_open(&file, path))
        return errno ? pg_error_errno(err, "%.400s: cannot be read", path)
                     : pg_error_set(err, PG_FORMAT, "%.400s: is no ELF program", path);
    read_sections(file.elf, out, &sections, arena);
    read_functions(file.elf, out, sections, strings, arena);
    elf_file_close(&file);
    return out->section_count > 0 ||
           pg_error_set(err, PG_FORMAT, "%.400s: there is no code in it", path);
}
