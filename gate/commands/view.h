/* A result with a text form and a JSON form, printed where `--report` says. */
#ifndef GATE_COMMANDS_VIEW_H
#define GATE_COMMANDS_VIEW_H

#include "gate/commands/option_rows.h"

/* `--report text=PATH` or `json=PATH`. */
#define VIEW_OPTION(to)                                                                            \
    LIST("report", 0, (to), "FORMAT=PATH", "text or json; path - replaces the table")

struct view {
    void (*text)(FILE *out, const void *what, struct arena *arena);
    void (*json)(FILE *out, const void *what, struct arena *arena);
    const void *what;
};
bool view_print(const struct view *view, const struct string_list *reports, struct session *session,
                struct pg_error *err);

#endif
