#include "tests/unit/test.h"

#include "runners/sampler/sampling.h"

#include <linux/perf_event.h>

/* A fold and the records that a kernel would give it. */
struct world {
    struct arena *arena, *scratch;
    struct strings *strings;
    struct sampling *sampling;
};

static struct world world_new(void) {
    struct world w = {.arena = arena_new(), .scratch = arena_new()};
    w.strings = strings_new(w.arena);
    w.sampling = sampling_new(w.strings, w.arena);
    return w;
}

static void world_free(struct world *w) {
    arena_free(w->scratch);
    arena_free(w->arena);
}

static void begin(struct world *w, uint32_t round) {
    struct sampling_round of = {
        strings_add(w->strings, text_of("Bench")), round, {.most_frames = 127}, 0, 0};
    sampling_begin(w->sampling, &of, w->scratch);
}

static void exec(struct world *w, uint32_t pid, const char *name) {
    struct perf_record record = {
        .kind = PERF_KIND_COMM, .pid = pid, .tid = pid, .exec = true, .comm = text_of(name)};
    sampling_take(w->sampling, &record);
}

static void rename_task(struct world *w, uint32_t pid, uint32_t tid, const char *name) {
    struct perf_record record = {
        .kind = PERF_KIND_COMM, .pid = pid, .tid = tid, .comm = text_of(name)};
    sampling_take(w->sampling, &record);
}

static void map(struct world *w, uint32_t pid, uint64_t start, uint64_t length, uint64_t offset,
                const char *file) {
    struct perf_record record = {.kind = PERF_KIND_MMAP, .pid = pid, .tid = pid};
    record.mmap = (struct perf_mmap){
        .start = start, .length = length, .offset = offset, .file = text_of(file)};
    sampling_take(w->sampling, &record);
}

static void task(struct world *w, enum perf_kind kind, uint32_t parent, uint32_t pid,
                 uint32_t tid) {
    struct perf_record record = {
        .kind = kind, .parent_pid = parent, .parent_tid = parent, .pid = pid, .tid = tid};
    sampling_take(w->sampling, &record);
}

/* chain[0] is the address sampled, the others return addresses. */
static void sample(struct world *w, uint32_t pid, uint32_t tid, const uint64_t *chain,
                   size_t depth) {
    uint64_t words[140] = {PERF_CONTEXT_USER};
    struct perf_record record = {.kind = PERF_KIND_SAMPLE, .pid = pid, .tid = tid};
    memcpy(words + 1, chain, depth * sizeof *chain);
    record.sample.ip = chain[0];
    record.sample.period = 1000;
    record.sample.chain = (const uint8_t *)words;
    record.sample.depth = depth + 1;
    sampling_take(w->sampling, &record);
}

static void sample_at(struct world *w, uint32_t pid, uint64_t address) {
    sample(w, pid, pid, &address, 1);
}

static struct profile *finish(struct world *w) {
    struct pg_error err;
    struct profile *p = sampling_profile(w->sampling, 1000003, w->arena);
    assert_true(profile_check(p, &err));
    return p;
}

static const char *file_of(const struct profile *p, uint32_t location) {
    uint32_t mapping = p->locations[location].mapping;
    return mapping == PROFILE_NONE ? "" : strings_get(p->strings, p->mappings[mapping].file);
}

/* Place in the file of frame `i`. */
static uint64_t offset_of(const struct profile *p, uint32_t location) {
    const struct profile_mapping *m = &p->mappings[p->locations[location].mapping];
    return p->locations[location].address - m->start + m->offset;
}

static const char *label_of(const struct profile *p, size_t sample, const char *key) {
    for (uint32_t i = p->label_start[sample]; i < p->label_start[sample + 1]; i++) {
        if (strcmp(strings_get(p->strings, p->labels[i].key), key) == 0)
            return strings_get(p->strings, p->labels[i].text);
    }
    return NULL;
}

