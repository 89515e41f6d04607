#include "gate/compare/comparison.h"

#include <stdarg.h>

void comparison_note(struct comparison *comparison, enum note_level level, const char *where,
                     const char *format, ...) {
    va_list args;
    va_start(args, format);
    struct note note = {.level = level, .where = where};
    note.text = arena_vprintf(comparison->arena, format, args);
    va_end(args);
    ARENA_PUSH(comparison->arena, comparison->notes, comparison->note_count,
               comparison->note_capacity, note);
}
