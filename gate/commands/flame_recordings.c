#include "gate/commands/flame_recordings.h"

#include "runners/formats/format.h"

#include <unistd.h>

static bool exists(const char *path) {
    return path && access(path, F_OK) == 0;
}

struct flame_operand flame_operand(const char *path, struct arena *arena) {
    static const char ending[] = ".pb.gz";
    const char *beside = recording_profile_path(path, arena);
    size_t length = strlen(path), end = strlen(ending);
    if (exists(beside))
        return (struct flame_operand){path, path};
    if (length <= end || strcmp(path + length - end, ending) != 0)
        return (struct flame_operand){path, NULL};
    const char *recording = arena_printf(arena, "%.*s.txt", (int)(length - end), path);
    return (struct flame_operand){path, exists(recording) ? recording : NULL};
}

const struct comparison *flame_recordings(const struct flame_operand operands[2],
                                          const struct policy *policy, const char **why,
                                          struct strings *strings, struct arena *arena) {
    const char *paths[2];
    struct recording **recordings;
    struct pg_error err;
    for (int side = 0; side < 2; side++) {
        paths[side] = operands[side].recording;
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
