#include "gate/baseline/history.h"
#include "gate/commands/init_find.h"
#include "gate/commands/option_rows.h"
#include "gate/config/config.h"
#include "runners/base/escape.h"
#include "runners/base/out_file.h"

#include <stdlib.h>
#include <unistd.h>

struct init {
    const char *output;
    bool force;
    struct finds finds;
    struct session *session;
    struct arena *arena;
};

/* ---- the file ---- */

/* A YAML text in double quotes, whatever bytes it holds. */
static void quoted(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < ' ' || c == 0x7F)
            fprintf(out, "\\x%02X", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void setting(FILE *out, const char *key, const char *value) {
    if (!value)
        return;
    fprintf(out, "    %s: ", key);
    quoted(out, value);
    fputc('\n', out);
}

static void write_entry(FILE *out, const struct found *found, struct arena *arena) {
    if (found->because)
        fprintf(out, "  # %s\n", escape_text(arena, found->because));
    fputs("  - name: ", out);
    quoted(out, found->name);
    fputs("\n    command: [", out);
    for (size_t i = 0; found->argv[i]; i++) {
        fputs(i ? ", " : "", out);
        quoted(out, found->argv[i]);
    }
    fputs("]\n", out);
    setting(out, "build", found->build);
    setting(out, "directory", found->directory);
    setting(out, "format", found->format);
}

static const char *main_branch(struct arena *arena) {
    static const char *const usual[] = {"main", "master", "trunk"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (history_commit(NULL, arena_printf(arena, "refs/remotes/origin/%s", usual[i]), arena) ||
            history_commit(NULL, arena_printf(arena, "refs/heads/%s", usual[i]), arena))
            return usual[i];
    }
    const char *branch = history_branch(NULL, arena);
    return branch && text_is_utf8(text_of(branch)) ? branch : "main";
}

static void write_config(FILE *out, const struct init *init) {
    fputs("# What `perfgate gate` measures and what it demands.\n"
          "# `perfgate gate --help-config` explains every key; unknown keys are refused.\n\n"
          "threshold: 5%    # a change up to this is tolerated\n"
          "rounds: 20       # processes a side; `perfgate calibrate` says how many are needed\n"
          "warmup: 1        # rounds thrown away first\n"
          "timeout: 10m     # of one process\n\n"
          "# The baseline: stored recordings of this branch, from an equal machine.\n"
          "# `perfgate gate --save`, run for every commit of it, keeps them.\n"
          "store: .perfgate/baseline\nbranch: ",
          out);
    quoted(out, main_branch(init->arena));
    fputs("\nhistory: 5       # recordings that make the baseline\n\n"
          "# Far less noisy: build and measure another revision beside the new build, in turn.\n"
          "# base:\n"
          "#   revision: origin/main\n\n"
          "benchmarks:\n",
          out);
    for (size_t i = 0; i < init->finds.count; i++)
        write_entry(out, &init->finds.items[i], init->arena);
    fputs("\n# What holds for some rows only:\n"
          "# rules:\n"
          "#   - {benchmark: \"Parse*\", unit: sec/op, threshold: 2%, floor: 100us}\n"
          "#   - {unit: B/op, gated: no}\n"
          "# waivers: perfgate-waivers.txt\n"
          "# reports: [markdown=perfgate.md, json=perfgate.json]\n",
          out);
}

/* ---- the command ---- */

static bool put(const struct init *init, const char *text, size_t length, struct pg_error *err) {
    struct out_file file;
    bool exists = false;
    if (strcmp(init->output, "-") == 0)
        return fwrite(text, 1, length, init->session->out) == length ||
               pg_error_errno(err, "stdout: cannot write");
    if (!out_file_open(&file, init->output, init->arena, err))
        return false;
    fwrite(text, 1, length, file.stream);
    if (init->force)
        return out_file_commit(&file, err);
    if (out_file_commit_new(&file, &exists, err))
        return true;
    out_file_abandon(&file);
    return exists ? pg_error_set(err, PG_USAGE, "%.400s: exists already; --force writes it anew",
                                 init->output)
                  : false;
}

static bool write_checked(const struct init *init, struct pg_error *err) {
    char *text = NULL;
    size_t length = 0;
    struct gate_config ignored;
    FILE *memory = open_memstream(&text, &length);
    if (!memory)
        return pg_error_errno(err, "no memory for the file");
    write_config(memory, init);
    bool good = fclose(memory) == 0 || pg_error_errno(err, "no memory for the file");
    good = good &&
           config_parse(&ignored, init->output, (struct text){text, length}, init->arena, err) &&
           put(init, text, length, err);
    free(text);
    return good;
}

static void tell(const struct init *init) {
    FILE *out = init->session->out;
    if (init->session->quiet || strcmp(init->output, "-") == 0)
        return;
    fprintf(out, "%s: %zu benchmark%s\n", escape_text(init->arena, init->output), init->finds.count,
            init->finds.count == 1 ? "" : "s");
    for (size_t i = 0; i < init->finds.count; i++) {
        const struct found *found = &init->finds.items[i];
        fprintf(out, "  %s%s%s\n", escape_text(init->arena, found->name),
                found->because ? ": " : "",
                found->because ? escape_text(init->arena, found->because) : "");
    }
    fputs("Next: `perfgate gate --save` on the main branch, then `perfgate gate`. `.perfgate/` "
          "belongs into\n.gitignore.\n",
          out);
}

static void take_command(struct init *init, const struct parsed_options *parsed) {
    const char **argv = ARENA_NEW(init->arena, const char *, parsed->operands.count + 1);
    memcpy(argv, parsed->operands.items, parsed->operands.count * sizeof *argv);
    const char *slash = strrchr(argv[0], '/');
    struct found found = {.name = slash && slash[1] ? slash + 1 : argv[0], .argv = argv};
    init->finds = (struct finds){.arena = init->arena};
    ARENA_PUSH(init->arena, init->finds.items, init->finds.count, init->finds.capacity, found);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct init init = {.output = "perfgate.yml", .session = session, .arena = session->arena};
    struct parsed_options parsed;
    const struct option options[] = {
        TEXT("output", 'o', &init.output, "FILE", "what to write (perfgate.yml)"),
        FLAG("force", 'f', &init.force, "write over a file that exists"),
        {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &init_command, options, true, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (!init.force && strcmp(init.output, "-") != 0 && access(init.output, F_OK) == 0)
        return pg_error_set(err, PG_USAGE, "%.400s: exists already; --force writes it anew",
                            init.output);
    if (parsed.operands.count)
        take_command(&init, &parsed);
    else
        init_find(&init.finds, ".", session->arena);
    if (init.finds.count == 0)
        return pg_error_set(err, PG_USAGE,
                            "found no Go module with benchmarks and no program that uses Google "
                            "Benchmark; give the command to measure: perfgate init -- COMMAND");
    if (!write_checked(&init, err))
        return false;
    tell(&init);
    return true;
}

const struct command init_command = {
    .name = "init",
    .summary = "Write a starter perfgate.yml from what the folder holds",
    .operands = "[[--] COMMAND [ARGUMENT…]]",
    .run = run,
};
