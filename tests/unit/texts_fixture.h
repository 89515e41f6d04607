/* For tests of what is made of bytes: an arena, strings and an error, new for every test. */
#ifndef TESTS_UNIT_TEXTS_FIXTURE_H
#define TESTS_UNIT_TEXTS_FIXTURE_H

#include "runners/base/arena.h"
#include "runners/base/error.h"
#include "runners/base/strings.h"
#include "tests/unit/test.h"

static struct arena *arena;
static struct strings *texts;
static struct pg_error err;

static int set_up(void **state) {
    (void)state;
    arena = arena_new();
    texts = strings_new(arena);
    err = (struct pg_error){0};
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

#endif
