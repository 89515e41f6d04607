#include "runners/symbols/stack_ends.h"

#include "runners/symbols/symbol_table.h"

/* glibc's dynamic linker, whose entry calls twice, has 61 bytes there, and functions begin at
 * multiples of 16. */
enum { ENTRY_CODE = 64 };

static const struct known {
    const char *name;
    enum stack_end what;
} of_go[] = {
    {"runtime.systemstack", STACK_SWITCHED},
    {"runtime.asmcgocall", STACK_SWITCHED},
    {"runtime.goexit", STACK_TOP}, /* what a goroutine returns to */
    {"runtime.clone", STACK_TOP},
    {"runtime.rt0_go", STACK_TOP},
    {"runtime.mcall", STACK_TOP},
    {"runtime.morestack", STACK_TOP},
};

static const struct known of_c[] = {{"main", STACK_MAIN}};

/* Go names functions by their calling convention, too. */
static bool is_called(const char *symbol, const char *name) {
    size_t length = strlen(name);
    return strncmp(symbol, name, length) == 0 &&
           (symbol[length] == '\0' || strcmp(symbol + length, ".abi0") == 0);
}

static void seek(struct stack_ends *ends, Elf *elf, const struct known *known, size_t count,
                 struct arena *arena) {
    struct arena *scratch = arena_new();
    struct symbol_table table = symbol_table_read(elf, false, scratch);
    for (size_t i = 0; i < table.count; i++) {
        const struct symbol *s = &table.symbols[i];
        for (size_t k = 0; k < count; k++) {
            if (is_called(s->name, known[k].name))
                ARENA_PUSH(arena, ends->ranges, ends->count, ends->capacity,
                           ((struct stack_end_range){s->start, s->end, known[k].what}));
        }
    }
    arena_free(scratch);
}

struct stack_ends stack_ends_read(Elf *elf, struct arena *arena) {
    struct stack_ends ends = {0};
    GElf_Ehdr header;
    GElf_Shdr section;
    if (elf_section(elf, ".gopclntab", &section) ||
        elf_section(elf, ".data.rel.ro.gopclntab", &section))
        seek(&ends, elf, of_go, sizeof of_go / sizeof *of_go, arena);
    if (gelf_getehdr(elf, &header) && header.e_entry && header.e_entry < UINT64_MAX - ENTRY_CODE)
        ARENA_PUSH(
            arena, ends.ranges, ends.count, ends.capacity,
            ((struct stack_end_range){header.e_entry, header.e_entry + ENTRY_CODE, STACK_ENTRY}));
    return ends;
}

void stack_ends_seek_main(struct stack_ends *ends, Elf *elf, struct arena *arena) {
    if (!ends->main_sought)
        seek(ends, elf, of_c, 1, arena);
    ends->main_sought = true;
}

enum stack_end stack_end_at(const struct stack_ends *ends, uint64_t address) {
    for (size_t i = 0; i < ends->count; i++) {
        if (address >= ends->ranges[i].start && address < ends->ranges[i].end)
            return ends->ranges[i].what;
    }
    return STACK_GOES_ON;
}