static void equal_stacks_of_a_round_are_one_sample(void **state) {
    (void)state;
    struct world w = world_new();
    begin(&w, 1);
    exec(&w, 10, "bench");
    map(&w, 10, 0x400000, 0x1000, 0, "/bench");
    for (int i = 0; i < 5; i++)
        sample_at(&w, 10, 0x400123);
    sample_at(&w, 10, 0x400124);
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    assert_int_equal(p->sample_count, 2);
    assert_int_equal(p->values[0], 5);
    assert_int_equal(p->values[1], 5000);
    assert_int_equal(p->values[2], 1);
    assert_string_equal(label_of(p, 0, "benchmark"), "Bench");
    assert_null(label_of(p, 0, "comm"));
    assert_int_equal(sampling_counts(w.sampling).samples, 6);
    world_free(&w);
}

/* Another address in each round, and with it the same place. */
static void address_space_layout_joins(void **state) {
    (void)state;
    struct world w = world_new();
    for (uint32_t round = 1; round <= 3; round++) {
        uint64_t at = 0x550000000000 + round * 0x1000000;
        begin(&w, round);
        exec(&w, 10 + round, "bench");
        map(&w, 10 + round, at, 0x3000, 0x1000, "/bench");
        const uint64_t chain[] = {at + 0x10, at + 0x2011};
        sample(&w, 10 + round, 10 + round, chain, 2);
        sampling_end(w.sampling, 1);
    }
    struct profile *p = finish(&w);
    assert_int_equal(p->sample_count, 3);
    assert_int_equal(p->location_count, 2);
    assert_int_equal(p->mapping_count, 1);
    assert_int_equal(offset_of(p, 0), 0x1010);
    assert_int_equal(offset_of(p, 1), 0x3010); /* within the call */
    assert_int_equal(p->stack_start[3], 6);
    world_free(&w);
}

static void ended_after(struct world *w, uint32_t pid, uint64_t count) {
    struct perf_record record = {.kind = PERF_KIND_READ, .pid = pid, .tid = pid, .count = count};
    sampling_take(w->sampling, &record);
}

/* 700 + 300 + 500 ran without a sample; 750 of them are asked for. */
static void what_tasks_ran_without_a_sample_is_told(void **state) {
    (void)state;
    struct world w = world_new();
    struct sampling_round of = {
        strings_add(w.strings, text_of("Bench")), 1, {.most_frames = 127}, 1000, 0};
    sampling_begin(w.sampling, &of, w.scratch);
    exec(&w, 10, "bench");
    map(&w, 10, 0x400000, 0x1000, 0, "/bench");
    sample_at(&w, 10, 0x400123);
    task(&w, PERF_KIND_FORK, 10, 11, 11);
    exec(&w, 11, "ls");
    ended_after(&w, 11, 700);
    task(&w, PERF_KIND_FORK, 10, 12, 12);
    ended_after(&w, 12, 2300);
    task(&w, PERF_KIND_FORK, 10, 13, 13);
    ended_after(&w, 13, 500);
    assert_int_equal(sampling_round_counts(w.sampling).unsampled, 1500);
    sampling_unsampled(w.sampling, 750);
    sampling_end(w.sampling, 2);
    struct profile *p = finish(&w);
    assert_int_equal(p->sample_count, 3);
    assert_int_equal(p->values[1], 2000);
    assert_int_equal(p->values[2], 0);
    assert_int_equal(p->values[3], 700);
    assert_string_equal(label_of(p, 1, "comm"), "ls");
    assert_int_equal(p->values[5], 800);
    assert_null(label_of(p, 2, "comm"));
    assert_string_equal(strings_get(p->strings, p->functions[0].name), "[unsampled]");
    world_free(&w);
}

static void a_round_that_is_not_ended_leaves_nothing(void **state) {
    (void)state;
    struct world w = world_new();
    begin(&w, 1);
    exec(&w, 10, "bench");
    sample_at(&w, 10, 0x400123);
    begin(&w, 1);
    sampling_end(w.sampling, 1);
    assert_int_equal(finish(&w)->sample_count, 0);
    assert_int_equal(sampling_counts(w.sampling).samples, 0);
    world_free(&w);
}

