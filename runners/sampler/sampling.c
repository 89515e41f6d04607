#include "runners/sampler/sampling.h"

#include "runners/profile/branches.h"
#include "runners/sampler/sampling_parts.h"

#include <math.h>

enum {
    COMMS_MOST = 64,               /* distinct names; the rest is "other" */
    FRAMES_MOST = 32 * 1024 * 1024 /* of all stacks; beyond, leaves alone are kept */
};

struct sampling *sampling_new(struct strings *strings, struct arena *arena) {
    struct sampling *sampling = ARENA_NEW(arena, struct sampling, 1);
    *sampling = (struct sampling){.strings = strings,
                                  .arena = arena,
                                  .pieces = code_pieces_new(strings, arena),
                                  .place_keys = strings_new(arena),
                                  .stacks = strings_new(arena)};
    return sampling;
}

/* ---- places ---- */

static uint32_t place_number(struct sampling *s, struct place place) {
    uint64_t key[2] = {(uint64_t)place.piece << 32 | place.name, place.offset};
    uint32_t number = strings_add(s->place_keys, (struct text){(const char *)key, sizeof key});
    if (number > s->place_count)
        ARENA_PUSH(s->arena, s->places, s->place_count, s->place_capacity, place);
    return number - 1;
}

static uint32_t named_place(struct sampling *s, const char *name) {
    return place_number(
        s, (struct place){.piece = PROFILE_NONE, .name = strings_add(s->strings, text_of(name))});
}

static uint32_t pending_number(struct sampling *s, const struct pending *pending) {
    struct round *round = &s->round;
    uint64_t key[2] = {pending->address, (uint64_t)pending->pid << 32 | pending->piece};
    uint32_t number =
        strings_add(round->pending_keys, (struct text){(const char *)key, sizeof key});
    if (number > round->pending_count) {
        jit_maps_see(&s->jit, pending->pid);
        ARENA_PUSH(round->arena, round->pending, round->pending_count, round->pending_capacity,
                   *pending);
    }
    return PENDING | (number - 1);
}

static bool find_place(struct sampling *s, uint32_t pid, uint64_t address, uint32_t *number) {
    struct place place = {0};
    if (!task_table_find(s->round.tasks, pid, address, &place.piece, &place.offset))
        return false;
    struct pending pending = {address, pid, place.piece};
    bool anonymous = s->pieces.items[place.piece].anonymous;
    *number = anonymous ? pending_number(s, &pending) : place_number(s, place);
    return true;
}

/* ---- one sample ---- */

/* "worker-17" is a worker like others: digits become N. A task may call itself anything, so other
 * characters than printable ones become `_`. */
static uint32_t comm_class(struct sampling *s, const char *comm) {
    char text[64];
    size_t used = 0;
    for (const char *at = comm; *at && used < sizeof text; at++) {
        bool digit = *at >= '0' && *at <= '9', plain = *at >= ' ' && *at <= '~';
        if (!digit || used == 0 || text[used - 1] != 'N')
            text[used++] = digit ? 'N' : plain ? *at : '_';
    }
    uint32_t class;
    bool known = strings_find(s->strings, (struct text){text, used}, &class);
    for (uint32_t i = 0; known && i < s->comm_count; i++) {
        if (s->comms[i] == class)
            return class;
    }
    if (s->comm_count >= COMMS_MOST)
        return strings_add(s->strings, text_of("other"));
    class = strings_add(s->strings, (struct text){text, used});
    ARENA_PUSH(s->arena, s->comms, s->comm_count, s->comm_capacity, class);
    return class;
}

static uint32_t comm_label(struct sampling *s, uint32_t tid) {
    const char *comm = task_table_comm(s->round.tasks, tid);
    bool own = !comm[0] || strcmp(comm, task_table_first_comm(s->round.tasks)) == 0;
    return own ? 0 : comm_class(s, comm);
}

static uint32_t slice_of(const struct round *round, uint64_t time) {
    if (!round->of.slice || !time)
        return NO_SLICE;
    uint64_t slice = time > round->began ? (time - round->began) / round->of.slice : 0;
    return slice < NO_SLICE ? (uint32_t)slice : NO_SLICE - 1;
}

