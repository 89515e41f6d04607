#include "runners/base/arena.h"

#include "runners/base/checked.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_BLOCK = 64 * 1024, LARGEST_BLOCK = 4 * 1024 * 1024 };

struct block {
    struct block *previous;
    size_t capacity;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *last;
    size_t next_capacity;
    size_t total;
};

/* Exhaustion is the one failure that no caller can report: there is no memory to report it with. */
static _Noreturn void out_of_memory(void) {
    static const char message[] = "perfgate: out of memory\n";
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(4);
}

static size_t aligned(size_t bytes) {
    size_t padded;
    if (!checked_add(bytes, alignof(max_align_t) - 1, &padded))
        out_of_memory();
    return padded & ~(alignof(max_align_t) - 1);
}

static void add_block(struct arena *arena, size_t bytes) {
    size_t capacity = bytes > arena->next_capacity ? bytes : arena->next_capacity;
    size_t whole;
    if (!checked_add(capacity, sizeof(struct block), &whole))
        out_of_memory();
    struct block *block = calloc(1, whole);
    if (!block)
        out_of_memory();
    block->previous = arena->last;
    block->capacity = capacity;
    arena->last = block;
    arena->total += whole;
    if (arena->next_capacity < LARGEST_BLOCK)
        arena->next_capacity *= 2;
}

struct arena *arena_new(void) {
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        out_of_memory();
    arena->next_capacity = FIRST_BLOCK;
    return arena;
}

static void drop_last(struct arena *arena) {
    struct block *block = arena->last;
    arena->last = block->previous;
    arena->total -= block->capacity + sizeof *block;
    free(block);
}

void arena_free(struct arena *arena) {
    if (!arena)
        return;
    while (arena->last)
        drop_last(arena);
    free(arena);
}

void *arena_alloc(struct arena *arena, size_t bytes) {
    bytes = aligned(bytes ? bytes : 1);
    if (!arena->last || arena->last->capacity - arena->last->used < bytes)
        add_block(arena, bytes);
    void *memory = arena->last->bytes + arena->last->used;
    arena->last->used += bytes;
    return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size) {
    size_t bytes;
    if (!checked_mul(count, size, &bytes))
        out_of_memory();
    return arena_alloc(arena, bytes);
}

void *arena_grow(struct arena *arena, void *old, size_t count, size_t capacity, size_t size) {
    size_t old_bytes, new_bytes;
    if (!checked_mul(count, size, &old_bytes) || !checked_mul(capacity, size, &new_bytes))
        out_of_memory();
    struct block *last = arena->last;
    if (old && last) {
        unsigned char *start = old;
        bool is_last = start >= last->bytes && start < last->bytes + last->used &&
                       start + aligned(old_bytes) == last->bytes + last->used;
        size_t extra = aligned(new_bytes) - aligned(old_bytes);
        if (is_last && old_bytes && extra <= last->capacity - last->used) {
            last->used += extra;
            return old;
        }
    }
    void *grown = arena_alloc(arena, new_bytes);
    if (old_bytes)
        memcpy(grown, old, old_bytes);
    return grown;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text) {
    return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        length = 0;
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

struct arena_mark arena_mark(const struct arena *arena) {
    struct arena_mark mark = {arena->last, arena->last ? arena->last->used : 0};
    return mark;
}

void arena_reset(struct arena *arena, struct arena_mark mark) {
    while (arena->last != mark.block)
        drop_last(arena);
    if (arena->last) {
        memset(arena->last->bytes + mark.used, 0, arena->last->used - mark.used);
        arena->last->used = mark.used;
    }
}

void arena_adopt(struct arena *arena, struct arena *from) {
    struct block **oldest = &arena->last;
    while (*oldest)
        oldest = &(*oldest)->previous;
    *oldest = from->last;
    arena->total += from->total;
    free(from);
}

size_t arena_bytes(const struct arena *arena) {
    return arena->total;
}
