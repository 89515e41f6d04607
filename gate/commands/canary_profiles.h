/* Where a canary's profiles come from: files, folders of files, and servers. */
#ifndef GATE_COMMANDS_CANARY_PROFILES_H
#define GATE_COMMANDS_CANARY_PROFILES_H

#include "gate/commands/remote_source.h"
#include "gate/functions/function_side.h"

/* What one side of the two is made of. */
struct canary_side {
    const char *option; /* "--base" */
    struct string_list operands;
    struct string_list labels;      /* of a server's query, beside those of both sides */
    const char *from, *until;       /* of a server's query; NULL: as the other side */
    struct remote_source **sources; /* of the operands that are URLs; set by the check */
    size_t source_count;
    bool alone; /* one file is all there is; set by the check */
};

/* Rounds that a lone profile's time is divided into unless something else is asked for. */
enum { CANARY_WINDOWS = 10 };

/* Checks the URLs among the operands, and that there are some (or for `windows`, a lone file) where
 * options ask for them, before anybody is asked: PG_USAGE. */
bool canary_profiles_check(struct canary_side sides[2], struct remote_options *remote, int windows,
                           struct strings *strings, struct arena *arena, struct pg_error *err);

/* Adds all profiles of both sides: first the files, then window after window, one of each server in
 * turn, so that what changes meanwhile changes for both. A file that is alone is divided into
 * `windows` rounds where its samples have times; 0: it is left whole. Paths are shortened unless
 * they are to be kept. */
bool canary_profiles_add(const struct canary_side sides[2], struct function_side *const out[2],
                         int windows, bool keep_paths, struct pg_error *err);

#endif
