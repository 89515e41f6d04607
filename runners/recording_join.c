#include "runners/recording_join.h"

#include "runners/base/number.h"
#include "runners/harvest.h"
#include "runners/recording/fingerprint_text.h"
#include "runners/shard.h"

#include <inttypes.h>

/* The shards in order, and what is known of the whole. */
struct join {
    struct recording *out;
    struct recording **parts; /* by shard number, from 0 */
    uint32_t count;
};

static bool place(struct join *join, struct recording *shard, struct pg_error *err) {
    const char *text = recording_get(shard, "shard");
    uint32_t index, count;
    if (!text)
        return pg_error_set(err, PG_FORMAT, "%.400s: is no shard of a recording (run --shard=I/N)",
                            shard->path);
    if (!shard_parse(text, &index, &count, err))
        return pg_error_in(err, shard->path);
    if (!join->parts) {
        join->parts = ARENA_NEW(join->out->arena, struct recording *, count);
        join->count = count;
    }
    if (count != join->count)
        return pg_error_set(err, PG_FORMAT, "%.400s: is shard %s; the others are of %u",
                            shard->path, text, join->count);
    if (join->parts[index - 1])
        return pg_error_set(err, PG_FORMAT, "%.300s: shard %s is also in %.300s", shard->path, text,
                            join->parts[index - 1]->path);
    join->parts[index - 1] = shard;
    return true;
}

static bool complete(const struct join *join, struct pg_error *err) {
    const char *missing = NULL;
    struct arena *arena = join->out->arena;
    for (uint32_t i = 0; i < join->count; i++) {
        if (!join->parts[i])
            missing = missing ? arena_printf(arena, "%s, %u", missing, i + 1)
                              : arena_printf(arena, "%u", i + 1);
    }
    return !missing ||
           pg_error_set(err, PG_FORMAT, "%.300s: of %u shards these are missing: %.300s",
                        join->out->path, join->count, missing);
}

static const char *or_none(const char *text) {
    return text ? text : "none";
}

static bool alike(const struct join *join, struct pg_error *err) {
    static const char *const keys[] = {"side",   "commit",  "modified",
                                       "branch", "command", "benchmarks"};
    for (uint32_t i = 1; i < join->count; i++) {
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const char *first = or_none(recording_get(join->parts[0], keys[k]));
            const char *here = or_none(recording_get(join->parts[i], keys[k]));
            if (strcmp(first, here) != 0)
                return pg_error_set(err, PG_FORMAT, "%.250s: %s is %.150s, and %.150s in %.250s",
                                    join->parts[i]->path, keys[k], here, first,
                                    join->parts[0]->path);
        }
    }
    return true;
}

static void names_of(const struct recording *r, struct name_set *names) {
    harvest_names(r, names, r->arena);
    for (uint32_t i = 0; i < r->failure_count; i++)
        name_set_add(names, r->failures[i].name, r->arena);
}

/* Each benchmark in one shard, and all that were listed in some shard. */
static bool disjoint(const struct join *join, struct pg_error *err) {
    struct name_set all = {0};
    uint64_t listed;
    for (uint32_t i = 0; i < join->count; i++) {
        const struct recording *r = join->parts[i];
        struct name_set names = {0};
        names_of(r, &names);
        for (size_t j = 0; j < names.count; j++) {
            if (!name_set_add(&all, names.names[j], join->out->arena))
                return pg_error_set(err, PG_FORMAT, "%.300s: '%.200s' is in another shard too",
                                    r->path, strings_get(r->strings, names.names[j]));
        }
    }
    const char *benchmarks = recording_get(join->parts[0], "benchmarks");
    if (benchmarks && number_u64(text_of(benchmarks), &listed) && all.count < listed)
        return pg_error_set(err, PG_FORMAT,
                            "%.300s: of %" PRIu64 " benchmarks %" PRIu64 " are in no shard",
                            join->out->path, listed, listed - all.count);
    return true;
}

