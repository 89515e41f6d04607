#include "tests/unit/test.h"

#include "runners/base/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

/* A gzip member of `length` bytes; the caller frees. */
static unsigned char *compress_bytes(const char *bytes, size_t length, size_t *out) {
    z_stream stream = {0};
    size_t room = length + length / 100 + 1000;
    unsigned char *packed = malloc(room);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (unsigned char *)bytes;
    stream.avail_in = (uInt)length;
    stream.next_out = packed;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    *out = room - stream.avail_out;
    deflateEnd(&stream);
    return packed;
}

/* All lines of a source joined by `|`, in the arena, and how the reading ended. */
static const char *lines_of(struct source *source, struct arena *arena, bool *good,
                            struct pg_error *err) {
    const char *all = "";
    for (;;) {
        struct text line;
        bool end;
        *good = source_line(source, &line, &end, err);
        if (!*good || end)
            return all;
        all = arena_printf(arena, "%s%.*s|", all, TEXT_ARG(line, 100));
    }
}

static const char *read_all(struct text bytes, struct arena *arena, bool *good,
                            struct pg_error *err) {
    struct source *source;
    *good = source_memory(&source, "in", bytes, err);
    if (!*good)
        return "";
    const char *all = lines_of(source, arena, good, err);
    source_close(source);
    return all;
}

