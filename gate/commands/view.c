#include "gate/commands/view.h"
#include "runners/base/out_file.h"

#include <string.h>

static bool print_report(const struct view *view, const char *report, struct session *session,
                         struct pg_error *err) {
    struct out_file file;
    bool json = strncmp(report, "json=", 5) == 0;
    if (!out_file_open(&file, report + 5, session->arena, err))
        return false;
    (json ? view->json : view->text)(file.stream, view->what, session->arena);
    return out_file_commit(&file, err);
}

bool view_print(const struct view *view, const struct string_list *reports, struct session *session,
                struct pg_error *err) {
    bool taken = false;
    for (size_t i = 0; i < reports->count; i++) {
        const char *report = reports->items[i];
        if ((strncmp(report, "json=", 5) != 0 && strncmp(report, "text=", 5) != 0) || !report[5])
            return pg_error_set(err, PG_USAGE, "--report=%.200s: write json=PATH or text=PATH",
                                report);
        taken |= strcmp(report + 5, "-") == 0;
    }
    if (!taken)
        view->text(session->out, view->what, session->arena);
    if (fflush(session->out) != 0)
        return pg_error_errno(err, "stdout: cannot write the result");
    for (size_t i = 0; i < reports->count; i++) {
        if (!print_report(view, reports->items[i], session, err))
            return false;
    }
    return true;
}
