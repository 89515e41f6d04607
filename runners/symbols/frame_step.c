#include "runners/symbols/frame_step.h"

#include <dwarf.h>

unsigned register_sp(enum unwind_machine machine) {
    return machine == UNWIND_X86_64 ? 7 : 31;
}

unsigned register_pc(enum unwind_machine machine) {
    return machine == UNWIND_X86_64 ? 16 : 32;
}

unsigned register_fp(enum unwind_machine machine) {
    return machine == UNWIND_X86_64 ? 6 : 29;
}

bool stack_read(const struct stack_copy *stack, uint64_t address, uint64_t *out) {
    uint64_t at = address - stack->start;
    if (address < stack->start || stack->bytes.length < sizeof *out ||
        at > stack->bytes.length - sizeof *out)
        return false;
    memcpy(out, stack->bytes.at + at, sizeof *out);
    return true;
}

enum { OPERANDS = 32 };

/* What an expression works on. Numbers wrap around, as addresses do. */
struct machine {
    const struct unwind_registers *registers;
    const struct stack_copy *stack;
    uint64_t operands[OPERANDS];
    size_t depth;
    enum frame_step fault; /* STEP_CALLER: none */
};

static void push(struct machine *m, uint64_t value) {
    if (m->depth == OPERANDS)
        m->fault = STEP_BROKEN;
    else
        m->operands[m->depth++] = value;
}

static uint64_t pop(struct machine *m) {
    if (m->depth == 0) {
        m->fault = STEP_BROKEN;
        return 0;
    }
    return m->operands[--m->depth];
}

static void push_register(struct machine *m, unsigned number, uint64_t offset) {
    if (register_known(m->registers, number))
        push(m, m->registers->values[number] + offset);
    else
        m->fault = STEP_BROKEN;
}

static void dereference(struct machine *m) {
    uint64_t value;
    if (stack_read(m->stack, pop(m), &value))
        push(m, value);
    else if (m->fault == STEP_CALLER)
        m->fault = STEP_NO_MEMORY;
}

static bool binary(struct machine *m, uint8_t atom) {
    uint64_t right = m->depth > 1 ? m->operands[m->depth - 1] : 0;
    uint64_t left = m->depth > 1 ? m->operands[m->depth - 2] : 0, value;
    switch (atom) {
    case DW_OP_and:
        value = left & right;
        break;
    case DW_OP_or:
        value = left | right;
        break;
    case DW_OP_plus:
        value = left + right;
        break;
    case DW_OP_minus:
        value = left - right;
        break;
    case DW_OP_mul:
        value = left * right;
        break;
    case DW_OP_shl:
        value = right < 64 ? left << right : 0;
        break;
    case DW_OP_shr:
        value = right < 64 ? left >> right : 0;
        break;
    case DW_OP_ge:
        value = (int64_t)left >= (int64_t)right;
        break;
    case DW_OP_gt:
        value = (int64_t)left > (int64_t)right;
        break;
    case DW_OP_le:
        value = (int64_t)left <= (int64_t)right;
        break;
    case DW_OP_lt:
        value = (int64_t)left < (int64_t)right;
        break;
    case DW_OP_eq:
        value = left == right;
        break;
    case DW_OP_ne:
        value = left != right;
        break;
    default:
        return false;
    }
    pop(m);
    pop(m);
    push(m, value);
    return true;
}

/* What call frame information is written with: no branches, no calls. */
static void operate(struct machine *m, const Dwarf_Op *op, uint64_t cfa) {
    if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31)
        push(m, op->atom - DW_OP_lit0);
    else if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31)
        push_register(m, (unsigned)(op->atom - DW_OP_breg0), op->number);
    else if (op->atom == DW_OP_bregx)
        push_register(m, (unsigned)op->number, op->number2);
    else if (op->atom == DW_OP_addr || (op->atom >= DW_OP_const1u && op->atom <= DW_OP_consts))
        push(m, op->number);
    else if (op->atom == DW_OP_call_frame_cfa)
        push(m, cfa);
    else if (op->atom == DW_OP_plus_uconst)
        push(m, pop(m) + op->number);
    else if (op->atom == DW_OP_deref)
        dereference(m);
    else if (!binary(m, op->atom) && op->atom != DW_OP_nop)
        m->fault = STEP_BROKEN;
}

