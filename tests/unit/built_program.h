/* Programs that tests compile to look into: in a folder of the test, with the compiler that built
 * the test. */
#ifndef TESTS_UNIT_BUILT_PROGRAM_H
#define TESTS_UNIT_BUILT_PROGRAM_H

#include "runners/base/arena.h"
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

static char folder[64];
static struct arena *arena;

static inline const char *in_folder(const char *name) {
    return arena_printf(arena, "%s/%s", folder, name);
}

/* Runs a shell command in the folder. */
static inline void shell(const char *command) {
    int status = system(arena_printf(arena, "cd %s && { %s; }", folder, command));
    if (status != 0)
        fail_msg("exit %d: %s", status, command);
}

/* Compiles C to a program or library of that name. */
static inline const char *build(const char *name, const char *options, const char *source) {
    FILE *file = fopen(in_folder("source.c"), "w");
    fputs(source, file);
    fclose(file);
    shell(arena_printf(arena, "cc source.c -o %s %s", name, options));
    return in_folder(name);
}

/* The hexadecimal number that a file of the folder begins with; 0 when it is empty. */
static inline uint64_t number_in(const char *name) {
    char line[256];
    FILE *file = fopen(in_folder(name), "r");
    uint64_t value = fgets(line, sizeof line, file) ? strtoull(line, NULL, 16) : 0;
    fclose(file);
    return value;
}

/* The value that nm has for a symbol of the file. */
static inline uint64_t symbol_value(const char *file, const char *symbol) {
    shell(arena_printf(arena, "nm %s | grep ' %s$' >value", file, symbol));
    return number_in("value");
}

static inline int make_folder(void **state) {
    (void)state;
    memcpy(folder, "/tmp/perfgate-built-XXXXXX", sizeof "/tmp/perfgate-built-XXXXXX");
    arena = arena_new();
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state) {
    (void)state;
    shell("rm -rf .[!.]* *");
    arena_free(arena);
    return remove(folder);
}

#endif
