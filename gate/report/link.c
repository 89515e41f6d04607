#include "gate/report/link.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Without `./` before it and doubled slashes in it. */
static const char *plain_path(const char *path, struct arena *arena) {
    char *out = arena_alloc(arena, strlen(path) + 1), *to = out;
    for (const char *at = path; *at;) {
        bool begins = to == out || to[-1] == '/';
        if (begins && at[0] == '.' && at[1] == '/')
            at += 2;
        else if (to > out && to[-1] == '/' && *at == '/')
            at++;
        else
            *to++ = *at++;
    }
    return out;
}

static const char *absolute(const char *path, struct arena *arena) {
    char folder[4096];
    if (*path == '/' || !getcwd(folder, sizeof folder))
        return path;
    return arena_printf(arena, "%s/%s", folder, path);
}

/* From the folder of `from` up to what both share, and down again. */
static const char *relative(const char *target, const char *from, struct arena *arena) {
    size_t shared = 0;
    const char *up = "";
    for (size_t i = 0; target[i] && target[i] == from[i]; i++)
        shared = target[i] == '/' ? i + 1 : shared;
    for (const char *at = from + shared; (at = strchr(at, '/')); at++)
        up = arena_printf(arena, "%s../", up);
    return arena_printf(arena, "%s%s", up, target + shared);
}

static const char *encoded(const char *path, struct arena *arena) {
    char *out = arena_alloc(arena, 3 * strlen(path) + 1), *to = out;
    for (const unsigned char *at = (const unsigned char *)path; *at; at++) {
        if (*at < 128 && (isalnum(*at) || strchr("-._~/", *at))) {
            *to++ = (char)*at;
        } else {
            *to++ = '%';
            *to++ = "0123456789ABCDEF"[*at >> 4];
            *to++ = "0123456789ABCDEF"[*at & 15];
        }
    }
    return out;
}

const char *link_to(const char *target, const char *from, struct arena *arena) {
    target = plain_path(target, arena);
    from = plain_path(from ? from : "", arena);
    bool climbs = strstr(from, "..") != NULL;
    if (climbs || (*target == '/') != (*from == '/')) {
        target = absolute(target, arena);
        from = climbs ? "" : absolute(from, arena);
    }
    return encoded(climbs ? target : relative(target, from, arena), arena);
}
