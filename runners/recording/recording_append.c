#include "runners/recording/recording.h"

bool recording_append(struct recording *out, const struct recording *part, uint32_t *clash) {
    bool apart = true;
    for (uint32_t i = 0; i < part->series_count; i++) {
        const struct series *from = &part->series[i];
        const struct config *config = &part->configs[from->config];
        uint32_t number = recording_config(out, config->pairs, config->count);
        struct series *to =
            recording_series(out, number, from->name, from->unit, from->unit_written);
        if (to->count && apart) {
            *clash = from->name;
            apart = false;
        }
        recording_reserve(out, to, from->count);
        for (uint32_t j = 0; j < from->count; j++)
            recording_add(out, to, from->values[j], from->rounds ? from->rounds[j] : 0);
    }
    for (uint32_t i = 0; i < part->failure_count; i++)
        recording_fail(out, part->failures[i].name, part->failures[i].round,
                       part->failures[i].reason);
    recording_carry_units(out, part);
    out->damaged_lines += part->damaged_lines;
    out->result_lines += part->result_lines;
    return apart;
}