/* A child has its parent's code until it executes another program; another process number that is
 * used again begins anew. */
static void children_and_exec_are_followed(void **state) {
    (void)state;
    struct world w = world_new();
    begin(&w, 1);
    exec(&w, 10, "bench");
    map(&w, 10, 0x400000, 0x1000, 0, "/bench");
    task(&w, PERF_KIND_FORK, 10, 20, 20);
    sample_at(&w, 20, 0x400100); /* location 0, in /bench */
    exec(&w, 20, "child");
    map(&w, 20, 0x500000, 0x1000, 0, "/child");
    sample_at(&w, 20, 0x400100); /* 1: there is nothing any longer */
    sample_at(&w, 20, 0x500100); /* 2 */
    task(&w, PERF_KIND_EXIT, 10, 20, 20);
    sample_at(&w, 10, 0x400200); /* 3: the parent has what it had */
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    assert_int_equal(p->location_count, 4);
    assert_string_equal(file_of(p, 0), "/bench");
    assert_string_equal(strings_get(p->strings, p->functions[0].name), "[unknown]");
    assert_string_equal(file_of(p, 2), "/child");
    assert_string_equal(label_of(p, 2, "comm"), "child");
    assert_string_equal(file_of(p, 3), "/bench");
    world_free(&w);
}

static void threads_share_code_and_have_names(void **state) {
    (void)state;
    struct world w = world_new();
    const uint64_t at = 0x400100;
    begin(&w, 1);
    exec(&w, 10, "bench");
    task(&w, PERF_KIND_FORK, 10, 10, 11);
    task(&w, PERF_KIND_FORK, 10, 10, 12);
    rename_task(&w, 10, 11, "worker\x1b-17");
    rename_task(&w, 10, 12, "worker\x1b-18");
    map(&w, 10, 0x400000, 0x1000, 0, "/bench"); /* later than the threads */
    sample(&w, 10, 11, &at, 1);
    sample(&w, 10, 12, &at, 1);
    task(&w, PERF_KIND_EXIT, 10, 10, 10); /* the first thread ends, the process goes on */
    sample(&w, 10, 12, &at, 1);
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    assert_int_equal(p->sample_count, 1);
    assert_int_equal(p->values[0], 3);
    assert_string_equal(label_of(p, 0, "comm"), "worker_-N");
    world_free(&w);
}

/* 0x1000 … 0x5000 is one file, then its middle another's. */
static void what_is_mapped_later_replaces(void **state) {
    (void)state;
    struct world w = world_new();
    begin(&w, 1);
    exec(&w, 10, "bench");
    map(&w, 10, 0x1000, 0x4000, 0, "/old");
    map(&w, 10, 0x2000, 0x1000, 0x7000, "/new");
    static const uint64_t at[] = {0x1fff, 0x2000, 0x2fff, 0x3000, 0x4fff, 0x5000};
    for (size_t i = 0; i < 6; i++)
        sample_at(&w, 10, at[i]);
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    static const char *const files[] = {"/old", "/new", "/new", "/old", "/old", ""};
    static const uint64_t offsets[] = {0xfff, 0x7000, 0x7fff, 0x2000, 0x3fff};
    for (uint32_t i = 0; i < 6; i++) {
        assert_string_equal(file_of(p, i), files[i]);
        if (i < 5)
            assert_int_equal(offset_of(p, i), offsets[i]);
    }
    world_free(&w);
}

static const char *outermost(const struct profile *p, size_t sample) {
    uint32_t location = p->frames[p->stack_start[sample + 1] - 1];
    if (p->line_start[location] == p->line_start[location + 1])
        return "";
    return strings_get(p->strings, p->functions[p->lines[p->line_start[location]].function].name);
}

