#include "gate/commands/pgo_parts.h"
#include "runners/base/out_file.h"
#include "runners/sampler/child.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 30, NAMES_SHOWN = 5 };

static const double hot_share = 0.01;

struct handing {
    struct pgo_outcome *out;
    const struct pgo_options *options;
    const struct pgo_sources *sources;
    const struct pgo_format *format;
    struct pgo_made made;
    struct arena *arena;
};

static void warn(struct handing *h, const char *text) {
    struct pgo_reasons *w = &h->out->warnings;
    ARENA_PUSH(h->arena, w->items, w->count, w->capacity, text);
}

/* ---- facts ---- */

/* Samples of the program by the physical function that they are in, as the profile has its name. */
struct by_function {
    double *samples; /* by text */
    bool *told;      /* is it among what is written? */
    double all;      /* with names */
};

static bool is_ours(const struct handing *h, const struct profile *p, uint32_t mapping) {
    const char *id = strings_get(p->strings, p->mappings[mapping].build_id);
    const char *file = strings_get(p->strings, p->mappings[mapping].file);
    for (size_t i = 0; i < h->made.build_count; i++) {
        const struct pgo_build *build = &h->made.builds[i];
        if (strcmp(*id ? build->build_id : build->path, *id ? id : file) == 0)
            return build->ours;
    }
    return false;
}

static uint32_t type_of(const struct profile *p) {
    uint32_t type = profile_find_type(p, text_of("samples"));
    return type != PROFILE_NONE ? type : profile_shown_type(p);
}

static uint32_t physical(const struct profile *p, uint32_t location) {
    uint32_t end = p->line_start[location + 1];
    if (end == p->line_start[location])
        return 0;
    const struct profile_function *f = &p->functions[p->lines[end - 1].function];
    const char *name = strings_get(p->strings, f->system_name ? f->system_name : f->name);
    return strings_add(p->strings, source_function_name(text_of(name)));
}

/* Names by location first, since they are added to the texts. */
static void add_functions(const struct pgo_source *source, const uint32_t *names,
                          struct by_function *by) {
    const struct profile *p = source->profile;
    uint32_t type = type_of(p);
    for (size_t i = 0; type != PROFILE_NONE && i < p->sample_count; i++) {
        double value = source->weight * (double)p->values[i * p->type_count + type];
        if (!(value > 0) || p->stack_start[i] == p->stack_start[i + 1])
            continue;
        uint32_t leaf = p->frames[p->stack_start[i]], mapping = p->locations[leaf].mapping;
        if (!names[leaf] || mapping == PROFILE_NONE)
            continue;
        by->samples[names[leaf]] += value;
        by->all += value;
    }
}

static int by_samples(const void *a, const void *b, void *samples) {
    const double *s = samples;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return s[x] != s[y] ? (s[x] < s[y]) - (s[x] > s[y]) : (x > y) - (x < y);
}

static void hot_facts(const struct handing *h, struct pgo_facts *facts,
                      const struct by_function *by) {
    struct strings *strings = h->sources->strings;
    uint32_t *untold = NULL;
    size_t count = 0, capacity = 0;
    facts->hot_untold = "";
    for (uint32_t name = 1; name < strings_count(strings); name++) {
        if (!(by->samples[name] >= hot_share * by->all) || !(by->samples[name] > 0))
            continue;
        facts->hot += by->samples[name];
        facts->hot_told += by->told[name] ? by->samples[name] : 0;
        if (!by->told[name])
            ARENA_PUSH(h->arena, untold, count, capacity, name);
    }
    if (count)
        qsort_r(untold, count, sizeof *untold, by_samples, by->samples);
    for (size_t i = 0; i < count && i < NAMES_SHOWN; i++)
        facts->hot_untold = arena_printf(h->arena, "%s%s%s", facts->hot_untold, i ? ", " : "",
                                         strings_get(strings, untold[i]));
}

/* What is hot by the profile's own names, and whether it is told. */
static void find_hot(const struct handing *h, struct pgo_facts *facts) {
    const struct pgo_sources *s = h->sources;
    const struct source_profile *told = h->made.input.source;
    uint32_t **names = ARENA_NEW(h->arena, uint32_t *, s->count);
    for (size_t i = 0; i < s->count; i++) {
        const struct profile *p = s->items[i].profile;
        bool *ours = ARENA_NEW(h->arena, bool, p->mapping_count);
        names[i] = ARENA_NEW(h->arena, uint32_t, p->location_count);
        for (uint32_t m = 0; m < p->mapping_count; m++)
            ours[m] = is_ours(h, p, m);
        for (uint32_t l = 0; l < p->location_count; l++) {
            uint32_t mapping = p->locations[l].mapping;
            if (mapping != PROFILE_NONE && ours[mapping])
                names[i][l] = physical(p, l);
        }
    }
    uint32_t texts = strings_count(s->strings);
    struct by_function by = {ARENA_NEW(h->arena, double, texts), ARENA_NEW(h->arena, bool, texts),
                             0};
    for (uint32_t i = 0; i < told->function_count; i++)
        by.told[told->functions[i]->name] = told->functions[i]->total > 0;
    for (size_t i = 0; i < s->count; i++)
        add_functions(&s->items[i], names[i], &by);
    hot_facts(h, facts, &by);
}

