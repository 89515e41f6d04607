/* A set of strings, each with a number: equal text is an equal number, in the order first seen.
 * Keys of recordings are compared as numbers. One set serves one command. */
#ifndef RUNNERS_BASE_STRINGS_H
#define RUNNERS_BASE_STRINGS_H

#include "runners/base/arena.h"
#include "runners/base/text.h"

#include <stdint.h>

struct strings;

/* Lives in the arena. Number 0 is the empty string. Hashing is seeded at random per process, so
 * that crafted names cannot slow it down; the numbers do not depend on the seed. */
struct strings *strings_new(struct arena *arena);

/* The number of a text, which is copied when it is new. */
uint32_t strings_add(struct strings *strings, struct text text);

/* The same where the number may be known: a right guess costs no look-up. */
uint32_t strings_add_guess(struct strings *strings, struct text text, uint32_t guess);

/* The number of a text that is already there; false when it is not. */
bool strings_find(const struct strings *strings, struct text text, uint32_t *out);

/* A look-up in two steps: the first asks for the memory that the second reads, for which there is
 * time while the caller does something else. The text must stay until then. */
struct strings_key {
    struct text text;
    uint32_t hash;
};
struct strings_key strings_key(const struct strings *strings, struct text text);
uint32_t strings_add_key(struct strings *strings, struct strings_key key);
bool strings_find_key(const struct strings *strings, struct strings_key key, uint32_t *out);

/* NUL-terminated text of a number (which must have come from this set); lives as long as the arena.
 */
const char *strings_get(const struct strings *strings, uint32_t number);
size_t strings_length(const struct strings *strings, uint32_t number);

uint32_t strings_count(const struct strings *strings);

/* The seeded hash itself, for tables keyed by something else. */
uint64_t strings_hash(const struct strings *strings, const void *bytes, size_t length);

#endif
