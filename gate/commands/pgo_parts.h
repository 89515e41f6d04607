/* `perfgate pgo`: pgo_command.c makes profiles for compilers, pgo_check.c tells how old one is,
 * pgo_verify.c whether it helps. pgo_sources.c reads what they are made of, pgo_write.c judges and
 * writes; `gate` uses both. */
#ifndef GATE_COMMANDS_PGO_PARTS_H
#define GATE_COMMANDS_PGO_PARTS_H

#include "gate/commands/options.h"
#include "gate/pgo/quality.h"
#include "gate/pgo/sidecar.h"
#include "runners/pgo/pgo_make.h"

extern const struct command pgo_command, pgo_check_command, pgo_verify_command;

/* What is to be made, as on the command line or in the configuration. */
struct pgo_options {
    const char *format; /* name; NULL: not given */
    const char *output;
    struct string_list binaries, weighted; /* N,FILE */
    double half_life;                      /* seconds; 0: none */
    const char *steady_after;              /* "2" rounds or "300ms"; NULL: from the beginning */
    const char *root;                      /* expression; NULL: all stacks */
    int gcc_version;                       /* 0: ask the compiler */
    bool force;
    struct pgo_limits limits;
};

/* The profiles, filtered and weighted. */
struct pgo_sources {
    struct strings *strings;
    struct pgo_source *items;
    struct sidecar_source *shown; /* the same for the sidecar */
    size_t count;
    const char *commit; /* of the newest whose recording knows it */
    bool modified;
    const char *date;           /* of the newest; NULL: none knows */
    const char *microbenchmark; /* the first that is of one, and how that shows; or NULL */
};

/* Reads recordings (NAME.txt with NAME.pb.gz beside it) and profiles. Errors: PG_USAGE, PG_IO,
 * PG_FORMAT. */
bool pgo_sources_read(struct pgo_sources *out, const struct pgo_options *options,
                      const struct string_list *paths, struct arena *arena, struct pg_error *err);

struct pgo_outcome {
    bool written;
    double samples, lines;                /* of the program; those told by line */
    struct pgo_reasons reasons, warnings; /* reasons: what speaks against it */
};

/* Opens the files of the options, makes the profile, judges it, and writes it with its sidecar, if
 * nothing speaks against it or --force says so. Errors: what pgo_make refuses, PG_IO, PG_USAGE. */
bool pgo_hand_out(struct pgo_outcome *out, const struct pgo_options *options,
                  const struct pgo_sources *sources, struct arena *arena, struct pg_error *err);

/* gcc's major version: `given`, or that of gcc here; 0: nobody knows. */
unsigned pgo_gcc_version(int given, struct arena *arena);

/* FILE.json. */
const char *pgo_sidecar_path(const char *profile, struct arena *arena);

/* Reads the sidecar of a profile and holds it against the profile's bytes. Errors: PG_IO (it is not
 * there), PG_FORMAT (it is of other bytes). */
bool pgo_sidecar_open(struct sidecar *out, const char *profile, struct arena *arena,
                      struct pg_error *err);

#endif
