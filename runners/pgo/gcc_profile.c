/* GCC's AutoFDO profile, "gcov" version 2 and 3 (gcc-mirror/gcc: gcc/auto-profile.cc,
 * gcc/gcov-io.cc; google/autofdo: profile_writer.cc, gcov.cc): little-endian words of 32 bits,
 * counters of 64.
 *
 *   magic, version, 0
 *   version 3: SUMMARY, counters: total, largest count, largest head, counts, functions, cutoffs,
 *     cutoffs × { word: parts in a million, counters: least count, counts }
 *   NAMES, bytes, version 3: files, files × text; names, names × { text, version 3: file or -1 }
 *   FUNCTIONS, bytes, functions, functions × { counter: head, version 3: counter: 0, INSTANCE }
 *   MODULES, 0, 0
 *   INSTANCE: name, lines, calls,
 *     lines × { place, targets, counter: count, targets × { kind, counter: name, counter: count }
 * }, calls × { place, INSTANCE } text: bytes with the NUL at its end, bytes; place: offset << 16 |
 * discriminator
 *
 * A place that is told never to run is optimised for size, so only what was seen is told. */
#include "runners/pgo/pgo_format.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MAGIC = 0x67636461,
    INDIRECT_CALL = 7,
    DEPTH = 256,
    WITH_DISCRIMINATORS = 13, /* the first GCC of each kind */
    WITH_FILES = 16,
    USUAL = 14,
};
#define SUMMARY 0xa8000000u
#define NAMES 0xaa000000u
#define FUNCTIONS 0xac000000u
#define MODULES 0xae000000u
#define WORKING_SET 0xaf000000u

/* ---- as the compiler sees it ---- */

struct view {
    struct source_profile *to;
    const struct source_profile *from;
    unsigned compiler;
};

/* Up to 15 it cuts names at the first dot. */
static uint32_t name_seen(const struct view *v, uint32_t name) {
    const char *text = strings_get(v->from->strings, name);
    size_t length = strings_length(v->from->strings, name);
    size_t cut = v->compiler < WITH_FILES ? strcspn(text, ".") : length;
    return cut && cut < length ? strings_add(v->to->strings, (struct text){text, cut}) : name;
}

static struct source_site site_seen(const struct view *v, struct source_site site) {
    if (v->compiler < WITH_DISCRIMINATORS)
        site.discriminator = 0;
    return site;
}

/* Folders mean nothing to GCC 16, and may name people. */
static uint32_t file_seen(const struct view *v, uint32_t file) {
    const char *path = strings_get(v->from->strings, file), *slash = strrchr(path, '/');
    return slash ? strings_add(v->to->strings, text_of(slash + 1)) : file;
}

static void copy_inside(const struct view *v, struct source_instance *to,
                        const struct source_instance *from) {
    if (!to->file)
        to->file = file_seen(v, from->file);
    for (uint32_t i = 0; i < from->line_count; i++) {
        const struct source_line *line = from->lines[i];
        if (!(line->count > 0))
            continue;
        struct source_line *seen = source_profile_line(v->to, to, site_seen(v, line->site));
        seen->count = line->count > seen->count ? line->count : seen->count;
        for (uint32_t k = 0; k < line->target_count; k++)
            source_profile_target(v->to, seen, name_seen(v, line->targets[k].name),
                                  line->targets[k].count);
    }
    for (uint32_t i = 0; i < from->call_count; i++) {
        const struct source_instance *call = from->calls[i];
        if (call->total > 0)
            copy_inside(
                v, source_profile_call(v->to, to, site_seen(v, call->at), name_seen(v, call->name)),
                call);
    }
}

/* Functions whose cut name is another's would be taken for that one: they are left out. */
static struct source_profile *profile_seen(const struct source_profile *from, unsigned compiler) {
    struct view v = {source_profile_new(from->strings, from->arena), from, compiler};
    uint32_t first_new = strings_count(from->strings);
    bool *whole = ARENA_NEW(from->arena, bool, first_new);
    for (uint32_t i = 0; i < from->function_count; i++)
        whole[from->functions[i]->name] = true;
    for (uint32_t i = 0; i < from->function_count; i++) {
        const struct source_instance *f = from->functions[i];
        uint32_t name = name_seen(&v, f->name);
        bool taken = name != f->name && name < first_new && whole[name];
        if (!(f->total > 0) || taken)
            continue;
        struct source_instance *to = source_profile_function(v.to, name);
        to->head += f->head;
        copy_inside(&v, to, f);
    }
    source_profile_finish(v.to);
    return v.to;
}