static bool is_whole(const struct profile *p, size_t sample) {
    uint32_t first = p->stack_start[sample], end = p->stack_start[sample + 1];
    if (end - first < 2)
        return false;
    uint32_t root = p->frames[end - 1], line = p->line_start[root];
    return line == p->line_start[root + 1] ||
           strcmp(strings_get(p->strings, p->functions[p->lines[line].function].name),
                  "[truncated]") != 0;
}

static void find_stacks(const struct handing *h, struct pgo_facts *facts) {
    for (size_t i = 0; i < h->sources->count; i++) {
        const struct profile *p = h->sources->items[i].profile;
        uint32_t type = type_of(p);
        for (size_t k = 0; type != PROFILE_NONE && k < p->sample_count; k++) {
            double value =
                h->sources->items[i].weight * (double)p->values[k * p->type_count + type];
            facts->stacks += value;
            facts->whole_stacks += is_whole(p, k) ? value : 0;
        }
    }
}

/* The build that the newest profile of the program is of; of several that with most samples. */
static const struct pgo_build *newest_build(const struct pgo_made *made) {
    const struct pgo_build *newest = NULL;
    for (size_t i = 0; i < made->build_count; i++) {
        const struct pgo_build *build = &made->builds[i];
        if (build->ours && (!newest || build->taken_ns > newest->taken_ns))
            newest = build;
    }
    return newest;
}

static struct pgo_facts facts_of(const struct handing *h) {
    const struct source_account *a = &h->made.account;
    const struct pgo_build *newest = newest_build(&h->made);
    struct pgo_facts facts = {
        .samples = a->samples - a->outside,
        .lines = a->lines,
        .line_zero = a->line_zero,
        .largest = a->largest,
        .largest_name = strings_get(h->sources->strings, a->largest_name),
        .needs_stacks = h->format->kind == PGO_PROFILE,
        .losses = pgo_losses(a, h->arena),
        .binary_id = h->made.build_id,
        .sampled_id = newest ? newest->build_id : "",
    };
    if (h->options->binaries.count && newest && !newest->unsure)
        facts.binary = h->made.binary;
    if (h->format->kind == PGO_SYMBOLS) { /* needs names only */
        facts.lines = facts.samples - a->nameless;
        facts.line_zero = 0;
    } else {
        find_hot(h, &facts);
    }
    if (facts.needs_stacks)
        find_stacks(h, &facts);
    return facts;
}

/* ---- warnings ---- */

static void find_warnings(struct handing *h) {
    const struct source_account *a = &h->made.account;
    const struct pgo_build *newest = newest_build(&h->made);
    if (h->sources->microbenchmark)
        warn(h, arena_printf(h->arena,
                             "a microbenchmark: %s; what is fast in a short loop may be slow in "
                             "what users run, so sample that",
                             h->sources->microbenchmark));
    if (a->outside > a->samples / 2)
        warn(h, arena_printf(h->arena,
                             "%.1f%% of the samples are in other programs, in libraries or the "
                             "kernel, and tell the compiler nothing",
                             100 * a->outside / a->samples));
    if (newest && newest->unsure)
        warn(h,
             arena_printf(h->arena,
                          "the profile has no build id: %s was taken for the program by its name",
                          *newest->path ? newest->path : h->made.binary));
    if (newest && !newest->from_file && h->format->kind == PGO_SOURCE)
        warn(h, "the build that was sampled is not there any more: lines are those that the "
                "profile kept, so that branches on one line are not told apart (--binary FILE "
                "names it)");
}

/* ---- files ---- */

unsigned pgo_gcc_version(int given, struct arena *arena) {
    const char *cc = getenv("CC"), *answer;
    if (given)
        return (unsigned)given;
    const char *const own[] = {cc, "-dumpversion", NULL}, *const usual[] = {"gcc", "-dumpversion",
                                                                            NULL};
    answer = cc && strstr(cc, "gcc") && !strchr(cc, ' ') ? child_line(own, NULL, arena) : NULL;
    if (!answer)
        answer = child_line(usual, NULL, arena);
    return answer ? (unsigned)strtoul(answer, NULL, 10) : 0;
}

static const char *note_of(const struct handing *h) {
    const struct pgo_reasons *r = &h->out->reasons;
    const char *text = "perfgate pgo --force: ";
    for (size_t i = 0; i < r->count; i++)
        text = arena_printf(h->arena, "%s%s%s", text, i ? " | " : "", r->items[i]);
    return r->count ? text : NULL;
}

static bool make_bytes(struct handing *h, struct text *out, struct pg_error *err) {
    struct pgo_input input = h->made.input;
    char *bytes = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&bytes, &length);
    if (!memory)
        return pg_error_errno(err, "no memory for the profile");
    input.note = note_of(h);
    if (strcmp(h->format->name, "gcc") == 0)
        input.version = pgo_gcc_version(h->options->gcc_version, h->arena);
    bool good = h->format->write(memory, &input, err);
    fclose(memory);
    *out = (struct text){arena_strndup(h->arena, bytes, length), length};
    free(bytes);
    return good;
}

