/* write_pgo FORMAT BINARY PROFILE…: the profile that `perfgate pgo` makes of these, without asking
 * whether it is a good one, on stdout; what became of the samples on stderr. BINARY may be "". */
#include "runners/pgo/pgo_make.h"
#include "runners/profile/profile_file.h"

static bool make(int argc, char **argv, struct arena *arena, struct pg_error *err) {
    struct strings *strings = strings_new(arena);
    size_t count = (size_t)argc - 3;
    struct pgo_source *sources = ARENA_NEW(arena, struct pgo_source, count);
    const char *binary = argv[2];
    struct pgo_request request = {.format = pgo_format_find(argv[1]),
                                  .sources = sources,
                                  .source_count = count,
                                  .binaries = &binary,
                                  .binary_count = *binary != '\0'};
    struct pgo_made made;
    for (size_t i = 0; i < count; i++) {
        sources[i].name = argv[3 + i];
        sources[i].weight = 1;
        if (!profile_read(&sources[i].profile, sources[i].name, strings, arena, err))
            return false;
    }
    if (!request.format)
        return pg_error_set(err, PG_USAGE, "no format `%s`", argv[1]);
    if (!pgo_make(&made, &request, arena, err) || !request.format->write(stdout, &made.input, err))
        return false;
    fprintf(stderr, "%.0f samples, %.0f by line%s%s\n", made.account.samples, made.account.lines,
            made.account.lines < made.account.samples ? "; " : "",
            pgo_losses(&made.account, arena));
    return true;
}

int main(int argc, char **argv) {
    struct arena *arena = arena_new();
    struct pg_error err = {0};
    if (argc < 4)
        return 2;
    bool good = make(argc, argv, arena, &err);
    if (!good)
        fprintf(stderr, "%s\n", err.text);
    arena_free(arena);
    return good && fflush(stdout) == 0 ? 0 : 4;
}