/* ---- out ---- */

struct bytes {
    uint8_t *at;
    size_t length, capacity;
    struct arena *arena;
};

/* Texts, each once. */
struct table {
    uint32_t *texts, count, capacity;
    uint32_t *place; /* by text: its place in the table + 1, or 0 */
};

struct writing {
    const struct source_profile *source;
    struct arena *arena;
    bool with_files;
    struct table names, files;
    uint32_t *file_of; /* by name */
    uint64_t *counts;
    size_t count_count, count_capacity;
    uint64_t total, largest_head;
    const char *fault;
};

static void put_word(struct bytes *out, uint32_t word) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        ARENA_PUSH(out->arena, out->at, out->length, out->capacity, (uint8_t)(word >> shift));
}

static void put_counter(struct bytes *out, uint64_t counter) {
    put_word(out, (uint32_t)counter);
    put_word(out, (uint32_t)(counter >> 32));
}

static void put_text(struct bytes *out, const char *text) {
    size_t length = strlen(text) + 1;
    put_word(out, (uint32_t)length);
    for (size_t i = 0; i < length; i++)
        ARENA_PUSH(out->arena, out->at, out->length, out->capacity, (uint8_t)text[i]);
}

/* ---- out: tables ---- */

static void note_text(struct writing *w, struct table *table, uint32_t text) {
    if (table->place[text])
        return;
    table->place[text] = 1;
    ARENA_PUSH(w->arena, table->texts, table->count, table->capacity, text);
}

static int by_text(const void *left, const void *right, void *strings) {
    const uint32_t *a = left, *b = right;
    return strcmp(strings_get(strings, *a), strings_get(strings, *b));
}

static void sort_texts(struct table *table, struct strings *strings) {
    if (table->count)
        qsort_r(table->texts, table->count, sizeof *table->texts, by_text, strings);
    for (uint32_t i = 0; i < table->count; i++)
        table->place[table->texts[i]] = i + 1;
}

static void note_name(struct writing *w, uint32_t name, uint32_t file) {
    const char *text = strings_get(w->source->strings, name);
    for (const char *at = text; *at && !w->fault; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            w->fault = "a function's name has a control character";
    }
    if (!*text)
        w->fault = "a function has no name";
    note_text(w, &w->names, name);
    if (w->file_of[name] || !file)
        return;
    w->file_of[name] = file;
    note_text(w, &w->files, file);
}

static void note_count(struct writing *w, double count) {
    uint64_t whole = source_count(count);
    if (__builtin_add_overflow(w->total, whole, &w->total) || w->total > INT64_MAX)
        w->fault = "the counts add up to more than 2^63 - 1, beyond which GCC does not count";
    ARENA_PUSH(w->arena, w->counts, w->count_count, w->count_capacity, whole);
}

static void note_instance(struct writing *w, const struct source_instance *in) {
    note_name(w, in->name, in->file);
    for (uint32_t i = 0; i < in->line_count; i++) {
        const struct source_line *line = in->lines[i];
        note_count(w, line->count);
        for (uint32_t k = 0; k < line->target_count; k++)
            note_name(w, line->targets[k].name, 0);
    }
    for (uint32_t i = 0; i < in->call_count; i++)
        note_instance(w, in->calls[i]);
}

static void note_all(struct writing *w) {
    const struct source_profile *source = w->source;
    uint32_t texts = strings_count(source->strings);
    w->names.place = ARENA_NEW(w->arena, uint32_t, texts);
    w->files.place = ARENA_NEW(w->arena, uint32_t, texts);
    w->file_of = ARENA_NEW(w->arena, uint32_t, texts);
    for (uint32_t i = 0; i < source->function_count; i++) {
        uint64_t head = source_count(source_head(source->functions[i]));
        w->largest_head = head > w->largest_head ? head : w->largest_head;
        note_instance(w, source->functions[i]);
    }
    sort_texts(&w->names, source->strings);
    sort_texts(&w->files, source->strings);
}

