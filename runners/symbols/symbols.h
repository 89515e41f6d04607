/* Names for the addresses of a profile: functions as linked and as written, those inlined into each
 * other, file, line and column. Everything comes from the files of this machine: the programs
 * themselves (by the mapping's path, only when the build id is the mapping's), and debug files by
 * build id and debuglink; never from the network. What stays unknown stays unknown, and why is said
 * per mapping. */
#ifndef RUNNERS_SYMBOLS_SYMBOLS_H
#define RUNNERS_SYMBOLS_SYMBOLS_H

#include "runners/profile/profile.h"

/* What there was to look into, by mapping. */
enum symbols_state {
    SYMBOLS_UNASKED,     /* no address of the mapping lacked a name */
    SYMBOLS_DEBUG_INFO,  /* functions, inlined functions and lines */
    SYMBOLS_TABLE,       /* functions: there is a symbol table only */
    SYMBOLS_EXPORTED,    /* exported functions: the file is stripped */
    SYMBOLS_STRIPPED,    /* nothing */
    SYMBOLS_MAP,         /* what a just-in-time compiler wrote in a perf-PID.map */
    SYMBOLS_NO_MAP,      /* generated code without such a map */
    SYMBOLS_NO_FILE,     /* the file is gone or cannot be read */
    SYMBOLS_OTHER_BUILD, /* the file has another build id */
    SYMBOLS_NOT_ELF,
    SYMBOLS_KERNEL,
};

/* Why an address has no name, in words: "stripped: exported functions only". */
const char *symbols_state_text(enum symbols_state state);

struct symbols_result {
    enum symbols_state state;
    size_t addresses, named; /* locations that were asked for, and that have a function now */
    /* Of the shown value of all samples, the fraction of those whose innermost frame is an asked
     * location that stays nameless, and of those that have one anywhere in the stack. */
    double unknown_flat, unknown_cum;
};

struct perf_map;
struct symbols_options {
    const char *debug_root;             /* NULL: /usr/lib/debug */
    const struct perf_map *const *maps; /* NULL, or by mapping: the map of its process, or NULL */
};

/* Gives every location with a mapping and without lines its lines, as far as they are known: the
 * innermost inlined function first. A name is the readable form, the system name the linked one;
 * the file is that of the line, and the start line 0 when the function was declared in another one.
 * The mappings' has_… flags say what was found. Addresses are taken as they are: those of callers
 * must lie inside the call instruction, as pprof wants them. Each distinct address is looked up
 * once. The result, one for each mapping, and all that is new lives in the arena, which must be the
 * profile's. */
const struct symbols_result *symbols_resolve(struct profile *profile,
                                             const struct symbols_options *options,
                                             struct arena *arena);

/* One line for people about a mapping with nameless addresses, "libfoo.so: 12.0% of the samples are
 * in code without a name, 3.1% more were called from there (3 of 40 addresses; stripped: exported
 * functions only)"; NULL when all have one. */
const char *symbols_note(const struct profile *profile, const struct symbols_result *result,
                         uint32_t mapping, struct arena *arena);

/* The GNU build id of the file at `path` ("[vdso]": of this machine's) in lower case hexadecimal
 * digits; "" when there is none. */
const char *symbols_build_id(const char *path, struct arena *arena);

#endif
