/* Where recordings are kept: a folder, to which is only added.
 *
 *   STORE/BRANCH/TIME-COMMIT-FINGERPRINT.txt       a recording (recording_text.h)
 *   STORE/BRANCH/TIME-COMMIT-FINGERPRINT.pb.gz     its profile, if it was sampled
 *   STORE/BRANCH/TIME-COMMIT-FINGERPRINT.accepted  its regression was accepted, and why
 *
 * BRANCH is percent-encoded (all but letters, digits, `_`, `-`, and dots that do not come first);
 * TIME is when it was measured, UTC, `20260131T235959Z`; COMMIT the commit's hex digits (and
 * `-dirty` behind them when files differed from it) or `nocommit`; FINGERPRINT the fingerprint-id
 * or `nofingerprint`. When a name is taken, `.2`, `.3` … come before the ending. So a cache, an
 * artifact, a git branch, rsync or object storage can carry it, two writers never meet, and names
 * alone tell which entry is which.
 *
 * Files appear whole (written beside, synced, linked into place) and are never changed. The `.txt`
 * claims a name; a recording with a profile says so (`# perfgate profile: yes`), so that one whose
 * writer died before the profile came is known. Names that begin with a dot are files being
 * written: they are passed over, and removed when a day old. What is in a store may have been put
 * there by anybody: every entry is read as hostile. */
#ifndef GATE_BASELINE_STORE_H
#define GATE_BASELINE_STORE_H

#include "runners/base/error.h"
#include "runners/recording/recording.h"

struct store {
    const char *path;
    struct arena *arena;
};

#define MODIFIED_MARK "-dirty"

struct store_entry {
    const char *id;     /* BRANCH/TIME-COMMIT-FINGERPRINT as the files are called, without ending */
    const char *path;   /* of the recording */
    const char *branch; /* decoded */
    const char *time;   /* TIME of the name */
    const char *commit, *fingerprint; /* of the name; NULL for nocommit, nofingerprint */
    bool modified; /* what was built differs from the commit, which then ends with MODIFIED_MARK */
    unsigned number; /* 1, or the `.2`, `.3` … of a name that was taken */
    bool accepted;
    /* From inside the file, after store_inspect: */
    const char *verdict; /* "regression", "pass" …; NULL when nothing judged it */
    const char *damage;  /* why it cannot be used, or NULL */
    const char *profile; /* its path, or NULL */
    bool profile_lost;   /* the recording has one, which is not there */
};

enum {
    STORE_BRANCH_LIMIT = 240,   /* bytes of an encoded branch name */
    STORE_ENTRY_LIMIT = 1000000 /* entries of one branch that are listed */
};

/* Adds a recording. Provenance `commit`, `branch`, `time` and `fingerprint-id` name it; branch must
 * be there, time is set to now when it is not. A verdict is kept as provenance too. The recording
 * must not be damaged (PG_FORMAT). With a profile (path of a pprof file, or NULL) both are stored.
 * Errors: PG_IO, naming the store, when it cannot be written. */
struct store_save {
    struct recording *recording;
    const char *profile;
    const char *verdict; /* what the gate said of it, or NULL: as the recording says */
    const char *accept;  /* reason for which it is accepted as the new level, or NULL */
};
bool store_save(const struct store *store, const struct store_save *save, struct store_entry *out,
                struct pg_error *err);

/* Makes the folder of a branch and sees that it can be written, so that a bad store is known before
 * the long work. */
bool store_prepare(const struct store *store, const char *branch, struct pg_error *err);

/* Entries of the branches that match a glob (NULL: all), by branch, newest first. A store that does
 * not exist has none. Folders and files that are not a store's are passed over; *strange counts
 * them. Errors: PG_IO. */
struct store_list {
    struct store_entry *items;
    size_t count, capacity;
    size_t strange;
};
bool store_list(const struct store *store, const char *branch_glob, struct store_list *out,
                struct pg_error *err);

/* One branch, by exact name. */
bool store_list_branch(const struct store *store, const char *branch, struct store_list *out,
                       struct pg_error *err);

/* An entry by its id, or by any part of its id that no other has. Errors: PG_USAGE for none or
 * several (which are named). */
bool store_entry_find(const struct store *store, const char *id, struct store_entry *out,
                      struct pg_error *err);

/* Reads an entry, under a label. What is wrong with it is said in entry->damage, not an error; a
 * damaged one is given out all the same, as far as it can be read. False when nothing can. */
bool store_read(const struct store *store, struct store_entry *entry, const char *label,
                struct strings *strings, struct recording **out);
/* The same for its verdict, profile and damage only. */
void store_inspect(const struct store *store, struct store_entry *entry);

/* A regression that is not accepted, a broken measurement, or damaged: not to be compared with.
 * After store_inspect. */
bool store_entry_usable(const struct store_entry *entry);
/* "a regression that was not accepted" …; NULL when usable. */
const char *store_entry_objection(const struct store_entry *entry);

/* Writes the .accepted file; an entry that is accepted already stays as it is. */
bool store_accept(const struct store *store, const struct store_entry *entry, const char *reason,
                  struct pg_error *err);

/* Removes what is too old or too much, for each branch and fingerprint by itself. The newest usable
 * entry of each always stays, except with keep 0. Leftovers of killed writers that are a day old go
 * too. */
struct store_prune {
    const char *branch_glob; /* NULL: all */
    int keep;                /* newest entries that stay; -1: no such rule */
    double max_age;          /* seconds; NaN: no such rule */
    bool damaged;            /* remove damaged entries too */
    bool dry_run;
    int64_t now; /* seconds since 1970 */
};
struct store_pruned {
    struct store_entry *items; /* that were (would be) removed */
    size_t count, capacity;
    size_t kept, leftovers;
};
bool store_prune(const struct store *store, const struct store_prune *how, struct store_pruned *out,
                 struct pg_error *err);

/* TIME of a moment (seconds since 1970), and back; false when it is not of that form. */
const char *store_time(int64_t seconds, struct arena *arena);
bool store_time_parse(const char *time, int64_t *seconds);

/* A moment as recordings and people write it: RFC 3339, or a date, which is its beginning (UTC).
 * False for anything else. */
bool store_moment_parse(const char *text, int64_t *seconds);

/* A branch as a folder name, and back. Encoding fails (PG_USAGE) for an empty or too long name,
 * decoding (false) for what encoding never gives. */
bool branch_encode(const char *branch, const char **out, struct arena *arena, struct pg_error *err);
bool branch_decode(const char *name, const char **out, struct arena *arena);

#endif
