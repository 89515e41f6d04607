#include "tests/unit/test.h"

#include "runners/sampler/preload.h"
#include "runners/sampler/preload_format.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder as the library leaves it, and what was handed over of it, a letter a record. */
struct place {
    struct arena *arena;
    struct preload preload;
    char handed[64];
    size_t count;
};

static struct place place_new(void) {
    struct place p = {.arena = arena_new()};
    char *folder = arena_strdup(p.arena, "/tmp/perfgate-test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    p.preload.folder = folder;
    return p;
}

static void place_free(struct place *p) {
    struct stat status;
    const char *folder = arena_strdup(p->arena, p->preload.folder);
    preload_end(&p->preload);
    assert_int_equal(stat(folder, &status), -1); /* nothing is left */
    arena_free(p->arena);
}

static FILE *file(const struct place *p, const char *name) {
    FILE *out = fopen(arena_printf(p->arena, "%s/%s", p->preload.folder, name), "w");
    assert_non_null(out);
    return out;
}

/* A record without content but its tid and time. */
static void put_empty(FILE *out, uint32_t type) {
    struct perf_event_header header = {type, 0, 24};
    uint64_t id[2] = {0, 0};
    fwrite(&header, sizeof header, 1, out);
    fwrite(id, sizeof id, 1, out);
}

static void put_name(FILE *out, const char name[8]) {
    struct perf_event_header header = {PERF_RECORD_COMM, 0, 40};
    uint64_t words[3] = {0, 0, 0};
    fwrite(&header, sizeof header, 1, out);
    fwrite(words, 8, 1, out);
    fwrite(name, 8, 1, out);
    fwrite(words + 1, 16, 1, out);
}

/* No chain, no registers, no stack. */
static void put_sample(FILE *out) {
    struct perf_event_header header = {PERF_RECORD_SAMPLE, 0, 64};
    uint64_t words[7] = {0x1000, 0, 0, 5, 0, 0, 0};
    fwrite(&header, sizeof header, 1, out);
    fwrite(words, sizeof words, 1, out);
}

static void take(void *context, const struct perf_record *record) {
    struct place *p = context;
    char letter = record->kind == PERF_KIND_SAMPLE ? 's' : '?';
    p->handed[p->count++] = record->kind == PERF_KIND_COMM ? record->comm.at[0] : letter;
}

static void names_come_before_samples_and_files_in_turn(void **state) {
    (void)state;
    struct place p = place_new();
    FILE *second = file(&p, "0002-7"), *first = file(&p, "0001-9");
    put_sample(first);
    put_name(first, "a\0\0\0\0\0\0");
    put_sample(first);
    put_name(second, "b\0\0\0\0\0\0");
    put_sample(second);
    fclose(first);
    fclose(second);
    struct preload_seen seen = preload_take(&p.preload, take, &p);
    assert_string_equal(p.handed, "assbs");
    assert_int_equal(seen.processes, 2);
    assert_int_equal(seen.damaged, 0);
    assert_int_equal(preload_take(&p.preload, take, &p).processes, 0); /* they are removed */
    place_free(&p);
}

static void a_program_that_wants_the_signal_says_so(void **state) {
    (void)state;
    struct place p = place_new();
    FILE *out = file(&p, "1");
    put_empty(out, PRELOAD_ASIDE);
    fclose(out);
    assert_int_equal(preload_take(&p.preload, take, &p).aside, 1);
    place_free(&p);
}

/* A process that is killed while it writes, and one that writes something else. */
static void damage_ends_a_file(void **state) {
    (void)state;
    struct place p = place_new();
    FILE *cut = file(&p, "1"), *other = file(&p, "2"), *empty = file(&p, "3");
    put_sample(cut);
    put_name(cut, "a\0\0\0\0\0\0");
    assert_int_equal(fflush(cut), 0);
    assert_int_equal(ftruncate(fileno(cut), 64 + 30), 0);
    fputs("this is no record at all, but it is long enough for a few\n", other);
    fclose(cut);
    fclose(other);
    fclose(empty);
    struct preload_seen seen = preload_take(&p.preload, take, &p);
    assert_string_equal(p.handed, "s");
    assert_int_equal(seen.damaged, 2);
    assert_int_equal(seen.processes, 3);
    place_free(&p);
}

/* What a hostile program puts there instead of files. */
static void links_and_pipes_are_not_read(void **state) {
    (void)state;
    struct place p = place_new();
    assert_int_equal(symlink("/etc/passwd", arena_printf(p.arena, "%s/1", p.preload.folder)), 0);
    assert_int_equal(mkfifo(arena_printf(p.arena, "%s/2", p.preload.folder), 0600), 0);
    struct preload_seen seen = preload_take(&p.preload, take, &p);
    assert_int_equal(p.count, 0);
    assert_int_equal(seen.damaged, 0);
    place_free(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_before_samples_and_files_in_turn),
        cmocka_unit_test(a_program_that_wants_the_signal_says_so),
        cmocka_unit_test(damage_ends_a_file),
        cmocka_unit_test(links_and_pipes_are_not_read),
    };
    return RUN_TESTS(tests);
}
