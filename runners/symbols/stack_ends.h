/* Functions of one file in which call chains end, or go on elsewhere, without call frame
 * information that says so: a program's or the dynamic linker's entry (the ABI gives it no caller),
 * main (whose callers are the same ever), and those that change stacks in Go's runtime (they are
 * what its own tracebacks stop at). */
#ifndef RUNNERS_SYMBOLS_STACK_ENDS_H
#define RUNNERS_SYMBOLS_STACK_ENDS_H

#include "runners/base/arena.h"
#include "runners/symbols/elf_file.h"

enum stack_end {
    STACK_GOES_ON,
    STACK_ENTRY,    /* where the system enters the file; code without call frame information there
                       has no caller */
    STACK_MAIN,     /* main */
    STACK_TOP,      /* has the bottom of a stack to itself: what it calls has no caller but it */
    STACK_SWITCHED, /* the same, but the frame pointer is still that of the stack it came from */
};

/* [start, end) in the file's own numbering. */
struct stack_end_range {
    uint64_t start, end;
    enum stack_end what;
};

struct stack_ends {
    struct stack_end_range *ranges;
    size_t count, capacity;
    bool main_sought;
};

/* The entry and, of a program that Go linked, the functions that change stacks. */
struct stack_ends stack_ends_read(Elf *elf, struct arena *arena);

/* Adds main, which takes reading all symbols; once. */
void stack_ends_seek_main(struct stack_ends *ends, Elf *elf, struct arena *arena);

enum stack_end stack_end_at(const struct stack_ends *ends, uint64_t address);

#endif
