#include "runners/sampler/task_table.h"

#include <stdio.h>

enum {
    NO_SPACE = UINT32_MAX,
    NO_TASK = UINT32_MAX,
    COMM_BYTES = 16,     /* the kernel's TASK_COMM_LEN */
    ENDED_KEPT = 1 << 10 /* what their events had counted comes after their end */
};

struct range {
    uint64_t start, end;
    uint64_t place; /* of `start` in the piece */
    uint32_t piece;
};

/* Address space; ranges do not overlap and are sorted. */
struct space {
    struct range *ranges;
    size_t count, capacity;
    uint64_t version;
    uint32_t users;     /* tasks */
    uint32_t next_free; /* NO_SPACE: none */
};

struct task {
    uint32_t tid;
    uint32_t space; /* of a process: of its first task */
    uint32_t next;  /* of its bucket, or of those that are free; NO_TASK: none */
    bool ended;
    char comm[COMM_BYTES];
};

/* Has entries for the tasks that live and for those that ended last, so a command may start others
 * for hours. */
struct task_table {
    struct code_pieces *pieces;
    uint32_t *buckets; /* the first task of each; a power of two */
    uint32_t bucket_count;
    struct task *tasks;
    uint32_t task_count, task_capacity, free_task;
    uint32_t ended[ENDED_KEPT]; /* tids, a ring */
    uint32_t ended_count;       /* ever */
    struct space *spaces;
    uint32_t space_count, space_capacity, free;
    char first_comm[COMM_BYTES];
    struct arena *arena;
};

/* ---- pieces ---- */

struct code_pieces code_pieces_new(struct strings *strings, struct arena *arena) {
    return (struct code_pieces){.keys = strings_new(arena), .strings = strings, .arena = arena};
}

