#include "tests/unit/test.h"

#include "gate/baseline/pick.h"
#include "gate/baseline/store_name.h"
#include "runners/base/out_file.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A store in a folder of its own, outside any repository. */
static struct arena *arena;
static struct strings *strings;
static struct store store;
static char folder[64];

static int open_store(void **state) {
    (void)state;
    arena = arena_new();
    strings = strings_new(arena);
    strncpy(folder, "/tmp/perfgate-store-XXXXXX", sizeof folder - 1);
    if (!mkdtemp(folder))
        return 1;
    store = (struct store){arena_printf(arena, "%s/s", folder), arena};
    return 0;
}

static int close_store(void **state) {
    (void)state;
    const char *const argv[] = {"rm", "-rf", folder, NULL};
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[0], (char *const *)argv);
        _exit(1);
    }
    arena_free(arena);
    return 0;
}

static struct recording *recording(const char *branch, const char *time, const char *fingerprint) {
    struct recording *r = recording_new("r", "r.txt", strings, arena);
    uint32_t config = recording_config(r, NULL, 0);
    uint32_t name = strings_add(strings, text_of("Parse"));
    uint32_t unit = strings_add(strings, text_of("sec/op"));
    for (uint32_t round = 1; round <= 3; round++)
        recording_add(r, recording_series(r, config, name, unit, unit), 1e-6 * round, round);
    recording_set(r, "branch", branch);
    if (time)
        recording_set(r, "time", time);
    if (fingerprint)
        recording_set(r, "fingerprint-id", fingerprint);
    return r;
}

static struct store_entry save(struct recording *r, const char *verdict, const char *accept) {
    struct store_save how = {.recording = r, .verdict = verdict, .accept = accept};
    struct store_entry entry;
    struct pg_error err = {0};
    if (!store_save(&store, &how, &entry, &err))
        fail_msg("not saved: %s", err.text);
    return entry;
}

static struct pick pick(const char *fingerprint, size_t history) {
    struct pick_request request = {.branch = "main",
                                   .fingerprint = fingerprint,
                                   .history = history,
                                   .folder = folder,
                                   .strings = strings};
    struct pick out;
    struct pg_error err = {0};
    if (!store_pick(&store, &request, &out, &err))
        fail_msg("%s", err.text);
    return out;
}

static void branches_and_folders(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"main", "main"},
        {"release-1.2_x", "release-1.2_x"},
        {"feature/x", "feature%2Fx"},
        {"..", "%2E."},
        {"../..", "%2E.%2F.."},
        {".git", "%2Egit"},
        {"100%", "100%25"},
        {"a b\n", "a%20b%0A"},
        {"\xc3\xbc", "%C3%BC"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pg_error err = {0};
        const char *name, *branch;
        assert_true(branch_encode(rows[i][0], &name, arena, &err));
        assert_string_equal(name, rows[i][1]);
        assert_true(branch_decode(name, &branch, arena));
        assert_string_equal(branch, rows[i][0]);
    }
    static const char *const never[] = {"",    ".",   "..",  "a/b",   "a b",  "%",   "%2",
                                        "%2f", "%61", "%00", "a%2Gb", "%2E%", "\xc3"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        const char *branch;
        assert_false(branch_decode(never[i], &branch, arena));
    }
}

static void names_of_entries(void **state) {
    (void)state;
    struct store_entry entry = {0};
    assert_true(store_name_parse("20260131T235959Z-abc-0f.txt", &entry, arena));
    assert_string_equal(entry.commit, "abc");
    assert_string_equal(entry.fingerprint, "0f");
    assert_int_equal(entry.number, 1);
    assert_true(store_name_parse("20260131T235959Z-nocommit-nofingerprint.12.txt", &entry, arena));
    assert_null(entry.commit);
    assert_null(entry.fingerprint);
    assert_int_equal(entry.number, 12);
    static const char *const never[] = {"20260131T235959Z-abc-0f",
                                        "20260131T235959Z-abc.txt",
                                        "20260230T235959Z-abc-0f.txt",
                                        "20260131T246000Z-abc-0f.txt",
                                        "20260131T235959Z-a-b-c.txt",
                                        "20260131T235959Z-abc-0f.1.txt",
                                        "20260131T235959Z-abc-0f.02.txt",
                                        "20260131T235959Z-abc-0f.x.txt",
                                        "20260131T235959Z-abc-.txt",
                                        "20260131T235959Z--0f.txt",
                                        "20260131T235959Z-a%2-0f.txt",
                                        "x.txt",
                                        "20260131T235959Z-abc-0f.99999999999.txt"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        if (store_name_parse(never[i], &entry, arena))
            fail_msg("taken: %s", never[i]);
    }
}

