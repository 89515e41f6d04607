/* Names as the linker has them → as the source has them: C++ (Itanium ABI) and Rust (legacy and
 * v0). */
#ifndef RUNNERS_SYMBOLS_DEMANGLE_H
#define RUNNERS_SYMBOLS_DEMANGLE_H

#include "runners/base/arena.h"

/* Longer names stay as they are, and so do names whose readable form would be longer: a few bytes
 * of a hostile name can stand for gigabytes. */
enum { MANGLED_LIMIT = 8192, DEMANGLED_LIMIT = 65536 };

/* The readable form, with parameters and without Rust's hash; the name itself when it is not
 * mangled. */
const char *demangle(const char *name, struct arena *arena);

#endif
