#include "gate/commands/run_sides.h"

#include "gate/baseline/history.h"
#include "runners/base/command_line.h"
#include "runners/recording/recording_text.h"
#include "runners/sampler/interrupt.h"

#include <libgen.h>
#include <unistd.h>

/* A side before its command can be run: a revision waits for its worktree. */
static const char *revision_of(const char *value) {
    return value[0] == '@' ? value + 1 : NULL;
}

static bool is_label(const char *label) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
    return *label && *label != '.' && *label != '-' && strspn(label, allowed) == strlen(label);
}

static const char *const *in_shell(const char *shell, const char *command, struct arena *arena) {
    const char **argv = ARENA_NEW(arena, const char *, 4);
    argv[0] = shell;
    argv[1] = "-c";
    argv[2] = command;
    return argv;
}

/* The measured command from its text; with a shell its name is that of the first word. */
static bool command_from_text(struct run_sides *out, const struct side_options *options,
                              const char *text, const char *const **argv, struct pg_error *err) {
    if (!options->shell)
        return command_split(argv, text, out->arena, err);
    struct text rest = text_of(text), word;
    if (!text_field(&rest, &word))
        return pg_error_set(err, PG_USAGE, "'%.100s': no command in it", text);
    if (!out->name)
        out->name = basename(arena_strndup(out->arena, word.at, word.length));
    *argv = in_shell(options->shell, text, out->arena);
    return true;
}

static const char *const *after_dashes(const struct parsed_options *parsed, struct arena *arena) {
    const char **argv = ARENA_NEW(arena, const char *, parsed->operands.count + 1);
    memcpy(argv, parsed->operands.items, parsed->operands.count * sizeof *argv);
    return argv;
}

/* The command given as operands. A single one before any `--` is a whole command line, as
 * hyperfine's users write it. */
static bool command_from_operands(struct run_sides *out, const struct side_options *options,
                                  const char *const **argv, struct pg_error *err) {
    const struct parsed_options *parsed = options->parsed;
    const char *first = parsed->operands.items[0];
    if (options->shell)
        return command_from_text(out, options,
                                 parsed->operands.count == 1
                                     ? first
                                     : command_quote(after_dashes(parsed, out->arena), out->arena),
                                 argv, err);
    if (parsed->operands.count == 1 && parsed->after_dashes == 0 && strchr(first, ' ') &&
        access(first, X_OK) != 0)
        return command_split(argv, first, out->arena, err);
    *argv = after_dashes(parsed, out->arena);
    return true;
}

static bool hook(const struct string_list *list, const char *option, size_t side, size_t sides,
                 const char *const **argv, struct arena *arena, struct pg_error *err) {
    if (list->count > 1 && list->count != sides)
        return pg_error_set(err, PG_USAGE, "%s: give it once, or once for each of the %zu sides",
                            option, sides);
    if (list->count)
        *argv = in_shell("/bin/sh", list->items[list->count == 1 ? 0 : side], arena);
    return true;
}

static bool hooks(const struct side_options *options, size_t i, size_t count,
                  struct plan_side *side, struct arena *arena, struct pg_error *err) {
    return hook(&options->setup, "--setup", i, count, &side->setup, arena, err) &&
           hook(&options->prepare, "--prepare", i, count, &side->prepare, arena, err) &&
           hook(&options->conclude, "--conclude", i, count, &side->conclude, arena, err) &&
           hook(&options->cleanup, "--cleanup", i, count, &side->cleanup, arena, err);
}

/* commit holds the revision until it is checked out. */
static bool parse_side(struct run_sides *out, const struct side_options *options, const char *text,
                       struct pg_error *err) {
    const char *equals = strchr(text, '=');
    if (!equals || !equals[1])
        return pg_error_set(err, PG_USAGE, "--side=%.200s: write LABEL=COMMAND or LABEL=@REVISION",
                            text);
    struct plan_side side = {.label = arena_strndup(out->arena, text, (size_t)(equals - text))};
    if (!is_label(side.label))
        return pg_error_set(err, PG_USAGE,
                            "--side=%.200s: a label names a file: letters, digits and ._+- only",
                            text);
    for (size_t i = 0; i < out->count; i++) {
        if (strcmp(out->sides[i].label, side.label) == 0)
            return pg_error_set(err, PG_USAGE, "--side: two sides are labelled '%.100s'",
                                side.label);
    }
    side.commit = revision_of(equals + 1);
    bool good = side.commit
                    ? options->parsed->operands.count > 0 ||
                          pg_error_set(err, PG_USAGE,
                                       "--side=%.200s: the command to run in each revision goes "
                                       "behind --",
                                       text)
                    : command_from_text(out, options, equals + 1, &side.argv, err);
    if (!good || !hooks(options, out->count, options->sides.count, &side, out->arena, err))
        return false;
    out->sides[out->count++] = side;
    return true;
}

static bool several_sides(struct run_sides *out, const struct side_options *options,
                          struct pg_error *err) {
    bool revisions = false;
    for (size_t i = 0; i < options->sides.count; i++) {
        if (!parse_side(out, options, options->sides.items[i], err))
            return false;
        revisions |= out->sides[i].commit != NULL;
    }
    if (!revisions && options->parsed->operands.count)
        return pg_error_set(err, PG_USAGE,
                            "%.200s: with --side=LABEL=COMMAND there is no command behind --",
                            options->parsed->operands.items[0]);
    if (!revisions && options->build)
        return pg_error_set(err, PG_USAGE, "--build: no side is a git revision (LABEL=@REVISION)");
    const char *const *shared = NULL;
    if (revisions && !command_from_operands(out, options, &shared, err))
        return false;
    for (size_t i = 0; i < out->count; i++)
        out->sides[i].argv = out->sides[i].commit ? shared : out->sides[i].argv;
    return true;
}

