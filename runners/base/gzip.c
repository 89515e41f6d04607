#include "runners/base/gzip.h"

#include <zlib.h>

enum { PIECE = 64 * 1024, MOST_IN = 1 << 30 /* avail_in is 32 bits wide */ };

bool gzip_write(FILE *out, struct text bytes, int level, struct pg_error *err) {
    unsigned char piece[PIECE] = {0};
    z_stream stream = {0};
    if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return pg_error_set(err, PG_LIMIT, "no memory to compress");
    int result = Z_OK;
    while (result != Z_STREAM_END) {
        if (!stream.avail_in && bytes.length) {
            stream.next_in = (unsigned char *)bytes.at;
            stream.avail_in = bytes.length < MOST_IN ? (uInt)bytes.length : MOST_IN;
            bytes.at += stream.avail_in;
            bytes.length -= stream.avail_in;
        }
        stream.next_out = piece;
        stream.avail_out = PIECE;
        result = deflate(&stream, bytes.length ? Z_NO_FLUSH : Z_FINISH);
        fwrite(piece, 1, PIECE - stream.avail_out, out);
    }
    deflateEnd(&stream);
    return true;
}
