/* Memory for one command: allocated piece by piece, freed all at once. Never returns NULL, always
 * zeroed; real exhaustion ends the program with a message and exit code 4, for which a command-line
 * tool has no better answer. Not thread-safe: one arena a thread. */
#ifndef RUNNERS_BASE_ARENA_H
#define RUNNERS_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A forked process does not inherit what an arena holds (large blocks are gone, small ones may be
 * there): what was read must not count as the memory of the programs that are then started. */
struct arena *arena_new(void);

/* One whose content a forked process has. */
struct arena *arena_new_inherited(void);

void arena_free(struct arena *arena);

/* `bytes` of zeroed memory aligned for any type; lives until arena_free (or a reset before it). */
void *arena_alloc(struct arena *arena, size_t bytes);

/* `count` elements of `size` bytes, zeroed; the multiplication is checked. */
void *arena_array(struct arena *arena, size_t count, size_t size);
#define ARENA_NEW(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))

/* The same for a table that is filled in no order, hashed: all of it is in memory at once. A page
 * that is read before it is written costs two faults, the second of which interrupts other threads.
 */
void *arena_table(struct arena *arena, size_t count, size_t size);
#define ARENA_TABLE(arena, type, count) ((type *)arena_table((arena), (count), sizeof(type)))

/* A larger copy of an array: `count` elements kept, room for `capacity`. The old block is not freed
 * (unless it was the last allocated, which then grows in place). */
void *arena_grow(struct arena *arena, void *old, size_t count, size_t capacity, size_t size);

/* NUL-terminated copies. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args);

/* Scratch use: everything allocated after the mark is given back by the reset. */
struct arena_mark {
    void *block;
    size_t used;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_reset(struct arena *arena, struct arena_mark mark);

/* Gives everything back, and keeps one block as large as all that was held: what is then allocated
 * anew finds memory that is there already. */
void arena_empty(struct arena *arena);

/* Everything that `from` holds lives on in `arena` until arena_free; `from` is gone. */
void arena_adopt(struct arena *arena, struct arena *from);

/* Bytes taken from the system by this arena. */
size_t arena_bytes(const struct arena *arena);

/* Appends to a growing array in an arena: `items` (pointer), `count`, `capacity` are lvalues. */
#define ARENA_PUSH(arena, items, count, capacity, value)                                           \
    do {                                                                                           \
        if ((count) == (capacity)) {                                                               \
            (capacity) = (capacity) ? 2 * (capacity) : 8;                                          \
            (items) = arena_grow((arena), (items), (count), (capacity), sizeof *(items));          \
        }                                                                                          \
        (items)[(count)++] = (value);                                                              \
    } while (0)

#endif
