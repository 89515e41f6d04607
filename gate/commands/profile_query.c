#include "gate/commands/profile_parts.h"
#include "runners/base/log.h"
#include "runners/profile/merge.h"
#include "runners/profile/profile_file.h"
#include "runners/profile/strip.h"
#include "runners/profile/value_unit.h"

bool profile_pick_type(const struct profile *p, const char *path, const char *name, uint32_t *out,
                       struct pg_error *err) {
    *out = name ? profile_find_type(p, text_of(name)) : profile_shown_type(p);
    if (*out != PROFILE_NONE)
        return true;
    if (!name)
        return pg_error_set(err, PG_FORMAT, "%.300s: no sample types", path);
    char words[512] = "";
    size_t length = 0;
    for (size_t i = 0; i < p->type_count && length < sizeof words; i++)
        length += (size_t)snprintf(words + length, sizeof words - length, "%s%.60s", i ? ", " : "",
                                   strings_get(p->strings, p->types[i].name));
    return pg_error_set(err, PG_USAGE, "%.300s: no sample type '%.60s'; it has %s", path, name,
                        words);
}

void profile_hand_on(struct profile *profile, bool keep, const char *path, struct arena *arena) {
    const char *left_out = keep ? NULL : profile_strip(profile, arena);
    if (left_out)
        pg_log(LOG_WARNING, "%s: %s", path, left_out);
}

/* The samples and frames that the filter leaves of one sample type. */
static bool take(struct tally_part *out, struct profile *p, const char *path, const char *type,
                 const struct profile_filter *filter, struct arena *arena, struct pg_error *err) {
    bool *skip;
    if (!profile_pick_type(p, path, type, &out->type, err) || !profile_drop_frames(p, arena, err) ||
        !profile_tag_frames(filter, p, arena, err) ||
        !profile_filter_apply(filter, p, &skip, arena, err) ||
        !profile_hide_frames(filter, p, arena, err))
        return false;
    if (filter->strips_paths)
        profile_strip_paths(p, arena);
    *out = (struct tally_part){p, out->type, skip, 1};
    return true;
}

bool profile_take(struct tally_part *out, const char *path, const char *type,
                  const struct profile_filter *filter, struct strings *strings, struct arena *arena,
                  struct pg_error *err) {
    struct profile *p;
    return profile_read(&p, path, strings, arena, err) &&
           take(out, p, path, type, filter, arena, err);
}

static double plain_sum(const struct tally_part *part) {
    const struct profile *p = part->profile;
    double sum = 0;
    for (size_t i = 0; i < p->sample_count; i++)
        sum += (double)p->values[i * p->type_count + part->type];
    return sum;
}

static const char *unit_of(const struct tally_part *part) {
    const struct profile *p = part->profile;
    return strings_get(p->strings, p->types[part->type].unit);
}

/* Takes the base off: its values negative, both in the finer of their units, the new ones scaled to
 * its sum when asked for, and percentages of its total. */
static bool subtract(struct profile_answer *out, const struct profile_query *query,
                     struct strings *strings, struct arena *arena, struct pg_error *err) {
    const struct string_list *paths = &query->diff_base;
    struct tally_part *new = &out->parts[0], *base = &out->parts[out->part_count++];
    struct profile *p;
    double ratio;
    if (!profile_read_all(&p, paths->items, paths->count, strings, arena, err) ||
        !take(base, p, paths->items[0], out->type, &query->filter, arena, err))
        return false;
    if (!value_unit_ratio(unit_of(base), unit_of(new), &ratio))
        return pg_error_set(err, PG_FORMAT, "%.300s: %.60s is in %.60s, but in %.60s in the other",
                            paths->items[0], out->type, unit_of(base), unit_of(new));
    if (ratio < 1) {
        new->factor = 1 / ratio;
        out->unit = unit_of(base);
        ratio = 1;
    }
    if (query->normalize) {
        double sum = plain_sum(new);
        new->factor = sum != 0 ? ratio *plain_sum(base) / sum : 0;
    }
    base->factor = -ratio;
    int64_t total = profile_scaled(tally_total(p, base->type), ratio);
    out->total = total > 0 ? total : profile_scaled(out->total, new->factor);
    return true;
}

/* The profile less the base: what is in both cancels. */
static bool cancel(struct profile **profile, const struct profile_query *query, const char *path,
                   struct strings *strings, struct arena *arena, struct pg_error *err) {
    const struct string_list *paths = &query->base;
    struct profile *base;
    if (!profile_read_all(&base, paths->items, paths->count, strings, arena, err))
        return false;
    const struct merge_part parts[] = {{.profile = *profile,
                                        .factor = 1,
                                        .normalize_to = query->normalize ? base : NULL,
                                        .name = path},
                                       {.profile = base, .factor = -1, .name = paths->items[0]}};
    return profile_merge_parts(profile, parts, 2, arena, err);
}

bool profile_query_run(struct profile_answer *out, const struct profile_query *query,
                       const struct string_list *paths, struct strings *strings,
                       struct arena *arena, struct pg_error *err) {
    struct profile *p;
    if (paths->count == 0)
        return pg_error_set(err, PG_USAGE,
                            "expected profiles, or recordings that have some beside them");
    if (query->base.count && query->diff_base.count)
        return pg_error_set(err, PG_USAGE, "expected --base or --diff-base, not both");
    if (query->normalize && !query->base.count && !query->diff_base.count)
        return pg_error_set(err, PG_USAGE, "--normalize needs --diff-base or --base");
    const char *path = paths->items[0];
    *out = (struct profile_answer){.part_count = 1};
    if (!profile_read_all(&p, paths->items, paths->count, strings, arena, err) ||
        (query->base.count && !cancel(&p, query, path, strings, arena, err)) ||
        !take(&out->parts[0], p, path, query->type, &query->filter, arena, err))
        return false;
    uint32_t type = out->parts[0].type;
    out->type = strings_get(strings, p->types[type].name);
    out->unit = strings_get(strings, p->types[type].unit);
    out->total = tally_total(p, type);
    return !query->diff_base.count || subtract(out, query, strings, arena, err);
}
