/* A flame graph, or the difference of two: a tree of frames with what each cost on either side,
 * and a table of the functions. Everything that is drawn or written of it (SVG, HTML, JSON) is made
 * from this. */
#ifndef GATE_FLAME_FLAME_H
#define GATE_FLAME_FLAME_H

#include "gate/flame/stacks.h"

#define FLAME_ROOT UINT32_MAX         /* name of the root */
#define FLAME_NARROW (UINT32_MAX - 1) /* name of a frame that stands for narrow ones */

/* Frames stand in the order of a walk: a frame, then all that it calls. */
struct flame_frame {
    uint32_t name; /* index into stacks.names, or one of the above */
    uint32_t level;
    uint32_t narrow;            /* how many frames a FLAME_NARROW stands for */
    int64_t self[FLAME_SIDES];  /* of a FLAME_NARROW: what they all add up to */
    int64_t total[FLAME_SIDES]; /* with what it calls */
};

enum flame_measure { FLAME_BY_COST, FLAME_BY_SHARE, FLAME_MEASURES };
enum flame_width { FLAME_WIDTH_NEW, FLAME_WIDTH_OLD, FLAME_WIDTH_BOTH };

/* What tests said about a function: frames whose total did not change significantly are grey. */
struct flame_test {
    double p; /* corrected; NaN when there was no test, and `changed` is then false */
    bool changed;
};
struct flame_mark {
    struct flame_test self[FLAME_MEASURES], total[FLAME_MEASURES];
    const char *verdict; /* on its own cost; NULL: none */
};

/* A function over all its frames; recursion counts once. */
struct flame_function {
    int64_t flat[FLAME_SIDES], cum[FLAME_SIDES];
    const struct flame_mark *mark; /* or NULL */
};

struct flame_input {
    struct flame_sources from;
    double min_share; /* frames below this share of both sides' totals are joined per caller */
    enum flame_measure measure;
    enum flame_width width;
};

struct flame {
    struct flame_input input;
    struct flame_stacks stacks;
    const char *type, *unit; /* texts of the sample type */
    const char *benchmark;   /* whose samples these are, or NULL; the caller's to set */
    uint32_t
        rounds[FLAME_SIDES];    /* distinct `round` labels; 0 on both sides unless both have some */
    double per_op[FLAME_SIDES]; /* what makes a value the cost of an operation; 0: not known. The
                                   caller's to set, of both sides or none */
    const char *per_round;      /* why costs are those of a round, not of an operation; or NULL. The
                                   caller's to set */
    struct flame_frame *frames; /* the root first */
    size_t frame_count, frame_capacity;
    size_t narrow_count;              /* frames that were joined */
    struct flame_function *functions; /* by name */
    bool tested[FLAME_MEASURES];      /* what has no mark is then not significant */
    struct flame_mark root;           /* of the whole */
    size_t gone_count;                /* of functions */
    int64_t gone; /* the old cost of stacks that the new profile does not have */
};

/* Errors are those of flame_stacks_build; PG_FORMAT when the units differ or there is no value at
 * all. */
bool flame_build(struct flame *out, const struct flame_input *input, struct arena *arena,
                 struct pg_error *err);

/* Marks the functions: by text of their names, NULL where there was no test. The caller says what
 * was tested, and what of the root. */
void flame_set_marks(struct flame *flame, const struct flame_mark *const *marks, uint32_t texts);

/* Are there two sides? */
bool flame_is_difference(const struct flame *flame);

/* What a value of a side costs: per operation where that is known, else per round where rounds are
 * labelled. */
double flame_cost(const struct flame *flame, int side, int64_t value);

/* A value of a side as it is drawn and compared: that, or as a share of the side's total. */
double flame_amount(const struct flame *flame, int side, int64_t value);

/* Width of a frame, in such amounts. */
double flame_width_of(const struct flame *flame, const int64_t total[FLAME_SIDES]);

/* How a frame is painted. The class is what palette.css calls it: "new", "gone", "same" (changed by
 * less than the first step, or not significantly), "new0" and "gone0" (on one side only, but not
 * significantly), "up1" … "up7", "down1" … "down6" by the steps that the change of its total
 * reaches; without a difference "hue0" … "hue11" by the name. Where nothing was tested the size of
 * the change alone decides. */
enum { FLAME_CLASS = 8 };
void flame_class(char out[FLAME_CLASS], const struct flame *flame, const struct flame_frame *frame);

/* Changes from which on a colour is one step stronger, and all classes of a difference from less to
 * more, with what a legend says of them. */
enum { FLAME_STEPS = 7, FLAME_KEYS = 2 * FLAME_STEPS + 4 };
extern const double flame_steps[FLAME_STEPS];
extern const struct flame_key { const char *class, *text; } flame_keys[FLAME_KEYS];

/* Which of the twelve hues a name has, in every graph. */
unsigned flame_hue(const struct flame *flame, uint32_t name);

/* What a test said of a frame's total by what is compared now; NULL without one. */
const struct flame_test *flame_test_of(const struct flame *flame, const struct flame_frame *frame);

/* The change of a value as a ratio: infinite from 0, NaN of nothing. */
double flame_change(const struct flame *flame, const int64_t value[FLAME_SIDES]);

/* The name for output: visible UTF-8, not yet escaped for any language. */
const char *flame_name(const struct flame *flame, const struct flame_frame *frame,
                       struct arena *arena);

#endif
