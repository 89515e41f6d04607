/* The machine code of a program: of all its executable sections, and of each function. */
#ifndef RUNNERS_SYMBOLS_PROGRAM_CODE_H
#define RUNNERS_SYMBOLS_PROGRAM_CODE_H

#include "runners/base/error.h"
#include "runners/base/strings.h"

struct function_code {
    uint32_t name; /* text: its symbol */
    struct text bytes;
};

struct program_code {
    struct text *sections; /* in the file's order */
    size_t section_count;
    size_t bytes;                    /* of all of them */
    struct function_code *functions; /* by address; none when the file is stripped */
    size_t count;
};

/* Reads it into the arena. Errors: PG_IO, PG_FORMAT. */
bool program_code_read(struct program_code *out, const char *path, struct strings *strings,
                       struct arena *arena, struct pg_error *err);

#endif
