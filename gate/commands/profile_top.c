#include "gate/commands/profile_parts.h"
#include "gate/commands/view.h"
#include "runners/base/escape.h"
#include "runners/base/json.h"
#include "runners/profile/profile_file.h"
#include "runners/profile/tally.h"
#include "runners/profile/value_text.h"

#include <inttypes.h>

struct top_options {
    struct profile_filter filter;
    const char *type, *diff_base;
    bool normalize;
    int count; /* rows of the text; 0: not given */
    struct string_list reports;
};

struct top {
    const struct tally *tally;
    const char *type, *unit;
    int64_t total;
    size_t shown;
};

enum { DEFAULT_ROWS = 40 };

/* ---- out ---- */

static double percent(int64_t value, int64_t total) {
    return total ? 100.0 * (double)value / (double)total : 0;
}

static void print_text(FILE *out, const void *what, struct arena *arena) {
    const struct top *top = what;
    char total[VALUE_TEXT], flat[VALUE_TEXT], cum[VALUE_TEXT];
    int64_t sum = 0;
    const char *unit = escape_text(arena, top->unit);
    value_text(total, (double)top->total, unit);
    fprintf(out, "Type: %s\nShowing %zu of %" PRIu32 " functions, total %s\n",
            escape_text(arena, top->type), top->shown, top->tally->row_count, total);
    fprintf(out, "%10s %7s %7s %10s %7s\n", "flat", "flat%", "sum%", "cum", "cum%");
    for (size_t i = 0; i < top->shown; i++) {
        const struct tally_row *row = &top->tally->rows[i];
        sum = (int64_t)((uint64_t)sum + (uint64_t)row->flat);
        value_text(flat, (double)row->flat, unit);
        value_text(cum, (double)row->cum, unit);
        fprintf(out, "%10s %6.2f%% %6.2f%% %10s %6.2f%%  %s\n", flat,
                percent(row->flat, top->total), percent(sum, top->total), cum,
                percent(row->cum, top->total),
                escape_text(arena, strings_get(top->tally->strings, row->name)));
    }
}

static void print_json(FILE *out, const void *what, struct arena *arena) {
    const struct top *top = what;
    struct json_writer w;
    json_open_document(&w, out, "perfgate.profile/1");
    json_string_member(&w, "sample_type", arena_printf(arena, "%s/%s", top->type, top->unit));
    json_key(&w, "total");
    json_put_int(&w, top->total);
    json_key(&w, "functions");
    json_open_array(&w);
    for (size_t i = 0; i < top->tally->row_count; i++) {
        const struct tally_row *row = &top->tally->rows[i];
        json_open_object(&w);
        json_string_member(&w, "name", strings_get(top->tally->strings, row->name));
        json_key(&w, "flat");
        json_put_int(&w, row->flat);
        json_key(&w, "cum");
        json_put_int(&w, row->cum);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
}

/* ---- in ---- */

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

bool profile_take(struct tally_part *out, const char *path, const char *type,
                  const struct profile_filter *filter, struct strings *strings, struct arena *arena,
                  struct pg_error *err) {
    struct profile *p;
    bool *skip;
    if (!profile_read(&p, path, strings, arena, err) ||
        !profile_pick_type(p, path, type, &out->type, err) ||
        !profile_filter_apply(filter, p, &skip, arena, err))
        return false;
    *out = (struct tally_part){p, out->type, skip, 1};
    return true;
}

static double plain_sum(const struct profile *p, uint32_t type) {
    double sum = 0;
    for (size_t i = 0; i < p->sample_count; i++)
        sum += (double)p->values[i * p->type_count + type];
    return sum;
}

/* Takes the base off: its values negative, the new ones scaled to its sum when asked for, and
 * percentages of its total. */
static bool subtract(struct tally *tally, struct tally_part *part, const struct top_options *o,
                     struct top *top, struct arena *arena, struct pg_error *err) {
    struct tally_part from;
    if (!profile_take(&from, o->diff_base, top->type, &o->filter, tally->strings, arena, err))
        return false;
    from.factor = -1;
    const struct profile *base = from.profile;
    const char *unit = strings_get(tally->strings, base->types[from.type].unit);
    if (strcmp(unit, top->unit) != 0)
        return pg_error_set(err, PG_FORMAT, "%.300s: %.60s is in %.60s, but in %.60s in the other",
                            o->diff_base, top->type, unit, top->unit);
    if (o->normalize) {
        double new_sum = plain_sum(part->profile, part->type);
        part->factor = new_sum != 0 ? plain_sum(base, from.type) / new_sum : 0;
    }
    tally_add(tally, &from);
    int64_t total = tally_total(base, from.type);
    if (total > 0)
        top->total = total;
    return true;
}

static bool count(const char *path, const struct top_options *o, bool by_cum, struct top *top,
                  struct arena *arena, struct pg_error *err) {
    struct strings *strings = strings_new(arena);
    struct tally *tally = tally_new(strings, arena);
    struct tally_part part;
    if (!profile_take(&part, path, o->type, &o->filter, strings, arena, err))
        return false;
    const struct profile *p = part.profile;
    *top = (struct top){.tally = tally,
                        .type = strings_get(strings, p->types[part.type].name),
                        .unit = strings_get(strings, p->types[part.type].unit),
                        .total = tally_total(p, part.type)};
    if (o->diff_base && !subtract(tally, &part, o, top, arena, err))
        return false;
    tally_add(tally, &part);
    tally_finish(tally, by_cum);
    size_t most = o->count ? (size_t)o->count : DEFAULT_ROWS;
    top->shown = tally->row_count < most ? tally->row_count : most;
    return true;
}

static bool top_run(const struct command *command, bool by_cum, struct session *session, int argc,
                    const char **argv, struct pg_error *err) {
    struct top_options o = {.type = NULL};
    struct parsed_options parsed;
    struct top top;
    const struct option options[] = {
        SAMPLE_TYPE_OPTION(&o.type),
        COUNT("count", 'n', &o.count, 1, 1000000, "how many functions the table shows (40)"),
        FILTER_OPTIONS(&o.filter),
        TEXT("diff-base", 0, &o.diff_base, "FILE", "the change since this profile, in % of it"),
        FLAG("normalize", 0, &o.normalize, "scale to the base's total first: shares, not time"),
        VIEW_OPTION(&o.reports),
        {.name = NULL}};
    if (!options_parse(&parsed, command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (parsed.operands.count != 1)
        return pg_error_set(err, PG_USAGE, "expected one profile, got %zu", parsed.operands.count);
    if (o.normalize && !o.diff_base)
        return pg_error_set(err, PG_USAGE, "--normalize needs --diff-base");
    return count(parsed.operands.items[0], &o, by_cum, &top, session->arena, err) &&
           view_print(&(struct view){print_text, print_json, &top}, &o.reports, session, err);
}

static bool run_top(struct session *session, int argc, const char **argv, int *exit_code,
                    struct pg_error *err) {
    *exit_code = 0;
    return top_run(&profile_top_command, false, session, argc, argv, err);
}

static bool run_cum(struct session *session, int argc, const char **argv, int *exit_code,
                    struct pg_error *err) {
    *exit_code = 0;
    return top_run(&profile_cum_command, true, session, argc, argv, err);
}

const struct command profile_top_command = {
    .name = "profile top",
    .summary = "Functions by their own value, as go tool pprof -top",
    .operands = "FILE",
    .run = run_top,
};

const struct command profile_cum_command = {
    .name = "profile cum",
    .summary = "Functions by the value of all they call",
    .operands = "FILE",
    .run = run_cum,
};
