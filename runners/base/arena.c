#include "runners/base/arena.h"

#include "runners/base/checked.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    FIRST_BLOCK = 64 * 1024,
    LARGEST_BLOCK = 4 * 1024 * 1024,
    MAPPED = 1024 * 1024 /* blocks of this size are mappings: a piece with one to itself can grow by
                            moving page tables, not bytes, and a fork does not inherit it */
};

struct block {
    struct block *previous;
    size_t capacity;
    size_t used;
    unsigned char *bytes; /* behind the block, or a mapping */
    bool mapped;
};

struct arena {
    struct block *last;
    size_t next_capacity;
    size_t total;
    bool inherited;
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

/* Puts a block on top; its bytes stand behind it unless it is to be mapped. */
static void add_block(struct arena *arena, size_t capacity) {
    bool mapped = capacity >= MAPPED;
    size_t header = aligned(sizeof(struct block)), whole;
    if (!checked_add(capacity, header, &whole))
        out_of_memory();
    struct block *block = calloc(1, mapped ? header : whole);
    if (!block)
        out_of_memory();
    block->bytes = (unsigned char *)block + header;
    if (mapped) {
        block->bytes =
            mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (block->bytes == MAP_FAILED)
            out_of_memory();
        if (!arena->inherited)
            madvise(block->bytes, capacity, MADV_DONTFORK);
    }
    block->previous = arena->last;
    block->capacity = capacity;
    block->mapped = mapped;
    arena->last = block;
    arena->total += capacity;
}

static void add_block_for(struct arena *arena, size_t bytes) {
    bool alone = bytes >= MAPPED || bytes > arena->next_capacity;
    add_block(arena, alone ? bytes : arena->next_capacity);
    if (bytes < MAPPED && arena->next_capacity < LARGEST_BLOCK)
        arena->next_capacity *= 2;
}

static struct arena *make(bool inherited) {
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        out_of_memory();
    arena->next_capacity = FIRST_BLOCK;
    arena->inherited = inherited;
    return arena;
}

struct arena *arena_new(void) {
    return make(false);
}

struct arena *arena_new_inherited(void) {
    return make(true);
}

static void drop_last(struct arena *arena) {
    struct block *block = arena->last;
    arena->last = block->previous;
    arena->total -= block->capacity;
    if (block->mapped)
        munmap(block->bytes, block->capacity);
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
        add_block_for(arena, bytes);
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

void *arena_table(struct arena *arena, size_t count, size_t size) {
    return memset(arena_array(arena, count, size), 0, count * size);
}

/* Grows a piece that has a mapping to itself; NULL when it has none. */
static void *grow_mapping(struct arena *arena, const void *old, size_t old_bytes,
                          size_t new_bytes) {
    struct block *block = arena->last;
    while (block && block->bytes != old)
        block = block->previous;
    if (!block || !block->mapped || block->used != old_bytes)
        return NULL;
    unsigned char *moved = mremap(block->bytes, block->capacity, new_bytes, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED)
        out_of_memory();
    arena->total += new_bytes - block->capacity;
    block->bytes = moved;
    block->used = block->capacity = new_bytes;
    return moved;
}

void *arena_grow(struct arena *arena, void *old, size_t count, size_t capacity, size_t size) {
    size_t old_bytes, new_bytes;
    if (!checked_mul(count, size, &old_bytes) || !checked_mul(capacity, size, &new_bytes))
        out_of_memory();
    size_t old_space = aligned(old_bytes), new_space = aligned(new_bytes);
    struct block *last = arena->last;
    if (old && old_bytes && last) {
        unsigned char *end = (unsigned char *)old + old_space;
        bool is_last = end == last->bytes + last->used && (unsigned char *)old >= last->bytes;
        if (is_last && new_space - old_space <= last->capacity - last->used) {
            last->used += new_space - old_space;
            return old;
        }
    }
    void *grown =
        old && old_space >= MAPPED ? grow_mapping(arena, old, old_space, new_space) : NULL;
    if (grown)
        return grown;
    grown = arena_alloc(arena, new_bytes);
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

void arena_empty(struct arena *arena) {
    size_t total = arena->total;
    if (arena->last && !arena->last->previous) {
        arena_reset(arena, (struct arena_mark){arena->last, 0});
        return;
    }
    while (arena->last)
        drop_last(arena);
    if (total)
        add_block(arena, total);
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
