#include "gate/commands/view.h"
#include "runners/base/out_file.h"

#include <string.h>

/* The form that `FORMAT=PATH` asks for, and the path; NULL when there is none. */
static view_form *form_of(const struct view *view, view_form *csv, const char *report,
                          const char **path) {
    const struct {
        const char *name;
        view_form *form;
    } forms[] = {{"text=", view->text}, {"json=", view->json}, {"csv=", csv}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t length = strlen(forms[i].name);
        if (strncmp(report, forms[i].name, length) == 0 && report[length]) {
            *path = report + length;
            return forms[i].form;
        }
    }
    return NULL;
}

static bool print_report(const struct view *view, view_form *form, const char *path,
                         struct session *session, struct pg_error *err) {
    struct out_file file;
    if (!out_file_open(&file, path, session->arena, err))
        return false;
    form(file.stream, view->what, session->arena);
    return out_file_commit(&file, err);
}

bool view_print_csv(const struct view *view, view_form *csv, const struct string_list *reports,
                    struct session *session, struct pg_error *err) {
    bool taken = false;
    const char *path = "";
    for (size_t i = 0; i < reports->count; i++) {
        if (!form_of(view, csv, reports->items[i], &path))
            return pg_error_set(err, PG_USAGE, "--report=%.200s: write json=PATH%s or text=PATH",
                                reports->items[i], csv ? ", csv=PATH" : "");
        taken |= strcmp(path, "-") == 0;
    }
    if (!taken)
        view->text(session->out, view->what, session->arena);
    if (fflush(session->out) != 0)
        return pg_error_errno(err, "stdout: cannot write the result");
    for (size_t i = 0; i < reports->count; i++) {
        view_form *form = form_of(view, csv, reports->items[i], &path);
        if (!print_report(view, form, path, session, err))
            return false;
    }
    return true;
}

bool view_print(const struct view *view, const struct string_list *reports, struct session *session,
                struct pg_error *err) {
    return view_print_csv(view, NULL, reports, session, err);
}