static uint32_t hexadecimal(struct strings *strings, const uint8_t *bytes, size_t length) {
    char text[2 * BUILD_ID_MOST + 1] = "";
    for (size_t i = 0; i < length; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return strings_add(strings, (struct text){text, 2 * length});
}

/* "//anon", "[heap]", "[stack]", "/dev/zero (deleted)", "/memfd:…": but "[vdso]" is a file like
 * others, which every process has. */
static bool is_anonymous(struct text file) {
    return text_starts(file, "//anon") || text_starts(file, "/dev/zero") ||
           text_starts(file, "/anon_hugepage") || text_starts(file, "/memfd:") ||
           text_starts(file, "/SYSV") || file.length == 0 ||
           (text_starts(file, "[") && !text_equal(file, "[vdso]") &&
            !text_equal(file, "[vsyscall]"));
}

static uint32_t piece_of(struct code_pieces *pieces, const struct perf_mmap *mmap) {
    struct code_piece piece = {.offset = mmap->offset,
                               .length = mmap->length,
                               .start = mmap->start,
                               .anonymous = is_anonymous(mmap->file)};
    piece.file = strings_add(pieces->strings, mmap->file);
    piece.build_id = hexadecimal(pieces->strings, mmap->build_id, mmap->build_id_length);
    if (piece.anonymous) /* all of one kind are one */
        piece.offset = piece.length = 0;
    uint64_t key[6] = {piece.file,   piece.build_id, piece.offset,
                       piece.length, mmap->device,   mmap->inode};
    uint32_t number = strings_add(pieces->keys, (struct text){(const char *)key, sizeof key});
    if (number > pieces->count)
        ARENA_PUSH(pieces->arena, pieces->items, pieces->count, pieces->capacity, piece);
    return number - 1;
}

/* ---- address spaces ---- */

/* The first range that ends behind the address. */
static size_t find(const struct space *space, uint64_t address) {
    size_t low = 0, high = space->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (space->ranges[middle].end > address)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void insert(struct space *space, size_t at, struct range range, struct arena *arena) {
    ARENA_PUSH(arena, space->ranges, space->count, space->capacity, range);
    memmove(space->ranges + at + 1, space->ranges + at,
            (space->count - 1 - at) * sizeof *space->ranges);
    space->ranges[at] = range;
}

static struct range behind(struct range range, uint64_t start) {
    range.place += start - range.start;
    range.start = start;
    return range;
}

/* What is mapped anew replaces what was there: the kernel does not tell what is unmapped. */
static void map(struct space *space, struct range new, struct arena *arena) {
    size_t first = find(space, new.start), last = first;
    struct range tail = {0};
    while (last < space->count && space->ranges[last].start < new.end)
        last++;
    if (last > first && space->ranges[last - 1].end > new.end)
        tail = behind(space->ranges[last - 1], new.end);
    if (last > first && space->ranges[first].start < new.start)
        space->ranges[first++].end = new.start;
    if (last > first) {
        memmove(space->ranges + first, space->ranges + last,
                (space->count - last) * sizeof *space->ranges);
        space->count -= last - first;
    }
    insert(space, first, new, arena);
    if (tail.end)
        insert(space, first + 1, tail, arena);
}

static uint32_t new_space(struct task_table *table) {
    uint32_t index = table->free;
    if (index == NO_SPACE) {
        index = table->space_count;
        ARENA_PUSH(table->arena, table->spaces, table->space_count, table->space_capacity,
                   (struct space){.next_free = NO_SPACE});
    } else {
        table->free = table->spaces[index].next_free;
    }
    table->spaces[index].count = 0;
    table->spaces[index].users = 1;
    table->spaces[index].version = ++table->pieces->versions;
    return index;
}

/* ---- tasks ---- */

static void new_buckets(struct task_table *table, uint32_t count) {
    table->buckets = ARENA_NEW(table->arena, uint32_t, count);
    table->bucket_count = count;
    for (uint32_t i = 0; i < count; i++)
        table->buckets[i] = NO_TASK;
}

struct task_table *task_table_new(struct code_pieces *pieces, struct arena *arena) {
    struct task_table *table = ARENA_NEW(arena, struct task_table, 1);
    *table = (struct task_table){
        .pieces = pieces, .free_task = NO_TASK, .free = NO_SPACE, .arena = arena};
    new_buckets(table, 256);
    return table;
}

static uint32_t *bucket_of(const struct task_table *table, uint32_t tid) {
    return &table->buckets[tid & (table->bucket_count - 1)]; /* tids are given out in turn */
}

static struct task *find_task(const struct task_table *table, uint32_t tid) {
    uint32_t at = *bucket_of(table, tid);
    while (at != NO_TASK && table->tasks[at].tid != tid)
        at = table->tasks[at].next;
    return at == NO_TASK ? NULL : &table->tasks[at];
}

static void link_task(struct task_table *table, uint32_t index) {
    uint32_t *bucket = bucket_of(table, table->tasks[index].tid);
    table->tasks[index].next = *bucket;
    *bucket = index;
}

static struct task *new_task(struct task_table *table, uint32_t tid) {
    uint32_t index = table->free_task;
    if (index != NO_TASK) {
        table->free_task = table->tasks[index].next;
    } else {
        index = table->task_count;
        ARENA_PUSH(table->arena, table->tasks, table->task_count, table->task_capacity,
                   (struct task){0});
        if (table->task_count > table->bucket_count) { /* then none is free */
            new_buckets(table, 2 * table->bucket_count);
            for (uint32_t i = 0; i < index; i++)
                link_task(table, i);
        }
    }
    table->tasks[index] = (struct task){.tid = tid, .space = NO_SPACE};
    link_task(table, index);
    return &table->tasks[index];
}

static struct task *task_of(struct task_table *table, uint32_t tid) {
    struct task *task = find_task(table, tid);
    return task ? task : new_task(table, tid);
}

static void forget(struct task_table *table, uint32_t tid) {
    uint32_t *from = bucket_of(table, tid);
    while (*from != NO_TASK && table->tasks[*from].tid != tid)
        from = &table->tasks[*from].next;
    if (*from == NO_TASK || !table->tasks[*from].ended)
        return;
    uint32_t index = *from;
    *from = table->tasks[index].next;
    table->tasks[index].next = table->free_task;
    table->free_task = index;
}

static void end_task(struct task_table *table, uint32_t tid) {
    uint32_t *place = &table->ended[table->ended_count++ % ENDED_KEPT];
    if (table->ended_count > ENDED_KEPT)
        forget(table, *place);
    task_of(table, tid)->ended = true;
    *place = tid;
}

static struct space *space_of(struct task_table *table, uint32_t pid) {
    struct task *task = task_of(table, pid);
    if (task->space == NO_SPACE)
        task->space = new_space(table);
    return &table->spaces[task->space];
}

static void leave(struct task_table *table, struct task *process) {
    struct space *space = process->space == NO_SPACE ? NULL : &table->spaces[process->space];
    if (!space || --space->users > 0)
        return;
    space->next_free = table->free;
    table->free = process->space;
    process->space = NO_SPACE;
}

static void copy_space(struct task_table *table, uint32_t from_pid, uint32_t to_pid) {
    space_of(table, from_pid);
    struct task *task = task_of(table, to_pid);
    if (task->space != NO_SPACE) /* the number's last owner, had its end been lost */
        table->spaces[task->space].users = 1;
    leave(table, task);
    struct space *to = space_of(table, to_pid), *from = space_of(table, from_pid);
    if (to->capacity < from->count) {
        to->ranges = ARENA_NEW(table->arena, struct range, from->count);
        to->capacity = from->count;
    }
    to->count = from->count;
    if (from->count)
        memcpy(to->ranges, from->ranges, from->count * sizeof *to->ranges);
}

static void fork_task(struct task_table *table, const struct perf_record *record) {
    if (record->pid == record->parent_pid)
        space_of(table, record->pid)->users++;
    else
        copy_space(table, record->parent_pid, record->pid);
    struct task parent = *task_of(table, record->parent_tid);
    struct task *task = task_of(table, record->tid);
    memcpy(task->comm, parent.comm, sizeof task->comm);
    task->ended = false;
}

/* The first task of a process may end before the others, and stands for it until they have. */
static void leave_task(struct task_table *table, const struct perf_record *record) {
    struct task *process = task_of(table, record->pid);
    leave(table, process);
    bool last = process->space == NO_SPACE;
    if (record->tid != record->pid)
        end_task(table, record->tid);
    if (last)
        end_task(table, record->pid);
}

static void name_task(struct task_table *table, const struct perf_record *record) {
    struct task *task = task_of(table, record->tid);
    size_t length = record->comm.length < COMM_BYTES ? record->comm.length : COMM_BYTES - 1;
    memset(task->comm, 0, sizeof task->comm);
    memcpy(task->comm, record->comm.at, length);
    if (!record->exec)
        return;
    if (!table->first_comm[0])
        memcpy(table->first_comm, task->comm, sizeof task->comm);
    struct space *space = space_of(table, record->pid);
    space->count = 0;
    space->version = ++table->pieces->versions;
}

void task_table_record(struct task_table *table, const struct perf_record *record) {
    const struct perf_mmap *mmap = &record->mmap;
    if (record->kind == PERF_KIND_FORK) {
        fork_task(table, record);
    } else if (record->kind == PERF_KIND_EXIT) {
        leave_task(table, record);
    } else if (record->kind == PERF_KIND_COMM) {
        name_task(table, record);
    } else if (record->kind == PERF_KIND_MMAP && mmap->length) {
        uint32_t piece = piece_of(table->pieces, mmap);
        struct space *space = space_of(table, record->pid);
        space->version = ++table->pieces->versions;
        map(space, (struct range){mmap->start, mmap->start + mmap->length, 0, piece}, table->arena);
    }
}

bool task_table_find(const struct task_table *table, uint32_t pid, uint64_t address,
                     uint32_t *piece, uint64_t *place) {
    const struct task *task = find_task(table, pid);
    if (!task || task->space == NO_SPACE)
        return false;
    const struct space *space = &table->spaces[task->space];
    size_t at = find(space, address);
    if (at == space->count || space->ranges[at].start > address)
        return false;
    *piece = space->ranges[at].piece;
    *place = address - space->ranges[at].start + space->ranges[at].place;
    return true;
}

bool task_table_code(const struct task_table *table, uint32_t pid, uint64_t address,
                     struct unwind_code *out) {
    uint32_t number;
    uint64_t place;
    if (!task_table_find(table, pid, address, &number, &place))
        return false;
    const struct code_piece *piece = &table->pieces->items[number];
    const char *file = strings_get(table->pieces->strings, piece->file);
    *out = (struct unwind_code){.number = number,
                                .file = piece->anonymous ? NULL : file,
                                .build_id = strings_get(table->pieces->strings, piece->build_id),
                                .offset = piece->offset + place};
    return true;
}

uint64_t task_table_version(const struct task_table *table, uint32_t pid) {
    const struct task *task = find_task(table, pid);
    return task && task->space != NO_SPACE ? table->spaces[task->space].version : 0;
}

const char *task_table_comm(const struct task_table *table, uint32_t tid) {
    const struct task *task = find_task(table, tid);
    return task ? task->comm : "";
}

const char *task_table_first_comm(const struct task_table *table) {
    return table->first_comm;
}
