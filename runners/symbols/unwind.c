#include "runners/symbols/unwind.h"

#include "runners/symbols/frame_step.h"
#include "runners/symbols/module.h"
#include "runners/symbols/root_tails.h"

/* One file, by the caller's number. */
struct unwind_module {
    struct elf_file file;
    Dwarf *dwarf;
    struct call_frame_info *frames; /* NULL: nothing is known */
};

enum { MODULES_MOST = 1 << 20 };

struct unwinder {
    struct arena *arena;
    struct unwind_module **modules;
    size_t count;
    struct root_tails *tails;
};

struct unwinder *unwinder_new(void) {
    struct arena *arena = arena_new();
    struct unwinder *unwinder = ARENA_NEW(arena, struct unwinder, 1);
    unwinder->arena = arena;
    unwinder->tails = root_tails_new(arena);
    return unwinder;
}

void unwinder_free(struct unwinder *unwinder) {
    if (!unwinder)
        return;
    for (size_t i = 0; i < unwinder->count; i++) {
        struct unwind_module *m = unwinder->modules[i];
        if (m) {
            call_frame_info_free(m->frames);
            dwarf_end(m->dwarf);
            elf_file_close(&m->file);
        }
    }
    arena_free(unwinder->arena);
}

static struct unwind_module *open_module(const struct unwind_code *code, struct arena *arena) {
    struct unwind_module *m = ARENA_NEW(arena, struct unwind_module, 1);
    GElf_Shdr header;
    if (program_open(&m->file, code->file, code->build_id, arena) != SYMBOLS_TABLE) {
        m->file = (struct elf_file){NULL, -1};
        return m;
    }
    if (elf_section(m->file.elf, ".debug_frame", &header) ||
        elf_section(m->file.elf, ".zdebug_frame", &header))
        m->dwarf = dwarf_begin_elf(m->file.elf, DWARF_C_READ, NULL);
    m->frames = call_frame_info_new(m->file.elf, m->dwarf);
    return m;
}

static struct unwind_module *find_module(struct unwinder *u, const struct unwind_code *code) {
    if (code->number >= MODULES_MOST)
        return NULL;
    if (code->number >= u->count) {
        size_t count = 2 * (size_t)code->number + 16;
        u->modules = arena_grow(u->arena, u->modules, u->count, count, sizeof *u->modules);
        u->count = count;
    }
    if (!u->modules[code->number])
        u->modules[code->number] = open_module(code, u->arena);
    return u->modules[code->number];
}

/* *mapped: is there a file at all? */
static const struct frame_row *find_row(struct unwinder *u, const struct unwind_sample *sample,
                                        uint64_t address, bool *mapped) {
    struct unwind_code code;
    uint64_t in_file;
    *mapped = sample->locate(sample->context, address, &code);
    struct unwind_module *m = *mapped ? find_module(u, &code) : NULL;
    return m && m->frames && elf_address_of(m->file.elf, code.offset, &in_file)
               ? call_frame_row(m->frames, in_file)
               : NULL;
}

/* Code without call frame information, most of it made by just-in-time compilers, keeps frame
 * pointers: believed when what they lead to is further out. */
static enum frame_step step_by_pointer(struct unwind_registers *registers,
                                       const struct stack_copy *stack, uint64_t *return_slot) {
    unsigned fp = register_fp(registers->machine), sp = register_sp(registers->machine);
    uint64_t record = registers->values[fp], outer, back;
    if (!register_known(registers, fp) || record < registers->values[sp] || record % 8)
        return STEP_BROKEN;
    *return_slot = record + 8;
    if (!stack_read(stack, record, &outer) || !stack_read(stack, record + 8, &back))
        return STEP_NO_MEMORY;
    registers->known = 0;
    register_set(registers, fp, outer);
    register_set(registers, sp, record + 16);
    register_set(registers, register_pc(registers->machine), back);
    return STEP_CALLER;
}

/* A chain in the making. */
struct walk {
    struct unwinder *unwinder;
    const struct unwind_sample *sample;
    struct stack_copy stack;
    uint64_t *addresses;
    size_t most;
    struct unwound out;
};

