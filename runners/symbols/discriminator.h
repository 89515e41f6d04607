/* What compilers put into the discriminators of line tables, to tell code of one line apart. */
#ifndef RUNNERS_SYMBOLS_DISCRIMINATOR_H
#define RUNNERS_SYMBOLS_DISCRIMINATOR_H

#include "runners/symbols/debug_info.h"

struct discriminator {
    uint32_t base;   /* tells the code's blocks apart: what sample profiles go by */
    uint32_t copies; /* into so many was the code duplicated, each running a part of the time */
};

/* LLVM's holds three numbers one after the other, the base discriminator, the duplication factor
 * and the number of the copy, from the lowest bit: `1` for 0; up to 31 a 0, five bits and a 0; up
 * to 4095 a 0, the lower five bits, a 1 and the upper seven. (llvm/IR/DebugInfoMetadata.h) Other
 * compilers' are taken as they are. */
struct discriminator discriminator_decode(uint32_t raw, enum debug_compiler compiler);

#endif
