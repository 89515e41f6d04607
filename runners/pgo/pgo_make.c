#include "runners/pgo/pgo_make.h"

#include "runners/pgo/symbol_counts.h"
#include "runners/profile/merge.h"

#include <math.h>
#include <stdlib.h>

#define DEBUG_ROOT "/usr/lib/debug"

struct making {
    const struct pgo_request *request;
    struct pgo_made *out;
    struct strings *strings;
    struct address_book book;
    struct program {
        const char *path, *build_id;
    } * programs;
    size_t program_count;
    struct source_profile *joined;
    struct symbol_counts *symbols;
    struct arena *arena;
};

/* By their names: libraries, the kernel, the vdso, generated code. */
static bool is_program(const char *path) {
    const char *library = strstr(text_file_name(path), ".so");
    return *path && *path != '[' && strncmp(path, "//", 2) != 0 &&
           !(library && (library[3] == '\0' || library[3] == '.'));
}

/* ---- which program ---- */

static bool open_binaries(struct making *m, struct pg_error *err) {
    const struct pgo_request *r = m->request;
    m->programs = ARENA_NEW(m->arena, struct program, r->binary_count);
    for (size_t i = 0; i < r->binary_count; i++) {
        struct elf_file file;
        char id[BUILD_ID_TEXT];
        enum symbols_state state = program_open(&file, r->binaries[i], "", m->arena);
        if (state != SYMBOLS_TABLE)
            return pg_error_set(err, state == SYMBOLS_NO_FILE ? PG_IO : PG_FORMAT, "%s: %s",
                                r->binaries[i], symbols_state_text(state));
        elf_build_id(file.elf, id);
        elf_file_close(&file);
        m->programs[m->program_count++] =
            (struct program){r->binaries[i], arena_strdup(m->arena, id)};
    }
    return true;
}

/* The first of the newest, as builds are sorted by their samples. */
static const struct address_counts *pick_program(const struct address_book *book) {
    const struct address_counts *best = NULL;
    for (size_t i = 0; i < book->build_count; i++) {
        const struct address_counts *build = &book->builds[i];
        if (is_program(build->path) && (!best || build->taken_ns > best->taken_ns))
            best = build;
    }
    return best;
}

static bool find_programs(struct making *m, struct pg_error *err) {
    if (m->request->binary_count)
        return open_binaries(m, err);
    const struct address_counts *picked = pick_program(&m->book);
    if (!picked)
        return pg_error_set(err, PG_FORMAT,
                            "%s: no sample is of a program: there are names at most, and a "
                            "profile for a compiler needs addresses or lines of a program file",
                            m->request->sources->name);
    m->programs = ARENA_NEW(m->arena, struct program, 1);
    m->programs[m->program_count++] = (struct program){picked->path, picked->build_id};
    return true;
}

/* The program that the build is of: by build id, else by name; NULL: none. */
static const struct program *program_of(const struct making *m, const struct address_counts *build,
                                        bool *same_id) {
    for (size_t i = 0; *build->build_id && i < m->program_count; i++) {
        *same_id = strcmp(m->programs[i].build_id, build->build_id) == 0;
        if (*same_id)
            return &m->programs[i];
    }
    *same_id = false;
    for (size_t i = 0; i < m->program_count; i++) {
        if (strcmp(text_file_name(m->programs[i].path), text_file_name(build->path)) == 0)
            return &m->programs[i];
    }
    return NULL;
}

/* ---- one build ---- */

/* The file that is the build; NULL: only another one is left. */
static const char *file_of(const struct program *program, const struct pgo_build *build) {
    if (build->current || build->unsure)
        return program->path;
    return *build->build_id ? build->path : NULL;
}

static void fold_build(struct making *m, struct pgo_build *build, const struct address_counts *from,
                       const char *path) {
    struct source_profile *own = source_profile_new(m->strings, m->arena);
    const char *root = m->request->debug_root ? m->request->debug_root : DEBUG_ROOT;
    struct arena *scratch = arena_new();
    struct module module = {.state = SYMBOLS_UNASKED};
    if (path && m->request->format->kind != PGO_PROFILE) {
        module_open(&module, path, build->unsure ? "" : build->build_id, root, scratch);
        build->state = module.state;
        build->from_file = module.program.elf != NULL;
    }
    if (build->from_file) {
        module_want_sites(&module);
        source_fold(own, &build->account, from, &module, m->request->format->compiler);
        module_close(&module);
    } else {
        source_fold_names(own, &build->account, from);
    }
    arena_free(scratch);
    source_profile_join(m->joined, own, 1);
}

