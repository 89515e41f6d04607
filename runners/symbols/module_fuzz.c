/* Any bytes as a program: the functions at its entry and around each of its symbols. Names are
 * there, frames are as many as are promised. */
#include "runners/symbols/demangle.h"
#include "runners/symbols/module.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(struct module *module, uint64_t address, struct arena *arena) {
    struct debug_frame frames[DEBUG_FRAMES];
    size_t count = module_find(module, address, frames);
    assert(count <= DEBUG_FRAMES);
    for (size_t i = 0; i < count; i++) {
        assert(frames[i].line >= 0 && frames[i].column >= 0);
        assert(i + 1 < count || frames[i].name);
        if (frames[i].name)
            assert(*demangle(frames[i].name, arena) || !*frames[i].name);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { LOOKUPS = 200 };
    struct arena *arena = arena_new();
    char *bytes = arena_strndup(arena, (const char *)data, size);
    struct module module;
    GElf_Ehdr header;
    uint64_t address;
    module_open_memory(&module, bytes, size, arena);
    if (module.program.elf) {
        if (gelf_getehdr(module.program.elf, &header))
            look_up(&module, header.e_entry, arena);
        if (elf_address_of(module.program.elf, 0x1000, &address))
            look_up(&module, address, arena);
        for (size_t i = 0; i < module.symbols.count && i < LOOKUPS; i++) {
            const struct symbol *symbol = &module.symbols.symbols[i];
            look_up(&module, symbol->start, arena);
            look_up(&module, symbol->start + (symbol->end - symbol->start) / 2, arena);
        }
    }
    module_close(&module);
    arena_free(arena);
    return 0;
}
