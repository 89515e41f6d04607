/* go_edges_of FILE: what Go's compiler takes from a profile, as `go tool preprofile` writes it. */
#include "runners/pgo/go_edges.h"
#include "runners/profile/profile_file.h"

#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv) {
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct profile *profile;
    struct go_edges edges;
    struct pg_error err;
    if (argc != 2)
        return 2;
    if (!profile_read(&profile, argv[1], strings, arena, &err) ||
        !go_edges_read(&edges, profile, arena, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 4;
    }
    go_edges_order(&edges, strings, arena);
    puts("GO PREPROFILE V1");
    for (size_t i = 0; i < edges.count; i++)
        printf("%s\n%s\n%" PRId64 " %" PRId64 "\n", strings_get(strings, edges.edges[i].caller),
               strings_get(strings, edges.edges[i].callee), edges.edges[i].offset,
               edges.edges[i].weight);
    arena_free(arena);
    return 0;
}
