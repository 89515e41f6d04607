/* What gzip_write writes, read by zlib itself, with pieces of every length around the cuts. */
#include "runners/base/gzip.h"
#include "tests/unit/test.h"

#include <stdlib.h>
#include <zlib.h>

enum { MIB = 1 << 20 };

/* Of 256 different bytes nothing is saved, of 16 about a half, of 1 nearly all. */
static char *make_bytes(size_t length, unsigned kinds) {
    char *bytes = malloc(length + 1);
    uint64_t state = 1;
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        bytes[i] = (char)((state >> 56) % kinds);
    }
    return bytes;
}

static char *write_all(struct text bytes, size_t *length) {
    char *written = NULL;
    struct pg_error err;
    FILE *out = open_memstream(&written, length);
    assert_non_null(out);
    assert_true(gzip_write(out, bytes, &err));
    assert_int_equal(fclose(out), 0);
    return written;
}

static void check_round_trip(size_t length, unsigned kinds) {
    char *bytes = make_bytes(length, kinds), *again = malloc(length + 1);
    size_t written_length, twice_length;
    char *written = write_all((struct text){bytes, length}, &written_length);
    char *twice = write_all((struct text){bytes, length}, &twice_length);
    assert_int_equal(written_length, twice_length);
    assert_memory_equal(written, twice, twice_length);
    assert_true(written_length < length + length / 100 + 64);
    z_stream stream = {.next_in = (unsigned char *)written,
                       .avail_in = (uInt)written_length,
                       .next_out = (unsigned char *)again,
                       .avail_out = (uInt)length + 1};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    assert_int_equal(stream.total_out, length);
    assert_memory_equal(again, bytes, length);
    inflateEnd(&stream);
    free(bytes);
    free(again);
    free(written);
    free(twice);
}

static void one_member_whatever_the_length(void **state) {
    (void)state;
    const size_t lengths[] = {0, 1, 100, MIB - 1, MIB, MIB + 1, 2 * MIB, 16 * MIB, 16 * MIB + 7};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        check_round_trip(lengths[i], 16);
    check_round_trip(3 * MIB + 1, 256);
    check_round_trip(3 * MIB + 1, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_member_whatever_the_length)};
    return RUN_TESTS(tests);
}
