#include "runners/base/gzip.h"
#include "runners/base/parallel.h"

#include <stdlib.h>
#include <zlib.h>

enum { PIECE = 1 << 20, WINDOW = 32 * 1024, BATCH = 16, RAW = -15, SYNC_MARK = 16 };

/* A part of the bytes, deflated by itself. It begins with the end of the part before for its
 * window, so that hardly anything is lost by the cut, and ends at a whole byte, so that they can be
 * put one behind the other. */
struct piece {
    struct text bytes;
    size_t before; /* bytes of the window in front */
    bool last, good;
    unsigned char *deflated;
    size_t length;
    uLong crc;
};

struct batch {
    struct piece pieces[BATCH];
    int level;
};

static void deflate_piece(void *context, size_t index) {
    struct batch *batch = context;
    struct piece *piece = &batch->pieces[index];
    z_stream stream = {0};
    piece->good = false;
    if (deflateInit2(&stream, batch->level, Z_DEFLATED, RAW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    size_t room = deflateBound(&stream, piece->bytes.length) + SYNC_MARK;
    piece->deflated = malloc(room);
    if (piece->deflated) {
        const unsigned char *at = (const unsigned char *)piece->bytes.at;
        piece->crc = crc32_z(0, at, piece->bytes.length);
        if (piece->before)
            deflateSetDictionary(&stream, at - piece->before, (uInt)piece->before);
        stream.next_in = (unsigned char *)(uintptr_t)at;
        stream.avail_in = (uInt)piece->bytes.length;
        stream.next_out = piece->deflated;
        stream.avail_out = (uInt)room;
        int result = deflate(&stream, piece->last ? Z_FINISH : Z_SYNC_FLUSH);
        piece->good = piece->last ? result == Z_STREAM_END : result == Z_OK && !stream.avail_in;
        piece->length = room - stream.avail_out;
    }
    deflateEnd(&stream);
}

static size_t cut_pieces(struct batch *batch, struct text *rest, size_t done) {
    size_t count = 0;
    do {
        struct piece *piece = &batch->pieces[count++];
        size_t length = rest->length < PIECE ? rest->length : PIECE;
        *piece = (struct piece){.bytes = {rest->at, length},
                                .before = done < WINDOW ? done : WINDOW,
                                .last = length == rest->length};
        done += length;
        *rest = (struct text){rest->at + length, rest->length - length};
    } while (count < BATCH && rest->length);
    return count;
}

static void put_u32(FILE *out, uLong value) {
    for (int i = 0; i < 4; i++)
        fputc((int)(value >> 8 * i & 0xff), out);
}

bool gzip_write(FILE *out, struct text bytes, int level, struct pg_error *err) {
    static const unsigned char header[] = {0x1f, 0x8b, Z_DEFLATED, 0, 0, 0, 0, 0, 0, 3 /* Unix */};
    struct batch batch = {.level = level};
    struct text rest = bytes;
    uLong crc = crc32(0, NULL, 0);
    bool good = true;
    fwrite(header, 1, sizeof header, out);
    do {
        size_t count = cut_pieces(&batch, &rest, bytes.length - rest.length);
        parallel_for(count, deflate_piece, &batch);
        for (size_t i = 0; i < count; i++) {
            struct piece *piece = &batch.pieces[i];
            good &= piece->good;
            if (piece->good)
                fwrite(piece->deflated, 1, piece->length, out);
            crc = crc32_combine(crc, piece->crc, (z_off_t)piece->bytes.length);
            free(piece->deflated);
        }
    } while (good && rest.length);
    put_u32(out, crc);
    put_u32(out, (uLong)bytes.length);
    return good || pg_error_set(err, PG_LIMIT, "no memory to compress");
}
