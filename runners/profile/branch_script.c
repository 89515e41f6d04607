/* What `perf script -F ip,brstack --show-mmap-events` prints of a recording with branch stacks
 * (perf record -b): lines that say which file was mapped where, and lines about samples, `IP
 * FROM/TO/FLAGS…` with the latest branch first. A profile of `samples` at the address and of
 * what branches.h names. */
#include "runners/profile/branches.h"
#include "runners/profile/builder.h"
#include "runners/profile/profile_format.h"

enum { SAMPLES, BRANCHES, RANGES, TYPES, MOST_MAPS = 1 << 16 };

struct branch {
    uint64_t from, to;
};

struct branch_reader {
    struct profile_builder *builder;
    struct strings *strings;
    struct profile_mapping *maps; /* the later ones hold where they overlap */
    size_t map_count, map_capacity, last;
    struct arena *arena;
};

/* ---- words ---- */

static bool take_hex(struct text *rest, uint64_t *out) {
    size_t i = 0;
    *out = 0;
    if (text_starts(*rest, "0x"))
        *rest = (struct text){rest->at + 2, rest->length - 2};
    for (; i < rest->length && i < 16; i++) {
        char c = rest->at[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            break;
        *out = *out << 4 | (uint64_t)digit;
    }
    *rest = (struct text){rest->at + i, rest->length - i};
    return i > 0;
}

static bool take(struct text *rest, const char *what) {
    if (!text_starts(*rest, what))
        return false;
    size_t length = strlen(what);
    *rest = (struct text){rest->at + length, rest->length - length};
    return true;
}

/* `0xFROM/0xTO/P…` */
static bool parse_branch(struct text word, struct branch *out) {
    return text_starts(word, "0x") && take_hex(&word, &out->from) && take(&word, "/") &&
           text_starts(word, "0x") && take_hex(&word, &out->to) && take(&word, "/");
}

/* `PERF_RECORD_MMAP2 PID/TID: [0xSTART(0xLENGTH) @ 0xOFFSET …]: r-xp PATH`, where `…` may be a
 * build id in angle brackets. False for any other line. */
static bool parse_map(struct text line, struct profile_mapping *out, struct strings *strings) {
    const char *at = memmem(line.at, line.length, "PERF_RECORD_MMAP", 16);
    const char *open = at ? memchr(at, '[', (size_t)(line.at + line.length - at)) : NULL;
    uint64_t length;
    if (!open)
        return false;
    struct text rest = {open + 1, (size_t)(line.at + line.length - open - 1)}, word,
                id = text_of("");
    *out = (struct profile_mapping){0};
    if (!take_hex(&rest, &out->start) || !take(&rest, "(") || !take_hex(&rest, &length) ||
        !take(&rest, ") @ ") || !take_hex(&rest, &out->offset))
        return false;
    const char *close = memmem(rest.at, rest.length, "]: ", 3);
    if (!close)
        return false;
    struct text inside = {rest.at, (size_t)(close - rest.at)};
    const char *angle = memchr(inside.at, '<', inside.length);
    if (angle) {
        id = (struct text){angle + 1, (size_t)(close - angle - 1)};
        while (id.length && id.at[id.length - 1] == '>')
            id.length--;
    }
    rest = (struct text){close + 3, (size_t)(line.at + line.length - close - 3)};
    if (!text_field(&rest, &word) || !memchr(word.at, 'x', word.length))
        return false;
    out->limit = out->start + length < out->start ? UINT64_MAX : out->start + length;
    out->build_id = strings_add(strings, id);
    out->file = strings_add(strings, text_trim(rest));
    return true;
}

/* The first branch of a line about a sample, and what is before it. */
static bool find_branches(struct text line, struct text *before, struct text *stack) {
    struct text rest = line, word;
    struct branch branch;
    while (text_field(&rest, &word)) {
        if (!parse_branch(word, &branch))
            continue;
        *before = (struct text){line.at, (size_t)(word.at - line.at)};
        *stack = (struct text){word.at, (size_t)(line.at + line.length - word.at)};
        return true;
    }
    return false;
}

static bool sniff(struct text first) {
    struct text_lines lines = {first, 0};
    struct text line, before, stack;
    while (text_lines_next(&lines, &line)) {
        if (find_branches(line, &before, &stack))
            return true;
    }
    return false;
}

/* ---- samples ---- */

static uint32_t map_of(struct branch_reader *r, uint64_t address) {
    if (r->last < r->map_count && address >= r->maps[r->last].start &&
        address < r->maps[r->last].limit)
        return (uint32_t)r->last;
    for (size_t i = r->map_count; i-- > 0;) {
        if (address >= r->maps[i].start && address < r->maps[i].limit) {
            r->last = i;
            return (uint32_t)i;
        }
    }
    return PROFILE_NONE;
}

static uint32_t location_of(struct branch_reader *r, uint64_t address, uint32_t map) {
    struct profile_location location = {.address = address, .mapping = PROFILE_NONE};
    if (map != PROFILE_NONE) {
        location.mapping = profile_builder_mapping(r->builder, &r->maps[map]);
        const struct profile *p = profile_builder_profile(r->builder);
        location.address += p->mappings[location.mapping].start - r->maps[map].start;
    }
    return profile_builder_location(r->builder, &location, NULL, 0);
}

static void add(struct branch_reader *r, int type, uint64_t leaf, uint64_t caller, bool pair) {
    int64_t values[TYPES] = {0};
    uint32_t frames[2], map = map_of(r, leaf), other = pair ? map_of(r, caller) : map;
    values[type] = 1;
    if ((type == RANGES && (other != map || !profile_is_range(leaf, caller))) ||
        (pair && map == PROFILE_NONE))
        return;
    frames[0] = location_of(r, leaf, map);
    if (pair)
        frames[1] = location_of(r, caller, other);
    profile_builder_sample(
        r->builder, &(struct profile_stack){.frames = frames, .frame_count = pair ? 2 : 1}, values);
}

/* The address is the last number before the stack. */
static bool read_sample(struct branch_reader *r, struct text before, struct text stack) {
    struct text word;
    struct branch branch, later = {0, 0};
    uint64_t address = 0;
    bool any = false, first = true;
    while (text_field(&before, &word))
        any = take_hex(&word, &address) && word.length == 0;
    if (any)
        add(r, SAMPLES, address, 0, false);
    for (; text_field(&stack, &word); first = false, later = branch) {
        if (!parse_branch(word, &branch))
            return false;
        add(r, BRANCHES, branch.to, branch.from, true);
        if (!first)
            add(r, RANGES, branch.to, later.from, true);
        else if (!any)
            add(r, SAMPLES, branch.to, 0, false);
    }
    return true;
}

static bool read_lines(struct branch_reader *r, struct text bytes, struct pg_error *err) {
    struct text_lines lines = {bytes, 0};
    struct text line, before, stack;
    struct profile_mapping map;
    while (text_lines_next(&lines, &line)) {
        if (memmem(line.at, line.length, "PERF_RECORD_", 12)) {
            if (!parse_map(line, &map, r->strings))
                continue;
            if (r->map_count == MOST_MAPS)
                return text_lines_wrong(&lines, line, "more than 65536 mappings", err);
            ARENA_PUSH(r->arena, r->maps, r->map_count, r->map_capacity, map);
            r->last = r->map_count - 1;
        } else if (find_branches(line, &before, &stack) && !read_sample(r, before, stack)) {
            return text_lines_wrong(&lines, line, "expected FROM/TO/FLAGS", err);
        }
    }
    return true;
}

static bool read(struct profile **out, struct text bytes, struct strings *strings,
                 struct arena *arena, struct pg_error *err) {
    uint32_t count = strings_add(strings, text_of("count"));
    const struct profile_type types[TYPES] = {
        [SAMPLES] = {strings_add(strings, text_of("samples")), count},
        [BRANCHES] = {strings_add(strings, text_of(PROFILE_BRANCHES)), count},
        [RANGES] = {strings_add(strings, text_of(PROFILE_RANGES)), count}};
    struct branch_reader r = {.strings = strings, .arena = arena};
    r.builder = profile_builder_new(strings, types, TYPES, arena);
    profile_builder_profile(r.builder)->default_type = types[SAMPLES].name;
    if (!read_lines(&r, bytes, err))
        return false;
    if (r.map_count == 0)
        return pg_error_set(err, PG_FORMAT,
                            "nothing says which file was mapped where: perf script "
                            "--show-mmap-events -F ip,brstack prints that");
    return profile_builder_finish(out, r.builder, err);
}

const struct profile_format branch_script_format = {"perf script with branch stacks", sniff, read,
                                                    NULL};
