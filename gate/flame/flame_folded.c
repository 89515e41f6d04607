#include "gate/flame/flame_folded.h"
#include "runners/profile/folded.h"

#include <inttypes.h>
#include <math.h>

void flame_write_folded(FILE *out, const struct flame *f) {
    const struct flame_stacks *stacks = &f->stacks;
    const uint32_t *rounds = f->rounds;
    bool equal = rounds[FLAME_OLD] == rounds[FLAME_NEW];
    for (size_t i = 0; i < stacks->count; i++) {
        const struct flame_stack *stack = &stacks->items[i];
        for (uint32_t d = 0; d < stack->depth; d++) {
            folded_write_name(out, stacks->strings, stacks->names[stack->frames[d]]);
            fputc(d + 1 < stack->depth ? ';' : ' ', out);
        }
        int64_t old = stack->value[FLAME_OLD];
        if (flame_is_difference(f) && equal)
            fprintf(out, "%" PRId64 " ", old);
        else if (flame_is_difference(f))
            fprintf(out, "%.0f ", round((double)old / rounds[FLAME_OLD] * rounds[FLAME_NEW]));
        fprintf(out, "%" PRId64 "\n", stack->value[FLAME_NEW]);
    }
}
