/* LLVM's sample profile as text (llvm/ProfileData/SampleProfReader.h): functions by total, the most
 * sampled first, each with its lines, then what was inlined into it, a blank more indented. */
#include "runners/base/number.h"
#include "runners/pgo/pgo_format.h"
#include "runners/profile/profile_format.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- out ---- */

static uint64_t total_of(const struct source_instance *instance) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < instance->line_count; i++)
        total += source_count(instance->lines[i]->count);
    for (uint32_t i = 0; i < instance->call_count; i++)
        total += total_of(instance->calls[i]);
    return total;
}

/* What a name cannot begin with, by where it stands, and what ends it. */
enum place { AT_TOP, INLINED, TARGET };
static const char *const not_first[] = {" #[", " 0123456789", ""}, *const never[] = {"", "", " "};

static bool can_be_said(struct text name, enum place place) {
    if (name.length == 0 || strchr(not_first[place], *name.at))
        return false;
    for (size_t i = 0; i < name.length; i++) {
        if ((unsigned char)name.at[i] < ' ' || name.at[i] == 0x7f ||
            strchr(never[place], name.at[i]))
            return false;
    }
    return true;
}

struct writing {
    FILE *out;
    const struct strings *strings;
    const char *unspeakable;
};

static const char *name_of(struct writing *w, uint32_t number, enum place place) {
    const char *name = strings_get(w->strings, number);
    struct text text = {name, strings_length(w->strings, number)};
    if (!w->unspeakable && !can_be_said(text, place))
        w->unspeakable = name;
    return name;
}

static void write_site(struct writing *w, struct source_site site, int depth) {
    fprintf(w->out, "%*s%" PRIu32, depth, "", site.offset);
    if (site.discriminator)
        fprintf(w->out, ".%" PRIu32, site.discriminator);
    fputs(": ", w->out);
}

static void write_body(struct writing *w, const struct source_instance *instance, int depth) {
    for (uint32_t i = 0; i < instance->line_count; i++) {
        const struct source_line *line = instance->lines[i];
        if (source_count(line->count) == 0)
            continue;
        write_site(w, line->site, depth);
        fprintf(w->out, "%" PRIu64, source_count(line->count));
        for (uint32_t k = 0; k < line->target_count; k++) {
            fprintf(w->out, " %s:%" PRIu64, name_of(w, line->targets[k].name, TARGET),
                    source_count(line->targets[k].count));
        }
        putc('\n', w->out);
    }
    for (uint32_t i = 0; i < instance->call_count; i++) {
        const struct source_instance *call = instance->calls[i];
        if (total_of(call) == 0)
            continue;
        write_site(w, call->at, depth);
        fprintf(w->out, "%s:%" PRIu64 "\n", name_of(w, call->name, INLINED), total_of(call));
        write_body(w, call, depth + 1);
    }
}

struct ranked {
    const struct source_instance *function;
    const char *name;
    uint64_t total;
};

static int by_total(const void *left, const void *right) {
    const struct ranked *a = left, *b = right;
    if (a->total != b->total)
        return a->total > b->total ? -1 : 1;
    return strcmp(a->name, b->name);
}

static bool clang_write(FILE *out, const struct pgo_input *input, struct pg_error *err) {
    const struct source_profile *source = input->source;
    struct writing w = {.out = out, .strings = source->strings};
    struct ranked *ranked = ARENA_NEW(source->arena, struct ranked, source->function_count);
    for (uint32_t i = 0; i < source->function_count; i++) {
        const struct source_instance *f = source->functions[i];
        ranked[i] = (struct ranked){f, name_of(&w, f->name, AT_TOP), total_of(f)};
    }
    qsort(ranked, source->function_count, sizeof *ranked, by_total);
    if (input->note)
        fprintf(out, "# %s\n", input->note);
    for (uint32_t i = 0; i < source->function_count; i++) {
        fprintf(out, "%s:%" PRIu64 ":%" PRIu64 "\n", ranked[i].name, ranked[i].total,
                source_count(source_head(ranked[i].function)));
        write_body(&w, ranked[i].function, 1);
    }
    if (w.unspeakable)
        return pg_error_set(err, PG_FORMAT,
                            "a function is named `%.200s`, which the format cannot say",
                            w.unspeakable);
    return true;
}

/* ---- in ---- */

enum { DEPTH = 256 };

struct reading {
    struct text_lines lines;
    struct source_profile *source;
    struct source_instance *open[DEPTH]; /* that the line may belong to, by its blanks less one */
    size_t depth;                        /* of them */
};

/* Takes what is behind the last `mark` off the end: a number. */
static bool take_last(struct text *rest, char mark, uint64_t *number) {
    const char *found = rest->length ? memrchr(rest->at, mark, rest->length) : NULL;
    if (!found)
        return false;
    const char *behind = found + 1;
    struct text digits = {behind, (size_t)(rest->at + rest->length - behind)};
    rest->length = (size_t)(found - rest->at);
    return number_u64(digits, number);
}

