/* From profiles to what a compiler's format is made of: what was sampled in one program, over all
 * the builds of it that the profiles were taken from. */
#ifndef RUNNERS_PGO_PGO_MAKE_H
#define RUNNERS_PGO_PGO_MAKE_H

#include "runners/pgo/pgo_format.h"
#include "runners/pgo/source_fold.h"

/* A profile, read and filtered, and how many times its samples count. */
struct pgo_source {
    struct profile *profile;
    const char *name; /* for messages */
    double weight;
};

struct pgo_request {
    const struct pgo_format *format;
    const struct pgo_source *sources; /* of one string set */
    size_t source_count;
    /* The files of the program and of libraries whose samples count, too. None: the program of the
     * newest profile that has most of its samples. */
    const char *const *binaries;
    size_t binary_count;
    const char *debug_root; /* NULL: the system's */
};

/* One build that was sampled. */
struct pgo_build {
    const char *path, *build_id; /* as its profiles have them */
    double samples;              /* weighted */
    int64_t taken_ns;            /* of its latest profile; 0: not known */
    bool ours;                   /* a build of the program (or of one of the binaries) */
    bool current;                /* the binary's own build, as its build id says */
    bool unsure;                 /* taken for it by name: the profile has no build id */
    bool from_file;              /* by the file's debug information, not by what the profile kept */
    enum symbols_state state;    /* what the file that was looked into has; SYMBOLS_UNASKED: none */
    struct source_account account;
};

struct pgo_made {
    struct pgo_input input; /* version and note are the caller's */
    struct source_account account;
    const char *binary, *build_id; /* the program's file ("" when it is gone), its build id ("") */
    struct pgo_build *builds;      /* all that were sampled; by samples, most first */
    size_t build_count;
};

/* Equal builds are added up by address, then told by symbol and line, then added to the others.
 * False, with the reason, when a binary cannot be read, no sample is of the program, or none can be
 * told as the format needs it. */
bool pgo_make(struct pgo_made *out, const struct pgo_request *request, struct arena *arena,
              struct pg_error *err);

/* Where samples were lost, in words and percent, largest first: "12.0% in functions without debug
 * information, 3.1% at line 0"; "" when none were. */
const char *pgo_losses(const struct source_account *account, struct arena *arena);

#endif
