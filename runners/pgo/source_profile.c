#include "runners/pgo/source_profile.h"

#include "runners/profile/join_table.h"

#include <math.h>
#include <stdlib.h>

/* What is found by hash: instances by what they are in, lines by their instance. */
struct entry {
    const void *in; /* NULL: a top function */
    uint32_t name, offset, discriminator;
    void *at;
};

struct index {
    struct join_table table;
    struct entry *entries;
    uint32_t count, capacity;
};

struct source_index {
    struct index instances, lines;
};

struct source_profile *source_profile_new(struct strings *strings, struct arena *arena) {
    struct source_profile *profile = ARENA_NEW(arena, struct source_profile, 1);
    *profile = (struct source_profile){
        .strings = strings, .arena = arena, .index = ARENA_NEW(arena, struct source_index, 1)};
    profile->index->instances.table = join_table_new(0, arena);
    profile->index->lines.table = join_table_new(0, arena);
    return profile;
}

/* `name.12` without `.12`; any other as it is. */
static struct text without_number(struct text name) {
    size_t end = name.length;
    while (end && name.at[end - 1] >= '0' && name.at[end - 1] <= '9')
        end--;
    if (end && end < name.length && name.at[end - 1] == '.')
        name.length = end - 1;
    return name;
}

static struct text without_suffix(struct text name) {
    static const struct {
        const char *text;
        bool numbered; /* always */
    } suffixes[] = {{".cold", false},      {".part", true}, {".isra", true},
                    {".constprop", true},  {".llvm", true}, {".lto_priv", true},
                    {".localalias", false}};
    struct text bare = without_number(name);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t length = strlen(suffixes[i].text);
        if (bare.length > length && (bare.length < name.length || !suffixes[i].numbered) &&
            memcmp(bare.at + bare.length - length, suffixes[i].text, length) == 0)
            return (struct text){bare.at, bare.length - length};
    }
    return name;
}

struct text source_function_name(struct text symbol) {
    struct text name = symbol, shorter = without_suffix(name);
    while (shorter.length < name.length) {
        name = shorter;
        shorter = without_suffix(name);
    }
    return name;
}

static bool same_entry(const void *things, uint32_t index, const void *wanted) {
    const struct entry *a = (const struct entry *)things + index, *b = wanted;
    return a->in == b->in && a->name == b->name && a->offset == b->offset &&
           a->discriminator == b->discriminator;
}

/* The thing of that key; where there is none, one of that size is made and `fresh` says so. */
static void *find_or_make(struct source_profile *profile, struct index *index, struct entry key,
                          size_t size, bool *fresh) {
    const uint64_t bytes[] = {(uintptr_t)key.in, (uint64_t)key.name << 32 | key.discriminator,
                              key.offset};
    uint64_t hash = strings_hash(profile->strings, bytes, sizeof bytes);
    uint32_t at =
        join_table_put(&index->table, hash, index->count, same_entry, index->entries, &key);
    *fresh = at == index->count;
    if (*fresh) {
        key.at = arena_alloc(profile->arena, size);
        ARENA_PUSH(profile->arena, index->entries, index->count, index->capacity, key);
    }
    return index->entries[at].at;
}

static struct source_instance *instance_of(struct source_profile *profile,
                                           struct source_instance *in, struct source_site at,
                                           uint32_t name) {
    bool fresh;
    struct source_instance *found = find_or_make(
        profile, &profile->index->instances,
        (struct entry){.in = in, .name = name, at.offset, at.discriminator}, sizeof *found, &fresh);
    if (!fresh)
        return found;
    found->name = name;
    found->at = at;
    if (in)
        ARENA_PUSH(profile->arena, in->calls, in->call_count, in->call_capacity, found);
    else
        ARENA_PUSH(profile->arena, profile->functions, profile->function_count,
                   profile->function_capacity, found);
    return found;
}

struct source_instance *source_profile_function(struct source_profile *profile, uint32_t name) {
    return instance_of(profile, NULL, (struct source_site){0, 0}, name);
}

struct source_instance *source_profile_call(struct source_profile *profile,
                                            struct source_instance *in, struct source_site at,
                                            uint32_t name) {
    return instance_of(profile, in, at, name);
}

struct source_line *source_profile_line(struct source_profile *profile, struct source_instance *in,
                                        struct source_site site) {
    bool fresh;
    struct source_line *line = find_or_make(
        profile, &profile->index->lines,
        (struct entry){.in = in, .offset = site.offset, .discriminator = site.discriminator},
        sizeof *line, &fresh);
    if (fresh) {
        line->site = site;
        ARENA_PUSH(profile->arena, in->lines, in->line_count, in->line_capacity, line);
    }
    return line;
}

void source_profile_target(struct source_profile *profile, struct source_line *line, uint32_t name,
                           double count) {
    for (uint32_t i = 0; i < line->target_count; i++) {
        if (line->targets[i].name == name) {
            line->targets[i].count += count;
            return;
        }
    }
    ARENA_PUSH(profile->arena, line->targets, line->target_count, line->target_capacity,
               ((struct source_target){name, count}));
}

static void note_place(struct source_instance *instance, uint32_t file, int declared) {
    if (instance->declared)
        return;
    instance->file = file;
    instance->declared = declared;
}

