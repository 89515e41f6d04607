/* Options of a command through popt, the only file that knows popt. Exact names only, values checked, `--` ends, operands
 * and values copied to the arena. */
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
    OPTION_CHOICE    /* int *: index into `choices`, a `|`-separated list */
};

struct string_list {
    const char **items;
    size_t count, capacity;
};

struct option {
    const char *name; /* long name without dashes */
    char letter;      /* 0: none */
    enum option_kind kind;
    void *target;
    const char *argument; /* placeholder in the help, e.g. "N", "FORMAT=PATH" */
    const char *help;
    double low, high;    /* both 0: no range */
    const char *choices; /* for OPTION_CHOICE */
};

/* Parses argv against a table that ends with a row whose name is NULL. Operands (everything else, and all after `--`) go to
 * *operands; *after_dashes is how many of them stood after `--`. With `posix`, the first operand ends the options. `--help` and `-h`
 * print the generated help to session->out and set *helped. Errors: PG_USAGE naming the option and what it takes. */
struct parsed_options {
    struct string_list operands;
    size_t after_dashes;
    bool dashes; /* `--` was given */
    bool helped;
};
bool options_parse(struct parsed_options *out, const struct command *command,
                   const struct option *options, bool posix, struct session *session, int argc,
                   const char **argv, struct pg_error *err);

/* The help text of a command, as `--help` prints it. */
void options_help(FILE *out, const struct command *command, const struct option *options);

#endif
