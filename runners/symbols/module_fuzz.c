/* Any bytes as a program: the functions at its entry and around each of its symbols, and a step to
 * the caller's frame from there. Names are there, frames are as many as are promised. */
#include "runners/symbols/demangle.h"
#include "runners/symbols/frame_step.h"
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
        assert(frames[i].decl_line >= 0);
        if (frames[i].name)
            assert(*demangle(frames[i].name, arena) || !*frames[i].name);
    }
}

/* Lines follow each other upwards, to an end. */
static void walk_lines(struct module *module, uint64_t address) {
    for (int i = 0; i < 100 && address != UINT64_MAX; i++) {
        uint64_t next = module_next_line(module, address);
        assert(next > address);
        address = next;
    }
}

static void step(struct call_frame_info *frames, uint64_t address) {
    static const char zeros[512];
    struct stack_copy stack = {0x7fff0000, {zeros, sizeof zeros}};
    struct unwind_registers registers = {.machine = UNWIND_X86_64, .known = 0x1ffff};
    uint64_t slot;
    for (unsigned i = 0; i < 17; i++)
        registers.values[i] = stack.start + 8 * i;
    const struct frame_row *row = call_frame_row(frames, address);
    if (row)
        frame_step(&registers, row, &stack, &slot);
    assert(call_frame_row(frames, address) == row);
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
        if (size % 2)
            module_want_sites(&module);
        struct call_frame_info *frames = call_frame_info_new(module.program.elf, module.dwarf);
        if (gelf_getehdr(module.program.elf, &header))
            look_up(&module, header.e_entry, arena);
        if (elf_address_of(module.program.elf, 0x1000, &address))
            look_up(&module, address, arena);
        for (size_t i = 0; i < module.symbols.count && i < LOOKUPS; i++) {
            const struct symbol *symbol = &module.symbols.symbols[i];
            look_up(&module, symbol->start, arena);
            walk_lines(&module, symbol->start);
            assert(symbol->start == symbol->end || module_entry(&module, symbol->start));
            look_up(&module, symbol->start + (symbol->end - symbol->start) / 2, arena);
            step(frames, symbol->start + 1);
        }
        call_frame_info_free(frames);
    }
    module_close(&module);
    arena_free(arena);
    return 0;
}
