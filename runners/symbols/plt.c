#include "runners/symbols/plt.h"

#include <stdlib.h>

/* A slot of the global offset table. */
struct slot {
    uint64_t address;
    const char *name;
};

struct slots {
    struct slot *items;
    size_t count, capacity;
};

static int by_address(const void *left, const void *right) {
    const struct slot *a = left, *b = right;
    return a->address < b->address ? -1 : a->address > b->address;
}

static void add_slots(struct slots *slots, Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                      struct arena *arena) {
    GElf_Shdr names;
    GElf_Rela entry;
    GElf_Sym symbol;
    Elf_Scn *linked = elf_getscn(elf, header->sh_link);
    Elf_Data *data = elf_getdata(section, NULL);
    Elf_Data *symbols = linked && gelf_getshdr(linked, &names) ? elf_getdata(linked, NULL) : NULL;
    for (int i = 0; data && symbols && gelf_getrela(data, i, &entry); i++) {
        uint64_t type = GELF_R_TYPE(entry.r_info), number = GELF_R_SYM(entry.r_info);
        if ((type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) || number > INT32_MAX ||
            !gelf_getsym(symbols, (int)number, &symbol))
            continue;
        const char *name = elf_strptr(elf, names.sh_link, symbol.st_name);
        if (name && *name)
            ARENA_PUSH(arena, slots->items, slots->count, slots->capacity,
                       ((struct slot){entry.r_offset, name}));
    }
}

/* The slot that the code jumps through: `jmp *offset(%rip)` is ff 25 and 32 bits, counted from what
 * follows. Before it may stand endbr64 or bnd. */
static const struct slot *find_slot(const struct slots *slots, const unsigned char *code,
                                    size_t length, uint64_t address) {
    for (size_t i = 0; i + 6 <= length; i++) {
        if (code[i] != 0xff || code[i + 1] != 0x25)
            continue;
        int32_t offset;
        memcpy(&offset, code + i + 2, sizeof offset);
        struct slot key = {address + i + 6 + (uint64_t)offset, NULL};
        return slots->count
                   ? bsearch(&key, slots->items, slots->count, sizeof *slots->items, by_address)
                   : NULL;
    }
    return NULL;
}

enum { STUB = 16, SHORT_STUB = 8 };

struct symbol *plt_read(Elf *elf, size_t *count, struct arena *arena) {
    struct symbol *stubs = NULL;
    struct slots slots = {0};
    size_t capacity = 0, names;
    GElf_Ehdr file;
    GElf_Shdr header;
    *count = 0;
    if (!gelf_getehdr(elf, &file) || file.e_machine != EM_X86_64 || elf_getshdrstrndx(elf, &names))
        return NULL;
    for (Elf_Scn *at = elf_nextscn(elf, NULL); at; at = elf_nextscn(elf, at)) {
        if (gelf_getshdr(at, &header) && header.sh_type == SHT_RELA)
            add_slots(&slots, elf, at, &header, arena);
    }
    if (slots.count)
        qsort(slots.items, slots.count, sizeof *slots.items, by_address);
    for (Elf_Scn *at = elf_nextscn(elf, NULL); at; at = elf_nextscn(elf, at)) {
        const char *name =
            gelf_getshdr(at, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
        Elf_Data *data = name && strncmp(name, ".plt", 4) == 0 ? elf_getdata(at, NULL) : NULL;
        size_t step = header.sh_entsize == SHORT_STUB ? SHORT_STUB : STUB;
        for (size_t i = 0; data && data->d_buf && i + step <= data->d_size; i += step) {
            uint64_t address = header.sh_addr + i;
            const struct slot *slot =
                find_slot(&slots, (const unsigned char *)data->d_buf + i, step, address);
            if (slot)
                ARENA_PUSH(arena, stubs, *count, capacity,
                           ((struct symbol){address, address + step, address + step,
                                            arena_printf(arena, "%s@plt", slot->name), STB_LOCAL}));
        }
    }
    return stubs;
}
