/* How to get from a function's frame to its caller's, as .eh_frame and .debug_frame say it: one row
 * of rules for an instruction, read once. */
#ifndef RUNNERS_SYMBOLS_CALL_FRAME_INFO_H
#define RUNNERS_SYMBOLS_CALL_FRAME_INFO_H

#include "runners/base/arena.h"
#include "runners/symbols/elf_file.h"

#include <elfutils/libdw.h>

enum frame_rule_kind {
    RULE_AT,       /* in memory, at the canonical frame address + offset */
    RULE_VALUE,    /* the canonical frame address + offset itself */
    RULE_REGISTER, /* in another register, + offset */
    RULE_ADDRESS_EXPRESSION,
    RULE_VALUE_EXPRESSION,
};

struct frame_rule {
    enum frame_rule_kind kind;
    unsigned number; /* of the register that the rule is for */
    unsigned from;   /* RULE_REGISTER */
    int64_t offset;
    const Dwarf_Op *operations; /* of expressions */
    size_t operation_count;
};

struct frame_row {
    struct frame_rule cfa;    /* RULE_REGISTER or RULE_VALUE_EXPRESSION */
    struct frame_rule *rules; /* of registers that have another value in the caller */
    size_t rule_count;
    uint64_t undefined;     /* bit n: the caller's value of register n is gone */
    unsigned return_column; /* the number that stands for the return address */
    bool signal;            /* the caller was interrupted: its pc is no return address */
};

struct call_frame_info;

/* The two sections of an ELF file, and of its DWARF when that is not NULL. Both stay the caller's
 * and must outlive it. */
struct call_frame_info *call_frame_info_new(Elf *elf, Dwarf *dwarf);
void call_frame_info_free(struct call_frame_info *info);

/* The row for an address of the file's numbering; NULL when there is none. It lives as long as the
 * info, is one for all addresses that it is for, and is found in a table from the second time on.
 */
const struct frame_row *call_frame_row(struct call_frame_info *info, uint64_t address);

#endif
