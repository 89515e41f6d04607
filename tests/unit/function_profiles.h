/* For the tests of function verdicts: programs as folded stacks with the samples that a round has
 * of each on average (fixtures/functions), and profiles drawn from them. */
#ifndef TESTS_UNIT_FUNCTION_PROFILES_H
#define TESTS_UNIT_FUNCTION_PROFILES_H

#include "gate/functions/function_findings.h"
#include "runners/base/number.h"
#include "runners/base/source.h"
#include "stats/random.h"

#include <assert.h>
#include <gsl/gsl_randist.h>
#include <stdlib.h>

enum { MOST_STACKS = 64, MOST_DEPTH = 16 };
#define SAMPLE_NS 1000000

struct program {
    struct {
        uint32_t frames[MOST_DEPTH], depth; /* functions, root first */
        double samples;
    } stacks[MOST_STACKS];
    size_t stack_count;
    struct profile_function functions[MOST_STACKS];
    uint32_t function_count;
    double samples; /* of a round */
    struct strings *strings;
};

static inline uint32_t program_function(struct program *program, struct text frame) {
    const char *at = memchr(frame.at, '@', frame.length);
    struct text name = {frame.at, at ? (size_t)(at - frame.at) : frame.length};
    struct text file = {at ? at + 1 : "", at ? frame.length - name.length - 1 : 0};
    uint32_t text = strings_add(program->strings, name);
    for (uint32_t i = 0; i < program->function_count; i++) {
        if (program->functions[i].name == text)
            return i;
    }
    assert(program->function_count < MOST_STACKS);
    program->functions[program->function_count] = (struct profile_function){
        .name = text, .system_name = text, .file = strings_add(program->strings, file)};
    return program->function_count++;
}

static inline void program_stack(struct program *program, struct text line) {
    const char *blank = memrchr(line.at, ' ', line.length);
    assert(blank);
    struct text frames = {line.at, (size_t)(blank - line.at)};
    struct text number = {blank + 1, line.length - frames.length - 1};
    assert(program->stack_count < MOST_STACKS);
    uint32_t *depth = &program->stacks[program->stack_count].depth;
    while (frames.length) {
        const char *end = memchr(frames.at, ';', frames.length);
        struct text frame = {frames.at, end ? (size_t)(end - frames.at) : frames.length};
        assert(*depth < MOST_DEPTH);
        program->stacks[program->stack_count].frames[(*depth)++] = program_function(program, frame);
        frames.length -= frame.length + (end != NULL);
        frames.at += frame.length + (end != NULL);
    }
    assert(number_double(number, &program->stacks[program->stack_count].samples));
    program->samples += program->stacks[program->stack_count++].samples;
}

/* Reads lines `a@a.c;b@b.c SAMPLES`, root first; `#` begins a comment line. */
static inline void program_read(struct program *program, const char *lines,
                                struct strings *strings) {
    *program = (struct program){.strings = strings};
    struct text rest = text_of(lines);
    while (rest.length) {
        const char *end = memchr(rest.at, '\n', rest.length);
        struct text line = {rest.at, end ? (size_t)(end - rest.at) : rest.length};
        if (line.length && *line.at != '#')
            program_stack(program, line);
        rest.length -= line.length + (end != NULL);
        rest.at += line.length + (end != NULL);
    }
}

/* How rounds differ: every round, and every function in it, takes longer or shorter by a log-normal
 * factor; the samples of a stack are Poisson's. All 0: exactly the program's samples. */
struct weather {
    gsl_rng *random;
    double round_spread, function_spread;
};

static inline int64_t draw(const struct weather *weather, double mean) {
    if (!weather->random)
        return (int64_t)mean;
    return (int64_t)gsl_ran_poisson(weather->random, mean);
}

static inline double factor(const struct weather *weather, double spread) {
    return weather->random ? exp(gsl_ran_gaussian(weather->random, spread)) : 1;
}

/* A profile of `rounds` rounds, labelled round 1, 2, … and, unless NULL, benchmark. */
static inline const struct profile *program_profile(const struct program *program, uint32_t rounds,
                                                    const char *benchmark,
                                                    const struct weather *weather,
                                                    struct arena *arena) {
    struct strings *strings = program->strings;
    struct profile *p = profile_new(strings, arena);
    size_t most = program->stack_count * rounds, frames = 0, labels = 0;
    uint32_t count = program->function_count;
    p->types = ARENA_NEW(arena, struct profile_type, 2);
    p->types[0] = (struct profile_type){strings_add(strings, text_of("samples")),
                                        strings_add(strings, text_of("count"))};
    p->types[1] = (struct profile_type){strings_add(strings, text_of("cpu")),
                                        strings_add(strings, text_of("nanoseconds"))};
    p->type_count = 2;
    p->functions = ARENA_NEW(arena, struct profile_function, count);
    memcpy(p->functions, program->functions, count * sizeof *p->functions);
    p->function_count = p->location_count = count;
    p->locations = ARENA_NEW(arena, struct profile_location, count);
    p->lines = ARENA_NEW(arena, struct profile_line, count);
    p->line_start = ARENA_NEW(arena, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        p->locations[i].mapping = PROFILE_NONE;
        p->lines[i].function = i;
        p->line_start[i + 1] = i + 1;
    }
    p->values = ARENA_NEW(arena, int64_t, 2 * most);
    p->stack_start = ARENA_NEW(arena, uint32_t, most + 1);
    p->label_start = ARENA_NEW(arena, uint32_t, most + 1);
    p->frames = ARENA_NEW(arena, uint32_t, most * MOST_DEPTH);
    p->labels = ARENA_NEW(arena, struct profile_label, 2 * most);
    for (uint32_t round = 1; round <= rounds; round++) {
        double speed = factor(weather, weather->round_spread), own[MOST_STACKS];
        for (uint32_t i = 0; i < count; i++)
            own[i] = speed * factor(weather, weather->function_spread);
        for (size_t s = 0; s < program->stack_count; s++) {
            uint32_t depth = program->stacks[s].depth, leaf = program->stacks[s].frames[depth - 1];
            int64_t samples = draw(weather, program->stacks[s].samples * own[leaf]);
            if (samples == 0)
                continue;
            for (uint32_t d = depth; d-- > 0;)
                p->frames[frames++] = program->stacks[s].frames[d];
            p->labels[labels++] = (struct profile_label){
                .key = strings_add(strings, text_of("round")), .number = round};
            if (benchmark)
                p->labels[labels++] =
                    (struct profile_label){.key = strings_add(strings, text_of("benchmark")),
                                           .text = strings_add(strings, text_of(benchmark))};
            p->values[2 * p->sample_count] = samples;
            p->values[2 * p->sample_count + 1] = samples * SAMPLE_NS;
            p->sample_count++;
            p->stack_start[p->sample_count] = (uint32_t)frames;
            p->label_start[p->sample_count] = (uint32_t)labels;
        }
    }
    return p;
}

/* The row of a function in the first slice that has one; NULL when none has. */
static inline const struct function_row *find_function(const struct function_findings *f,
                                                       const char *name) {
    for (size_t i = 0; i < f->row_count; i++) {
        if (strcmp(f->rows[i].name, name) == 0)
            return &f->rows[i];
    }
    return NULL;
}

#endif
