#include "gate/flame/flame.h"
#include "gate/flame/rounds.h"
#include "runners/base/escape.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* A frame of the stack that is being walked. */
struct open_frame {
    size_t at;                   /* in flame->frames */
    int64_t narrow[FLAME_SIDES]; /* joined so far of what it calls */
    uint32_t narrow_count;
};

struct walk {
    struct flame *flame;
    struct arena *arena;
    double least[FLAME_SIDES]; /* what a frame needs on either side */
    struct open_frame *open;
    size_t open_count, open_capacity;
};

static void add(int64_t to[FLAME_SIDES], const int64_t value[FLAME_SIDES]) {
    for (int side = 0; side < FLAME_SIDES; side++)
        to[side] += value[side];
}

static void open_frame(struct walk *w, uint32_t name) {
    struct flame *f = w->flame;
    struct flame_frame frame = {.name = name, .level = (uint32_t)w->open_count};
    struct open_frame open = {.at = f->frame_count};
    ARENA_PUSH(w->arena, f->frames, f->frame_count, f->frame_capacity, frame);
    ARENA_PUSH(w->arena, w->open, w->open_count, w->open_capacity, open);
}

static void put_narrow(struct walk *w, const struct open_frame *in) {
    struct flame *f = w->flame;
    struct flame_frame frame = {FLAME_NARROW,
                                f->frames[in->at].level + 1,
                                in->narrow_count,
                                {in->narrow[0], in->narrow[1]},
                                {in->narrow[0], in->narrow[1]}};
    if (in->narrow_count)
        ARENA_PUSH(w->arena, f->frames, f->frame_count, f->frame_capacity, frame);
}

/* The innermost frame is complete: it stays, or becomes a part of its caller's narrow ones. */
static void close_frame(struct walk *w) {
    struct flame *f = w->flame;
    struct open_frame done = w->open[--w->open_count];
    struct flame_frame *frame = &f->frames[done.at];
    if (w->open_count == 0) {
        put_narrow(w, &done);
        return;
    }
    struct open_frame *caller = &w->open[w->open_count - 1];
    add(f->frames[caller->at].total, frame->total);
    bool wide = false;
    for (int side = 0; side < FLAME_SIDES; side++)
        wide |= frame->total[side] > 0 && (double)frame->total[side] >= w->least[side];
    if (wide) {
        put_narrow(w, &done);
        return;
    }
    add(caller->narrow, frame->total);
    caller->narrow_count += done.narrow_count + 1;
    f->frame_count = done.at;
}

static size_t common(const struct flame_stack *a, const struct flame_stack *b) {
    size_t n = 0;
    while (n < a->depth && n < b->depth && a->frames[n] == b->frames[n])
        n++;
    return n;
}

static void build_tree(struct flame *f, struct arena *arena) {
    const struct flame_stacks *stacks = &f->stacks;
    struct walk w = {.flame = f, .arena = arena};
    for (int side = 0; side < FLAME_SIDES; side++)
        w.least[side] = f->input.min_share * (double)stacks->total[side];
    open_frame(&w, FLAME_ROOT);
    for (size_t i = 0; i < stacks->count; i++) {
        const struct flame_stack *stack = &stacks->items[i];
        size_t shared = i ? common(stack, stack - 1) : 0;
        while (w.open_count > shared + 1)
            close_frame(&w);
        for (size_t d = shared; d < stack->depth; d++)
            open_frame(&w, stack->frames[d]);
        struct flame_frame *leaf = &f->frames[w.open[w.open_count - 1].at];
        add(leaf->self, stack->value);
        add(leaf->total, stack->value);
    }
    while (w.open_count)
        close_frame(&w);
    for (size_t i = 0; i < f->frame_count; i++)
        f->narrow_count += f->frames[i].narrow;
}

static void count_functions(struct flame *f, struct arena *arena) {
    const struct flame_stacks *stacks = &f->stacks;
    size_t *seen = ARENA_NEW(arena, size_t, stacks->name_count);
    f->functions = ARENA_NEW(arena, struct flame_function, stacks->name_count);
    for (size_t i = 0; i < stacks->count; i++) {
        const struct flame_stack *stack = &stacks->items[i];
        add(f->functions[stack->frames[stack->depth - 1]].flat, stack->value);
        for (uint32_t d = 0; d < stack->depth; d++) {
            uint32_t name = stack->frames[d];
            if (seen[name] != i + 1)
                add(f->functions[name].cum, stack->value);
            seen[name] = i + 1;
        }
    }
    for (uint32_t i = 0; i < stacks->name_count; i++)
        f->gone_count += f->functions[i].cum[FLAME_NEW] == 0;
    for (size_t i = 0; i < stacks->count; i++) {
        if (stacks->items[i].value[FLAME_NEW] == 0)
            f->gone += stacks->items[i].value[FLAME_OLD];
    }
}

void flame_set_marks(struct flame *f, const struct flame_mark *const *marks, uint32_t texts) {
    for (uint32_t i = 0; i < f->stacks.name_count; i++) {
        uint32_t name = f->stacks.names[i];
        f->functions[i].mark = name < texts ? marks[name] : NULL;
    }
}

static const char *unit_of(const struct tally_part *part) {
    return strings_get(part->profile->strings, part->profile->types[part->type].unit);
}

static bool check_units(const struct flame_input *input, struct pg_error *err) {
    const struct tally_part *old = input->from.parts[FLAME_OLD],
                            *new = input->from.parts[FLAME_NEW];
    if (!old || strcmp(unit_of(old), unit_of(new)) == 0)
        return true;
    return pg_error_set(err, PG_FORMAT, "%.300s counts %.60s, but %.300s %.60s",
                        input->from.labels[FLAME_OLD], unit_of(old), input->from.labels[FLAME_NEW],
                        unit_of(new));
}

