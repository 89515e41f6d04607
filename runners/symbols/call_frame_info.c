#include "runners/symbols/call_frame_info.h"

#include "runners/symbols/key_table.h"

#include <dwarf.h>
#include <stdlib.h>

enum { REGISTERS_MOST = 33 };

struct call_frame_info {
    Dwarf_CFI *exceptions, *debug; /* the first is ours, the second the DWARF's */
    unsigned registers;            /* that matter on the machine; 0: not known */
    struct arena *arena;
    struct key_table rows; /* by address; NULL where there is none */
};

static unsigned registers_of(Elf *elf) {
    GElf_Ehdr header;
    if (!gelf_getehdr(elf, &header))
        return 0;
    return header.e_machine == EM_X86_64 ? 17 : header.e_machine == EM_AARCH64 ? REGISTERS_MOST : 0;
}

struct call_frame_info *call_frame_info_new(Elf *elf, Dwarf *dwarf) {
    struct arena *arena = arena_new();
    struct call_frame_info *info = ARENA_NEW(arena, struct call_frame_info, 1);
    *info = (struct call_frame_info){.exceptions = dwarf_getcfi_elf(elf),
                                     .debug = dwarf ? dwarf_getcfi(dwarf) : NULL,
                                     .registers = registers_of(elf),
                                     .arena = arena,
                                     .rows = {.arena = arena}};
    return info;
}

void call_frame_info_free(struct call_frame_info *info) {
    if (!info)
        return;
    dwarf_cfi_end(info->exceptions);
    arena_free(info->arena);
}

/* The operations in the form of a rule: libdw writes plain offsets as expressions, too. */
static struct frame_rule as_rule(const Dwarf_Op *ops, size_t count, unsigned number) {
    struct frame_rule rule = {.kind = RULE_ADDRESS_EXPRESSION,
                              .number = number,
                              .operations = ops,
                              .operation_count = count};
    bool value = count > 1 && ops[count - 1].atom == DW_OP_stack_value;
    size_t plain = value ? count - 1 : count;
    if (value) {
        rule.kind = RULE_VALUE_EXPRESSION;
        rule.operation_count = plain;
    }
    if (plain >= 1 && plain <= 2 && ops[0].atom == DW_OP_call_frame_cfa &&
        (plain == 1 || ops[1].atom == DW_OP_plus_uconst)) {
        rule.kind = value ? RULE_VALUE : RULE_AT;
        rule.offset = plain == 2 ? (int64_t)ops[1].number : 0;
    } else if (count == 1 && ops->atom == DW_OP_regx) {
        rule.kind = RULE_REGISTER;
        rule.from = (unsigned)ops->number;
    } else if (count == 1 && ops->atom >= DW_OP_reg0 && ops->atom <= DW_OP_reg31) {
        rule.kind = RULE_REGISTER;
        rule.from = (unsigned)(ops->atom - DW_OP_reg0);
    }
    return rule;
}

/* Operations that are kept belong to the row: those of libdw may be the caller's own buffer. */
static void keep_operations(struct frame_rule *rule, struct arena *arena) {
    bool needed = rule->kind == RULE_ADDRESS_EXPRESSION || rule->kind == RULE_VALUE_EXPRESSION;
    Dwarf_Op *copy = needed ? ARENA_NEW(arena, Dwarf_Op, rule->operation_count) : NULL;
    for (size_t i = 0; needed && i < rule->operation_count; i++)
        copy[i] = rule->operations[i];
    rule->operations = copy;
}

static bool read_cfa(struct frame_row *row, Dwarf_Frame *frame, struct arena *arena) {
    Dwarf_Op *ops;
    size_t count;
    if (dwarf_frame_cfa(frame, &ops, &count) != 0 || count == 0)
        return false;
    row->cfa = (struct frame_rule){
        .kind = RULE_VALUE_EXPRESSION, .operations = ops, .operation_count = count};
    if (count == 1 && ops->atom == DW_OP_bregx) {
        row->cfa.kind = RULE_REGISTER;
        row->cfa.from = (unsigned)ops->number;
        row->cfa.offset = (int64_t)ops->number2;
    } else if (count == 1 && ops->atom >= DW_OP_breg0 && ops->atom <= DW_OP_breg31) {
        row->cfa.kind = RULE_REGISTER;
        row->cfa.from = (unsigned)(ops->atom - DW_OP_breg0);
        row->cfa.offset = (int64_t)ops->number;
    }
    keep_operations(&row->cfa, arena);
    return true;
}

static void read_rules(struct frame_row *row, Dwarf_Frame *frame, unsigned registers,
                       struct arena *arena) {
    struct frame_rule rules[REGISTERS_MOST] = {{0}};
    Dwarf_Op buffer[3], *ops;
    size_t count;
    for (unsigned number = 0; number < registers; number++) {
        if (dwarf_frame_register(frame, (int)number, buffer, &ops, &count) != 0 ||
            (count == 0 && ops))
            row->undefined |= (uint64_t)1 << number;
        else if (count > 0) { /* otherwise it is the same as in the caller */
            rules[row->rule_count] = as_rule(ops, count, number);
            keep_operations(&rules[row->rule_count++], arena);
        }
    }
    row->rules = ARENA_NEW(arena, struct frame_rule, row->rule_count);
    memcpy(row->rules, rules, row->rule_count * sizeof *rules);
}

static struct frame_row *read_row(struct call_frame_info *info, Dwarf_Frame *frame, int column,
                                  bool signal) {
    struct frame_row *row = ARENA_NEW(info->arena, struct frame_row, 1);
    if (column < 0 || (unsigned)column >= info->registers || !read_cfa(row, frame, info->arena))
        return NULL;
    row->return_column = (unsigned)column;
    row->signal = signal;
    read_rules(row, frame, info->registers, info->arena);
    return row;
}

const struct frame_row *call_frame_row(struct call_frame_info *info, uint64_t address) {
    Dwarf_Frame *frame = NULL;
    Dwarf_Addr start = address, end;
    bool signal = false, known;
    void **row = key_table_place(&info->rows, address, &known);
    if (known)
        return *row;
    if ((info->exceptions && dwarf_cfi_addrframe(info->exceptions, address, &frame) == 0) ||
        (info->debug && dwarf_cfi_addrframe(info->debug, address, &frame) == 0)) {
        int column = dwarf_frame_info(frame, &start, &end, &signal);
        if (start != address) /* where the row begins to hold */
            row = key_table_place(&info->rows, start, &known);
        if (!known)
            *row = read_row(info, frame, column, signal);
        free(frame);
    }
    struct frame_row *found = *row;
    *key_table_place(&info->rows, address, &known) = found;
    return found;
}
