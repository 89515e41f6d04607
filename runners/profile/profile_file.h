/* A profile from a file in any format that can be read. */
#ifndef RUNNERS_PROFILE_PROFILE_FILE_H
#define RUNNERS_PROFILE_PROFILE_FILE_H

#include "runners/profile/profile.h"

/* Reads `path` ("-" is stdin), gzipped or not, up to PROFILE_BYTES inflated; of a recording,
 * NAME.txt, the profile beside it, NAME.pb.gz. Errors begin with the path and the format. */
#define PROFILE_BYTES ((size_t)2 << 30)
bool profile_read(struct profile **out, const char *path, struct strings *strings,
                  struct arena *arena, struct pg_error *err);

/* The time from the first sample to the last in equal parts. */
struct profile_windows {
    int wanted;
    double each_sec; /* set by the reader; 0: not all samples have a time, or all have the same */
};

/* As profile_read; where samples have times, each gets the label `round` = 1 to `wanted`, the
 * window that it was taken in. */
bool profile_read_windows(struct profile **out, const char *path, struct profile_windows *windows,
                          struct strings *strings, struct arena *arena, struct pg_error *err);

/* The same as profile_read of bytes, which `name` stands for in messages, and only of pprof's and
 * gperftools' binary formats: most texts are some profile. */
bool profile_read_binary(struct profile **out, const char *name, struct text bytes,
                         struct strings *strings, struct arena *arena, struct pg_error *err);

/* The same of what Pyroscope's render answers, and nothing else. */
bool profile_read_flamebearer(struct profile **out, const char *name, struct text bytes,
                              struct strings *strings, struct arena *arena, struct pg_error *err);

/* The same of one file or more, merged when they are several. */
bool profile_read_all(struct profile **out, const char *const *paths, size_t count,
                      struct strings *strings, struct arena *arena, struct pg_error *err);

/* Writes a profile as pprof, gzipped; the file appears whole or not at all. */
bool profile_write(const char *path, const struct profile *profile, struct arena *arena,
                   struct pg_error *err);

#endif
