/* One step from a frame to its caller's, by a row of rules. */
#ifndef RUNNERS_SYMBOLS_FRAME_STEP_H
#define RUNNERS_SYMBOLS_FRAME_STEP_H

#include "runners/symbols/call_frame_info.h"
#include "runners/symbols/unwind.h"

/* The copy of a stack: `bytes` from the address `start` on. */
struct stack_copy {
    uint64_t start;
    struct text bytes;
};

/* Reads 8 bytes; false outside of the copy. */
bool stack_read(const struct stack_copy *stack, uint64_t address, uint64_t *out);

enum frame_step {
    STEP_CALLER,    /* registers are the caller's */
    STEP_OUTERMOST, /* there is no caller */
    STEP_SWITCHED,  /* the caller is on another stack, which the frame pointer may still show */
    STEP_NO_MEMORY, /* the copy ends before what is needed */
    STEP_BROKEN,    /* the rules cannot be followed */
};

/* In and out: the registers; out with STEP_CALLER and, where they are known, STEP_NO_MEMORY:
 * *return_slot, where the return address is in memory (0: not in memory). */
enum frame_step frame_step(struct unwind_registers *registers, const struct frame_row *row,
                           const struct stack_copy *stack, uint64_t *return_slot);

/* Which numbers are the stack pointer, the pc and the frame pointer. */
unsigned register_sp(enum unwind_machine machine);
unsigned register_pc(enum unwind_machine machine);
unsigned register_fp(enum unwind_machine machine);

static inline bool register_known(const struct unwind_registers *registers, unsigned number) {
    return number < UNWIND_REGISTERS && (registers->known >> number & 1);
}

static inline void register_set(struct unwind_registers *registers, unsigned number,
                                uint64_t value) {
    registers->values[number] = value;
    registers->known |= (uint64_t)1 << number;
}

/* Does the row say that its function has no caller? */
bool frame_is_outermost(const struct frame_row *row);

#endif
