/* walk_profile FILE: inflates a profile into one buffer and walks the wire down to every number of
 * every sample: what reading one costs at least. Prints the inflated bytes and the samples. */
#include "runners/base/source.h"
#include "runners/profile/wire.h"

#include <stdio.h>

/* The sum keeps the walk from being optimised away. */
static uint64_t walk_numbers(struct cursor c) {
    uint64_t sum = 0;
    while (c.at < c.end)
        sum += take_varint(&c);
    return sum;
}

static uint64_t walk_sample(struct cursor c) {
    struct wire_field field;
    uint64_t sum = 0;
    while (take_field(&c, &field))
        sum += field.type == WIRE_BYTES ? walk_numbers(field.bytes) : field.value;
    return sum;
}

int main(int argc, char **argv) {
    struct source *source;
    struct text bytes;
    struct pg_error err = {0};
    if (argc != 2 || !source_open(&source, argv[1], &err) ||
        !source_view(source, (size_t)2 << 30, &bytes, &err)) {
        fprintf(stderr, "walk_profile FILE: %s\n", err.text);
        return 1;
    }
    const uint8_t *start = (const uint8_t *)bytes.at;
    struct cursor c = {start, start + bytes.length, false};
    struct wire_field field;
    size_t samples = 0;
    uint64_t sum = 0;
    while (take_field(&c, &field)) {
        if (field.number == 2 && field.type == WIRE_BYTES) {
            sum += walk_sample(field.bytes);
            samples++;
        }
    }
    printf("%zu %zu %llu\n", bytes.length, samples, (unsigned long long)sum);
    source_close(source);
    return 0;
}
