/* The call chain of a sample: from the registers and a copy of the top of the stack by call frame
 * information, which is right where frame pointers are missing, and from where the copy ends on by
 * the kernel's chain of frame pointers, when both agree on the frame where they meet. */
#ifndef RUNNERS_SYMBOLS_UNWIND_H
#define RUNNERS_SYMBOLS_UNWIND_H

#include "runners/base/error.h"
#include "runners/base/text.h"

struct unwinder;

/* Opens programs and libraries when it first meets them and keeps what it read of them. */
struct unwinder *unwinder_new(void);
void unwinder_free(struct unwinder *unwinder);

enum unwind_machine { UNWIND_X86_64, UNWIND_AARCH64 };
enum { UNWIND_REGISTERS = 33 };

/* Registers of a thread in user mode by their DWARF numbers (x86-64: 7 is rsp, 16 rip; aarch64: 31
 * sp, 32 pc). */
struct unwind_registers {
    enum unwind_machine machine;
    uint64_t values[UNWIND_REGISTERS];
    uint64_t known; /* bit n: values[n] is there */
};

/* From the registers of a perf_event sample: `mask` is the one asked for (sample_regs_user), values
 * are in the order of its bits. `machine` is that of the kernel, whose numbering it is. */
struct unwind_registers unwind_perf_registers(enum unwind_machine machine, uint64_t mask,
                                              const uint64_t *values, size_t count);

/* The perf_event mask with all registers that unwinding can use. */
uint64_t unwind_perf_mask(enum unwind_machine machine);

/* What is mapped at an address. */
struct unwind_code {
    uint32_t
        number; /* the caller's, for this file with this build id: kept files are found by it */
    const char *file; /* "[vdso]" is known; looked at when the number is new; NULL: code that was
                         generated, which keeps frame pointers or is not understood */
    const char *build_id; /* "": any */
    uint64_t offset;      /* of the address in the file */
};

/* False when there is no code. */
typedef bool unwind_locate(void *context, uint64_t address, struct unwind_code *out);

struct unwind_sample {
    struct unwind_registers registers;
    struct text stack;     /* copied from the stack pointer on */
    const uint64_t *chain; /* the kernel's, user part alone, without markers: the pc, then return
                              addresses as they are; NULL: none was taken */
    size_t chain_length;
    uint64_t process; /* any number; those of one have the same files at the same addresses */
    unwind_locate *locate;
    void *context;
};

enum unwind_end {
    UNWIND_ROOT, /* the outermost function was reached, or by frame pointers the caller of main */
    UNWIND_TRUNCATED, /* the copy of the stack ended before */
    UNWIND_LOST,      /* code that nothing is known about, or a stack that contradicts itself */
};

struct unwound {
    size_t count;
    size_t by_frame_pointer; /* how many of the last ones are from the kernel's chain */
    enum unwind_end end;
};

/* Writes the addresses, the innermost first, at most `most`; those of callers are made to lie
 * inside the call instruction (return address - 1), as pprof wants them. Nothing that was not
 * reached is added: a chain that does not end at its root is for the caller to label. */
struct unwound unwind(struct unwinder *unwinder, const struct unwind_sample *sample,
                      uint64_t *addresses, size_t most);

#endif