/* Of the program alone: distances in bytes mean something in its own build only. */
static void fold_symbols(struct making *m, struct pgo_build *build,
                         const struct address_counts *from, const struct program *program) {
    struct elf_file file;
    const char *path = program->path;
    bool own = program == m->programs && (build->current || build->unsure);
    build->state = own ? program_open(&file, path, build->unsure ? "" : build->build_id, m->arena)
                       : SYMBOLS_OTHER_BUILD;
    build->from_file = build->state == SYMBOLS_TABLE;
    if (!build->from_file) {
        build->account.samples = build->account.outside = from->samples;
        return;
    }
    symbol_counts_add(m->symbols, &build->account, from, file.elf, m->arena);
    elf_file_close(&file);
}

static void take_build(struct making *m, const struct address_counts *from) {
    struct pgo_build *build = &m->out->builds[m->out->build_count++];
    const struct program *program;
    *build = (struct pgo_build){.path = from->path,
                                .build_id = from->build_id,
                                .samples = from->samples,
                                .taken_ns = from->taken_ns,
                                .state = SYMBOLS_UNASKED};
    program = program_of(m, from, &build->current);
    build->ours = program != NULL;
    if (!build->ours) {
        build->account.samples = build->account.outside = from->samples;
    } else {
        build->unsure = !*from->build_id;
        if (m->request->format->kind == PGO_SYMBOLS)
            fold_symbols(m, build, from, program);
        else
            fold_build(m, build, from, file_of(program, build));
    }
    source_account_add(&m->out->account, &build->account);
}

/* ---- all of it ---- */

/* What the weights are multiplied with, so that rounding loses no sample of those that count least:
 * only what they are to each other means anything. */
static double merge_scale(const struct pgo_request *r) {
    enum { STEPS = 100 };
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < r->source_count; i++) {
        double weight = r->sources[i].weight;
        least = weight > 0 && weight < least ? weight : least;
        most = weight > most ? weight : most;
    }
    return !(most > 0) ? 1 : least < most ? STEPS / least : 1 / most;
}

/* The profile with no more than that many locations a stack: what few are left of many stacks are
 * the same ones, so there is much less to merge and to write. */
static const struct profile *innermost(const struct profile *profile, uint32_t most,
                                       struct arena *arena) {
    struct profile *out = ARENA_NEW(arena, struct profile, 1);
    size_t room = profile->sample_count * most;
    uint32_t all = profile->stack_start[profile->sample_count], used = 0;
    *out = *profile;
    out->frames = ARENA_NEW(arena, uint32_t, room < all ? room : all);
    out->stack_start = ARENA_NEW(arena, uint32_t, profile->sample_count + 1);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const uint32_t *at = profile->frames + profile->stack_start[i];
        uint32_t depth = profile->stack_start[i + 1] - profile->stack_start[i];
        depth = depth < most ? depth : most;
        memcpy(out->frames + used, at, depth * sizeof *at);
        used += depth;
        out->stack_start[i + 1] = used;
    }
    return out;
}

static bool merge(struct making *m, struct pg_error *err) {
    const struct pgo_request *r = m->request;
    struct merge_part *parts = ARENA_NEW(m->arena, struct merge_part, r->source_count);
    struct profile *merged;
    double scale = merge_scale(r);
    uint32_t frames = r->format->frames;
    for (size_t i = 0; i < r->source_count; i++)
        parts[i] = (struct merge_part){
            .profile =
                frames ? innermost(r->sources[i].profile, frames, m->arena) : r->sources[i].profile,
            .factor = r->sources[i].weight * scale,
            .name = r->sources[i].name};
    if (!profile_merge_parts(&merged, parts, r->source_count, m->arena, err))
        return false;
    m->out->input.profile = merged;
    return true;
}