static void fold(struct round *round, struct text key, struct folded more) {
    uint32_t number = strings_add(round->stacks, key);
    if (number > round->count) {
        ARENA_PUSH(round->arena, round->folded, round->count, round->capacity, (struct folded){0});
        round->frame_count += key.length / sizeof(uint32_t);
    }
    round->folded[number - 1].samples += more.samples;
    round->folded[number - 1].periods += more.periods;
}

/* From one address to another, both in files; code made at run time is in no program's profile. */
static void take_pair(struct sampling *s, uint32_t pid, uint32_t *key, uint64_t leaf,
                      uint64_t caller) {
    uint32_t *places = key + KEY_STACK;
    if (!find_place(s, pid, leaf, &places[0]) || !find_place(s, pid, caller, &places[1]) ||
        (places[0] | places[1]) & PENDING)
        return;
    bool same = s->places[places[0]].piece == s->places[places[1]].piece;
    if (key[KEY_KIND] == KIND_RANGE && !(same && profile_is_range(leaf, caller)))
        return;
    fold(&s->round, (struct text){(const char *)key, (KEY_STACK + 2) * sizeof *key},
         (struct folded){1, 0});
    s->has_branches = true;
}

/* `of`: the words before the sample's stack. */
static void take_branches(struct sampling *s, const struct perf_record *record,
                          const uint32_t *of) {
    uint32_t key[KEY_STACK + 2] = {of[KEY_COMM], of[KEY_SLICE]};
    for (size_t i = 0; i < record->sample.branch_count; i++) {
        struct perf_branch branch = perf_branch_at(&record->sample, i);
        key[KEY_KIND] = KIND_BRANCH;
        take_pair(s, record->pid, key, branch.to, branch.from);
        key[KEY_KIND] = KIND_RANGE;
        if (i > 0)
            take_pair(s, record->pid, key, branch.to, perf_branch_at(&record->sample, i - 1).from);
    }
}

static void take_sample(struct sampling *s, const struct perf_record *record) {
    struct sample_stack stack;
    uint32_t key[KEY_STACK + STACK_MOST + 1] = {comm_label(s, record->tid),
                                                slice_of(&s->round, record->time)};
    uint32_t *places = key + KEY_STACK, frames = 0;
    sample_stack_read(&stack, &s->round.of.reader, record, s->round.tasks);
    if (s->frame_count + s->round.frame_count > FRAMES_MOST) {
        stack.truncated |= stack.count > 1;
        stack.count = 1;
    }
    while (frames < stack.count) {
        if (!find_place(s, record->pid, stack.addresses[frames], &places[frames]))
            places[frames] = named_place(s, "[unknown]");
        frames++;
    }
    if (stack.truncated)
        places[frames++] = named_place(s, "[truncated]");
    fold(&s->round, (struct text){(const char *)key, (KEY_STACK + frames) * sizeof *key},
         (struct folded){1, record->sample.period});
    take_branches(s, record, key);
    s->round.counts.samples++;
    s->round.counts.periods += record->sample.period;
    s->round.counts.truncated += stack.truncated;
    s->round.counts.cut += stack.cut;
}

static void take_tail(struct sampling *s, const struct perf_record *record) {
    struct round *round = &s->round;
    if (!round->of.period)
        return;
    uint64_t periods = record->count % round->of.period;
    uint32_t comm = comm_label(s, record->tid);
    size_t i = 0;
    while (i < round->tail_count && round->tails[i].comm != comm)
        i++;
    if (i == round->tail_count)
        ARENA_PUSH(round->arena, round->tails, round->tail_count, round->tail_capacity,
                   ((struct tail){.comm = comm}));
    round->tails[i].periods += periods;
    round->counts.unsampled += periods;
}

void sampling_unsampled(struct sampling *s, double periods) {
    const struct round *round = &s->round;
    double share = round->counts.unsampled ? periods / (double)round->counts.unsampled : 0;
    for (size_t i = 0; i < round->tail_count && share > 0; i++) {
        double part = fmin(share, 1) * (double)round->tails[i].periods;
        uint32_t key[] = {round->tails[i].comm, NO_SLICE, KIND_SAMPLE,
                          named_place(s, "[unsampled]")};
        fold(&s->round, (struct text){(const char *)key, sizeof key},
             (struct folded){0, (uint64_t)part});
    }
}

