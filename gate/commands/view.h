/* A result with a text form, a JSON form and perhaps a CSV form, printed where `--report` says. */
#ifndef GATE_COMMANDS_VIEW_H
#define GATE_COMMANDS_VIEW_H

#include "gate/commands/option_rows.h"

/* `--report text=PATH` or `json=PATH`. */
#define VIEW_OPTION(to)                                                                            \
    LIST("report", 0, (to), "FORMAT=PATH", "text or json; path - replaces the table")

typedef void view_form(FILE *out, const void *what, struct arena *arena);

struct view {
    view_form *text, *json;
    const void *what;
};
bool view_print(const struct view *view, const struct string_list *reports, struct session *session,
                struct pg_error *err);

/* The same where `csv=PATH` may be asked for too. */
bool view_print_csv(const struct view *view, view_form *csv, const struct string_list *reports,
                    struct session *session, struct pg_error *err);

#endif
