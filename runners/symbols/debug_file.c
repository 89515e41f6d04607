#include "runners/symbols/debug_file.h"

#include <elfutils/libdwelf.h>
#include <unistd.h>
#include <zlib.h>

static bool has_build_id(Elf *elf, const char *want) {
    char found[BUILD_ID_TEXT];
    elf_build_id(elf, found);
    return *want && strcmp(found, want) == 0;
}

static bool open_by_id(struct elf_file *out, const char *id, const char *root,
                       struct arena *scratch) {
    if (strlen(id) < 3)
        return false;
    const char *path = arena_printf(scratch, "%s/.build-id/%.2s/%s.debug", root, id, id + 2);
    if (!elf_file_open(out, path))
        return false;
    if (has_build_id(out->elf, id))
        return true;
    elf_file_close(out);
    return false;
}

/* The CRC-32 that debuglinks use is zlib's. */
static bool has_checksum(int fd, GElf_Word want) {
    unsigned char piece[65536];
    uLong sum = crc32(0, NULL, 0);
    off_t at = 0;
    for (ssize_t n; (n = pread(fd, piece, sizeof piece, at)) > 0; at += n)
        sum = crc32(sum, piece, (uInt)n);
    return sum == want;
}

static bool open_by_link(struct elf_file *out, const char *candidate, const char *id,
                         GElf_Word checksum) {
    if (!elf_file_open(out, candidate))
        return false;
    if (has_build_id(out->elf, id) || has_checksum(out->fd, checksum))
        return true;
    elf_file_close(out);
    return false;
}

bool debug_file_find(struct elf_file *out, Elf *program, const char *path, const char *root,
                     struct arena *scratch) {
    char id[BUILD_ID_TEXT];
    GElf_Word checksum;
    elf_build_id(program, id);
    if (open_by_id(out, id, root, scratch))
        return true;
    const char *link = dwelf_elf_gnu_debuglink(program, &checksum);
    const char *slash = strrchr(path, '/');
    if (!link || !*link || strchr(link, '/'))
        return false;
    int folder = slash ? (int)(slash - path) : 0;
    const char *below = slash ? path : "."; /* the folder is its first `folder` bytes */
    const char *const places[] = {
        arena_printf(scratch, "%.*s/%s", slash ? folder : 1, below, link),
        arena_printf(scratch, "%.*s/.debug/%s", slash ? folder : 1, below, link),
        arena_printf(scratch, "%s/%.*s/%s", root, folder, path, link),
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (strcmp(places[i], path) != 0 && open_by_link(out, places[i], id, checksum))
            return true;
    }
    return false;
}
