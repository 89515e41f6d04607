/* The formats that compilers read profiles in: one file each. */
#ifndef RUNNERS_PGO_PGO_FORMAT_H
#define RUNNERS_PGO_PGO_FORMAT_H

#include "runners/pgo/source_profile.h"
#include "runners/profile/profile.h"
#include "runners/symbols/debug_info.h"

#include <stdio.h>

/* What a format is made of: the member of pgo_input of that name. */
enum pgo_kind { PGO_PROFILE, PGO_SOURCE, PGO_SYMBOLS };

struct symbol_counts;

struct pgo_input {
    const struct profile *profile;       /* merged */
    const struct source_profile *source; /* finished */
    const struct symbol_counts *symbols; /* of one program */
    unsigned version; /* gcc: of the compiler that will read it, 12 say; 0: not known */
    const char *note; /* a comment of one line, where the format has any; or NULL */
};

struct pgo_format {
    const char *name, *about; /* `clang`; what it is, for help */
    enum pgo_kind kind;
    enum debug_compiler compiler; /* whose functions it is for; DEBUG_COMPILER_OTHER: all */
    uint32_t
        frames; /* of PGO_PROFILE: how many of a stack's innermost locations are of use; 0: all */
    /* Writes it. Equal input gives equal bytes. What the format cannot say is PG_FORMAT; whether
     * the stream could be written is for its owner to check. */
    bool (*write)(FILE *out, const struct pgo_input *input, struct pg_error *err);
    /* Reads one; it is finished. Damage is PG_FORMAT with the line or offset. NULL: what it writes
     * is a profile, which is read as such. */
    bool (*read)(struct source_profile **out, struct text bytes, struct strings *strings,
                 struct arena *arena, struct pg_error *err);
};

extern const struct pgo_format clang_pgo_format, gcc_pgo_format, go_pgo_format, bolt_pgo_format;

/* Ends with NULL. */
extern const struct pgo_format *const pgo_formats[];

/* NULL when there is none of that name. */
const struct pgo_format *pgo_format_find(const char *name);

#endif
