#include "runners/symbols/discriminator.h"

/* Takes the number off the lower end. */
static uint32_t take(uint32_t *raw) {
    uint32_t bits = *raw >> 1, value = bits & 0x1f;
    if (*raw & 1) {
        *raw >>= 1;
        return 0;
    }
    if (bits & 0x20) {
        *raw >>= 14;
        return value | (bits >> 1 & 0xfe0);
    }
    *raw >>= 7;
    return value;
}

struct discriminator discriminator_decode(uint32_t raw, enum debug_compiler compiler) {
    if (compiler != DEBUG_COMPILER_LLVM)
        return (struct discriminator){raw, 1};
    uint32_t base = take(&raw), copies = take(&raw);
    return (struct discriminator){base, copies ? copies : 1};
}