static bool check_ours(const struct making *m, struct pg_error *err) {
    const struct pgo_made *out = m->out;
    for (size_t i = 0; i < out->build_count; i++) {
        if (out->builds[i].ours)
            return true;
    }
    const struct pgo_build *most = out->builds;
    return pg_error_set(err, PG_FORMAT,
                        "no sample is of %s (build id %s): most are of %s (build id %s)",
                        m->programs->path, *m->programs->build_id ? m->programs->build_id : "none",
                        out->build_count ? most->path : "nothing known",
                        out->build_count && *most->build_id ? most->build_id : "none");
}

static bool check_lines(const struct making *m, struct pg_error *err) {
    const struct source_account *a = &m->out->account;
    if (m->request->format->kind == PGO_SYMBOLS && m->symbols->count == 0)
        return pg_error_set(err, PG_FORMAT,
                            "%s (build id %s): none of %.0f samples is in a function of its symbol "
                            "table: %s; it must be the build that was sampled, not stripped",
                            m->programs->path,
                            *m->programs->build_id ? m->programs->build_id : "none", a->samples,
                            pgo_losses(a, m->arena));
    if (m->request->format->kind != PGO_SOURCE || a->lines > 0)
        return true;
    return pg_error_set(err, PG_FORMAT,
                        "%s: none of %.0f samples can be told by line: %s; the program must be "
                        "built with -g",
                        m->programs->path, a->samples, pgo_losses(a, m->arena));
}

bool pgo_make(struct pgo_made *out, const struct pgo_request *request, struct arena *arena,
              struct pg_error *err) {
    struct making m = {.request = request, .out = out, .arena = arena};
    struct address_part *parts = ARENA_NEW(arena, struct address_part, request->source_count);
    *out = (struct pgo_made){.binary = "", .build_id = ""};
    for (size_t i = 0; i < request->source_count; i++)
        parts[i] = (struct address_part){request->sources[i].profile, request->sources[i].weight};
    m.strings = request->sources->profile->strings;
    m.book = address_book_new(parts, request->source_count, arena);
    if (!(m.book.samples > 0))
        return pg_error_set(err, PG_FORMAT, "%s: there are no samples", request->sources->name);
    if (!find_programs(&m, err))
        return false;
    out->binary = m.programs->path;
    out->build_id = m.programs->build_id;
    out->builds = ARENA_NEW(arena, struct pgo_build, m.book.build_count);
    m.joined = source_profile_new(m.strings, arena);
    m.symbols = ARENA_NEW(arena, struct symbol_counts, 1);
    for (size_t i = 0; i < m.book.build_count; i++)
        take_build(&m, &m.book.builds[i]);
    out->account.outside += m.book.samples - out->account.samples;
    out->account.samples = m.book.samples;
    source_profile_finish(m.joined);
    source_account_finish(&out->account, m.joined);
    symbol_counts_finish(m.symbols, &out->account, m.strings);
    out->input.source = m.joined;
    out->input.symbols = m.symbols;
    return check_ours(&m, err) && check_lines(&m, err) &&
           (request->format->kind != PGO_PROFILE || merge(&m, err));
}

/* ---- words ---- */

struct loss {
    double samples;
    const char *where;
};

static int by_samples(const void *left, const void *right) {
    const struct loss *a = left, *b = right;
    return a->samples > b->samples ? -1 : a->samples < b->samples;
}

const char *pgo_losses(const struct source_account *a, struct arena *arena) {
    struct loss losses[] = {
        {a->outside, "in other programs, in libraries or the kernel"},
        {a->nameless, "in no known function"},
        {a->without_lines, "in functions without debug information"},
        {a->line_zero, "in code that the compiler gave no line"},
        {a->other_compiler, "in functions that another compiler made"},
    };
    const char *text = "";
    qsort(losses, sizeof losses / sizeof *losses, sizeof *losses, by_samples);
    for (size_t i = 0; i < sizeof losses / sizeof *losses && losses[i].samples > 0; i++)
        text = arena_printf(arena, "%s%s%.1f%% %s", text, *text ? ", " : "",
                            100 * losses[i].samples / a->samples, losses[i].where);
    return text;
}
