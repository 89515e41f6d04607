#include "runners/sampler/child.h"

#include "runners/base/command_line.h"

static const size_t default_limit = 1024 * 1024;

bool child_run(const struct child_request *request, struct launched *result, struct arena *arena,
               struct pg_error *err) {
    struct launch_command command = {request->argv, NULL, request->directory};
    size_t limit = request->output_limit ? request->output_limit : default_limit;
    struct launch_plan plan = {.commands = &command,
                               .count = 1,
                               .timeout = request->timeout,
                               .spare_outliving = true,
                               .output_limit = limit,
                               .error_limit = limit};
    struct launcher *launcher = NULL;
    if (!launcher_start(&launcher, &plan, arena, err))
        return false;
    bool good = launcher_run(launcher, 0, (struct launch_how){.finish = request->finish}, result,
                             arena, err);
    launcher_stop(launcher);
    return good;
}

/* The last line that is not blank. */
static struct text last_line(struct text output) {
    struct text rest = text_trim(output);
    const char *newline = rest.length ? memrchr(rest.at, '\n', rest.length) : NULL;
    if (newline) {
        rest.length -= (size_t)(newline + 1 - rest.at);
        rest.at = newline + 1;
    }
    return rest;
}

bool child_succeed(const struct child_request *request, struct launched *result,
                   struct arena *arena, struct pg_error *err) {
    if (!child_run(request, result, arena, err))
        return false;
    const char *reason = spawn_reason(&result->process, request->timeout, arena);
    if (!reason)
        return true;
    struct text line = last_line(result->error.length ? result->error : result->output);
    return pg_error_set(err, PG_CHILD, "%.300s: %s%s%.*s", command_quote(request->argv, arena),
                        reason, line.length ? ": " : "", TEXT_ARG(line, 400));
}

const char *child_line(const char *const *argv, const char *directory, struct arena *arena) {
    struct child_request request = {.argv = argv, .directory = directory, .timeout = 30};
    struct launched result;
    struct pg_error ignored;
    if (!child_succeed(&request, &result, arena, &ignored))
        return NULL;
    while (result.output.length && result.output.at[result.output.length - 1] == '\n')
        result.output.length--;
    return arena_strndup(arena, result.output.at, result.output.length);
}