/* ---- out: sections ---- */

static int by_count(const void *left, const void *right) {
    const uint64_t *a = left, *b = right;
    return (*a < *b) - (*a > *b);
}

/* For each share of the total: the least of the largest counts that add up to it. */
static void put_summary(struct bytes *out, struct writing *w) {
    static const uint32_t cutoffs[] = {10000,  100000, 200000, 300000, 400000, 500000,
                                       600000, 700000, 800000, 900000, 950000, 990000,
                                       999000, 999900, 999990, 999999};
    size_t count = sizeof cutoffs / sizeof *cutoffs, used = 0;
    uint64_t sum = 0;
    if (w->count_count)
        qsort(w->counts, w->count_count, sizeof *w->counts, by_count);
    put_word(out, SUMMARY);
    put_counter(out, w->total);
    put_counter(out, w->count_count ? w->counts[0] : 0);
    put_counter(out, w->largest_head);
    put_counter(out, w->count_count);
    put_counter(out, w->source->function_count);
    put_counter(out, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t wanted =
            w->total / 1000000 * cutoffs[i] + w->total % 1000000 * cutoffs[i] / 1000000;
        while (used < w->count_count &&
               (sum < wanted || (used && w->counts[used] == w->counts[used - 1])))
            sum += w->counts[used++];
        put_word(out, cutoffs[i]);
        put_counter(out, used ? w->counts[used - 1] : 0);
        put_counter(out, used);
    }
}

static void put_names(struct bytes *out, const struct writing *w) {
    const struct strings *strings = w->source->strings;
    if (w->with_files) {
        put_word(out, w->files.count);
        for (uint32_t i = 0; i < w->files.count; i++)
            put_text(out, strings_get(strings, w->files.texts[i]));
    }
    put_word(out, w->names.count + 1);
    put_text(out, ""); /* no function may be number 0 */
    if (w->with_files)
        put_word(out, UINT32_MAX);
    for (uint32_t i = 0; i < w->names.count; i++) {
        uint32_t name = w->names.texts[i], file = w->file_of[name];
        put_text(out, strings_get(strings, name));
        if (w->with_files)
            put_word(out, file ? w->files.place[file] - 1 : UINT32_MAX);
    }
}

static void put_site(struct bytes *out, struct source_site site) {
    put_word(out, site.offset << 16 | (site.discriminator & 0xffff));
}

static void put_instance(struct bytes *out, const struct writing *w,
                         const struct source_instance *in) {
    put_word(out, w->names.place[in->name]);
    put_word(out, in->line_count);
    put_word(out, in->call_count);
    for (uint32_t i = 0; i < in->line_count; i++) {
        const struct source_line *line = in->lines[i];
        put_site(out, line->site);
        put_word(out, line->target_count);
        put_counter(out, source_count(line->count));
        for (uint32_t k = 0; k < line->target_count; k++) {
            put_word(out, INDIRECT_CALL);
            put_counter(out, w->names.place[line->targets[k].name]);
            put_counter(out, source_count(line->targets[k].count));
        }
    }
    for (uint32_t i = 0; i < in->call_count; i++) {
        put_site(out, in->calls[i]->at);
        put_instance(out, w, in->calls[i]);
    }
}

static void put_functions(struct bytes *out, const struct writing *w) {
    put_word(out, w->source->function_count);
    for (uint32_t i = 0; i < w->source->function_count; i++) {
        const struct source_instance *f = w->source->functions[i];
        put_counter(out, source_count(source_head(f)));
        if (w->with_files)
            put_counter(out, 0); /* when it first ran */
        put_instance(out, w, f);
    }
}

static void write_section(FILE *out, uint32_t tag, const struct bytes *section) {
    struct bytes head = {.arena = section->arena};
    put_word(&head, tag);
    put_word(&head, (uint32_t)section->length);
    fwrite(head.at, 1, head.length, out);
    fwrite(section->at, 1, section->length, out);
}

