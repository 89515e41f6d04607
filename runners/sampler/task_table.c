#include "runners/sampler/task_table.h"

#include <stdio.h>

enum { NO_SPACE = UINT32_MAX };

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
    uint32_t space; /* of a process: of its first task */
    uint32_t comm;
};

/* Numbers of tasks are reused by the system, so their entries are, and are at most as many as it
 * has numbers. */
struct task_table {
    struct code_pieces *pieces;
    struct strings *numbers; /* the 4 bytes of a tid → index into tasks */
    struct task *tasks;
    uint32_t task_count, task_capacity;
    struct space *spaces;
    uint32_t space_count, space_capacity, free;
    uint32_t first_comm;
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

struct task_table *task_table_new(struct code_pieces *pieces, struct arena *arena) {
    struct task_table *table = ARENA_NEW(arena, struct task_table, 1);
    *table = (struct task_table){
        .pieces = pieces, .numbers = strings_new(arena), .free = NO_SPACE, .arena = arena};
    ARENA_PUSH(arena, table->tasks, table->task_count, table->task_capacity,
               (struct task){.space = NO_SPACE}); /* number 0, which no text has */
    return table;
}

static struct task *find_task(const struct task_table *table, uint32_t tid) {
    uint32_t number;
    struct text key = {(const char *)&tid, sizeof tid};
    return strings_find(table->numbers, key, &number) ? &table->tasks[number] : NULL;
}

static struct task *task_of(struct task_table *table, uint32_t tid) {
    uint32_t number = strings_add(table->numbers, (struct text){(const char *)&tid, sizeof tid});
    if (number == table->task_count)
        ARENA_PUSH(table->arena, table->tasks, table->task_count, table->task_capacity,
                   (struct task){.space = NO_SPACE});
    return &table->tasks[number];
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
    leave(table, task_of(table, to_pid)); /* the number's last owner, had its end been lost */
    task_of(table, to_pid)->space = NO_SPACE;
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
    uint32_t comm = task_of(table, record->parent_tid)->comm;
    task_of(table, record->tid)->comm = comm;
}

static void name_task(struct task_table *table, const struct perf_record *record) {
    uint32_t comm = strings_add(table->pieces->strings, record->comm);
    if (record->exec) {
        struct space *space = space_of(table, record->pid);
        space->count = 0;
        space->version = ++table->pieces->versions;
    }
    task_of(table, record->tid)->comm = comm;
    if (record->exec && !table->first_comm)
        table->first_comm = comm;
}

void task_table_record(struct task_table *table, const struct perf_record *record) {
    const struct perf_mmap *mmap = &record->mmap;
    if (record->kind == PERF_KIND_FORK) {
        fork_task(table, record);
    } else if (record->kind == PERF_KIND_EXIT) {
        leave(table, task_of(table, record->pid));
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

uint32_t task_table_comm(const struct task_table *table, uint32_t tid) {
    const struct task *task = find_task(table, tid);
    return task ? task->comm : 0;
}

uint32_t task_table_first_comm(const struct task_table *table) {
    return table->first_comm;
}
