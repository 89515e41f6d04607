#include "runners/base/strings.h"

#include <assert.h>
#include <sys/random.h>
#include <time.h>

struct entry {
    const char *text;
    uint32_t length, hash;
};

struct strings {
    struct arena *arena;
    struct entry *entries;
    uint32_t count, capacity;
    /* By slot: a part of the hash, 0 where the slot is empty, so small that the cache holds all of
     * them when a new string is looked for; and the number of the entry. */
    uint16_t *tags;
    uint32_t *numbers;
    uint32_t slot_mask;
    uint64_t seed;
};

static void make_slots(struct strings *strings, uint32_t mask) {
    strings->tags = ARENA_TABLE(strings->arena, uint16_t, (size_t)mask + 1);
    strings->numbers = ARENA_TABLE(strings->arena, uint32_t, (size_t)mask + 1);
    strings->slot_mask = mask;
}

struct strings *strings_new(struct arena *arena) {
    struct strings *strings = ARENA_NEW(arena, struct strings, 1);
    strings->arena = arena;
    strings->capacity = 64;
    strings->entries = ARENA_NEW(arena, struct entry, strings->capacity);
    make_slots(strings, 127);
    if (getrandom(&strings->seed, sizeof strings->seed, GRND_NONBLOCK) != sizeof strings->seed) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        strings->seed = (uint64_t)now.tv_nsec * 0x9E3779B97F4A7C15ULL ^ (uintptr_t)strings;
    }
    strings_add(strings, (struct text){"", 0});
    return strings;
}

/* 64x64 -> 128 bit multiply and fold: the mixing step of wyhash and its kin. */
static uint64_t mix(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t strings_hash(const struct strings *strings, const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    uint64_t hash = strings->seed ^ length, word;
    for (; length >= 8; length -= 8, at += 8) {
        memcpy(&word, at, 8);
        hash = mix(hash ^ 0xA0761D6478BD642FULL, word ^ 0xE7037ED1A0B428DBULL ^ strings->seed);
    }
    word = 0;
    if (length)
        memcpy(&word, at, length);
    return mix(hash ^ 0x8EBC6AF09C88C6E3ULL, word ^ 0x589965CC75374CC3ULL ^ strings->seed);
}

struct strings_key strings_key(const struct strings *strings, struct text text) {
    uint32_t hash = (uint32_t)strings_hash(strings, text.at, text.length);
    __builtin_prefetch(&strings->tags[hash & strings->slot_mask]);
    return (struct strings_key){text, hash};
}

static uint16_t tag_of(uint32_t hash) {
    return (uint16_t)(hash >> 16 | 1);
}

/* The slot of a text: empty, or the one that holds it. */
static uint32_t slot_of(const struct strings *strings, const struct strings_key *key) {
    uint16_t tag = tag_of(key->hash);
    uint32_t at = key->hash & strings->slot_mask;
    for (; strings->tags[at]; at = (at + 1) & strings->slot_mask) {
        if (strings->tags[at] != tag)
            continue;
        const struct entry *entry = &strings->entries[strings->numbers[at]];
        if (entry->hash == key->hash && entry->length == key->text.length &&
            memcmp(entry->text, key->text.at, key->text.length) == 0)
            break;
    }
    return at;
}

static void fill_slot(struct strings *strings, uint32_t at, uint32_t number) {
    strings->tags[at] = tag_of(strings->entries[number].hash);
    strings->numbers[at] = number;
}

static void widen(struct strings *strings) {
    make_slots(strings, strings->slot_mask * 2 + 1);
    for (uint32_t i = 0; i < strings->count; i++) {
        uint32_t at = strings->entries[i].hash & strings->slot_mask;
        while (strings->tags[at])
            at = (at + 1) & strings->slot_mask;
        fill_slot(strings, at, i);
    }
}

uint32_t strings_add_key(struct strings *strings, struct strings_key key) {
    assert(key.text.length < UINT32_MAX);
    uint32_t at = slot_of(strings, &key);
    if (strings->tags[at])
        return strings->numbers[at];
    assert(strings->count < UINT32_MAX - 1);
    struct entry entry = {arena_strndup(strings->arena, key.text.at, key.text.length),
                          (uint32_t)key.text.length, key.hash};
    ARENA_PUSH(strings->arena, strings->entries, strings->count, strings->capacity, entry);
    fill_slot(strings, at, strings->count - 1);
    if (strings->count > strings->slot_mask / 2)
        widen(strings);
    return strings->count - 1;
}

uint32_t strings_add(struct strings *strings, struct text text) {
    return strings_add_key(strings, strings_key(strings, text));
}

uint32_t strings_add_guess(struct strings *strings, struct text text, uint32_t guess) {
    if (guess < strings->count && strings->entries[guess].length == text.length &&
        memcmp(strings->entries[guess].text, text.at, text.length) == 0)
        return guess;
    return strings_add(strings, text);
}

bool strings_find_key(const struct strings *strings, struct strings_key key, uint32_t *out) {
    uint32_t at = slot_of(strings, &key);
    if (!strings->tags[at])
        return false;
    *out = strings->numbers[at];
    return true;
}

bool strings_find(const struct strings *strings, struct text text, uint32_t *out) {
    return strings_find_key(strings, strings_key(strings, text), out);
}

const char *strings_get(const struct strings *strings, uint32_t number) {
    assert(number < strings->count);
    return strings->entries[number].text;
}

size_t strings_length(const struct strings *strings, uint32_t number) {
    assert(number < strings->count);
    return strings->entries[number].length;
}

uint32_t strings_count(const struct strings *strings) {
    return strings->count;
}
