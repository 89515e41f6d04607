/* `perfgate history`: what history_command.c has found out, for history_print.c and
 * history_export.c to print. */
#ifndef GATE_COMMANDS_HISTORY_PARTS_H
#define GATE_COMMANDS_HISTORY_PARTS_H

#include "gate/commands/compare_options.h"
#include "gate/history/timeline.h"

struct history_damage {
    const char *id, *damage;
};

struct history {
    struct timeline timeline;
    const char *store; /* NULL: the recordings were given */
    struct history_damage *damaged;
    size_t damaged_count, damaged_capacity;
    const char **notes; /* what was left out, and other doubts */
    size_t note_count, note_capacity;
    bool changes_only; /* in the text: series without a change are left out, and all tables */
    const struct output_options *screen;
    const struct session *session;
};

/* Forms of a view; `what` is a struct history. */
void history_text(FILE *out, const void *what, struct arena *arena);
void history_json(FILE *out, const void *what, struct arena *arena);
void history_csv(FILE *out, const void *what, struct arena *arena);

/* "slower" …: "worse" or "better"; NULL when the unit has no direction. */
const char *history_direction(const struct timeline_series *series, double change);

#endif