static void times(void **state) {
    (void)state;
    int64_t seconds;
    assert_string_equal(store_time(0, arena), "19700101T000000Z");
    assert_string_equal(store_time(1769903999, arena), "20260131T235959Z");
    assert_true(store_time_parse("20260131T235959Z", &seconds));
    assert_int_equal(seconds, 1769903999);
    assert_false(store_time_parse("20260131T235959", &seconds));
    assert_false(store_time_parse("20261301T000000Z", &seconds));
    assert_false(store_time_parse("2026-131T00000Z", &seconds));
    static const char *const rows[][2] = {
        {"2026-02-01T00:59:59+01:00", "20260131T235959Z"},
        {"2026-01-31T18:29:59-05:30", "20260131T235959Z"},
        {"2026-01-31T23:59:59.123456Z", "20260131T235959Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(save(recording("main", rows[i][0], NULL), NULL, NULL).time, rows[i][1]);
}

static void what_cannot_be_stored(void **state) {
    (void)state;
    struct store_entry entry;
    struct pg_error err = {0};
    static const char *const times_refused[] = {"yesterday", "2026-01-31T23:59:59",
                                                "2999-01-01T00:00:00Z", "2026-01-31T23:59:59Z ",
                                                "2026-01-31T23:59:59+1:00"};
    for (size_t i = 0; i < sizeof times_refused / sizeof *times_refused; i++) {
        struct store_save how = {.recording = recording("main", times_refused[i], NULL)};
        assert_false(store_save(&store, &how, &entry, &err));
        assert_int_equal(err.status, PG_FORMAT);
    }
    struct store_save damaged = {.recording = recording("main", NULL, NULL)};
    recording_note(damaged.recording, NOTE_DAMAGE, NULL, "cut");
    assert_false(store_save(&store, &damaged, &entry, &err));
    struct store_save empty = {.recording = recording_new("e", "e.txt", strings, arena)};
    recording_set(empty.recording, "branch", "main");
    assert_false(store_save(&store, &empty, &entry, &err));
    struct store_save nowhere = {.recording = recording("main", NULL, NULL)};
    store.path = "/proc/no-store";
    assert_false(store_save(&store, &nowhere, &entry, &err));
    assert_int_equal(err.status, PG_IO);
    assert_non_null(strstr(err.text, "store '/proc/no-store' cannot be written"));
}

static void an_empty_or_absent_store_has_no_entries(void **state) {
    (void)state;
    struct store_list list;
    struct pg_error err = {0};
    assert_true(store_list(&store, NULL, &list, &err));
    assert_int_equal(list.count, 0);
    assert_true(store_list_branch(&store, "main", &list, &err));
    assert_int_equal(list.count, 0);
}

static void entries_come_newest_first(void **state) {
    (void)state;
    struct store_list list;
    struct pg_error err = {0};
    save(recording("main", "2026-01-02T00:00:00Z", NULL), NULL, NULL);
    save(recording("main", "2026-01-03T00:00:00Z", NULL), NULL, NULL);
    save(recording("main", "2026-01-01T00:00:00Z", NULL), NULL, NULL);
    save(recording("main", "2026-01-03T00:00:00Z", NULL), NULL, NULL);
    assert_true(store_list_branch(&store, "main", &list, &err));
    assert_int_equal(list.count, 4);
    assert_int_equal(list.items[0].number, 2);
    assert_string_equal(list.items[1].time, "20260103T000000Z");
    assert_string_equal(list.items[3].time, "20260101T000000Z");
}

static void history_is_nearest_first_and_recordings_oldest_first(void **state) {
    (void)state;
    for (int day = 1; day <= 4; day++)
        save(recording("main", arena_printf(arena, "2026-01-0%dT00:00:00Z", day), "aa"), NULL,
             NULL);
    struct pick found = pick("aa", 3);
    assert_int_equal(found.count, 3);
    assert_string_equal(found.entries[0].time, "20260104T000000Z");
    assert_string_equal(recording_get(found.recordings[0], "time"), "2026-01-02T00:00:00Z");
    assert_string_equal(recording_get(found.recordings[2], "time"), "2026-01-04T00:00:00Z");
    assert_string_equal(found.recordings[0]->label, found.recordings[2]->label);
    assert_int_equal(pick("bb", 3).count, 0);
    assert_int_equal(pick("", 3).count, 0);
    assert_int_equal(pick(NULL, 9).count, 4);
}

static void an_accepted_entry_ends_the_history(void **state) {
    (void)state;
    save(recording("main", "2026-01-01T00:00:00Z", "aa"), "pass", NULL);
    save(recording("main", "2026-01-02T00:00:00Z", "aa"), "regression", NULL);
    assert_int_equal(pick("aa", 5).count, 1);
    save(recording("main", "2026-01-03T00:00:00Z", "aa"), "regression", "wanted");
    save(recording("main", "2026-01-04T00:00:00Z", "aa"), "inconclusive", NULL);
    struct pick found = pick("aa", 5);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.entries[1].time, "20260103T000000Z");
}

static void links_and_folders_in_a_store_are_harmless(void **state) {
    (void)state;
    struct store_list list;
    struct pg_error err = {0};
    struct store_entry entry = save(recording("main", "2026-01-01T00:00:00Z", NULL), NULL, NULL);
    const char *branch = arena_printf(arena, "%s/main", store.path);
    const char *bad = arena_printf(arena, "%s/20260102T000000Z-nocommit-nofingerprint.txt", branch);
    assert_int_equal(symlink("/dev/zero", bad), 0);
    bad = arena_printf(arena, "%s/20260103T000000Z-nocommit-nofingerprint.txt", branch);
    assert_int_equal(mkdir(bad, 0777), 0);
    bad = arena_printf(arena, "%s/20260104T000000Z-nocommit-nofingerprint.txt", branch);
    assert_int_equal(mkfifo(bad, 0666), 0);
    bad = arena_printf(arena, "%s/20260105T000000Z-nocommit-nofingerprint.txt", branch);
    assert_int_equal(symlink("nowhere", bad), 0);
    assert_true(store_list_branch(&store, "main", &list, &err));
    assert_int_equal(list.count, 5);
    struct pick found = pick("", 5);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.entries[0].id, entry.id);
    assert_int_equal(found.note_count, 5); /* four damaged ones, and no repository */
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)
    const struct CMUnitTest tests[] = {
        TEST(branches_and_folders),
        TEST(names_of_entries),
        TEST(times),
        TEST(what_cannot_be_stored),
        TEST(an_empty_or_absent_store_has_no_entries),
        TEST(entries_come_newest_first),
        TEST(history_is_nearest_first_and_recordings_oldest_first),
        TEST(an_accepted_entry_ends_the_history),
        TEST(links_and_folders_in_a_store_are_harmless),
    };
    return RUN_TESTS(tests);
}
