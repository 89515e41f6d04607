#include "runners/symbols/elf_file.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_image(Elf *elf) {
    GElf_Ehdr header;
    return elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) &&
           (header.e_type == ET_EXEC || header.e_type == ET_DYN);
}

static bool keep(struct elf_file *out, Elf *elf, int fd) {
    *out = (struct elf_file){elf, fd};
    if (is_image(elf))
        return true;
    elf_file_close(out);
    errno = 0;
    return false;
}

bool elf_file_open(struct elf_file *out, const char *path) {
    struct stat status;
    *out = (struct elf_file){NULL, -1};
    elf_version(EV_CURRENT);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_size > ELF_FILE_BYTES) {
        close(fd);
        errno = 0;
        return false;
    }
    return keep(out, elf_begin(fd, ELF_C_READ, NULL), fd);
}

bool elf_file_memory(struct elf_file *out, char *bytes, size_t length) {
    elf_version(EV_CURRENT);
    return keep(out, elf_memory(bytes, length), -1);
}

void elf_file_close(struct elf_file *file) {
    elf_end(file->elf);
    if (file->fd >= 0)
        close(file->fd);
    *file = (struct elf_file){NULL, -1};
}

void elf_build_id(Elf *elf, char out[BUILD_ID_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    const void *found = NULL;
    ssize_t length = dwelf_elf_gnu_build_id(elf, &found);
    size_t at = 0;
    for (ssize_t i = 0; i < length && at + 2 < BUILD_ID_TEXT; i++) {
        unsigned byte = ((const unsigned char *)found)[i];
        out[at++] = digits[byte >> 4];
        out[at++] = digits[byte & 15];
    }
    out[at] = '\0';
}

bool elf_address_of(Elf *elf, uint64_t file_offset, uint64_t *address) {
    GElf_Phdr part;
    size_t count;
    bool found = false;
    if (elf_getphdrnum(elf, &count))
        return false;
    for (size_t i = 0; i < count && gelf_getphdr(elf, (int)i, &part); i++) {
        if (part.p_type != PT_LOAD || file_offset < part.p_offset ||
            file_offset - part.p_offset >= part.p_filesz)
            continue;
        /* Parts may share a page of the file; what is executed is in the executable one. */
        if (!found || part.p_flags & PF_X)
            *address = file_offset - part.p_offset + part.p_vaddr;
        found = true;
        if (part.p_flags & PF_X)
            break;
    }
    return found;
}

Elf_Scn *elf_section(Elf *elf, const char *name, GElf_Shdr *header) {
    size_t names;
    if (elf_getshdrstrndx(elf, &names))
        return NULL;
    for (Elf_Scn *at = elf_nextscn(elf, NULL); at; at = elf_nextscn(elf, at)) {
        const char *found =
            gelf_getshdr(at, header) ? elf_strptr(elf, names, header->sh_name) : NULL;
        if (found && strcmp(found, name) == 0)
            return at;
    }
    return NULL;
}

struct text elf_section_bytes(Elf *elf, const char *name) {
    GElf_Shdr header;
    Elf_Scn *found = elf_section(elf, name, &header);
    Elf_Data *data = found && header.sh_type != SHT_NOBITS && !(header.sh_flags & SHF_COMPRESSED)
                         ? elf_rawdata(found, NULL)
                         : NULL;
    return data && data->d_buf ? (struct text){data->d_buf, data->d_size} : (struct text){0};
}

bool elf_is_big_endian(Elf *elf) {
    const char *ident = elf_getident(elf, NULL);
    return ident && ident[EI_DATA] == ELFDATA2MSB;
}

struct text vdso_image(void) {
    const char *at = (const char *)getauxval(AT_SYSINFO_EHDR);
    if (!at)
        return (struct text){"", 0};
    /* The kernel maps whole pages, with the section headers behind everything else. */
    Elf64_Ehdr header;
    memcpy(&header, at, sizeof header);
    return (struct text){at, header.e_shoff + (size_t)header.e_shnum * header.e_shentsize};
}
