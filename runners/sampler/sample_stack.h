/* The call chain of one sample as addresses: as the kernel followed it along frame pointers, or by
 * call frame information from registers and a copy of the stack (runners/symbols/unwind.h). */
#ifndef RUNNERS_SAMPLER_SAMPLE_STACK_H
#define RUNNERS_SAMPLER_SAMPLE_STACK_H

#include "runners/sampler/task_table.h"
#include "runners/symbols/unwind.h"

enum { STACK_MOST = 1024 };

/* The innermost first; those of callers lie within the call (return address - 1). */
struct sample_stack {
    uint64_t addresses[STACK_MOST];
    size_t count;   /* at least 1 */
    bool truncated; /* the root was not reached */
    bool cut;       /* because the copy of the stack ended */
};

struct stack_reader {
    struct unwinder *unwinder; /* NULL: frame pointers alone */
    uint64_t registers;        /* the mask that was asked for */
    uint32_t most_frames;      /* that the kernel gives */
};

/* The machine whose registers samples have. False: none that can be unwound. */
bool stack_machine(enum unwind_machine *out);

void sample_stack_read(struct sample_stack *out, const struct stack_reader *reader,
                       const struct perf_record *record, const struct task_table *tasks);

#endif
