#include "runners/profile/profile_file.h"
#include "runners/base/source.h"
#include "runners/profile/pprof.h"

bool profile_read(struct profile **out, const char *path, struct strings *strings,
                  struct arena *arena, struct pg_error *err) {
    struct source *source;
    struct text bytes;
    if (!source_open(&source, path, err))
        return false;
    bool good = source_view(source, PROFILE_BYTES, &bytes, err);
    if (good && !pprof_read(out, bytes, strings, arena, err))
        good = pg_error_in(err, source_name(source));
    source_close(source);
    return good;
}