static void write_all(FILE *out, struct writing *w) {
    struct bytes head = {.arena = w->arena}, names = head, functions = head, modules = head;
    put_word(&head, MAGIC);
    put_word(&head, w->with_files ? 3 : 2);
    put_word(&head, 0);
    if (w->with_files)
        put_summary(&head, w);
    fwrite(head.at, 1, head.length, out);
    put_names(&names, w);
    write_section(out, NAMES, &names);
    put_functions(&functions, w);
    write_section(out, FUNCTIONS, &functions);
    put_word(&modules, MODULES);
    put_counter(&modules, 0);
    fwrite(modules.at, 1, modules.length, out);
}

static bool gcc_write(FILE *out, const struct pgo_input *input, struct pg_error *err) {
    unsigned compiler = input->version ? input->version : USUAL;
    struct writing w = {.source = profile_seen(input->source, compiler),
                        .arena = input->source->arena,
                        .with_files = compiler >= WITH_FILES};
    note_all(&w);
    if (!w.source->function_count)
        return pg_error_set(err, PG_FORMAT, "no function was seen");
    if (w.fault)
        return pg_error_set(err, PG_FORMAT, "%s", w.fault);
    write_all(out, &w);
    return true;
}

/* ---- in ---- */

struct reading {
    const uint8_t *start, *at, *end;
    const char *fault;
    struct source_profile *source;
    struct arena *arena;
    uint32_t *names, name_count;
    uint32_t *files, file_count; /* texts */
    uint32_t *file_of;           /* by place in names: a text, or 0 */
    bool with_files;
};

static bool failed(struct reading *r, const char *fault) {
    if (!r->fault)
        r->fault = fault;
    return false;
}

static uint32_t take_word(struct reading *r) {
    uint32_t word = 0;
    if (r->fault || r->end - r->at < 4)
        return failed(r, "cut short");
    for (int i = 3; i >= 0; i--)
        word = word << 8 | r->at[i];
    r->at += 4;
    return word;
}

static uint64_t take_counter(struct reading *r) {
    uint64_t low = take_word(r);
    return low | (uint64_t)take_word(r) << 32;
}

/* A count of things that are at least `least` bytes each. */
static uint32_t take_count(struct reading *r, size_t least) {
    uint32_t count = take_word(r);
    if (!r->fault && count > (size_t)(r->end - r->at) / least)
        return failed(r, "more is announced than follows");
    return r->fault ? 0 : count;
}

static double take_samples(struct reading *r) {
    uint64_t count = take_counter(r);
    if (count > INT64_MAX)
        failed(r, "a count is beyond 2^63 - 1");
    return (double)count;
}

static void expect(struct reading *r, uint32_t word, const char *fault) {
    if (take_word(r) != word)
        failed(r, fault);
}

static uint32_t take_text(struct reading *r) {
    uint32_t length = take_word(r);
    if (r->fault)
        return 0;
    if (length == 0 || length > (size_t)(r->end - r->at) || r->at[length - 1] ||
        memchr(r->at, 0, length - 1))
        return failed(r, "expected a text of that many bytes, a NUL only at its end");
    struct text text = {(const char *)r->at, length - 1};
    r->at += length;
    return strings_add(r->source->strings, text);
}

static void read_summary(struct reading *r) {
    expect(r, SUMMARY, "expected the summary");
    for (int i = 0; i < 5; i++)
        take_counter(r);
    uint64_t cutoffs = take_counter(r);
    for (uint64_t i = 0; i < cutoffs && !r->fault; i++) {
        take_word(r);
        take_counter(r);
        take_counter(r);
    }
}

static void read_names(struct reading *r) {
    expect(r, NAMES, "expected the names");
    take_word(r); /* the length means nothing */
    if (r->with_files) {
        r->file_count = take_count(r, 5);
        r->files = ARENA_NEW(r->arena, uint32_t, r->file_count);
        for (uint32_t i = 0; i < r->file_count && !r->fault; i++)
            r->files[i] = take_text(r);
    }
    r->name_count = take_count(r, 5);
    r->names = ARENA_NEW(r->arena, uint32_t, r->name_count);
    r->file_of = ARENA_NEW(r->arena, uint32_t, r->name_count);
    for (uint32_t i = 0; i < r->name_count && !r->fault; i++) {
        r->names[i] = take_text(r);
        uint32_t file = r->with_files ? take_word(r) : UINT32_MAX;
        if (file < r->file_count)
            r->file_of[i] = r->files[file];
        else if (file != UINT32_MAX)
            failed(r, "a function is in a file that is not there");
    }
}

