/* A function's name without what compilers number afresh in every build, so that it is found again
 * in the other build. What is taken out is visible: a number becomes `*`, a mark of the compiler
 * goes away, and `perfgate help functions` lists the rules. Functions of one build whose names
 * become equal count as one. */
#ifndef GATE_FUNCTIONS_FUNCTION_NAME_H
#define GATE_FUNCTIONS_FUNCTION_NAME_H

#include "runners/base/arena.h"

/* pattern  what is looked for anywhere in a name but at its start. `%d` is a run of decimal, `%x`
 *          of hexadecimal digits, `%h` exactly 16 of these, `%w` a run of letters and digits, `%t`
 *          of anything but brackets. A match that ends with a letter or digit is not followed by
 *          one (or by `_`), and one that begins so has none before it; `.%d` has no digit before.
 * becomes  what stands there instead; `%w` is what the pattern's `%w` was.
 * before, after  an example */
struct name_rule {
    const char *pattern, *becomes, *before, *after;
};

/* In order of preference; the last has no pattern. */
extern const struct name_rule name_rules[];

/* The name itself when no rule applies, else a copy in the arena. Names in square brackets (of
 * binaries), and versions of symbols behind an `@`, are left alone. Linear in the length. */
const char *function_name(const char *name, struct arena *arena);

#endif
