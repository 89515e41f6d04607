#include "gate/commands/profile_pair.h"

#include "runners/recording/recording.h"

#include <string.h>
#include <unistd.h>

static bool exists(const char *path) {
    return path && access(path, F_OK) == 0;
}

struct profile_pair profile_pair_of(const char *path, struct arena *arena) {
    static const char ending[] = ".pb.gz";
    const char *beside = recording_profile_path(path, arena);
    size_t length = strlen(path), end = strlen(ending);
    if (exists(beside))
        return (struct profile_pair){beside, path};
    if (length <= end || strcmp(path + length - end, ending) != 0)
        return (struct profile_pair){path, NULL};
    const char *recording = arena_printf(arena, "%.*s.txt", (int)(length - end), path);
    return (struct profile_pair){path, exists(recording) ? recording : NULL};
}
