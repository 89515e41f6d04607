#include "runners/remote/libcurl.h"

#include <dlfcn.h>
#include <string.h>

struct libcurl libcurl;

static const char file[] = "libcurl.so.4";

/* A pointer to an object is no pointer to a function in C; in POSIX they are alike. */
static bool find(void *library, const char *name, void *function, struct pg_error *err) {
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found ||
           pg_error_set(err, PG_IO, "%s has no %s; expected libcurl 7.85 or later", file, name);
}

bool libcurl_load(struct pg_error *err) {
    static bool loaded;
    if (loaded)
        return true;
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return pg_error_set(err, PG_IO,
                            "servers are asked through libcurl, which cannot be loaded (Debian's "
                            "package libcurl4 has it): %s",
                            dlerror());
#define FIND(name) &&find(library, "curl_" #name, &libcurl.name, err)
    loaded = true LIBCURL_FUNCTIONS(FIND);
#undef FIND
    return loaded;
}