/* A caller in no code, and a stack as deep as the kernel looks. */
static void stacks_without_root_say_so(void **state) {
    (void)state;
    struct world w = world_new();
    uint64_t deep[127];
    begin(&w, 1);
    exec(&w, 10, "bench");
    map(&w, 10, 0x400000, 0x1000, 0, "/bench");
    const uint64_t broken[] = {0x400100, 0x400200, 0x7fffdeadbeef, 0x400300};
    sample(&w, 10, 10, broken, 4);
    for (size_t i = 0; i < 127; i++)
        deep[i] = 0x400100;
    sample(&w, 10, 10, deep, 126);
    sample(&w, 10, 10, deep, 127);
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    assert_int_equal(p->stack_start[1], 3);
    assert_string_equal(outermost(p, 0), "[truncated]");
    assert_string_equal(outermost(p, 1), "");
    assert_string_equal(outermost(p, 2), "[truncated]");
    assert_int_equal(sampling_counts(w.sampling).truncated, 2);
    world_free(&w);
}

static void code_made_at_run_time_is_one_place(void **state) {
    (void)state;
    struct world w = world_new();
    begin(&w, 1);
    exec(&w, 10, "bench");
    map(&w, 10, 0x10000, 0x1000, 0, "//anon");
    map(&w, 10, 0x90000, 0x4000, 0, "//anon");
    sample_at(&w, 10, 0x10010);
    sample_at(&w, 10, 0x92020);
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    assert_int_equal(p->sample_count, 1);
    assert_int_equal(p->values[0], 2);
    assert_string_equal(file_of(p, 0), "//anon");
    world_free(&w);
}

static void losses_are_counted_over_rounds(void **state) {
    (void)state;
    struct world w = world_new();
    struct perf_record lost = {.kind = PERF_KIND_LOST, .lost = 3};
    struct perf_record pause = {.kind = PERF_KIND_THROTTLE};
    for (uint32_t round = 1; round <= 2; round++) {
        begin(&w, round);
        sampling_take(w.sampling, &lost);
        sampling_take(w.sampling, &pause);
        sampling_end(w.sampling, 1);
    }
    assert_int_equal(sampling_counts(w.sampling).lost, 6);
    assert_int_equal(sampling_counts(w.sampling).throttled, 2);
    world_free(&w);
}

static int64_t elapsed_of(const struct profile *p, size_t sample) {
    for (uint32_t i = p->label_start[sample]; i < p->label_start[sample + 1]; i++) {
        if (strcmp(strings_get(p->strings, p->labels[i].key), SAMPLING_ELAPSED) == 0) {
            assert_string_equal(strings_get(p->strings, p->labels[i].unit), "nanoseconds");
            return p->labels[i].number;
        }
    }
    return -1;
}

static void sample_when(struct world *w, uint64_t time) {
    uint64_t words[] = {PERF_CONTEXT_USER, 0x400123};
    struct perf_record record = {
        .kind = PERF_KIND_SAMPLE, .pid = 10, .tid = 10, .time = time, .sample = {.ip = words[1]}};
    record.sample.period = 1000;
    record.sample.chain = (const uint8_t *)words;
    record.sample.depth = 2;
    sampling_take(w->sampling, &record);
}

/* Slices begin with the exec, whenever that was; code that is given a name later stays in its
 * slice; what no sample saw is in none. */
static void slices_are_kept_apart(void **state) {
    (void)state;
    struct world w = world_new();
    struct sampling_round of = {
        strings_add(w.strings, text_of("Bench")), 1, {.most_frames = 127}, 1000, 50};
    sampling_begin(w.sampling, &of, w.scratch);
    sampling_take(w.sampling, &(struct perf_record){.kind = PERF_KIND_COMM,
                                                    .pid = 10,
                                                    .tid = 10,
                                                    .exec = true,
                                                    .time = 7000,
                                                    .comm = text_of("bench")});
    map(&w, 10, 0x400000, 0x1000, 0, "//anon");
    static const uint64_t times[] = {7000, 7049, 7050, 7149, 7150, 6999};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        sample_when(&w, times[i]);
    ended_after(&w, 10, 700);
    sampling_unsampled(w.sampling, 700);
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    static const int64_t elapsed[] = {0, 50, 100, 150, -1}, samples[] = {3, 1, 1, 1, 0};
    assert_int_equal(p->sample_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(elapsed_of(p, i), elapsed[i]);
        assert_int_equal(p->values[2 * i], samples[i]);
    }
    world_free(&w);
}

