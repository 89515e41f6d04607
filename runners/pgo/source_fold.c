#include "runners/pgo/source_fold.h"

#include "runners/symbols/discriminator.h"

#include <stdlib.h>

void source_account_add(struct source_account *to, const struct source_account *from) {
    to->samples += from->samples;
    to->outside += from->outside;
    to->nameless += from->nameless;
    to->without_lines += from->without_lines;
    to->line_zero += from->line_zero;
    to->other_compiler += from->other_compiler;
    to->lines += from->lines;
}

void source_account_finish(struct source_account *account, const struct source_profile *profile) {
    for (uint32_t i = 0; i < profile->function_count; i++) {
        const struct source_instance *function = profile->functions[i];
        if (function->samples > account->largest) {
            account->largest = function->samples;
            account->largest_name = function->name;
        }
    }
}

struct fold {
    struct source_profile *into;
    struct source_account *account;
    struct module *module; /* NULL: by names */
    enum debug_compiler compiler;
};

/* What stands in the way of telling the frames by line; NULL: nothing. */
static double *obstacle(const struct fold *fold, const struct debug_frame *frames, size_t depth) {
    struct source_account *a = fold->account;
    if (depth == 0)
        return &a->nameless;
    if (fold->compiler != DEBUG_COMPILER_OTHER && frames->compiler != DEBUG_COMPILER_OTHER &&
        frames->compiler != fold->compiler)
        return &a->other_compiler;
    for (size_t i = 0; i < depth; i++) {
        if (!frames[i].name || frames[i].decl_line <= 0)
            return &a->without_lines;
        if (frames[i].line <= 0)
            return &a->line_zero;
    }
    return NULL;
}

static uint32_t text_number(const struct fold *fold, const char *text) {
    return text ? strings_add(fold->into->strings, text_of(text)) : 0;
}

/* As the profile has them; gives how often the code is there. */
static double source_frames(const struct fold *fold, const struct debug_frame *frames, size_t depth,
                            struct source_frame out[static DEBUG_FRAMES]) {
    double copies = 1;
    for (size_t i = depth; i-- > 0;) {
        const struct debug_frame *f = &frames[i];
        struct discriminator d = discriminator_decode(f->discriminator, f->compiler);
        out[i] = (struct source_frame){
            .name = text_number(fold, f->name),
            .file = text_number(fold, f->decl_file),
            .declared = f->decl_line,
            .site = {(uint32_t)(f->line - f->decl_line) & 0xffff, d.base},
        };
        copies = d.copies;
    }
    return copies;
}

/* What was seen there; where it is known otherwise how often lines ran, `counts` is false. */
static void fold_frames(const struct fold *fold, const struct debug_frame *frames, size_t depth,
                        double samples, bool counts) {
    struct source_frame out[DEBUG_FRAMES];
    double *lost = obstacle(fold, frames, depth);
    fold->account->samples += samples;
    *(lost ? lost : &fold->account->lines) += samples;
    if (lost)
        return;
    double copies = source_frames(fold, frames, depth, out);
    source_profile_add(fold->into, out, depth, samples, counts ? samples * copies : 0);
}

static void fold_places(const struct fold *fold, const struct address_counts *counts) {
    struct debug_frame frames[DEBUG_FRAMES];
    for (size_t i = 0; i < counts->count; i++) {
        uint64_t address;
        size_t depth = elf_address_of(fold->module->program.elf, counts->places[i].place, &address)
                           ? module_find(fold->module, address, frames)
                           : 0;
        fold_frames(fold, frames, depth, counts->places[i].count, counts->range_count == 0);
    }
}

/* ---- branch stacks ---- */

/* The code at the place ran so often, and as far as `last` what follows it. */
static void fold_run(const struct fold *fold, uint64_t first, uint64_t last, double count) {
    struct debug_frame frames[DEBUG_FRAMES];
    struct source_frame out[DEBUG_FRAMES];
    uint64_t at, end;
    if (!elf_address_of(fold->module->program.elf, first, &at))
        return;
    for (end = at + (last - first); at <= end; at = module_next_line(fold->module, at)) {
        size_t depth = module_find(fold->module, at, frames);
        if (!obstacle(fold, frames, depth)) {
            double copies = source_frames(fold, frames, depth, out);
            source_profile_add(fold->into, out, depth, 0, count * copies);
        }
    }
}