static enum frame_step evaluate(const struct frame_rule *rule, uint64_t cfa,
                                const struct unwind_registers *registers,
                                const struct stack_copy *stack, uint64_t *out) {
    struct machine m = {.registers = registers, .stack = stack, .fault = STEP_CALLER};
    for (size_t i = 0; i < rule->operation_count && m.fault == STEP_CALLER; i++)
        operate(&m, &rule->operations[i], cfa);
    if (m.fault == STEP_CALLER)
        *out = pop(&m);
    return m.fault;
}

static enum frame_step find_cfa(const struct frame_row *row,
                                const struct unwind_registers *registers,
                                const struct stack_copy *stack, uint64_t *cfa) {
    if (row->cfa.kind != RULE_REGISTER)
        return evaluate(&row->cfa, 0, registers, stack, cfa);
    if (!register_known(registers, row->cfa.from))
        return STEP_BROKEN;
    *cfa = registers->values[row->cfa.from] + (uint64_t)row->cfa.offset;
    return STEP_CALLER;
}

/* The caller's value of one register; *slot is where it is in memory, 0: nowhere. */
static enum frame_step apply(const struct frame_rule *rule, uint64_t cfa,
                             const struct unwind_registers *registers,
                             const struct stack_copy *stack, uint64_t *value, uint64_t *slot) {
    enum frame_step done = STEP_CALLER;
    *slot = 0;
    switch (rule->kind) {
    case RULE_AT:
        *slot = cfa + (uint64_t)rule->offset;
        break;
    case RULE_ADDRESS_EXPRESSION:
        done = evaluate(rule, cfa, registers, stack, slot);
        break;
    case RULE_VALUE:
        *value = cfa + (uint64_t)rule->offset;
        break;
    case RULE_VALUE_EXPRESSION:
        done = evaluate(rule, cfa, registers, stack, value);
        break;
    case RULE_REGISTER:
        if (!register_known(registers, rule->from))
            return STEP_BROKEN;
        *value = registers->values[rule->from] + (uint64_t)rule->offset;
        break;
    }
    if (done == STEP_CALLER && *slot && !stack_read(stack, *slot, value))
        return STEP_NO_MEMORY;
    return done;
}

/* A return address may carry a signature above the 48 bits of an address. */
static uint64_t plain_address(enum unwind_machine machine, uint64_t address) {
    return machine == UNWIND_AARCH64 ? address & 0xffffffffffff : address;
}

bool frame_is_outermost(const struct frame_row *row) {
    return row->undefined >> row->return_column & 1;
}

enum frame_step frame_step(struct unwind_registers *registers, const struct frame_row *row,
                           const struct stack_copy *stack, uint64_t *return_slot) {
    struct unwind_registers caller = *registers;
    uint64_t cfa, value = 0, slot;
    unsigned pc = register_pc(registers->machine), sp = register_sp(registers->machine);
    *return_slot = 0;
    if (frame_is_outermost(row))
        return STEP_OUTERMOST;
    enum frame_step done = find_cfa(row, registers, stack, &cfa);
    if (done != STEP_CALLER)
        return done;
    register_set(&caller, sp, cfa);
    caller.known &= ~row->undefined;
    for (size_t i = 0; i < row->rule_count; i++) {
        const struct frame_rule *rule = &row->rules[i];
        enum frame_step got = apply(rule, cfa, registers, stack, &value, &slot);
        if (rule->number == row->return_column) {
            done = got;
            *return_slot = got == STEP_CALLER || got == STEP_NO_MEMORY ? slot : 0;
        }
        if (got == STEP_CALLER)
            register_set(&caller, rule->number, value);
        else
            caller.known &= ~((uint64_t)1 << rule->number);
    }
    if (done != STEP_CALLER)
        return done;
    if (!register_known(&caller, row->return_column))
        return STEP_BROKEN;
    register_set(&caller, pc, plain_address(registers->machine, caller.values[row->return_column]));
    *registers = caller;
    return STEP_CALLER;
}