static const char *hash_of(const struct join *join, const char *key) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < join->count; i++) {
        for (const char *at = or_none(recording_get(join->parts[i], key)); *at; at++)
            hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
        hash = (hash ^ ' ') * 0x100000001b3u;
    }
    return arena_printf(join->out->arena, "%016" PRIx64, hash);
}

static bool all_equal(const struct join *join, const char *key) {
    const char *first = or_none(recording_get(join->parts[0], key));
    for (uint32_t i = 1; i < join->count; i++) {
        if (strcmp(first, or_none(recording_get(join->parts[i], key))) != 0)
            return false;
    }
    return true;
}

static void mix_fingerprints(const struct join *join) {
    struct arena *arena = join->out->arena;
    const char *first = recording_get(join->parts[0], "fingerprint"), *mixed = "";
    struct text rest = fingerprint_line(first);
    struct fingerprint_pair pair;
    while (fingerprint_next(&rest, &pair)) {
        const char *key = arena_strndup(arena, pair.key.at, pair.key.length);
        const char *value = arena_strndup(arena, pair.value.at, pair.value.length);
        for (uint32_t i = 1; i < join->count; i++) {
            const char *other =
                fingerprint_value(recording_get(join->parts[i], "fingerprint"), key, arena);
            if (!other || strcmp(other, value) != 0)
                value = "mixed";
        }
        mixed = arena_printf(arena, "%s%s%s=%s", mixed, *mixed ? " " : "", key, value);
    }
    for (uint32_t i = 1; i < join->count; i++) {
        const char *other = recording_get(join->parts[i], "fingerprint");
        const char *difference = fingerprint_difference(first, other, arena);
        if (difference)
            recording_note(join->out, NOTE_WARNING, NULL,
                           "shards 1 and %u were measured on different machines: %s", i + 1,
                           difference);
    }
    recording_set(join->out, "fingerprint", mixed);
    recording_set(join->out, "fingerprint-id", hash_of(join, "fingerprint-id"));
}

/* What is of one recording alone; of profiles profile_join knows. */
static bool is_own(const char *key) {
    static const char *const keys[] = {"shard",   "profile",        "profile-unsound",
                                       "samples", "sampled-rounds", "sampling-slowdown"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(key, keys[i]) == 0)
            return true;
    }
    return false;
}

static void join_provenance(const struct join *join) {
    const struct recording *first = join->parts[0];
    for (uint32_t i = 0; i < first->provenance_count; i++) {
        const char *key = first->provenance[i].key;
        if (!is_own(key) && (all_equal(join, key) || strcmp(key, "time") == 0))
            recording_set(join->out, key, first->provenance[i].value);
    }
    if (!all_equal(join, "session"))
        recording_set(join->out, "session", hash_of(join, "session"));
    if (!all_equal(join, "fingerprint"))
        mix_fingerprints(join);
    recording_set(join->out, "shards", arena_printf(join->out->arena, "%u", join->count));
}

static void join_notes(struct recording *out, const struct recording *part) {
    for (uint32_t i = 0; i < part->note_count; i++) {
        const struct note *note = &part->notes[i];
        recording_note(out, note->level, note->where, "shard %s: %s", recording_get(part, "shard"),
                       note->text);
    }
}

bool recording_join(struct recording *out, struct recording *const *shards, size_t count,
                    struct pg_error *err) {
    struct join join = {out, NULL, 0};
    for (size_t i = 0; i < count; i++) {
        if (!place(&join, shards[i], err))
            return false;
    }
    if (!complete(&join, err) || !alike(&join, err) || !disjoint(&join, err))
        return false;
    join_provenance(&join);
    for (uint32_t i = 0; i < join.count; i++) {
        uint32_t clash;
        recording_append(out, join.parts[i], &clash); /* no clash: they are disjoint */
        join_notes(out, join.parts[i]);
    }
    return true;
}