static void splits_lines(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {{"", ""},
                {"\n", "|"},
                {"a", "a|"},
                {"a\nb", "a|b|"},
                {"a\nb\n", "a|b|"},
                {"a\r\nb\r\n", "a|b|"},
                {"a\n\nb", "a||b|"},
                {"a\r\r\n", "a\r|"},
                {"\r\n", "|"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new();
        struct pg_error err;
        bool good;
        assert_string_equal(read_all(text_of(rows[i].text), arena, &good, &err), rows[i].want);
        assert_true(good);
        arena_free(arena);
    }
}

static void lines_are_counted_and_may_be_long(void **state) {
    (void)state;
    size_t length = 3 * 1024 * 1024;
    char *bytes = malloc(length);
    memset(bytes, 'x', length);
    bytes[0] = '\n';
    bytes[length - 1] = '\n';
    struct source *source;
    struct pg_error err;
    struct text line;
    bool end;
    assert_true(source_memory(&source, "in", (struct text){bytes, length}, &err));
    assert_true(source_line(source, &line, &end, &err) && line.length == 0);
    assert_int_equal(source_line_number(source), 1);
    assert_true(source_line(source, &line, &end, &err) && line.length == length - 2);
    assert_int_equal(source_line_number(source), 2);
    assert_true(source_line(source, &line, &end, &err) && end);
    assert_string_equal(source_name(source), "in");
    source_close(source);
    free(bytes);
}

static void inflates_gzip(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct pg_error err;
    bool good;
    size_t length;
    unsigned char *packed = compress_bytes("a\nb\n", 4, &length);
    struct text whole = {(const char *)packed, length};
    assert_string_equal(read_all(whole, arena, &good, &err), "a|b|");
    assert_true(good);

    char *twice = arena_alloc(arena, 2 * length);
    memcpy(twice, packed, length);
    memcpy(twice + length, packed, length);
    assert_string_equal(read_all((struct text){twice, 2 * length}, arena, &good, &err), "a|b|a|b|");
    assert_true(good);

    for (size_t cut = 2; cut < length; cut++) {
        read_all((struct text){whole.at, cut}, arena, &good, &err);
        assert_false(good);
        assert_int_equal(err.status, PG_FORMAT);
        assert_non_null(strstr(err.text, "in: offset "));
    }
    for (size_t byte = 2; byte < length; byte++) {
        if (byte >= 4 && byte < 10) /* time and origin do not matter */
            continue;
        char *damaged = arena_strndup(arena, whole.at, length);
        damaged[byte] ^= 0x55;
        read_all((struct text){damaged, length}, arena, &good, &err);
        if (good)
            fail_msg("byte %zu changed and nobody saw it", byte);
    }
    free(packed);
    arena_free(arena);
}

static void bombs_are_refused(void **state) {
    (void)state;
    size_t length = 80 * 1024 * 1024, inner_length, outer_length;
    char *zeros = calloc(1, length);
    unsigned char *packed = compress_bytes(zeros, length, &inner_length);
    struct arena *arena = arena_new();
    struct pg_error err;
    bool good;
    read_all((struct text){(char *)packed, inner_length}, arena, &good, &err);
    assert_false(good); /* one line of 80 MiB */
    assert_int_equal(err.status, PG_LIMIT);
    unsigned char *again = compress_bytes((char *)packed, inner_length, &outer_length);
    struct source *source;
    struct text rest;
    assert_true(source_memory(&source, "in", (struct text){(char *)packed, inner_length}, &err));
    assert_false(source_rest(source, (size_t)1 << 30, arena, &rest, &err));
    assert_int_equal(err.status, PG_LIMIT);
    assert_non_null(strstr(err.text, "in: gzip data inflates to more than"));
    source_close(source);
    /* gzip in gzip is not looked into */
    assert_true(source_memory(&source, "in", (struct text){(char *)again, outer_length}, &err));
    assert_true(source_rest(source, (size_t)1 << 30, arena, &rest, &err));
    assert_int_equal(rest.length, inner_length);
    source_close(source);
    free(zeros);
    free(packed);
    free(again);
    arena_free(arena);
}

static void peeks_without_taking(void **state) {
    (void)state;
    char *bytes = malloc(200000);
    memset(bytes, 'y', 200000);
    struct source *source;
    struct pg_error err;
    struct text head, rest;
    struct arena *arena = arena_new();
    assert_true(source_memory(&source, "in", (struct text){bytes, 200000}, &err));
    assert_true(source_peek(source, &head, &err));
    assert_int_equal(head.length, SOURCE_PEEK);
    assert_true(source_peek(source, &head, &err));
    assert_int_equal(head.length, SOURCE_PEEK);
    assert_true(source_rest(source, 200000, arena, &rest, &err));
    assert_int_equal(rest.length, 200000);
    assert_int_equal(rest.at[200000], 0);
    source_close(source);
    assert_true(source_memory(&source, "in", (struct text){bytes, 200000}, &err));
    assert_false(source_rest(source, 199999, arena, &rest, &err));
    assert_string_equal(err.text, "in: larger than 199999 bytes; refused");
    source_close(source);
    assert_true(source_memory(&source, "in", (struct text){"ab", 2}, &err));
    assert_true(source_peek(source, &head, &err) && head.length == 2);
    source_close(source);
    arena_free(arena);
    free(bytes);
}

static void files_that_cannot_be_read(void **state) {
    (void)state;
    struct source *source;
    struct pg_error err;
    assert_false(source_open(&source, "/nonexistent/file", &err));
    assert_int_equal(err.status, PG_IO);
    assert_string_equal(err.text, "/nonexistent/file: cannot open: No such file or directory");
    assert_false(source_open(&source, "/", &err));
    assert_string_equal(err.text, "/: cannot open: Is a directory");
    assert_true(source_open(&source, "/dev/null", &err));
    struct text line;
    bool end;
    assert_true(source_line(source, &line, &end, &err) && end);
    source_close(source);
}

static long peak_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* A sparse file of 2 GiB without a newline: refused after the first few MiB. */
static void an_endless_line_is_refused_in_little_memory(void **state) {
    (void)state;
    char path[] = "/tmp/perfgate-source-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)2 << 30), 0);
    close(fd);
    struct source *source;
    struct pg_error err = {PG_OK, ""};
    struct text line;
    bool end;
    long before = peak_kib();
    assert_true(source_open(&source, path, &err));
    unlink(path);
    assert_false(source_line(source, &line, &end, &err));
    source_close(source);
    assert_int_equal(err.status, PG_LIMIT);
    assert_non_null(strstr(err.text, ":1: line is longer than 16777216 bytes"));
    assert_true(peak_kib() - before < 128 * 1024);
}

static void standard_input_may_be_a_pipe(void **state) {
    (void)state;
    int ends[2], saved = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        for (int i = 0; i < 3; i++) {
            ssize_t written = write(ends[1], "line\n", 5);
            usleep(written == 5 ? 2000 : 0);
        }
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    struct source *source;
    struct pg_error err;
    struct arena *arena = arena_new();
    bool good;
    assert_true(source_open(&source, "-", &err));
    assert_string_equal(source_name(source), "stdin");
    assert_string_equal(lines_of(source, arena, &good, &err), "line|line|line|");
    source_close(source);
    dup2(saved, STDIN_FILENO);
    close(saved);
    waitpid(child, NULL, 0);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        /* first: it looks at the peak of memory */
        cmocka_unit_test(an_endless_line_is_refused_in_little_memory),
        cmocka_unit_test(splits_lines),
        cmocka_unit_test(lines_are_counted_and_may_be_long),
        cmocka_unit_test(inflates_gzip),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(peeks_without_taking),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(standard_input_may_be_a_pipe),
    };
    return RUN_TESTS(tests);
}
