#include "gate/commands/flame_recordings.h"

#include "runners/formats/format.h"

const struct comparison *flame_recordings(const struct profile_pair pairs[2],
                                          const struct policy *policy, const char **why,
                                          struct strings *strings, struct arena *arena) {
    const char *paths[2];
    struct recording **recordings;
    struct pg_error err;
    for (int side = 0; side < 2; side++) {
        paths[side] = pairs[side].recording;
        if (!paths[side]) {
            *why =
                "Costs are those of a round; an operation's are known where NAME.txt lies beside "
                "NAME.pb.gz on both sides";
            return NULL;
        }
    }
    struct comparison *out = ARENA_NEW(arena, struct comparison, 1);
    bool good = recordings_read(&recordings, paths, 2, NULL, strings, arena, &err);
    if (good) {
        const struct comparison_input input = {.recordings =
                                                   (const struct recording *const *)recordings,
                                               .count = 2,
                                               .base_count = 1,
                                               .policy = policy};
        good = comparison_build(out, &input, arena, &err);
    }
    if (good)
        return out;
    *why = arena_printf(arena, "Costs are those of a round: %s", err.text);
    return NULL;
}
