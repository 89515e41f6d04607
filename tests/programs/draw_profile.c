/* draw_profile FILE.folded ROUNDS SEED BENCHMARK NAME: a recording NAME.txt and its profile
 * NAME.pb.gz, drawn from a program of fixtures/functions as tests/unit/function_profiles.h says. */
#include "tests/unit/function_profiles.h"

#include "runners/profile/pprof.h"

#include <stdio.h>

int main(int argc, char **argv) {
    struct arena *arena = arena_new();
    struct source *source;
    struct text lines;
    struct pg_error err;
    struct program program;
    uint64_t rounds, seed;
    if (argc != 6 || !number_u64(text_of(argv[2]), &rounds) || !number_u64(text_of(argv[3]), &seed))
        return 2;
    if (!source_open(&source, argv[1], &err) ||
        !source_rest(source, 1 << 20, arena, &lines, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 4;
    }
    program_read(&program, arena_strndup(arena, lines.at, lines.length), strings_new(arena));
    source_close(source);
    struct weather weather = {random_new((uint32_t)seed), 0.02, 0.03};
    const struct profile *profile =
        program_profile(&program, (uint32_t)rounds, argv[4], &weather, arena);
    FILE *out = fopen(arena_printf(arena, "%s.pb.gz", argv[5]), "w");
    bool good = out && pprof_write(out, profile, arena, &err) && fclose(out) == 0;
    FILE *text = fopen(arena_printf(arena, "%s.txt", argv[5]), "w");
    for (uint64_t i = 0; text && i < rounds; i++)
        fprintf(text, "Benchmark%s 1 %.6f ns/op\n", argv[4],
                1e3 * program.samples * factor(&weather, weather.round_spread));
    good &= text && fclose(text) == 0;
    random_free(weather.random);
    arena_free(arena);
    return good ? 0 : 4;
}
