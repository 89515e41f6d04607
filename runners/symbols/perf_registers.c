#include "runners/symbols/frame_step.h"

/* Of each register of the kernel's list (asm/perf_regs.h) the DWARF number; -1: of no use. */
static const int8_t x86_64[] = {0,  3,  2,  1,  4, 5, 6,  7,  16, -1, -1, -1,
                                -1, -1, -1, -1, 8, 9, 10, 11, 12, 13, 14, 15};

enum {
    X86_64_COUNT = sizeof x86_64,
    AARCH64_COUNT = 33
}; /* on aarch64 both are x0 … x30, sp, pc */

static int number_of(enum unwind_machine machine, unsigned bit) {
    if (machine == UNWIND_AARCH64)
        return bit < AARCH64_COUNT ? (int)bit : -1;
    return bit < X86_64_COUNT ? x86_64[bit] : -1;
}

struct unwind_registers unwind_perf_registers(enum unwind_machine machine, uint64_t mask,
                                              const uint64_t *values, size_t count) {
    struct unwind_registers out = {.machine = machine};
    size_t used = 0;
    for (unsigned bit = 0; bit < 64 && used < count; bit++) {
        if (!(mask >> bit & 1))
            continue;
        int number = number_of(machine, bit);
        if (number >= 0)
            register_set(&out, (unsigned)number, values[used]);
        used++;
    }
    return out;
}

uint64_t unwind_perf_mask(enum unwind_machine machine) {
    uint64_t mask = 0;
    for (unsigned bit = 0; bit < 64; bit++)
        mask |= (uint64_t)(number_of(machine, bit) >= 0) << bit;
    return mask;
}
