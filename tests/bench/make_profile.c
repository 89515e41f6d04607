/* make_profile SAMPLES FILE [SEED [PROGRAM]]: a pprof profile of that many samples of 24 frames,
 * all stacks distinct, over 5 000 functions; or over 50 000 addresses of a program's text. */
#include "runners/base/out_file.h"
#include "runners/profile/pprof.h"
#include "runners/symbols/elf_file.h"
#include "runners/symbols/symbols.h"

#include <stdlib.h>

enum { FUNCTIONS = 5000, ADDRESSES = 50000, DEPTH = 24 };

/* Spreads the locations over the text of the program. */
static void place(struct profile *p, const char *program, struct arena *arena) {
    struct elf_file file;
    GElf_Shdr text = {0};
    if (!elf_file_open(&file, program) || !elf_section(file.elf, ".text", &text)) {
        fprintf(stderr, "%s: has no text\n", program);
        exit(1);
    }
    p->mapping_count = 1;
    p->mappings = ARENA_NEW(arena, struct profile_mapping, 1);
    p->mappings[0] = (struct profile_mapping){
        .start = text.sh_addr,
        .limit = text.sh_addr + text.sh_size,
        .offset = text.sh_offset,
        .file = strings_add(p->strings, text_of(program)),
        .build_id = strings_add(p->strings, text_of(symbols_build_id(program, arena)))};
    for (uint32_t i = 0; i < p->location_count; i++)
        p->locations[i] = (struct profile_location){
            text.sh_addr + i * text.sh_size / p->location_count, 0, false};
    elf_file_close(&file);
}

static struct profile *make(size_t samples, uint64_t seed, const char *program,
                            struct arena *arena) {
    const uint32_t places = program ? ADDRESSES : FUNCTIONS;
    struct profile *p = profile_new(strings_new(arena), arena);
    uint64_t state = 88172645463325252ULL + seed;
    p->types = ARENA_NEW(arena, struct profile_type, 2);
    p->types[0] = (struct profile_type){strings_add(p->strings, text_of("samples")),
                                        strings_add(p->strings, text_of("count"))};
    p->types[1] = (struct profile_type){strings_add(p->strings, text_of("cpu")),
                                        strings_add(p->strings, text_of("nanoseconds"))};
    p->type_count = 2;
    p->function_count = FUNCTIONS;
    p->location_count = places;
    p->functions = ARENA_NEW(arena, struct profile_function, FUNCTIONS);
    p->locations = ARENA_NEW(arena, struct profile_location, places);
    p->lines = ARENA_NEW(arena, struct profile_line, places);
    p->line_start = ARENA_NEW(arena, uint32_t, places + 1);
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        const char *name = arena_printf(arena, "function_%u", i);
        p->functions[i].name = strings_add(p->strings, text_of(name));
        p->functions[i].start_line = 1;
    }
    for (uint32_t i = 0; i < places; i++) {
        p->locations[i] = (struct profile_location){0x400000 + 16 * i, PROFILE_NONE, false};
        p->lines[i] = (struct profile_line){i % FUNCTIONS, 1, 0};
        p->line_start[i + 1] = i + 1;
    }
    if (program)
        place(p, program, arena);
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
            p->frames[DEPTH * i + f] = (uint32_t)(state % places);
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
    const char *program = argc >= 5 ? argv[4] : NULL;
    bool good = samples > 0 && samples <= 10000000 && out_file_open(&file, argv[2], arena, &err) &&
                pprof_write(file.stream, make(samples, seed, program, arena), arena, &err) &&
                out_file_commit(&file, &err);
    if (!good)
        fprintf(stderr, "make_profile SAMPLES FILE [SEED [PROGRAM]]: %s\n", err.text);
    arena_free(arena);
    return good ? 0 : 1;
}
