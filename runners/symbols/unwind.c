#include "runners/symbols/unwind.h"

#include "runners/symbols/frame_step.h"
#include "runners/symbols/module.h"
#include "runners/symbols/root_tails.h"
#include "runners/symbols/stack_ends.h"

/* One file, by the caller's number. */
struct unwind_module {
    struct elf_file file;
    Dwarf *dwarf;
    struct call_frame_info *frames; /* NULL: nothing is known */
    struct stack_ends ends;
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
    m->ends = stack_ends_read(m->file.elf, arena);
    return m;
}

static struct unwind_module *find_module(struct unwinder *u, const struct unwind_code *code) {
    if (!code->file || code->number >= MODULES_MOST)
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

/* What is known about the code at an address. */
struct code_at {
    bool mapped;                  /* is there code at all? */
    struct unwind_module *module; /* NULL: of no file that could be read */
    uint64_t in_file;             /* the file's own number of the address */
    const struct frame_row *row;  /* NULL: no call frame information */
    enum stack_end end;
};

static struct code_at code_at(struct unwinder *u, const struct unwind_sample *sample,
                              uint64_t address) {
    struct unwind_code code;
    struct code_at at = {.mapped = sample->locate(sample->context, address, &code)};
    struct unwind_module *m = at.mapped ? find_module(u, &code) : NULL;
    if (!m || !m->frames || !elf_address_of(m->file.elf, code.offset, &at.in_file))
        return at;
    at.module = m;
    at.row = call_frame_row(m->frames, at.in_file);
    at.end = stack_end_at(&m->ends, at.in_file);
    return at;
}

/* Has the code no caller? A program is entered without call frame information, or with such that
 * says so. */
static bool is_outermost(const struct code_at *at) {
    return at->row ? frame_is_outermost(at->row) : at->end == STACK_ENTRY;
}

/* Code without call frame information, most of it made by just-in-time compilers, keeps frame
 * pointers: believed when what they lead to is further out. `again`: the frame pointer was found so
 * itself; then 0 is the ABI's mark of the outermost frame. */
static enum frame_step step_by_pointer(struct unwind_registers *registers,
                                       const struct stack_copy *stack, bool again,
                                       uint64_t *return_slot) {
    unsigned fp = register_fp(registers->machine), sp = register_sp(registers->machine);
    uint64_t record = registers->values[fp], outer, back;
    if (again && record == 0)
        return STEP_OUTERMOST;
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
    bool by_pointer; /* the last step was one by the frame pointer */
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

/* Is the last address where main was called from? Nothing further out can be reached from there
 * without the stack, and nothing of interest is. */
static bool ends_above_main(const struct walk *w) {
    if (w->out.count < 2)
        return false;
    struct code_at at = code_at(w->unwinder, w->sample, w->addresses[w->out.count - 2]);
    if (!at.module)
        return false;
    stack_ends_seek_main(&at.module->ends, at.module->file.elf, w->unwinder->arena);
    return stack_end_at(&at.module->ends, at.in_file) == STACK_MAIN;
}

/* From the frame on whose return address is entry `at` of the kernel's chain. */
static void follow_chain(struct walk *w, size_t at) {
    const struct root_tails *tails = w->unwinder->tails;
    for (; at < w->sample->chain_length && w->out.end != UNWIND_ROOT; at++) {
        uint64_t address = w->sample->chain[at] - 1;
        struct code_at code = code_at(w->unwinder, w->sample, address);
        if (!code.mapped || !put(w, address))
            return;
        w->out.by_frame_pointer++;
        if (is_outermost(&code) || code.end == STACK_TOP ||
            root_tails_follow(tails, w->sample->process, w->addresses, &w->out.count, w->most) ||
            ends_above_main(w))
            w->out.end = UNWIND_ROOT;
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
    } else if (why == STEP_SWITCHED) {
        size_t at = chain_entry_at(w, slot), length = w->sample->chain_length;
        bool more = at && at + 1 < length;
        w->out.end = more ? UNWIND_TRUNCATED : UNWIND_ROOT;
        if (more)
            follow_chain(w, at + 1);
    } else {
        w->out.end = UNWIND_LOST;
    }
}

/* A step to the caller of the frame at `address`, if it leads outwards. *interrupted: in, the frame
 * is where something stopped (it need not have used the stack), not where it called; out, the same
 * of the caller. */
static enum frame_step step_out(struct walk *w, struct unwind_registers *registers,
                                uint64_t address, bool *interrupted, uint64_t *slot) {
    unsigned pc = register_pc(registers->machine), sp = register_sp(registers->machine);
    uint64_t before = registers->values[sp];
    bool leaf = *interrupted;
    struct code_at code = code_at(w->unwinder, w->sample, address);
    if (!code.mapped && w->out.count > 1) { /* what was returned to is no code */
        w->out.count--;
        return STEP_BROKEN;
    }
    if (is_outermost(&code) || (code.end == STACK_TOP && !leaf))
        return STEP_OUTERMOST;
    if (code.end == STACK_SWITCHED && !leaf)
        return STEP_SWITCHED;
    enum frame_step step = code.row ? frame_step(registers, code.row, &w->stack, slot)
                                    : step_by_pointer(registers, &w->stack, w->by_pointer, slot);
    w->by_pointer = !code.row;
    *interrupted = code.row && code.row->signal;
    uint64_t after = registers->values[sp];
    if (step == STEP_NO_MEMORY)
        return *slot && *slot < before ? STEP_BROKEN : step;
    if (step != STEP_CALLER)
        return step;
    if (registers->values[pc] == 0)
        return STEP_OUTERMOST;
    /* The handler of a signal may have a stack of its own. */
    bool outwards = *interrupted || (leaf ? after >= before : after > before);
    return outwards ? STEP_CALLER : STEP_BROKEN;
}

struct unwound unwind(struct unwinder *unwinder, const struct unwind_sample *sample,
                      uint64_t *addresses, size_t most) {
    struct unwind_registers registers = sample->registers;
    unsigned pc = register_pc(registers.machine), sp = register_sp(registers.machine);
    struct walk w = {unwinder,  sample, {registers.values[sp], sample->stack},
                     addresses, most,   {.end = UNWIND_LOST},
                     false};
    if (!register_known(&registers, pc) || !register_known(&registers, sp))
        return w.out;
    enum frame_step step = STEP_CALLER;
    bool interrupted = true;
    uint64_t slot = 0;
    for (uint64_t address = registers.values[pc]; step == STEP_CALLER && put(&w, address);) {
        step = step_out(&w, &registers, address, &interrupted, &slot);
        address = registers.values[pc] - !interrupted;
    }
    if (step == STEP_CALLER) /* more frames than there is room for */
        w.out.end = UNWIND_TRUNCATED;
    else
        end_walk(&w, step, slot);
    return w.out;
}
