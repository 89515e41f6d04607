#include "runners/symbols/module.h"

#include "runners/symbols/debug_file.h"

#include <errno.h>

/* Addresses below are not code. */
static uint64_t lowest_code(Elf *elf) {
    GElf_Shdr header;
    uint64_t lowest = UINT64_MAX;
    for (Elf_Scn *at = elf_nextscn(elf, NULL); at; at = elf_nextscn(elf, at)) {
        if (gelf_getshdr(at, &header) && header.sh_flags & SHF_EXECINSTR && header.sh_addr < lowest)
            lowest = header.sh_addr;
    }
    return lowest == UINT64_MAX ? 0 : lowest;
}

static bool has_debug_info(Elf *elf) {
    GElf_Shdr header;
    return elf_section(elf, ".debug_info", &header) || elf_section(elf, ".zdebug_info", &header);
}

/* Where variables are, and macros, nobody here asks for, and libdw would read it all. What it is
 * told to be without content it leaves out; nothing is written back to the file. */
static void leave_out_locations(Elf *elf) {
    static const char *const names[] = {".debug_loc", ".debug_loclists", ".debug_macro",
                                        ".debug_macinfo"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        GElf_Shdr header;
        Elf_Scn *found = elf_section(elf, names[i], &header);
        header.sh_type = SHT_NOBITS;
        if (found)
            gelf_update_shdr(found, &header);
    }
}

static void read_debug_info(struct module *m, Elf *elf) {
    leave_out_locations(elf);
    m->dwarf = has_debug_info(elf) ? dwarf_begin_elf(elf, DWARF_C_READ, NULL) : NULL;
    if (!m->dwarf)
        return;
    m->info = debug_info_new(m->dwarf, lowest_code(elf));
    if (debug_info_has_code(m->info))
        m->state = SYMBOLS_DEBUG_INFO;
}

static bool has_functions(const struct symbol_table *table) {
    return table->count > table->stubs;
}

static void read_names(struct module *m) {
    m->symbols = symbol_table_read(m->program.elf, false, m->arena);
    if (!has_functions(&m->symbols) && m->debug.elf)
        m->symbols = symbol_table_read(m->debug.elf, false, m->arena);
    m->state = SYMBOLS_TABLE;
    if (has_functions(&m->symbols))
        return;
    m->symbols = symbol_table_read(m->program.elf, true, m->arena);
    m->state = has_functions(&m->symbols) ? SYMBOLS_EXPORTED : SYMBOLS_STRIPPED;
}

static void read_all(struct module *m) {
    read_names(m);
    read_debug_info(m, m->program.elf);
    if (m->state != SYMBOLS_DEBUG_INFO && !m->dwarf && m->debug.elf)
        read_debug_info(m, m->debug.elf);
}

void module_open_memory(struct module *m, char *bytes, size_t length, struct arena *arena) {
    *m = (struct module){.arena = arena, .program.fd = -1, .debug.fd = -1};
    m->state = SYMBOLS_NOT_ELF;
    if (elf_file_memory(&m->program, bytes, length))
        read_all(m);
}

static bool open_image(struct elf_file *out, const char *path, struct arena *arena) {
    if (strcmp(path, "[vdso]") != 0)
        return elf_file_open(out, path);
    struct text image = vdso_image();
    errno = 0;
    return elf_file_memory(out, arena_strndup(arena, image.at, image.length), image.length);
}

enum symbols_state program_open(struct elf_file *out, const char *path, const char *build_id,
                                struct arena *arena) {
    char found[BUILD_ID_TEXT];
    if (!open_image(out, path, arena))
        return errno ? SYMBOLS_NO_FILE : SYMBOLS_NOT_ELF;
    elf_build_id(out->elf, found);
    if (*build_id == '\0' || strcmp(found, build_id) == 0)
        return SYMBOLS_TABLE;
    elf_file_close(out);
    return SYMBOLS_OTHER_BUILD;
}

void module_open(struct module *m, const char *path, const char *build_id, const char *debug_root,
                 struct arena *arena) {
    *m = (struct module){.arena = arena, .debug.fd = -1};
    m->state = program_open(&m->program, path, build_id, arena);
    if (m->state != SYMBOLS_TABLE)
        return;
    if (!has_debug_info(m->program.elf) &&
        !debug_file_find(&m->debug, m->program.elf, path, debug_root, arena))
        m->debug = (struct elf_file){NULL, -1};
    read_all(m);
}

void module_want_sites(struct module *m) {
    if (m->info)
        debug_info_want_sites(m->info);
}

void module_close(struct module *m) {
    debug_info_free(m->info);
    dwarf_end(m->dwarf);
    elf_file_close(&m->debug);
    elf_file_close(&m->program);
}

size_t module_find(struct module *m, uint64_t address,
                   struct debug_frame out[static DEBUG_FRAMES]) {
    const struct symbol *symbol = symbol_find(&m->symbols, address, NULL);
    size_t depth = m->info ? debug_info_find(m->info, address, symbol != NULL, out) : 0;
    if (symbol && depth && out[depth - 1].name)
        symbol = symbol_find(&m->symbols, address, out[depth - 1].name);
    if (depth == 0) {
        out[0] = (struct debug_frame){0};
        depth = 1;
    }
    if (symbol)
        out[depth - 1].name = symbol->name;
    return out[depth - 1].name ? depth : 0;
}

uint64_t module_next_line(struct module *m, uint64_t address) {
    return m->info ? debug_info_next(m->info, address) : UINT64_MAX;
}

const char *module_entry(const struct module *m, uint64_t address) {
    const struct symbol *symbol = symbol_find(&m->symbols, address, NULL);
    return symbol && symbol->start == address ? symbol->name : NULL;
}
