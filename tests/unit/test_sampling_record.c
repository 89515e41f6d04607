/* What is to be said of a profile, from the counts that its rounds left. */
#include "tests/unit/test.h"

#include "runners/measuring.h"

/* A side that was sampled for a second of user time, at 1 kHz by the clock. */
struct world {
    struct arena *arena;
    struct plan plan;
    struct measuring measuring;
    struct side_state side;
};

static void world_open(struct world *w, int64_t highest_rate) {
    *w = (struct world){.arena = arena_new(), .plan.sampling.rate = 1000};
    w->measuring = (struct measuring){.plan = &w->plan,
                                      .arena = w->arena,
                                      .sampled = {.by = BY_PERF, .highest_rate = highest_rate}};
    w->measuring.sampled.rings = (struct ring_request){.event = RING_CLOCK, .rate = 1000};
    w->side.out = recording_new("new", "new.txt", strings_new(w->arena), w->arena);
    w->side.sampled = (struct sampled_side){
        .count = 10,
        .user_ns = 1e9,
        .system_ns = 1,
        .counts = {.samples = 1000, .periods = 1000000000},
    };
}

static const char *said(struct world *w, const char *about) {
    record_sampling(&w->measuring, &w->side, 1, 1.02);
    const char *text = NULL;
    for (uint32_t i = 0; i < w->side.out->note_count; i++) {
        if (strstr(w->side.out->notes[i].text, about))
            text = w->side.out->notes[i].text;
    }
    return text;
}

static void a_sound_profile_has_no_warning(void **state) {
    (void)state;
    struct world w;
    world_open(&w, 100000);
    assert_null(said(&w, "unsound"));
    assert_null(said(&w, "paused"));
    assert_null(said(&w, "lost"));
    assert_non_null(said(&w, "10 further rounds"));
    arena_free(w.arena);
}

static void pauses_are_told_and_what_to_type(void **state) {
    (void)state;
    struct world w;
    world_open(&w, 300);
    w.side.sampled.counts.throttled = 47;
    assert_string_equal(
        said(&w, "paused"),
        "the kernel paused sampling 47 times: perf_event_max_sample_rate is 300, below "
        "--rate; type: sudo sysctl kernel.perf_event_max_sample_rate=100000");
    arena_free(w.arena);
    world_open(&w, 100000); /* a burst, or lowered and raised in between */
    w.side.sampled.counts.throttled = 1;
    assert_string_equal(said(&w, "paused"), "the kernel paused sampling once");
    arena_free(w.arena);
}

static void a_lowered_rate_is_told(void **state) {
    (void)state;
    struct world w;
    world_open(&w, 25000);
    w.measuring.sampled.rate_before = 100000;
    assert_string_equal(said(&w, "lowered"), "the kernel lowered perf_event_max_sample_rate from "
                                             "100000 to 25000 while sampling");
    arena_free(w.arena);
    world_open(&w, 25000);
    w.measuring.sampled.rate_before = 25000;
    assert_null(said(&w, "lowered"));
    arena_free(w.arena);
}

static void losses_and_damage_are_told(void **state) {
    (void)state;
    struct world w;
    world_open(&w, 100000);
    w.side.sampled.counts.lost = 12;
    w.side.sampled.damaged = 3;
    w.side.sampled.counts.truncated = 25;
    assert_string_equal(said(&w, "lost"), "sampling lost 12 records for want of room in the rings");
    assert_string_equal(said(&w, "could not"), "3 records of the kernel's could not be read");
    assert_string_equal(said(&w, "root"), "2.5% of the stacks do not reach their root");
    arena_free(w.arena);
}

/* Short tasks are named as the reason only where they can be it. */
static void what_makes_a_profile_unsound_is_told(void **state) {
    (void)state;
    struct world w;
    world_open(&w, 100000);
    w.side.sampled.counts.periods = 500000000;
    w.side.sampled.counts.unsampled = 10000000; /* too little to be in the profile */
    assert_string_equal(
        said(&w, "unsound"),
        "profile unsound: samples account for 0.5 s, the system for 1 s of user time");
    w.side.sampled.unsampled_ns = 450000000;
    assert_non_null(strstr(said(&w, "unsound"), "end between two samples ran for 0.45 s"));
    arena_free(w.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_profile_has_no_warning),
        cmocka_unit_test(pauses_are_told_and_what_to_type),
        cmocka_unit_test(a_lowered_rate_is_told),
        cmocka_unit_test(losses_and_damage_are_told),
        cmocka_unit_test(what_makes_a_profile_unsound_is_told),
    };
    return RUN_TESTS(tests);
}
