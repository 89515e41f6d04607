/* Any registers, stack and chain of frame pointers, in the code of this very program, whose file is
 * taken to be mapped at 0: chains fit, and are the same a second time. */
#include "runners/symbols/unwind.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRAMES = 64, CHAIN = 16 };

static bool locate(void *context, uint64_t address, struct unwind_code *out) {
    (void)context;
    *out = (struct unwind_code){(uint32_t)(address >> 40 & 1), "/proc/self/exe", "", address};
    return address < (uint64_t)1 << 41;
}

/* Takes up to `count` words off the front. */
static size_t take_words(struct text *rest, uint64_t *out, size_t count) {
    size_t taken = 0;
    for (; taken < count && rest->length >= sizeof *out; taken++) {
        memcpy(&out[taken], rest->at, sizeof *out);
        *rest = (struct text){rest->at + sizeof *out, rest->length - sizeof *out};
    }
    return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct unwinder *unwinder; /* kept: opening the program takes longest */
    struct text rest = {(const char *)data, size};
    uint64_t registers[UNWIND_REGISTERS] = {0}, chain[CHAIN], addresses[FRAMES], again[FRAMES];
    enum unwind_machine machine = size % 16 == 15 ? UNWIND_AARCH64 : UNWIND_X86_64;
    if (!unwinder)
        unwinder = unwinder_new();
    size_t count = take_words(&rest, registers, UNWIND_REGISTERS);
    struct unwind_sample sample = {
        .registers = unwind_perf_registers(machine, unwind_perf_mask(machine), registers, count),
        .chain = chain,
        .chain_length = take_words(&rest, chain, CHAIN),
        .stack = rest,
        .process = size,
        .locate = locate};
    struct unwound first = unwind(unwinder, &sample, addresses, FRAMES);
    assert(first.count <= FRAMES && first.by_frame_pointer <= FRAMES);
    struct unwound second = unwind(unwinder, &sample, again, FRAMES);
    assert(second.count >= first.count);
    assert(memcmp(addresses, again, (first.count - first.by_frame_pointer) * sizeof *again) == 0);
    return 0;
}
