#include "runners/symbols/perf_map.h"

#include <stdlib.h>

static int digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Takes a hexadecimal number and the blanks behind it off the front. */
static bool take_number(struct text *rest, uint64_t *out) {
    uint64_t value = 0;
    size_t at = text_starts(*rest, "0x") ? 2 : 0, first = at;
    for (; at < rest->length && digit(rest->at[at]) >= 0; at++) {
        if (value >> 60)
            return false;
        value = value << 4 | (uint64_t)digit(rest->at[at]);
    }
    if (at == first || at == rest->length || rest->at[at] != ' ')
        return false;
    while (at < rest->length && rest->at[at] == ' ')
        at++;
    *out = value;
    *rest = (struct text){rest->at + at, rest->length - at};
    return true;
}

static bool take_part(struct text line, struct perf_map_part *out) {
    uint64_t size;
    if (!take_number(&line, &out->start) || !take_number(&line, &size) ||
        __builtin_add_overflow(out->start, size, &out->end) || size == 0)
        return false;
    out->name = text_trim(line);
    return out->name.length > 0;
}

static int by_start(const void *left, const void *right) {
    const struct perf_map_part *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

/* A heap of parts by line, the latest on top, for the sweep over the addresses. */
struct open_parts {
    const struct perf_map_part **heap;
    size_t count;
};

static void sift_up(struct open_parts *open, const struct perf_map_part *part) {
    size_t at = open->count++;
    for (; at > 0 && open->heap[(at - 1) / 2]->line < part->line; at = (at - 1) / 2)
        open->heap[at] = open->heap[(at - 1) / 2];
    open->heap[at] = part;
}

static void drop_top(struct open_parts *open) {
    const struct perf_map_part *last = open->heap[--open->count];
    size_t at = 0;
    for (size_t child = 1; child < open->count; child = 2 * at + 1) {
        if (child + 1 < open->count && open->heap[child + 1]->line > open->heap[child]->line)
            child++;
        if (open->heap[child]->line <= last->line)
            break;
        open->heap[at] = open->heap[child];
        at = child;
    }
    open->heap[at] = last;
}

/* Extends the last part of the result or adds one. */
static void put(struct perf_map *out, const struct perf_map_part *part, uint64_t start,
                uint64_t end) {
    struct perf_map_part *last = out->count ? &out->parts[out->count - 1] : NULL;
    if (start >= end)
        return;
    if (last && last->line == part->line && last->end == start)
        last->end = end;
    else
        out->parts[out->count++] = (struct perf_map_part){start, end, part->name, part->line};
}

/* Sweeps over the starts: between two of them the latest line that is still open holds. */
static void flatten(struct perf_map *out, const struct perf_map_part *parts, size_t count,
                    struct arena *arena) {
    struct open_parts open = {ARENA_NEW(arena, const struct perf_map_part *, count), 0};
    uint64_t at = 0;
    out->parts = ARENA_NEW(arena, struct perf_map_part, 2 * count);
    for (size_t i = 0; i <= count; i++) {
        uint64_t next = i < count ? parts[i].start : UINT64_MAX;
        while (open.count && at < next) {
            const struct perf_map_part *top = open.heap[0];
            uint64_t end = top->end < next ? top->end : next;
            put(out, top, at, end);
            if (top->end <= next)
                drop_top(&open);
            at = end > at ? end : at;
        }
        at = next;
        if (i < count)
            sift_up(&open, &parts[i]);
    }
}

bool perf_map_read(struct perf_map *out, struct text bytes, struct arena *arena,
                   struct pg_error *err) {
    struct perf_map_part *parts = NULL, part;
    size_t count = 0, capacity = 0, line = 0;
    *out = (struct perf_map){0};
    for (struct text rest = bytes; rest.length; line++) {
        const char *newline = memchr(rest.at, '\n', rest.length);
        size_t length = newline ? (size_t)(newline - rest.at) : rest.length;
        if (line == PERF_MAP_LINES)
            return pg_error_set(err, PG_LIMIT, "line %zu: expected at most %zu functions", line + 1,
                                PERF_MAP_LINES);
        if (take_part((struct text){rest.at, length}, &part)) {
            part.line = line;
            ARENA_PUSH(arena, parts, count, capacity, part);
        } else {
            out->skipped++;
        }
        length += newline ? 1 : 0;
        rest = (struct text){rest.at + length, rest.length - length};
    }
    if (count == 0)
        return true;
    qsort(parts, count, sizeof *parts, by_start);
    flatten(out, parts, count, arena);
    return true;
}

struct text perf_map_find(const struct perf_map *map, uint64_t address) {
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->parts[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    bool inside = low < map->count && address >= map->parts[low].start;
    return inside ? map->parts[low].name : (struct text){NULL, 0};
}