bool flame_build(struct flame *out, const struct flame_input *input, struct arena *arena,
                 struct pg_error *err) {
    const struct tally_part *new = input->from.parts[FLAME_NEW];
    const struct profile *p = new->profile;
    *out = (struct flame){.input = *input,
                          .type = strings_get(p->strings, p->types[new->type].name),
                          .unit = unit_of(new)};
    if (!check_units(input, err) || !flame_stacks_build(&out->stacks, &input->from, arena, err))
        return false;
    if (out->stacks.count == 0)
        return pg_error_set(err, PG_FORMAT, "%.300s: no sample has a stack and a value of %.60s",
                            input->from.labels[FLAME_NEW], out->type);
    if (out->stacks.total[FLAME_NEW] == 0)
        out->input.width = FLAME_WIDTH_OLD; /* a picture needs a width */
    count_rounds(out->rounds, input->from.parts, arena);
    build_tree(out, arena);
    count_functions(out, arena);
    return true;
}

bool flame_is_difference(const struct flame *flame) {
    return flame->input.from.parts[FLAME_OLD] != NULL;
}

double flame_cost(const struct flame *f, int side, int64_t value) {
    if (f->per_op[side] > 0)
        return (double)value * f->per_op[side];
    return f->rounds[side] ? (double)value / f->rounds[side] : (double)value;
}

double flame_amount(const struct flame *f, int side, int64_t value) {
    double total = (double)f->stacks.total[side];
    if (f->input.measure == FLAME_BY_COST)
        return flame_cost(f, side, value);
    return total > 0 ? (double)value / total : (double)value;
}

double flame_width_of(const struct flame *f, const int64_t total[FLAME_SIDES]) {
    double width = 0;
    if (f->input.width != FLAME_WIDTH_OLD)
        width += flame_amount(f, FLAME_NEW, total[FLAME_NEW]);
    if (f->input.width != FLAME_WIDTH_NEW)
        width += flame_amount(f, FLAME_OLD, total[FLAME_OLD]);
    return width;
}

double flame_change(const struct flame *f, const int64_t value[FLAME_SIDES]) {
    double old = flame_amount(f, FLAME_OLD, value[FLAME_OLD]);
    return (flame_amount(f, FLAME_NEW, value[FLAME_NEW]) - old) / old;
}

const double flame_steps[FLAME_STEPS] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};

const struct flame_key flame_keys[FLAME_KEYS] = {
    {"gone", "gone"}, {"gone0", "gone?"}, {"down6", "-50%"}, {"down5", "-20%"}, {"down4", "-10%"},
    {"down3", "-5%"}, {"down2", "-2%"},   {"down1", "-1%"},  {"same", "same"},  {"up1", "+1%"},
    {"up2", "+2%"},   {"up3", "+5%"},     {"up4", "+10%"},   {"up5", "+20%"},   {"up6", "+50%"},
    {"up7", "+100%"}, {"new0", "new?"},   {"new", "new"}};

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/). */
unsigned flame_hue(const struct flame *f, uint32_t name) {
    uint32_t hash = 2166136261u;
    for (const char *at = strings_get(f->stacks.strings, f->stacks.names[name]); *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    return (hash >> 16) % 12;
}

const struct flame_test *flame_test_of(const struct flame *f, const struct flame_frame *frame) {
    const struct flame_mark *mark = frame->name == FLAME_ROOT    ? &f->root
                                    : frame->name < FLAME_NARROW ? f->functions[frame->name].mark
                                                                 : NULL;
    return mark && f->tested[f->input.measure] ? &mark->total[f->input.measure] : NULL;
}

/* Tests are of functions: of a frame that goes the other way they say nothing. */
static bool is_significant(const struct flame *f, const struct flame_frame *frame, double change) {
    const struct flame_test *test = flame_test_of(f, frame);
    if (!f->tested[f->input.measure])
        return true;
    if (!test || !test->changed)
        return false;
    return isinf(change) || frame->total[FLAME_NEW] == 0 || frame->name == FLAME_ROOT ||
           (flame_change(f, f->functions[frame->name].cum) > 0) == (change > 0);
}

void flame_class(char out[FLAME_CLASS], const struct flame *f, const struct flame_frame *frame) {
    bool named = frame->name < FLAME_NARROW, difference = flame_is_difference(f);
    double change = flame_change(f, frame->total);
    unsigned step = 0;
    while (step < FLAME_STEPS && fabs(change) >= flame_steps[step])
        step++;
    if (!difference && named)
        snprintf(out, FLAME_CLASS, "hue%u", flame_hue(f, frame->name));
    else if (!difference || step == 0)
        snprintf(out, FLAME_CLASS, "same");
    else if (isinf(change) || frame->total[FLAME_NEW] == 0)
        snprintf(out, FLAME_CLASS, "%s%s", isinf(change) ? "new" : "gone",
                 is_significant(f, frame, change) ? "" : "0");
    else if (!is_significant(f, frame, change))
        snprintf(out, FLAME_CLASS, "same");
    else
        snprintf(out, FLAME_CLASS, "%s%u", change > 0 ? "up" : "down", step);
}

const char *flame_name(const struct flame *f, const struct flame_frame *frame,
                       struct arena *arena) {
    if (frame->name == FLAME_ROOT)
        return "all";
    if (frame->name == FLAME_NARROW)
        return arena_printf(arena, "%" PRIu32 " narrow frame%s", frame->narrow,
                            frame->narrow == 1 ? "" : "s");
    uint32_t name = f->stacks.names[frame->name];
    return escape_visible(arena, (struct text){strings_get(f->stacks.strings, name),
                                               strings_length(f->stacks.strings, name)});
}
