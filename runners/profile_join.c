#include "runners/profile_join.h"

#include "runners/base/number.h"
#include "runners/profile/merge.h"
#include "runners/profile/profile_file.h"
#include "runners/shard.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct part {
    const struct recording *shard;
    uint32_t index;   /* of the shard, from 1 */
    const char *path; /* of its profile, NULL: none */
};

static int by_index(const void *left, const void *right) {
    const struct part *a = left, *b = right;
    return (a->index > b->index) - (a->index < b->index);
}

static struct part *find_parts(struct recording *const *shards, size_t count, struct arena *arena) {
    struct part *parts = ARENA_NEW(arena, struct part, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t all;
        struct pg_error ignored; /* recording_join has parsed it */
        const char *path = recording_profile_path(shards[i]->path, arena);
        parts[i].shard = shards[i];
        parts[i].path = path && access(path, F_OK) == 0 ? path : NULL;
        shard_parse(recording_get(shards[i], "shard"), &parts[i].index, &all, &ignored);
    }
    qsort(parts, count, sizeof *parts, by_index);
    return parts;
}

/* Which shard each benchmark has its samples in. */
struct owners {
    uint32_t *of_text; /* shard by text, 0: none yet */
    size_t texts;
};

static bool claim(struct owners *owners, const struct profile *p, const struct part *part,
                  struct arena *arena, struct pg_error *err) {
    uint32_t key, count = strings_count(p->strings);
    bool labelled = strings_find(p->strings, text_of("benchmark"), &key);
    if (owners->texts < count)
        owners->of_text =
            arena_grow(arena, owners->of_text, owners->texts, count, sizeof *owners->of_text);
    owners->texts = count > owners->texts ? count : owners->texts;
    for (size_t i = 0; i < p->sample_count; i++) {
        uint32_t benchmark = 0;
        for (uint32_t l = p->label_start[i]; labelled && l < p->label_start[i + 1]; l++)
            benchmark = p->labels[l].key == key ? p->labels[l].text : benchmark;
        uint32_t *owner = &owners->of_text[benchmark];
        if (*owner && *owner != part->index)
            return pg_error_set(err, PG_FORMAT, "%.300s: shard %u has samples of '%.200s' too",
                                part->path, *owner, strings_get(p->strings, benchmark));
        *owner = part->index;
    }
    return true;
}

/* A shard that was too small for any benchmark has nothing to be missed. */
static void note_missing(struct recording *whole, const struct part *part) {
    const char *shard = recording_get(part->shard, "shard");
    if (recording_get(part->shard, "profile"))
        recording_note(whole, NOTE_WARNING, NULL,
                       "shard %s: its profile is not beside %s, so its functions are not known",
                       shard, part->shard->path);
    else if (part->shard->series_count)
        recording_note(whole, NOTE_WARNING, NULL,
                       "shard %s: has no profile, so its functions are not known", shard);
}

static void describe(struct recording *whole, const struct part *parts, size_t count) {
    uint64_t samples = 0, some;
    for (size_t i = 0; i < count; i++) {
        const char *said = parts[i].path ? recording_get(parts[i].shard, "samples") : NULL;
        if (said && number_u64(text_of(said), &some))
            samples += some;
        if (!parts[i].path)
            note_missing(whole, &parts[i]);
        if (parts[i].path && recording_get(parts[i].shard, "profile-unsound"))
            recording_set(whole, "profile-unsound", "true");
    }
    recording_set(whole, "profile", "yes");
    if (samples)
        recording_set(whole, "samples", arena_printf(whole->arena, "%" PRIu64, samples));
}

bool profile_join(struct profile **out, struct recording *whole, struct recording *const *shards,
                  size_t count, struct pg_error *err) {
    struct arena *arena = whole->arena;
    struct part *parts = find_parts(shards, count, arena);
    struct merge_part *merged = ARENA_NEW(arena, struct merge_part, count);
    struct owners owners = {NULL, 0};
    size_t found = 0;
    *out = NULL;
    for (size_t i = 0; i < count; i++) {
        struct profile *p;
        if (!parts[i].path)
            continue;
        if (!profile_read(&p, parts[i].path, whole->strings, arena, err) ||
            !claim(&owners, p, &parts[i], arena, err))
            return false;
        merged[found++] = (struct merge_part){.profile = p, .factor = 1, .name = parts[i].path};
    }
    for (size_t i = 0; i < count && !found; i++) {
        if (recording_get(parts[i].shard, "profile"))
            note_missing(whole, &parts[i]);
    }
    if (!found)
        return true;
    describe(whole, parts, count);
    return profile_merge_parts(out, merged, found, arena, err);
}