/* Of three branches two ranges lie between them; the second one ends before it begins, so it is
 * none. What lies in no file has no place. */
static void branches_are_kept_beside_samples(void **state) {
    (void)state;
    struct world w = world_new();
    static const uint64_t branches[][3] = {{0x400180, 0x400100, 0},
                                           {0x400210, 0x400150, 0},
                                           {0x400300, 0x400220, 0},
                                           {0x900000, 0x400300, 0}};
    uint64_t chain[] = {PERF_CONTEXT_USER, 0x400104};
    struct perf_record record = {.kind = PERF_KIND_SAMPLE, .pid = 10, .tid = 10};
    record.sample = (struct perf_sample){.ip = 0x400104,
                                         .period = 1000,
                                         .chain = (const uint8_t *)chain,
                                         .depth = 2,
                                         .branches = (const uint8_t *)branches,
                                         .branch_count = 4};
    begin(&w, 1);
    exec(&w, 10, "bench");
    map(&w, 10, 0x400000, 0x1000, 0x2000, "/bench");
    sampling_take(w.sampling, &record);
    sampling_take(w.sampling, &record);
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    assert_int_equal(p->type_count, 4);
    assert_string_equal(strings_get(p->strings, p->default_type), "cpu");
    struct {
        const char *type;
        uint64_t leaf, caller;
    } const expected[] = {{"samples", 0x2104, 0},       {"branches", 0x2100, 0x2180},
                          {"branches", 0x2150, 0x2210}, {"ranges", 0x2150, 0x2180},
                          {"branches", 0x2220, 0x2300}, {"ranges", 0x2300, 0x2300}};
    assert_int_equal(p->sample_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < p->sample_count; i++) {
        uint32_t type = profile_find_type(p, text_of(expected[i].type));
        const uint32_t *frames = p->frames + p->stack_start[i];
        uint64_t to_file = p->mappings->offset - p->mappings->start;
        assert_int_equal(p->values[4 * i + type], 2);
        assert_int_equal(p->locations[frames[0]].address + to_file, expected[i].leaf);
        assert_int_equal(p->stack_start[i + 1] - p->stack_start[i], expected[i].caller ? 2 : 1);
        if (expected[i].caller)
            assert_int_equal(p->locations[frames[1]].address + to_file, expected[i].caller);
    }
    assert_int_equal(sampling_counts(w.sampling).samples, 2);
    world_free(&w);
}

/* A thousand rounds of the same: what grows is a line a round and stack. */
static void rounds_are_folded(void **state) {
    (void)state;
    struct world w = world_new();
    size_t after_ten = 0;
    for (uint32_t round = 1; round <= 1000; round++) {
        struct arena_mark mark = arena_mark(w.scratch);
        begin(&w, round);
        exec(&w, 10, "bench");
        map(&w, 10, 0x400000, 0x1000, 0, "/bench");
        for (int i = 0; i < 200; i++)
            sample_at(&w, 10, 0x400100 + (uint64_t)(i % 10));
        sampling_end(w.sampling, 1);
        arena_reset(w.scratch, mark);
        if (round == 10)
            after_ten = arena_bytes(w.arena);
    }
    assert_int_equal(sampling_counts(w.sampling).samples, 200000);
    assert_true(arena_bytes(w.arena) - after_ten < 2 * 1024 * 1024);
    world_free(&w);
}