static bool put(struct walk *w, uint64_t address) {
    if (w->out.count == w->most)
        return false;
    w->addresses[w->out.count++] = address;
    return true;
}

/* Where in the kernel's chain the return address is that lies at `slot` of the stack: the records
 * of frame pointers are followed within the copy. 0: nowhere. */
static size_t chain_entry_at(const struct walk *w, uint64_t slot) {
    const struct unwind_registers *registers = &w->sample->registers;
    unsigned fp = register_fp(registers->machine);
    uint64_t record = registers->values[fp], outer;
    if (!register_known(registers, fp) || !slot)
        return 0;
    for (size_t i = 1; i < w->sample->chain_length; i++) {
        if (record + 8 == slot)
            return i;
        if (!stack_read(&w->stack, record, &outer) || outer <= record)
            return 0;
        record = outer;
    }
    return 0;
}

/* From the frame on whose return address is entry `at` of the kernel's chain. */
static void follow_chain(struct walk *w, size_t at) {
    bool mapped;
    for (; at < w->sample->chain_length; at++) {
        uint64_t address = w->sample->chain[at] - 1;
        const struct frame_row *row = find_row(w->unwinder, w->sample, address, &mapped);
        if (!mapped || !put(w, address))
            return;
        w->out.by_frame_pointer++;
        if (row && frame_is_outermost(row)) {
            w->out.end = UNWIND_ROOT;
            return;
        }
        if (root_tails_follow(w->unwinder->tails, w->sample->process, w->addresses, &w->out.count,
                              w->most)) {
            w->out.end = UNWIND_ROOT;
            return;
        }
    }
}

static void end_walk(struct walk *w, enum frame_step why, uint64_t slot) {
    if (why == STEP_OUTERMOST) {
        w->out.end = UNWIND_ROOT;
        root_tails_learn(w->unwinder->tails, w->sample->process, w->addresses, w->out.count);
    } else if (why == STEP_NO_MEMORY) {
        size_t at = chain_entry_at(w, slot);
        w->out.end = UNWIND_TRUNCATED;
        if (at)
            follow_chain(w, at);
    } else {
        w->out.end = UNWIND_LOST;
    }
}

struct unwound unwind(struct unwinder *unwinder, const struct unwind_sample *sample,
                      uint64_t *addresses, size_t most) {
    struct unwind_registers registers = sample->registers;
    unsigned pc = register_pc(registers.machine), sp = register_sp(registers.machine);
    struct walk w = {unwinder,  sample, {registers.values[sp], sample->stack},
                     addresses, most,   {.end = UNWIND_LOST}};
    if (!register_known(&registers, pc) || !register_known(&registers, sp))
        return w.out;
    enum frame_step step = STEP_CALLER;
    bool interrupted = true; /* the frame is where something stopped, not where it called */
    uint64_t slot = 0;
    for (uint64_t address = registers.values[pc]; put(&w, address);) {
        bool mapped;
        uint64_t before = registers.values[sp];
        const struct frame_row *row = find_row(unwinder, sample, address, &mapped);
        if (!row && !mapped && w.out.count > 1) { /* what was returned to is no code */
            w.out.count--;
            step = STEP_BROKEN;
            break;
        }
        step = row ? frame_step(&registers, row, &w.stack, &slot)
                   : step_by_pointer(&registers, &w.stack, &slot);
        bool leaf = interrupted; /* it need not have used the stack */
        interrupted = row && row->signal;
        uint64_t after = registers.values[sp];
        if (step == STEP_CALLER && registers.values[pc] == 0)
            step = STEP_OUTERMOST;
        else if (step == STEP_CALLER && (leaf ? after < before : after <= before) && !interrupted)
            step = STEP_BROKEN;
        else if (step == STEP_NO_MEMORY && slot && slot < before)
            step = STEP_BROKEN;
        if (step != STEP_CALLER)
            break;
        address = registers.values[pc] - !interrupted;
    }
    if (step == STEP_CALLER) /* more frames than there is room for */
        w.out.end = UNWIND_TRUNCATED;
    else
        end_walk(&w, step, slot);
    return w.out;
}