/* Where ranges begin and where they end, in order; how often code between two of these ran is the
 * sum of the ranges that are open there. */
struct edge {
    uint64_t place;
    double count; /* negative: ends before the place */
};

static int by_place(const void *left, const void *right) {
    const struct edge *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return a->count < b->count ? -1 : a->count > b->count;
}

static void fold_ranges(const struct fold *fold, const struct address_counts *counts) {
    struct arena *arena = fold->into->arena;
    struct edge *edges = ARENA_NEW(arena, struct edge, 2 * counts->range_count);
    size_t count = 0, open = 0;
    double running = 0;
    for (size_t i = 0; i < counts->range_count; i++) {
        const struct address_range *r = &counts->ranges[i];
        edges[count++] = (struct edge){r->first, r->count};
        edges[count++] = (struct edge){r->last + 1, -r->count};
    }
    if (count)
        qsort(edges, count, sizeof *edges, by_place);
    for (size_t i = 0; i < count; i++) {
        running += edges[i].count;
        open += edges[i].count > 0 ? 1 : (size_t)-1;
        if (open == 0)
            running = 0;
        else if (i + 1 < count && edges[i + 1].place > edges[i].place)
            fold_run(fold, edges[i].place, edges[i + 1].place - 1, running);
    }
}

/* A branch to where a function begins is a call, also from itself. */
static void fold_call(const struct fold *fold, const struct address_branch *branch) {
    struct debug_frame frames[DEBUG_FRAMES];
    struct source_frame out[DEBUG_FRAMES];
    uint64_t to, from;
    Elf *elf = fold->module->program.elf;
    const char *entry =
        elf_address_of(elf, branch->to, &to) ? module_entry(fold->module, to) : NULL;
    if (!entry || strchr(entry, '@') ||
        obstacle(fold, frames, module_find(fold->module, to, frames)))
        return;
    uint32_t name = text_number(fold, entry);
    size_t depth = branch->from != BRANCH_FROM_ELSEWHERE && elf_address_of(elf, branch->from, &from)
                       ? module_find(fold->module, from, frames)
                       : 0;
    source_profile_function(fold->into, name)->head += branch->count;
    if (obstacle(fold, frames, depth))
        return;
    source_frames(fold, frames, depth, out);
    struct source_line *line = source_profile_add(fold->into, out, depth, 0, 0);
    source_profile_target(fold->into, line, name, branch->count);
    double calls = 0;
    for (uint32_t i = 0; i < line->target_count; i++)
        calls += line->targets[i].count;
    if (calls > line->count)
        line->count = calls; /* what called ran: what ran before the oldest branch is not known */
}

/* ---- both ---- */

void source_fold(struct source_profile *into, struct source_account *account,
                 const struct address_counts *counts, struct module *module,
                 enum debug_compiler compiler) {
    const struct fold fold = {into, account, module, compiler};
    fold_places(&fold, counts);
    fold_ranges(&fold, counts);
    for (size_t i = 0; i < counts->branch_count; i++)
        fold_call(&fold, &counts->branches[i]);
}

static size_t known_frames(const struct address_count *at, struct debug_frame *out) {
    const struct profile *p = at->profile;
    size_t depth = 0;
    for (uint32_t i = p->line_start[at->location]; i < p->line_start[at->location + 1]; i++) {
        const struct profile_function *f = &p->functions[p->lines[i].function];
        int64_t line = p->lines[i].line;
        if (depth == DEBUG_FRAMES)
            return 0;
        out[depth++] = (struct debug_frame){
            .name = strings_get(p->strings, f->system_name ? f->system_name : f->name),
            .decl_file = f->file ? strings_get(p->strings, f->file) : NULL,
            .decl_line = f->start_line > 0 && f->start_line <= INT32_MAX ? (int)f->start_line : 0,
            .line = line > 0 && line <= INT32_MAX ? (int)line : 0,
        };
    }
    return depth;
}

void source_fold_names(struct source_profile *into, struct source_account *account,
                       const struct address_counts *counts) {
    struct debug_frame frames[DEBUG_FRAMES];
    const struct fold fold = {into, account, NULL, DEBUG_COMPILER_OTHER};
    for (size_t i = 0; i < counts->count; i++)
        fold_frames(&fold, frames, known_frames(&counts->places[i], frames),
                    counts->places[i].count, true);
}
