/* A flame graph of any folded stacks, or the difference of two that an empty line parts: no cost is
 * lost in the tree, the data reads back, and no name ends the page's script. The first byte chooses
 * widths, measure and the least share. */
#include "gate/flame/flame_folded.h"
#include "gate/flame/flame_html.h"
#include "gate/flame/flame_json.h"
#include "gate/flame/flame_svg.h"
#include "runners/base/json.h"
#include "runners/profile/profile_format.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_side(struct tally_part *part, struct text bytes, struct strings *strings,
                      struct arena *arena) {
    struct profile *p;
    struct pg_error err;
    *part = (struct tally_part){.factor = 1};
    if (!folded_format.read(&p, bytes, strings, arena, &err) || !p->type_count)
        return false;
    part->profile = p;
    return true;
}

static void check_tree(const struct flame *f) {
    int64_t self[FLAME_SIDES] = {0};
    for (size_t i = 0; i < f->frame_count; i++) {
        assert(i ? f->frames[i].level <= f->frames[i - 1].level + 1 && f->frames[i].level > 0
                 : f->frames[i].level == 0);
        for (int side = 0; side < FLAME_SIDES; side++)
            self[side] += f->frames[i].self[side];
    }
    for (int side = 0; side < FLAME_SIDES; side++)
        assert(self[side] == f->stacks.total[side] && self[side] == f->frames[0].total[side]);
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

static void check_forms(const struct flame *f, struct arena *arena) {
    char *bytes;
    size_t length;
    struct pg_error err;
    cJSON *tree;
    FILE *out = open_memstream(&bytes, &length);
    flame_write_svg(out, f, arena);
    flame_write_folded(out, f);
    fflush(out);
    size_t json = length;
    flame_write_json(out, f, arena);
    fflush(out);
    size_t page = length;
    flame_write_html(out, f, 1, 0, arena);
    fclose(out);
    assert(json_parse(&tree, "data", (struct text){bytes + json, page - json}, &err));
    cJSON_Delete(tree);
    assert(count_of(bytes + page, "</script>") == 2 && count_of(bytes + page, "<!--") == 0);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const double shares[] = {0, 0.001, 0.1, 1};
    struct arena *arena = arena_new();
    struct strings *strings = strings_new(arena);
    struct tally_part parts[FLAME_SIDES];
    unsigned choice = size ? data[0] : 0;
    struct text all = {(const char *)data + (size > 0), size - (size > 0)};
    const char *gap = memmem(all.at, all.length, "\n\n", 2);
    struct text old = {all.at, gap ? (size_t)(gap - all.at) : 0}, new = all;
    if (gap)
        new = (struct text){gap + 2, all.length - old.length - 2};
    struct flame_input input = {.from = {.labels = {"old", "new"}, .parts = {NULL, &parts[1]}},
                                .width = (enum flame_width)(choice % 3),
                                .measure = choice & 4 ? FLAME_BY_SHARE : FLAME_BY_COST,
                                .min_share = shares[choice >> 3 & 3]};
    if (gap)
        input.from.parts[FLAME_OLD] = &parts[0];
    struct flame flame;
    struct pg_error err = {0};
    if ((!gap || read_side(&parts[0], old, strings, arena)) &&
        read_side(&parts[1], new, strings, arena)) {
        if (flame_build(&flame, &input, arena, &err)) {
            check_tree(&flame);
            check_forms(&flame, arena);
        } else {
            assert(err.status != PG_OK && err.text[0]);
        }
    }
    arena_free(arena);
    return 0;
}
