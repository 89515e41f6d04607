#include "runners/pgo/source_fold.h"

#include "runners/symbols/discriminator.h"

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

static void fold_frames(const struct fold *fold, const struct debug_frame *frames, size_t depth,
                        double samples) {
    struct source_frame out[DEBUG_FRAMES];
    double *lost = obstacle(fold, frames, depth), copies = 1;
    fold->account->samples += samples;
    if (lost) {
        *lost += samples;
        return;
    }
    for (size_t i = 0; i < depth; i++) {
        const struct debug_frame *f = &frames[i];
        struct discriminator d = discriminator_decode(f->discriminator, f->compiler);
        out[i] = (struct source_frame){
            .name = text_number(fold, f->name),
            .file = text_number(fold, f->decl_file),
            .declared = f->decl_line,
            .site = {(uint32_t)(f->line - f->decl_line) & 0xffff, d.base},
        };
        if (i == 0)
            copies = d.copies;
    }
    fold->account->lines += samples;
    source_profile_add(fold->into, out, depth, samples, samples * copies);
}

void source_fold(struct source_profile *into, struct source_account *account,
                 const struct address_counts *counts, struct module *module,
                 enum debug_compiler compiler) {
    struct debug_frame frames[DEBUG_FRAMES];
    const struct fold fold = {into, account, compiler};
    for (size_t i = 0; i < counts->count; i++) {
        uint64_t address;
        size_t depth = elf_address_of(module->program.elf, counts->places[i].place, &address)
                           ? module_find(module, address, frames)
                           : 0;
        fold_frames(&fold, frames, depth, counts->places[i].count);
    }
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
    const struct fold fold = {into, account, DEBUG_COMPILER_OTHER};
    for (size_t i = 0; i < counts->count; i++)
        fold_frames(&fold, frames, known_frames(&counts->places[i], frames),
                    counts->places[i].count);
}
