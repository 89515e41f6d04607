/* Did a profile change what the compiler made? Two programs are held against each other, function
 * by function: of those that the profile is mostly of, how many have other code. */
#ifndef GATE_PGO_PROOF_H
#define GATE_PGO_PROOF_H

#include "gate/pgo/hot.h"
#include "runners/symbols/program_code.h"

struct code_change {
    bool same;            /* not one byte of code differs */
    size_t hot;           /* hot functions that one of the programs has code of their own of */
    size_t changed;       /* of them: of another size, only in one of both, or otherwise laid out */
    size_t before, after; /* bytes of code */
    const char *names;    /* of those that changed, the hottest; or "" */
};

/* Parts and clones of a function (`f.cold`, `f.part.0`) count as the function. Where bytes differ
 * in runs of up to four only the code counts as the same: addresses of what moved. */
struct code_change code_change_of(const struct program_code *before,
                                  const struct program_code *after, const struct hot_functions *hot,
                                  struct strings *strings, struct arena *arena);

#endif
