/* Where a program's functions are declared, and which source lines have code: what is left to be
 * compared when another build's addresses mean nothing. */
#ifndef RUNNERS_SYMBOLS_FUNCTION_PLACES_H
#define RUNNERS_SYMBOLS_FUNCTION_PLACES_H

#include "runners/base/error.h"
#include "runners/base/strings.h"
#include "runners/symbols/elf_file.h"

/* Texts are numbers of the string set. */
struct function_place {
    uint32_t name;     /* as linked */
    uint32_t file;     /* of the declaration: its path as the compiler has it; 0: not known */
    uint32_t declared; /* line; 0: not known */
};

struct code_line {
    uint32_t file, line;
};

struct function_places {
    struct function_place *functions; /* by name, file, line; distinct */
    size_t count, capacity;
    struct code_line *lines; /* by file, line; distinct */
    size_t line_count, line_capacity;
    char build_id[BUILD_ID_TEXT];
};

/* Reads the program or library at `path` and its debug file below `debug_root` (NULL: the
 * system's): the functions that debug information defines, inlined ones too, and those of the
 * symbol table; lines are none without debug information. Errors: PG_IO, PG_FORMAT; so is a file
 * without any function. */
bool function_places_read(struct function_places *out, const char *path, const char *debug_root,
                          struct strings *strings, struct arena *arena, struct pg_error *err);

/* The first function of that name, NULL when there is none; *count stand there one after another.
 */
const struct function_place *function_places_find(const struct function_places *places,
                                                  uint32_t name, size_t *count);

/* Has the line code? */
bool function_places_have(const struct function_places *places, uint32_t file, uint32_t line);

#endif
