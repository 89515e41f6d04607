#include "runners/profile/set_label.h"

bool profile_set_label(struct profile *p, struct profile_label label, struct arena *arena,
                       struct pg_error *err) {
    size_t most = p->label_start[p->sample_count] + p->sample_count;
    if (most > UINT32_MAX)
        return pg_error_set(err, PG_LIMIT, "expected at most %u labels", UINT32_MAX);
    struct profile_label *labels = ARENA_NEW(arena, struct profile_label, most);
    uint32_t *starts = ARENA_NEW(arena, uint32_t, p->sample_count + 1);
    uint32_t count = 0;
    for (size_t i = 0; i < p->sample_count; i++) {
        for (uint32_t l = p->label_start[i]; l < p->label_start[i + 1]; l++) {
            if (p->labels[l].key != label.key)
                labels[count++] = p->labels[l];
        }
        labels[count++] = label;
        starts[i + 1] = count;
    }
    p->labels = labels;
    p->label_start = starts;
    return true;
}
