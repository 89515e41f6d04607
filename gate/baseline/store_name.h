/* The names in a store: `BRANCH/TIME-COMMIT-FINGERPRINT[.N]`. Private to this room. */
#ifndef GATE_BASELINE_STORE_NAME_H
#define GATE_BASELINE_STORE_NAME_H

#include "gate/baseline/store.h"

/* "TIME-COMMIT-FINGERPRINT" of a recording; its time is set to now when it has none. Errors:
 * PG_FORMAT for a time that is no RFC 3339 or lies in the future, and for a commit or
 * fingerprint-id too long to be one. */
bool store_name_of(struct recording *recording, const char **out, struct arena *arena,
                   struct pg_error *err);

/* The commit of a recording as a name has it: with MODIFIED_MARK behind it when what was built
 * differs from the commit, so that it is nobody's baseline by its commit. NULL without one. */
const char *store_commit_of(const struct recording *recording, struct arena *arena);

/* Takes the name of a `.txt` file apart into time, commit, fingerprint, number. False when a store
 * does not write such names. */
bool store_name_parse(const char *file, struct store_entry *out, struct arena *arena);

/* The entry of a branch folder and a file name `….txt`, as far as names tell. False when it is
 * none. */
bool store_entry_at(const struct store *store, const char *folder, const char *file,
                    struct store_entry *out);

/* Files of killed writers in a branch folder that are a day old: counted, and removed if told. */
size_t store_leftovers(const char *folder, int64_t now, bool remove);

/* Is the name that of a file being written, which nobody reads? */
bool store_is_temporary(const char *file);

#endif