/* A thread and a process of a name of its own, again and again: numbers go on, nothing grows. */
static void tasks_that_ended_leave_nothing(void **state) {
    (void)state;
    struct world w = world_new();
    size_t after_first = 0, kept = 0;
    begin(&w, 1);
    exec(&w, 10, "bench");
    map(&w, 10, 0x400000, 0x1000, 0, "/bench");
    for (uint32_t i = 0; i < 100000; i++) {
        const uint64_t at = 0x400100;
        uint32_t tid = 100 + 2 * i, pid = tid + 1;
        char name[16] = "";
        for (uint32_t n = i + 1, k = 0; n; n /= 26)
            name[k++] = (char)('a' + n % 26);
        task(&w, PERF_KIND_FORK, 10, 10, tid);
        rename_task(&w, 10, tid, name);
        sample(&w, 10, tid, &at, 1);
        task(&w, PERF_KIND_EXIT, 10, 10, tid);
        task(&w, PERF_KIND_FORK, 10, pid, pid);
        exec(&w, pid, name);
        map(&w, pid, 0x400000, 0x1000, 0, "/child");
        sample_at(&w, pid, 0x400200);
        task(&w, PERF_KIND_EXIT, 10, pid, pid);
        if (i == 5000) {
            after_first = arena_bytes(w.scratch);
            kept = arena_bytes(w.arena);
        }
    }
    assert_int_equal(arena_bytes(w.scratch), after_first);
    assert_int_equal(arena_bytes(w.arena), kept);
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    assert_string_equal(file_of(p, p->frames[p->stack_start[1]]), "/child");
    assert_string_equal(label_of(p, p->sample_count - 1, "comm"), "other");
    world_free(&w);
}

/* The kernel says what a task's event had counted when the task has ended already. */
static void what_ended_is_known_a_while(void **state) {
    (void)state;
    struct world w = world_new();
    struct sampling_round of = {
        strings_add(w.strings, text_of("Bench")), 1, {.most_frames = 127}, 1000, 0};
    sampling_begin(w.sampling, &of, w.scratch);
    exec(&w, 10, "bench");
    task(&w, PERF_KIND_FORK, 10, 10, 11);
    rename_task(&w, 10, 11, "worker");
    task(&w, PERF_KIND_EXIT, 10, 10, 11);
    ended_after(&w, 11, 700);
    task(&w, PERF_KIND_FORK, 10, 10, 11); /* the number again, which then is alive */
    rename_task(&w, 10, 11, "second");
    for (uint32_t tid = 1000; tid < 4000; tid++) {
        task(&w, PERF_KIND_FORK, 10, 10, tid);
        task(&w, PERF_KIND_EXIT, 10, 10, tid);
    }
    ended_after(&w, 11, 300);
    sampling_unsampled(w.sampling, 1000);
    sampling_end(w.sampling, 1);
    struct profile *p = finish(&w);
    assert_int_equal(p->sample_count, 2);
    assert_string_equal(label_of(p, 0, "comm"), "worker");
    assert_string_equal(label_of(p, 1, "comm"), "second");
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_stacks_of_a_round_are_one_sample),
        cmocka_unit_test(address_space_layout_joins),
        cmocka_unit_test(a_round_that_is_not_ended_leaves_nothing),
        cmocka_unit_test(what_tasks_ran_without_a_sample_is_told),
        cmocka_unit_test(children_and_exec_are_followed),
        cmocka_unit_test(threads_share_code_and_have_names),
        cmocka_unit_test(what_is_mapped_later_replaces),
        cmocka_unit_test(stacks_without_root_say_so),
        cmocka_unit_test(code_made_at_run_time_is_one_place),
        cmocka_unit_test(losses_are_counted_over_rounds),
        cmocka_unit_test(slices_are_kept_apart),
        cmocka_unit_test(branches_are_kept_beside_samples),
        cmocka_unit_test(rounds_are_folded),
        cmocka_unit_test(tasks_that_ended_leave_nothing),
        cmocka_unit_test(what_ended_is_known_a_while),
    };
    return RUN_TESTS(tests);
}