void sampling_take(void *sampling, const struct perf_record *record) {
    struct sampling *s = sampling;
    if (!s->round.began)
        s->round.began = record->time;
    if (record->kind == PERF_KIND_SAMPLE)
        take_sample(s, record);
    else if (record->kind == PERF_KIND_LOST)
        s->round.counts.lost += record->lost;
    else if (record->kind == PERF_KIND_THROTTLE)
        s->round.counts.throttled++;
    else if (record->kind == PERF_KIND_READ)
        take_tail(s, record);
    else
        task_table_record(s->round.tasks, record);
}

/* ---- rounds ---- */

void sampling_begin(struct sampling *s, const struct sampling_round *round, struct arena *scratch) {
    jit_maps_close(&s->jit); /* of a round that was not ended */
    s->round = (struct round){.of = *round,
                              .tasks = task_table_new(&s->pieces, scratch),
                              .stacks = strings_new(scratch),
                              .pending_keys = strings_new(scratch),
                              .arena = scratch};
}

static struct text stack_of(const struct round *round, uint32_t i) {
    return (struct text){strings_get(round->stacks, i + 1), strings_length(round->stacks, i + 1)};
}

/* Where code made at run time lies says nothing, so what has no name is one place a mapping. */
static uint32_t settled(struct sampling *s, const struct pending *pending) {
    struct text name = jit_maps_find(&s->jit, pending->pid, pending->address, s->round.arena);
    struct place place = {.piece = pending->piece};
    if (name.at)
        place.name = strings_add(s->strings, name);
    return place_number(s, place);
}

/* Folds the round once more, with places for all that was pending. */
static void settle(struct sampling *s) {
    struct round old = s->round, *round = &s->round;
    uint32_t *places = ARENA_NEW(old.arena, uint32_t, old.pending_count);
    uint32_t key[KEY_STACK + STACK_MOST + 1];
    for (uint32_t i = 0; i < old.pending_count; i++)
        places[i] = settled(s, &old.pending[i]);
    round->stacks = strings_new(round->arena);
    round->folded = NULL;
    round->count = round->capacity = 0;
    for (uint32_t i = 0; i < old.count; i++) {
        struct text stack = stack_of(&old, i);
        memcpy(key, stack.at, stack.length);
        for (size_t k = KEY_STACK; k < stack.length / sizeof *key; k++)
            key[k] = key[k] & PENDING ? places[key[k] & ~PENDING] : key[k];
        fold(round, (struct text){(const char *)key, stack.length}, old.folded[i]);
    }
}

void sampling_end(struct sampling *s, double ns) {
    struct round *round = &s->round;
    if (round->pending_count)
        settle(s);
    jit_maps_close(&s->jit);
    for (uint32_t i = 0; i < round->count; i++) {
        struct text key = stack_of(round, i);
        struct kept kept = {.benchmark = round->of.benchmark,
                            .round = round->of.number,
                            .elapsed = -1,
                            .samples = (int64_t)round->folded[i].samples,
                            .cpu_ns = llround((double)round->folded[i].periods * ns)};
        uint32_t head[KEY_STACK];
        memcpy(head, key.at, sizeof head);
        key.at += sizeof head;
        key.length -= sizeof head;
        kept.comm = head[KEY_COMM];
        kept.kind = head[KEY_KIND];
        if (head[KEY_SLICE] != NO_SLICE)
            kept.elapsed = (int64_t)(head[KEY_SLICE] * round->of.slice);
        uint32_t before = strings_count(s->stacks);
        kept.stack = strings_add(s->stacks, key);
        if (kept.stack == before)
            s->frame_count += key.length / sizeof(uint32_t);
        ARENA_PUSH(s->arena, s->kept, s->kept_count, s->kept_capacity, kept);
    }
    sampling_counts_add(&s->counts, round->counts);
    s->round = (struct round){0};
}

void sampling_counts_add(struct sampling_counts *to, struct sampling_counts more) {
    to->samples += more.samples;
    to->periods += more.periods;
    to->unsampled += more.unsampled;
    to->lost += more.lost;
    to->throttled += more.throttled;
    to->truncated += more.truncated;
    to->cut += more.cut;
}

struct sampling_counts sampling_round_counts(const struct sampling *s) {
    return s->round.counts;
}

struct sampling_counts sampling_counts(const struct sampling *s) {
    return s->counts;
}