/* The place of a name; 0, which is no function's, with a fault. */
static uint32_t check_name(struct reading *r, uint64_t place) {
    if (!r->fault && (place == 0 || place >= r->name_count || !r->names[place]))
        failed(r, "expected the number of a name");
    return r->fault ? 0 : (uint32_t)place;
}

static struct source_site take_site(struct reading *r) {
    uint32_t place = take_word(r);
    return (struct source_site){place >> 16, place & 0xffff};
}

static void read_line(struct reading *r, struct source_instance *in) {
    struct source_site site = take_site(r);
    uint32_t targets = take_count(r, 20);
    double count = take_samples(r);
    struct source_line *line = r->fault ? NULL : source_profile_line(r->source, in, site);
    if (line)
        line->count += count;
    for (uint32_t i = 0; i < targets && !r->fault; i++) {
        expect(r, INDIRECT_CALL, "expected a target of an indirect call");
        uint32_t name = check_name(r, take_counter(r));
        double calls = take_samples(r);
        if (!r->fault)
            source_profile_target(r->source, line, r->names[name], calls);
    }
}

/* What follows the name. */
static void read_inside(struct reading *r, struct source_instance *in, uint32_t name, int depth) {
    uint32_t lines = take_word(r), calls = take_word(r);
    if (depth == DEPTH)
        failed(r, "more than 256 functions inlined into each other");
    if (r->fault)
        return;
    in->file = r->file_of[name];
    for (uint32_t i = 0; i < lines && !r->fault; i++)
        read_line(r, in);
    for (uint32_t i = 0; i < calls && !r->fault; i++) {
        struct source_site at = take_site(r);
        uint32_t callee = check_name(r, take_word(r));
        if (!r->fault)
            read_inside(r, source_profile_call(r->source, in, at, r->names[callee]), callee,
                        depth + 1);
    }
}

static void read_functions(struct reading *r) {
    expect(r, FUNCTIONS, "expected the functions");
    take_word(r); /* the length means nothing */
    uint32_t functions = take_count(r, 20);
    for (uint32_t i = 0; i < functions && !r->fault; i++) {
        double head = take_samples(r);
        if (r->with_files)
            take_counter(r);
        uint32_t name = check_name(r, take_word(r));
        if (r->fault)
            break;
        struct source_instance *function = source_profile_function(r->source, r->names[name]);
        function->head += head;
        read_inside(r, function, name, 0);
    }
}

/* Nothing that GCC reads: modules, of which there are none, and what autofdo adds. */
static void read_rest(struct reading *r) {
    expect(r, MODULES, "expected the end of the functions");
    take_word(r);
    expect(r, 0, "expected no modules");
    if (!r->fault && r->at < r->end)
        expect(r, WORKING_SET, "expected nothing more");
}

static bool gcc_read(struct source_profile **out, struct text bytes, struct strings *strings,
                     struct arena *arena, struct pg_error *err) {
    const uint8_t *start = (const uint8_t *)bytes.at;
    struct reading r = {.start = start, .at = start, .end = start + bytes.length, .arena = arena};
    *out = r.source = source_profile_new(strings, arena);
    expect(&r, MAGIC, "not GCC's AutoFDO profile");
    uint32_t version = take_word(&r);
    r.with_files = version == 3;
    if (version != 2 && version != 3)
        failed(&r, "expected version 2 or 3");
    take_word(&r);
    if (r.with_files)
        read_summary(&r);
    read_names(&r);
    read_functions(&r);
    read_rest(&r);
    if (r.fault)
        return pg_error_set(err, PG_FORMAT, "offset %zu: %s", (size_t)(r.at - r.start), r.fault);
    source_profile_finish(r.source);
    return true;
}

const struct pgo_format gcc_pgo_format = {
    .name = "gcc",
    .about = "GCC's AutoFDO profile, gcov: gcc -fauto-profile=FILE",
    .kind = PGO_SOURCE,
    .compiler = DEBUG_COMPILER_GCC,
    .write = gcc_write,
    .read = gcc_read,
};
