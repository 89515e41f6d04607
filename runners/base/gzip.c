#include "runners/base/gzip.h"
#include "runners/base/parallel.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <zlib.h>

/* A code of fixed lengths, the worst that it may choose, has 9 bits a byte. */
enum { PIECE = 1 << 20, ROOM = PIECE + PIECE / 8 + 1024, WINDOW = 32 * 1024, BATCH = 16 };

/* ISA-L's level 3 leaves 2 % more of two million random stacks than zlib's level 3, and 6 % more of
 * a Go program's, in a seventh of the time; its level 1, in a ninth, 3 % and 10 %. */
enum { LEVEL = 3, LEVEL_BYTES = ISAL_DEF_LVL3_DEFAULT };

/* Where a piece is deflated, used again for one of the next batch. */
struct bench {
    struct isal_zstream stream;
    uint8_t level[LEVEL_BYTES], deflated[ROOM];
};

/* A part of the bytes, deflated by itself. It begins with the end of the part before for its
 * window, so that hardly anything is lost by the cut, and ends at a whole byte, so that they can be
 * put one behind the other. */
struct piece {
    struct text bytes;
    size_t before; /* bytes of the window in front */
    bool last, good;
    struct bench *bench;
    size_t length; /* deflated */
    uint32_t crc;
};

static void deflate_piece(void *context, size_t index) {
    struct piece *piece = &((struct piece *)context)[index];
    uint8_t *at = (uint8_t *)(uintptr_t)piece->bytes.at;
    if (!piece->bench)
        piece->bench = malloc(sizeof *piece->bench);
    piece->good = piece->bench;
    if (!piece->good)
        return;
    struct isal_zstream *stream = &piece->bench->stream;
    isal_deflate_init(stream);
    stream->level = LEVEL;
    stream->level_buf = piece->bench->level;
    stream->level_buf_size = LEVEL_BYTES;
    stream->flush = SYNC_FLUSH;
    stream->end_of_stream = piece->last;
    if (piece->before)
        isal_deflate_set_dict(stream, at - piece->before, (uint32_t)piece->before);
    stream->next_in = at;
    stream->avail_in = (uint32_t)piece->bytes.length;
    stream->next_out = piece->bench->deflated;
    stream->avail_out = ROOM;
    piece->good = isal_deflate(stream) == COMP_OK && !stream->avail_in && stream->avail_out;
    piece->length = ROOM - stream->avail_out;
    piece->crc = crc32_gzip_refl(0, at, piece->bytes.length);
}

static size_t cut_pieces(struct piece *pieces, struct text *rest, size_t done) {
    size_t count = 0;
    do {
        struct piece *piece = &pieces[count++];
        size_t length = rest->length < PIECE ? rest->length : PIECE;
        piece->bytes = (struct text){rest->at, length};
        piece->before = done < WINDOW ? done : WINDOW;
        piece->last = length == rest->length;
        done += length;
        *rest = (struct text){rest->at + length, rest->length - length};
    } while (count < BATCH && rest->length);
    return count;
}

static void put_u32(FILE *out, uint32_t value) {
    for (int i = 0; i < 4; i++)
        fputc((int)(value >> 8 * i & 0xff), out);
}

bool gzip_write(FILE *out, struct text bytes, struct pg_error *err) {
    static const unsigned char header[] = {0x1f, 0x8b, 8 /* deflate */, 0, 0, 0, 0, 0,
                                           0,    3 /* Unix */};
    struct piece pieces[BATCH] = {0};
    struct text rest = bytes;
    uint32_t crc = 0;
    bool good = true;
    fwrite(header, 1, sizeof header, out);
    do {
        size_t count = cut_pieces(pieces, &rest, bytes.length - rest.length);
        parallel_for(count, deflate_piece, pieces);
        for (size_t i = 0; i < count; i++) {
            struct piece *piece = &pieces[i];
            good &= piece->good;
            if (piece->good)
                fwrite(piece->bench->deflated, 1, piece->length, out);
            crc = (uint32_t)crc32_combine(crc, piece->crc, (z_off_t)piece->bytes.length);
        }
    } while (good && rest.length);
    for (size_t i = 0; i < BATCH; i++)
        free(pieces[i].bench);
    put_u32(out, crc);
    put_u32(out, (uint32_t)bytes.length);
    return good || pg_error_set(err, PG_LIMIT, "no memory to compress");
}
