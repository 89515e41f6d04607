/* What a command prints, as a user names it. */
#ifndef GATE_COMMANDS_FORMAT_CHOICE_H
#define GATE_COMMANDS_FORMAT_CHOICE_H

#include "runners/formats/format.h"

struct format_choice {
    const struct format *format; /* NULL: auto, or none */
    bool whole_process;          /* none: the process itself is the benchmark */
};

/* `auto` (also NULL), `none` or the name of a format. Errors: PG_USAGE, naming what there is. */
bool format_choose(struct format_choice *out, const char *name, struct pg_error *err);

#endif
