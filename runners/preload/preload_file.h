/* The file of records that a process writes (runners/sampler/preload_format.h). Everything here is
 * async-signal-safe: system calls and arithmetic only. */
#ifndef RUNNERS_PRELOAD_PRELOAD_FILE_H
#define RUNNERS_PRELOAD_PRELOAD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

enum { PRELOAD_NAME = 16 /* bytes of a task's name with its NUL */ };

/* Begins the file of this process, or begins anew after a fork, and writes its name and mappings.
 * False: there is no folder, or it cannot be written. */
bool preload_file_open(const char *folder);

/* Writes what is mapped executable now. */
void preload_file_mappings(void);

void preload_file_name(int tid, const char *name);

/* A sample of the interrupted thread: its registers, the chain of its frame pointers and the stack
 * from its pointer on, at most `stack_bytes` and not beyond `stack_end`. `weight` in ns. Mappings
 * are written again first when it was in code that was not there the last time. */
void preload_file_sample(int tid, const ucontext_t *context, uint64_t weight, uint64_t stack_end,
                         size_t stack_bytes);

void preload_file_aside(void);

/* Writes what is still to be said; the file stays open. */
void preload_file_close(void);

#endif
