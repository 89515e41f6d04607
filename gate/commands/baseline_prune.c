/* perfgate baseline prune */
#include "gate/commands/baseline_parts.h"

#include <math.h>
#include <time.h>

enum { A_DAY = 24 * 60 * 60 };

static bool run_prune(struct session *session, int argc, const char **argv, int *exit_code,
                      struct pg_error *err) {
    const char *path = DEFAULT_STORE;
    double days = NAN;
    struct store_prune how = {.keep = -1, .max_age = NAN, .now = (int64_t)time(NULL)};
    struct store_pruned pruned;
    struct parsed_options parsed;
    const struct option options[] = {
        STORE_OPTION(&path),
        TEXT("branch", 'b', &how.branch_glob, "GLOB", "only these branches"),
        COUNT("keep", 'k', &how.keep, 0, 1000000,
              "keep the newest N of each branch and machine; 0: none, not even the newest"),
        {.name = "max-age",
         .kind = OPTION_DOUBLE,
         .target = &days,
         .argument = "DAYS",
         .help = "keep what is not older; the newest usable one always stays",
         .low = 0,
         .high = 100000},
        FLAG("damaged", 0, &how.damaged, "remove damaged entries"),
        FLAG("dry-run", 0, &how.dry_run, "only say what would go"),
        {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &baseline_prune_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (how.keep < 0 && isnan(days) && !how.damaged)
        return pg_error_set(err, PG_USAGE,
                            "baseline prune: expected --keep, --max-age or --damaged");
    how.max_age = days * A_DAY;
    struct store store = {path, session->arena};
    if (!store_prune(&store, &how, &pruned, err))
        return false;
    for (size_t i = 0; i < pruned.count && !session->quiet; i++)
        fprintf(session->out, "%s %s\n", how.dry_run ? "would remove" : "removed",
                pruned.items[i].id);
    if (!session->quiet)
        fprintf(session->out, "%zu %s, %zu kept, %zu leftovers of killed writers %s\n",
                pruned.count, how.dry_run ? "to go" : "removed", pruned.kept, pruned.leftovers,
                how.dry_run ? "to go" : "removed");
    return true;
}

const struct command baseline_prune_command = {
    .name = "baseline prune",
    .summary = "Remove what is old or too much",
    .operands = "",
    .run = run_prune,
};
