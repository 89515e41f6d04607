/* Options of a command through popt; options.c is the only file that knows popt. Exact names only,
 * values checked, `--` ends the options, operands and values are copied to the arena. Help, manual
 * page and shell completion come from the same table, so they cannot drift from what is parsed. */
#ifndef GATE_COMMANDS_OPTIONS_H
#define GATE_COMMANDS_OPTIONS_H

#include "gate/commands/command.h"

enum option_kind {
    OPTION_FLAG,     /* bool *: set true */
    OPTION_NO_FLAG,  /* bool *: set false (the name says `no-…`) */
    OPTION_INT,      /* int *: within [low, high] */
    OPTION_DOUBLE,   /* double *: within [low, high] */
    OPTION_RATIO,    /* double *: `5%` or `0.05`, within [low, high] */
    OPTION_DURATION, /* double * seconds: `100ms`, `1.5s`, bare seconds; within [low, high] */
    OPTION_STRING,   /* const char ** */
    OPTION_LIST,     /* struct string_list *: may be given several times */
    OPTION_CHOICE,   /* int *: index into `choices`, a `|`-separated list */
    OPTION_HEADING   /* no option: `help` starts a group in the help */
};

struct string_list {
    const char **items;
    size_t count, capacity;
};

struct option {
    const char *name; /* long name without dashes; NULL ends the table */
    char letter;      /* 0: none */
    enum option_kind kind;
    void *target;
    const char *argument; /* placeholder in the help, e.g. "N", "FORMAT=PATH" */
    const char *help;     /* one line, lower case, no full stop */
    double low, high;     /* both 0: no range */
    const char *choices;  /* for OPTION_CHOICE */
    bool one_dash;        /* also with one dash (`-row`), as benchstat's users type it */
    bool hidden;          /* parsed, but not in the help: an alias or a seam for tests */
};

struct parsed_options {
    struct string_list operands; /* everything that is no option, in order, `--` itself left out */
    size_t after_dashes;         /* how many of the operands stood after `--` */
    bool dashes;                 /* `--` was given */
    bool helped;                 /* help was asked for and printed: the command returns 0 */
};

/* Parses argv[1…] against a table that ends with a row whose name is NULL. With `posix` the first
 * operand ends the options (what follows belongs to a child). `--help` and `-h` print the help to
 * session->out. Errors: PG_USAGE naming the option and what it takes. */
bool options_parse(struct parsed_options *out, const struct command *command,
                   const struct option *options, bool posix, struct session *session, int argc,
                   const char **argv, struct pg_error *err);

/* Appends a copy of the pointer. */
void string_list_add(struct string_list *list, const char *item, struct arena *arena);

#endif
