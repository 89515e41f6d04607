#include "tests/unit/test.h"

#include "runners/base/out_file.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static struct arena *arena;

static int set_up(void **state) {
    (void)state;
    memcpy(folder, "/tmp/perfgate-out-XXXXXX", sizeof "/tmp/perfgate-out-XXXXXX");
    arena = arena_new();
    return mkdtemp(folder) ? 0 : -1;
}

static const char *in_folder(const char *name) {
    return arena_printf(arena, "%s/%s", folder, name);
}

static int tear_down(void **state) {
    (void)state;
    DIR *open = opendir(folder);
    for (struct dirent *file; (file = readdir(open));)
        remove(in_folder(file->d_name));
    closedir(open);
    arena_free(arena);
    return rmdir(folder);
}

static size_t count_files(void) {
    size_t count = 0;
    DIR *open = opendir(folder);
    for (struct dirent *file; (file = readdir(open));)
        count += strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0;
    closedir(open);
    return count;
}

static const char *content(const char *path) {
    char *text = arena_alloc(arena, 1000);
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    size_t length = fread(text, 1, 999, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

static void appears_whole(void **state) {
    (void)state;
    const char *path = in_folder("a.txt");
    struct out_file out;
    struct pg_error err;
    mode_t mask = umask(027);
    assert_true(out_file_open(&out, path, arena, &err));
    fputs("first", out.stream);
    assert_null(content(path));
    assert_true(out_file_commit(&out, &err));
    umask(mask);
    assert_string_equal(content(path), "first");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);

    assert_true(out_file_open(&out, path, arena, &err));
    fputs("second", out.stream);
    fflush(out.stream);
    assert_string_equal(content(path), "first");
    assert_true(out_file_commit(&out, &err));
    assert_string_equal(content(path), "second");
    assert_int_equal(count_files(), 1);
    out_file_abandon(&out);
    assert_string_equal(content(path), "second");
}

static void or_not_at_all(void **state) {
    (void)state;
    const char *path = in_folder("a.txt");
    struct out_file out;
    struct pg_error err;
    assert_true(out_file_open(&out, path, arena, &err));
    fputs("text", out.stream);
    out_file_abandon(&out);
    out_file_abandon(&out);
    assert_int_equal(count_files(), 0);
    struct out_file zeroed = {0};
    out_file_abandon(&zeroed);
}

static void bad_paths_fail_at_once(void **state) {
    (void)state;
    struct out_file out;
    struct pg_error err;
    assert_false(out_file_open(&out, in_folder("missing/a.txt"), arena, &err));
    assert_int_equal(err.status, PG_IO);
    assert_non_null(strstr(err.text, "missing"));
    assert_non_null(strstr(err.text, "No such file or directory"));
    out_file_abandon(&out);
    assert_false(out_file_open(&out, folder, arena, &err));
    assert_non_null(strstr(err.text, "Is a directory"));
    out_file_abandon(&out);
    assert_int_equal(count_files(), 0);
}

static void a_full_disk_is_an_error(void **state) {
    (void)state;
    struct out_file out;
    struct pg_error err;
    assert_true(out_file_open(&out, "/dev/full", arena, &err));
    fputs("text", out.stream);
    assert_false(out_file_commit(&out, &err));
    assert_string_equal(err.text, "/dev/full: cannot write: No space left on device");
    assert_true(out_file_open(&out, "/dev/null", arena, &err));
    fputs("text", out.stream);
    assert_true(out_file_commit(&out, &err));
}

static void makes_folders(void **state) {
    (void)state;
    struct pg_error err;
    const char *deep = in_folder("a/b/c");
    assert_true(make_folders(deep, &err));
    assert_true(make_folders(deep, &err));
    struct stat status;
    assert_true(stat(deep, &status) == 0 && S_ISDIR(status.st_mode));
    fclose(fopen(in_folder("file"), "w"));
    assert_false(make_folders(in_folder("file"), &err));
    assert_non_null(strstr(err.text, "exists and is not a folder"));
    assert_false(make_folders(in_folder("file/x"), &err));
    assert_false(make_folders("", &err));
    rmdir(in_folder("a/b/c"));
    rmdir(in_folder("a/b"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(appears_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(or_not_at_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_paths_fail_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(makes_folders, set_up, tear_down),
    };
    return RUN_TESTS(tests);
}
