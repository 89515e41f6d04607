/* Who runs which code where: the tasks (threads and processes) of one sampled command, and what
 * executable memory each of their address spaces has, kept up to date from ring records. */
#ifndef RUNNERS_SAMPLER_TASK_TABLE_H
#define RUNNERS_SAMPLER_TASK_TABLE_H

#include "runners/base/strings.h"
#include "runners/sampler/perf_record.h"
#include "runners/symbols/unwind.h"

/* Executable memory, as one mapping made it: a piece of a file, or anonymous. Numbered densely
 * from 0; equal pieces of equal files are one, wherever they are mapped. */
struct code_piece {
    uint64_t offset, length; /* in the file */
    uint64_t start;          /* where it was mapped first */
    uint32_t file, build_id; /* texts: the kernel's name for it, hexadecimal digits or "" */
    bool anonymous;          /* no file stands behind it: code made at run time, a stack */
};

struct code_pieces {
    struct code_piece *items;
    uint32_t count, capacity;
    struct strings *keys;    /* what makes pieces equal → number of the piece + 1 */
    struct strings *strings; /* of the texts */
    uint64_t versions;       /* of address spaces, given out until now */
    struct arena *arena;
};
struct code_pieces code_pieces_new(struct strings *strings, struct arena *arena);

/* The pieces outlive the table, which serves one command. */
struct task_table;
struct task_table *task_table_new(struct code_pieces *pieces, struct arena *arena);

/* Takes in what a record says of tasks and mappings; others are passed over. */
void task_table_record(struct task_table *table, const struct perf_record *record);

/* The piece mapped at an address of a process, and the place in it (counted from the piece's
 * start). False when nothing executable is known to be there. */
bool task_table_find(const struct task_table *table, uint32_t pid, uint64_t address,
                     uint32_t *piece, uint64_t *place);

/* The same for an unwinder, whose files are numbered as the pieces; false in anonymous code, too.
 */
bool task_table_code(const struct task_table *table, uint32_t pid, uint64_t address,
                     struct unwind_code *out);

/* A number that an address space has as long as nothing changes in it, and no other one ever has.
 */
uint64_t task_table_version(const struct task_table *table, uint32_t pid);

/* The task's name, "" when not known; valid until the next record. */
const char *task_table_comm(const struct task_table *table, uint32_t tid);

/* The name that the command itself had after its first exec; "" before. */
const char *task_table_first_comm(const struct task_table *table);

#endif