struct source_line *source_profile_add(struct source_profile *profile,
                                       const struct source_frame *frames, size_t depth,
                                       double samples, double count) {
    struct source_instance *in = NULL;
    for (size_t i = depth; i-- > 0;) {
        struct source_site at = i + 1 < depth ? frames[i + 1].site : (struct source_site){0, 0};
        in = instance_of(profile, in, at, frames[i].name);
        note_place(in, frames[i].file, frames[i].declared);
        in->samples += samples;
    }
    if (!in)
        return NULL;
    struct source_line *line = source_profile_line(profile, in, frames[0].site);
    if (count > line->count)
        line->count = count;
    return line;
}

/* ---- joining ---- */

static uint32_t own_name(const struct source_profile *profile, uint32_t symbol) {
    struct text name = {strings_get(profile->strings, symbol),
                        strings_length(profile->strings, symbol)};
    return strings_add(profile->strings, source_function_name(name));
}

static void join(struct source_profile *into, struct source_instance *to,
                 const struct source_instance *from, double weight) {
    note_place(to, from->file, from->declared);
    to->head += weight * from->head;
    to->samples += weight * from->samples;
    for (uint32_t i = 0; i < from->line_count; i++) {
        const struct source_line *line = from->lines[i];
        struct source_line *sum = source_profile_line(into, to, line->site);
        sum->count += weight * line->count;
        for (uint32_t k = 0; k < line->target_count; k++)
            source_profile_target(into, sum, own_name(into, line->targets[k].name),
                                  weight * line->targets[k].count);
    }
    for (uint32_t i = 0; i < from->call_count; i++) {
        const struct source_instance *call = from->calls[i];
        join(into, instance_of(into, to, call->at, call->name), call, weight);
    }
}

void source_profile_join(struct source_profile *into, const struct source_profile *from,
                         double weight) {
    for (uint32_t i = 0; i < from->function_count; i++) {
        const struct source_instance *function = from->functions[i];
        uint32_t name = own_name(into, function->name);
        join(into, source_profile_function(into, name), function, weight);
    }
}

/* ---- order and sums ---- */

static int by_site(struct source_site a, struct source_site b) {
    if (a.offset != b.offset)
        return a.offset < b.offset ? -1 : 1;
    return a.discriminator < b.discriminator ? -1 : a.discriminator > b.discriminator;
}

static int by_line(const void *left, const void *right) {
    struct source_line *const *a = left, *const *b = right;
    return by_site((*a)->site, (*b)->site);
}

static int by_name(const void *left, const void *right, void *strings) {
    struct source_instance *const *a = left, *const *b = right;
    int order = by_site((*a)->at, (*b)->at);
    return order ? order
                 : strcmp(strings_get(strings, (*a)->name), strings_get(strings, (*b)->name));
}

static int by_calls(const void *left, const void *right, void *strings) {
    const struct source_target *a = left, *b = right;
    if (a->count < b->count || a->count > b->count)
        return a->count > b->count ? -1 : 1;
    return strcmp(strings_get(strings, a->name), strings_get(strings, b->name));
}

static void finish(struct source_profile *profile, struct source_instance *instance) {
    instance->total = 0;
    if (instance->line_count)
        qsort(instance->lines, instance->line_count, sizeof *instance->lines, by_line);
    if (instance->call_count)
        qsort_r(instance->calls, instance->call_count, sizeof *instance->calls, by_name,
                profile->strings);
    for (uint32_t i = 0; i < instance->line_count; i++) {
        struct source_line *line = instance->lines[i];
        instance->total += line->count;
        if (line->target_count)
            qsort_r(line->targets, line->target_count, sizeof *line->targets, by_calls,
                    profile->strings);
    }
    for (uint32_t i = 0; i < instance->call_count; i++) {
        finish(profile, instance->calls[i]);
        instance->total += instance->calls[i]->total;
    }
}

void source_profile_finish(struct source_profile *profile) {
    if (profile->function_count)
        qsort_r(profile->functions, profile->function_count, sizeof *profile->functions, by_name,
                profile->strings);
    for (uint32_t i = 0; i < profile->function_count; i++)
        finish(profile, profile->functions[i]);
}

bool source_profile_complete(struct source_profile *profile, struct pg_error *err) {
    if (profile->function_count == 0)
        return pg_error_set(err, PG_FORMAT, "no function is in it");
    source_profile_finish(profile);
    return true;
}

/* ---- as it is written ---- */

uint64_t source_count(double count) {
    return !(count > 0)     ? 0
           : count < 1      ? 1
           : count < 0x1p63 ? (uint64_t)llround(count)
                            : (uint64_t)1 << 63;
}

double source_head(const struct source_instance *instance) {
    uint32_t line = 0, call = 0;
    if (instance->head > 0)
        return instance->head;
    while (line < instance->line_count && !(instance->lines[line]->count > 0))
        line++;
    while (call < instance->call_count && !(instance->calls[call]->total > 0))
        call++;
    if (line < instance->line_count &&
        (call == instance->call_count ||
         instance->lines[line]->site.offset <= instance->calls[call]->at.offset))
        return instance->lines[line]->count;
    return call < instance->call_count ? source_head(instance->calls[call]) : 0;
}
