#include "runners/sampler/sample_stack.h"

#include <linux/perf_event.h>

/* Where a process has its code, for the unwinder. */
struct process {
    const struct task_table *tasks;
    uint32_t pid;
};

bool stack_machine(enum unwind_machine *out) {
#if defined __x86_64__ && !defined __ILP32__
    *out = UNWIND_X86_64;
    return true;
#elif defined __aarch64__
    *out = UNWIND_AARCH64;
    return true;
#else
    (void)out;
    return false;
#endif
}

/* The chain without the kernel's markers. */
static size_t user_chain(const struct perf_sample *sample, uint64_t *out) {
    size_t count = 0;
    for (size_t i = 0; i < sample->depth && count < STACK_MOST; i++) {
        uint64_t word = perf_chain_at(sample, i);
        if (word < (uint64_t)PERF_CONTEXT_MAX)
            out[count++] = word;
    }
    return count;
}

static bool locate(void *context, uint64_t address, struct unwind_code *out) {
    const struct process *process = context;
    return task_table_code(process->tasks, process->pid, address, out);
}

static void unwind_stack(struct sample_stack *out, const struct stack_reader *reader,
                         const struct perf_record *record, const struct task_table *tasks,
                         enum unwind_machine machine) {
    uint64_t chain[STACK_MOST];
    const struct perf_sample *sample = &record->sample;
    struct process process = {tasks, record->pid};
    struct unwind_sample from = {.registers = unwind_perf_registers(machine, reader->registers,
                                                                    sample->registers,
                                                                    sample->register_count),
                                 .stack = sample->stack,
                                 .chain = chain,
                                 .chain_length = user_chain(sample, chain),
                                 .process = task_table_version(tasks, record->pid),
                                 .locate = locate,
                                 .context = &process};
    struct unwound unwound = unwind(reader->unwinder, &from, out->addresses, STACK_MOST);
    out->count = unwound.count;
    out->truncated = unwound.end != UNWIND_ROOT;
    out->cut = unwound.end == UNWIND_TRUNCATED;
}

/* A caller that lies in no code is where a frame pointer was none: what follows it is not believed.
 */
static void follow_chain(struct sample_stack *out, const struct stack_reader *reader,
                         const struct perf_record *record, const struct task_table *tasks) {
    uint32_t piece;
    uint64_t place;
    size_t count = user_chain(&record->sample, out->addresses);
    out->truncated = count >= reader->most_frames;
    for (size_t i = 1; i < count; i++) {
        if (!task_table_find(tasks, record->pid, --out->addresses[i], &piece, &place)) {
            out->truncated = true;
            count = i;
        }
    }
    out->count = count;
}

void sample_stack_read(struct sample_stack *out, const struct stack_reader *reader,
                       const struct perf_record *record, const struct task_table *tasks) {
    enum unwind_machine machine;
    out->count = 0;
    out->cut = false;
    if (reader->unwinder && record->sample.abi == PERF_SAMPLE_REGS_ABI_64 &&
        stack_machine(&machine))
        unwind_stack(out, reader, record, tasks, machine);
    if (out->count == 0)
        follow_chain(out, reader, record, tasks);
    if (out->count == 0) {
        out->count = 1;
        out->truncated = true;
    }
    out->addresses[0] = record->sample.ip;
}