static uint32_t add_name(struct reading *r, struct text name) {
    return strings_add(r->source->strings, name);
}

static const char *read_function(struct reading *r, struct text line) {
    uint64_t head, total;
    if (*line.at == '[')
        return "profiles by calling context are not read";
    if (!take_last(&line, ':', &head) || !take_last(&line, ':', &total) ||
        !can_be_said(line, AT_TOP))
        return "expected NAME:TOTAL:HEAD";
    struct source_instance *function = source_profile_function(r->source, add_name(r, line));
    function->head += (double)head;
    r->open[0] = function;
    r->depth = 1;
    return NULL;
}

/* Takes `OFFSET: ` or `OFFSET.DISCRIMINATOR: ` off the front. */
static bool take_site(struct text *rest, struct source_site *site) {
    const char *colon = memchr(rest->at, ':', rest->length);
    uint64_t offset, discriminator = 0;
    struct text place = {rest->at, colon ? (size_t)(colon - rest->at) : 0};
    if (!colon || rest->length < place.length + 3 || colon[1] != ' ')
        return false;
    *rest = (struct text){colon + 2, rest->length - place.length - 2};
    if (memchr(place.at, '.', place.length) && !take_last(&place, '.', &discriminator))
        return false;
    if (!number_u64(place, &offset) || offset > UINT16_MAX || discriminator > UINT32_MAX)
        return false;
    *site = (struct source_site){(uint32_t)offset, (uint32_t)discriminator};
    return true;
}

/* Takes what is before the next blank off the front; false at the end. */
static bool take_word(struct text *rest, struct text *word) {
    if (rest->length == 0)
        return false;
    const char *blank = memchr(rest->at, ' ', rest->length);
    *word = (struct text){rest->at, blank ? (size_t)(blank - rest->at) : rest->length};
    size_t used = word->length + (blank != NULL);
    *rest = (struct text){rest->at + used, rest->length - used};
    return true;
}

static const char *read_counts(struct reading *r, struct source_instance *in,
                               struct source_site site, struct text rest) {
    struct text field;
    uint64_t count;
    take_word(&rest, &field);
    if (!number_u64(field, &count))
        return "expected a count";
    struct source_line *line = source_profile_line(r->source, in, site);
    line->count += (double)count;
    while (take_word(&rest, &field)) {
        if (!take_last(&field, ':', &count) || !can_be_said(field, TARGET))
            return "expected CALLEE:COUNT";
        source_profile_target(r->source, line, add_name(r, field), (double)count);
    }
    return NULL;
}

static const char *read_inside(struct reading *r, struct text line, size_t depth) {
    struct source_site site;
    uint64_t total;
    if (depth > r->depth)
        return "indented more than what it could belong to";
    struct source_instance *in = r->open[depth - 1];
    r->depth = depth;
    if (*line.at == '!')
        return text_starts(line, "!CFGChecksum: ") || text_starts(line, "!Attributes: ")
                   ? (take_last(&line, ' ', &total) ? NULL : "expected a number")
                   : "expected !CFGChecksum or !Attributes";
    if (!take_site(&line, &site))
        return "expected OFFSET[.DISCRIMINATOR]: with an offset up to 65535";
    if (*line.at >= '0' && *line.at <= '9')
        return read_counts(r, in, site, line);
    if (!take_last(&line, ':', &total) || !can_be_said(line, INLINED))
        return "expected INLINED_FUNCTION:TOTAL or a count";
    if (depth == DEPTH)
        return "more than 256 functions inlined into each other";
    r->open[depth] = source_profile_call(r->source, in, site, add_name(r, line));
    r->depth = depth + 1;
    return NULL;
}

static bool clang_read(struct source_profile **out, struct text bytes, struct strings *strings,
                       struct arena *arena, struct pg_error *err) {
    struct reading r = {.lines = {.rest = bytes}, .source = source_profile_new(strings, arena)};
    struct text line;
    *out = r.source;
    while (text_lines_next(&r.lines, &line)) {
        struct text rest = line;
        while (rest.length && *rest.at == ' ')
            rest = (struct text){rest.at + 1, rest.length - 1};
        size_t depth = line.length - rest.length;
        if (rest.length == 0 || *line.at == '#')
            continue;
        const char *fault = depth ? read_inside(&r, rest, depth) : read_function(&r, rest);
        if (fault)
            return text_lines_wrong(&r.lines, line, fault, err);
    }
    return source_profile_complete(r.source, err);
}

const struct pgo_format clang_pgo_format = {
    .name = "clang",
    .about = "LLVM sample profile, text: clang -fprofile-sample-use=FILE",
    .kind = PGO_SOURCE,
    .compiler = DEBUG_COMPILER_LLVM,
    .write = clang_write,
    .read = clang_read,
};
