/* make_profile SAMPLES FILE [SEED]: a pprof profile of that many samples of 24 frames, all stacks
 * distinct, over 5 000 functions. */
#include "runners/base/out_file.h"
#include "runners/profile/pprof.h"

#include <stdlib.h>

enum { PLACES = 5000, DEPTH = 24 };

static struct profile *make(size_t samples, uint64_t seed, struct arena *arena) {
    struct profile *p = profile_new(strings_new(arena), arena);
    uint64_t state = 88172645463325252ULL + seed;
    p->types = ARENA_NEW(arena, struct profile_type, 2);
    p->types[0] = (struct profile_type){strings_add(p->strings, text_of("samples")),
                                        strings_add(p->strings, text_of("count"))};
    p->types[1] = (struct profile_type){strings_add(p->strings, text_of("cpu")),
                                        strings_add(p->strings, text_of("nanoseconds"))};
    p->type_count = 2;
    p->function_count = p->location_count = PLACES;
    p->functions = ARENA_NEW(arena, struct profile_function, PLACES);
    p->locations = ARENA_NEW(arena, struct profile_location, PLACES);
    p->lines = ARENA_NEW(arena, struct profile_line, PLACES);
    p->line_start = ARENA_NEW(arena, uint32_t, PLACES + 1);
    for (uint32_t i = 0; i < PLACES; i++) {
        const char *name = arena_printf(arena, "function_%u", i);
        p->functions[i].name = strings_add(p->strings, text_of(name));
        p->locations[i] = (struct profile_location){0x400000 + 16 * i, PROFILE_NONE, false};
        p->lines[i] = (struct profile_line){i, 1, 0};
        p->line_start[i + 1] = i + 1;
    }
    p->sample_count = samples;
    p->values = ARENA_NEW(arena, int64_t, 2 * samples);
    p->stack_start = ARENA_NEW(arena, uint32_t, samples + 1);
    p->label_start = ARENA_NEW(arena, uint32_t, samples + 1);
    p->frames = ARENA_NEW(arena, uint32_t, samples * DEPTH);
    for (size_t i = 0; i < samples; i++) {
        p->values[2 * i] = 1;
        p->values[2 * i + 1] = 10000000;
        p->stack_start[i + 1] = (uint32_t)(DEPTH * (i + 1));
        for (size_t f = 0; f < DEPTH; f++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            p->frames[DEPTH * i + f] = (uint32_t)(state % PLACES);
        }
    }
    return p;
}

int main(int argc, char **argv) {
    struct arena *arena = arena_new();
    struct out_file file;
    struct pg_error err = {0};
    size_t samples = argc >= 3 ? strtoull(argv[1], NULL, 10) : 0;
    uint64_t seed = argc >= 4 ? strtoull(argv[3], NULL, 10) : 0;
    bool good = samples > 0 && samples <= 10000000 && out_file_open(&file, argv[2], arena, &err) &&
                pprof_write(file.stream, make(samples, seed, arena), arena, &err) &&
                out_file_commit(&file, &err);
    if (!good)
        fprintf(stderr, "make_profile SAMPLES FILE [SEED]: %s\n", err.text);
    arena_free(arena);
    return good ? 0 : 1;
}
