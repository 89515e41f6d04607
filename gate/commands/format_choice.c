#include "gate/commands/format_choice.h"

#include <stdio.h>
#include <string.h>

bool format_choose(struct format_choice *out, const char *name, struct pg_error *err) {
    *out = (struct format_choice){0};
    if (!name || strcmp(name, "auto") == 0)
        return true;
    out->whole_process = strcmp(name, "none") == 0;
    out->format = out->whole_process ? NULL : format_find(name);
    if (out->whole_process || out->format)
        return true;
    char names[512] = "";
    for (size_t i = 0, used = 0; formats[i]; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, ", %.40s", formats[i]->name);
    return pg_error_set(err, PG_USAGE, "format: '%.80s'; expected one of auto, none%s", name,
                        names);
}