static void fill_sidecar(const struct handing *h, struct text bytes, struct sidecar *s) {
    const struct pgo_sources *from = h->sources;
    const struct pgo_outcome *o = h->out;
    const struct pgo_build *newest = newest_build(&h->made);
    const char *id = newest ? newest->build_id : "", *binary = h->made.binary;
    *s = (struct sidecar){
        .tool = "perfgate " PERFGATE_VERSION,
        .format = h->format->name,
        .bytes = bytes.length,
        .digest = sidecar_digest(bytes, h->arena),
        .binary = *binary ? text_file_name(binary) : NULL,
        .build_id = *id ? id : NULL,
        .commit = from->commit,
        .modified = from->modified,
        .date = from->date,
        .samples = o->samples,
        .told_by_line = o->lines,
        .forced = o->reasons.count > 0,
        .reasons = {o->reasons.items, o->reasons.count, 0},
        .warnings = {o->warnings.items, o->warnings.count, 0},
        .sources = from->shown,
        .source_count = from->count,
        .functions = hot_functions_of(h->made.input.source, h->arena),
    };
}

static bool write_files(struct handing *h, struct out_file *profile, struct out_file *beside,
                        struct pg_error *err) {
    struct sidecar sidecar;
    struct text bytes;
    if (!make_bytes(h, &bytes, err))
        return false;
    fill_sidecar(h, bytes, &sidecar);
    fwrite(bytes.at, 1, bytes.length, profile->stream);
    if (beside->stream)
        sidecar_write(beside->stream, &sidecar);
    h->out->written = true;
    return out_file_commit(profile, err) && (!beside->stream || out_file_commit(beside, err));
}

const char *pgo_sidecar_path(const char *profile, struct arena *arena) {
    return arena_printf(arena, "%s.json", profile);
}

static bool judge_and_write(struct handing *h, struct out_file *profile, struct out_file *beside,
                            struct pg_error *err) {
    const struct pgo_options *o = h->options;
    const struct pgo_request request = {.format = h->format,
                                        .sources = h->sources->items,
                                        .source_count = h->sources->count,
                                        .binaries = o->binaries.items,
                                        .binary_count = o->binaries.count};
    if (!pgo_make(&h->made, &request, h->arena, err))
        return false;
    struct pgo_facts facts = facts_of(h);
    h->out->samples = facts.samples;
    h->out->lines = facts.lines;
    find_warnings(h);
    pgo_quality(&h->out->reasons, &facts, &o->limits, h->arena);
    return (h->out->reasons.count && !o->force) || write_files(h, profile, beside, err);
}

bool pgo_hand_out(struct pgo_outcome *out, const struct pgo_options *options,
                  const struct pgo_sources *sources, struct arena *arena, struct pg_error *err) {
    struct handing h = {.out = out,
                        .options = options,
                        .sources = sources,
                        .format = pgo_format_find(options->format),
                        .arena = arena};
    struct out_file profile = {0}, beside = {0};
    bool alone = strcmp(options->output, "-") == 0;
    *out = (struct pgo_outcome){.written = false};
    bool good =
        out_file_open(&profile, options->output, arena, err) &&
        (alone || out_file_open(&beside, pgo_sidecar_path(options->output, arena), arena, err)) &&
        judge_and_write(&h, &profile, &beside, err);
    out_file_abandon(&profile);
    out_file_abandon(&beside);
    return good;
}

/* ---- the way back ---- */

/* The bytes themselves, gzipped or not. */
static bool read_file(const char *path, struct arena *arena, struct text *out,
                      struct pg_error *err) {
    struct stat status;
    FILE *file = fopen(path, "re");
    if (!file || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) {
        if (file) {
            fclose(file);
            errno = EINVAL;
        }
        return pg_error_errno(err, "%.400s: cannot be read", path);
    }
    size_t size = status.st_size < MOST_BYTES ? (size_t)status.st_size : 0;
    char *bytes = arena_alloc(arena, size + 1);
    *out = (struct text){bytes, fread(bytes, 1, size, file)};
    bool good = out->length == (size_t)status.st_size;
    fclose(file);
    return good || pg_error_set(err, PG_LIMIT, "%.400s: cannot be read as a whole", path);
}

bool pgo_sidecar_open(struct sidecar *out, const char *profile, struct arena *arena,
                      struct pg_error *err) {
    const char *path = pgo_sidecar_path(profile, arena);
    struct text bytes, own;
    if (!read_file(profile, arena, &own, err))
        return false;
    if (access(path, F_OK) != 0)
        return pg_error_set(err, PG_IO,
                            "%.400s is not there: perfgate pgo writes it beside the profile, and "
                            "both belong together",
                            path);
    if (!read_file(path, arena, &bytes, err) || !sidecar_read(out, path, bytes, arena, err))
        return false;
    return (own.length == out->bytes && strcmp(sidecar_digest(own, arena), out->digest) == 0) ||
           pg_error_set(err, PG_FORMAT, "%.300s: is not of these bytes of %.300s", path, profile);
}
