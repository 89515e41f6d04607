#include "runners/symbols/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

struct output {
    jmp_buf too_long;
    size_t length;
    char text[DEMANGLED_LIMIT];
};

/* libiberty has no other way to be stopped than not to return to it. */
static void collect(const char *piece, size_t length, void *context) {
    struct output *out = context;
    if (length > sizeof out->text - out->length)
        longjmp(out->too_long, 1);
    memcpy(out->text + out->length, piece, length);
    out->length += length;
}

static bool print(const char *name, struct output *out) {
    if (setjmp(out->too_long))
        return false;
    out->length = 0;
    if (rust_demangle_callback(name, DMGL_NO_OPTS, collect, out))
        return true;
    out->length = 0;
    return cplus_demangle_v3_callback(name, DMGL_PARAMS | DMGL_ANSI, collect, out) != 0;
}

const char *demangle(const char *name, struct arena *arena) {
    struct output out;
    bool mangled = name[0] == '_' && (name[1] == 'Z' || name[1] == 'R' || name[1] == '_');
    return mangled && strlen(name) <= MANGLED_LIMIT && print(name, &out)
               ? arena_strndup(arena, out.text, out.length)
               : name;
}