/* "." or "folder/": nothing that a file could be named by. */
static bool names_folder(const char *path) {
    const char *file = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    return !*file || strcmp(file, ".") == 0 || strcmp(file, "..") == 0;
}

static bool one_side(struct run_sides *out, const struct side_options *options,
                     struct pg_error *err) {
    struct plan_side *side = &out->sides[0];
    if (options->parsed->operands.count == 0)
        return pg_error_set(err, PG_USAGE, "no command to measure; it goes behind --");
    if (!options->output)
        return pg_error_set(err, PG_USAGE,
                            "-o NAME is missing: where the recording goes (- is stdout)");
    if (names_folder(options->output))
        return pg_error_set(err, PG_USAGE,
                            "-o %.200s: a folder; one build goes into a file, NAME.txt",
                            options->output);
    if (options->build)
        return pg_error_set(err, PG_USAGE, "--build: no side is a git revision (LABEL=@REVISION)");
    out->count = 1;
    const char *file = basename(arena_strdup(out->arena, options->output));
    size_t length = strlen(file);
    if (length > 4 && strcmp(file + length - 4, ".txt") == 0)
        length -= 4;
    side->label = strcmp(file, "-") == 0 ? "stdout" : arena_strndup(out->arena, file, length);
    side->commit = options->commit ? options->commit : history_commit(NULL, "HEAD", out->arena);
    side->modified = !options->commit && side->commit && history_changed(NULL, out->arena);
    side->branch = options->branch ? options->branch : history_branch(NULL, out->arena);
    return command_from_operands(out, options, &side->argv, err) &&
           hooks(options, 0, 1, side, out->arena, err);
}

static const char *path_of(const struct run_sides *out, const struct side_options *options,
                           size_t side) {
    const char *output = options->output;
    if (options->sides.count)
        return arena_printf(out->arena, "%s%s%s.txt", output ? output : "", output ? "/" : "",
                            out->sides[side].label);
    size_t length = strlen(output);
    bool as_it_is = strcmp(output, "-") == 0 || strncmp(output, "/dev/", 5) == 0 ||
                    (length > 4 && strcmp(output + length - 4, ".txt") == 0);
    return as_it_is ? output : arena_printf(out->arena, "%s.txt", output);
}

static bool open_files(struct run_sides *out, const struct side_options *options,
                       struct pg_error *err) {
    if (options->sides.count && options->output && !make_folders(options->output, err))
        return false;
    for (size_t i = 0; i < out->count; i++) {
        const char *path = path_of(out, options, i);
        if (!out_file_open(&out->files[i], path, out->arena, err))
            return false;
        out->recordings[i] = recording_new(out->sides[i].label, path, out->strings, out->arena);
        recording_set(out->recordings[i], "version", PERFGATE_VERSION);
    }
    return true;
}

bool run_sides_open(struct run_sides *out, const struct side_options *options, struct arena *arena,
                    struct pg_error *err) {
    size_t most = options->sides.count ? options->sides.count : 1;
    *out = (struct run_sides){.sides = ARENA_NEW(arena, struct plan_side, most),
                              .recordings = ARENA_NEW(arena, struct recording *, most),
                              .files = ARENA_NEW(arena, struct out_file, most),
                              .strings = strings_new(arena),
                              .arena = arena};
    return (options->sides.count ? several_sides(out, options, err)
                                 : one_side(out, options, err)) &&
           open_files(out, options, err);
}

bool run_sides_build(struct run_sides *sides, const struct side_options *options,
                     struct pg_error *err) {
    const char **revisions = ARENA_NEW(sides->arena, const char *, sides->count);
    size_t *of = ARENA_NEW(sides->arena, size_t, sides->count), count = 0;
    for (size_t i = 0; options->sides.count && i < sides->count; i++) {
        if (!sides->sides[i].commit)
            continue;
        of[count] = i;
        revisions[count++] = sides->sides[i].commit;
    }
    if (count == 0)
        return true;
    if (!worktrees_add(&sides->trees, NULL, revisions, count, sides->arena, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct worktree *tree = &sides->trees.items[i];
        struct plan_side *side = &sides->sides[of[i]];
        side->commit = tree->commit;
        side->branch = tree->branch;
        side->directory = tree->directory;
        if (options->build && !interrupted_by() &&
            !worktree_build(tree, in_shell("/bin/sh", options->build, sides->arena),
                            options->build_timeout, sides->arena, err))
            return pg_error_in(err, side->label);
    }
    return true;
}

bool run_sides_write(struct run_sides *sides, struct pg_error *err) {
    for (size_t i = 0; i < sides->count; i++) {
        recording_write(sides->files[i].stream, sides->recordings[i]);
        if (!out_file_commit(&sides->files[i], err))
            return false;
    }
    return true;
}

void run_sides_close(struct run_sides *sides) {
    for (size_t i = 0; sides->files && i < sides->count; i++)
        out_file_abandon(&sides->files[i]);
    if (sides->trees.folder)
        worktrees_remove(&sides->trees, sides->arena);
}
