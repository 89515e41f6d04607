/* An ELF file opened for reading, and the few facts about it that name it and place it in memory.
 * Files are hostile: every size and offset in them is libelf's to check, and only regular files are
 * opened. Sections are read when they are asked for (not mapped: a file that shrinks meanwhile is
 * then an error and no signal). */
#ifndef RUNNERS_SYMBOLS_ELF_FILE_H
#define RUNNERS_SYMBOLS_ELF_FILE_H

#include "runners/base/text.h"

#include <gelf.h>
#include <sys/types.h>

struct elf_file {
    Elf *elf; /* NULL when nothing is open */
    int fd;   /* or -1: from memory */
};

/* False when the path cannot be opened (errno says why) or is not a 64- or 32-bit ELF program,
 * library or debug file of at most ELF_FILE_BYTES (errno is 0). */
#define ELF_FILE_BYTES ((off_t)16 << 30)
bool elf_file_open(struct elf_file *out, const char *path);

/* The same from bytes, which must outlive it and which libelf may write to. */
bool elf_file_memory(struct elf_file *out, char *bytes, size_t length);

/* Harmless on what is not open. */
void elf_file_close(struct elf_file *file);

/* The GNU build id as lower case hexadecimal digits; "" when there is none. */
enum { BUILD_ID_TEXT = 129 }; /* 64 bytes of id, more than any linker makes */
void elf_build_id(Elf *elf, char out[BUILD_ID_TEXT]);

/* The address, in the file's own numbering, of a place in the file: program headers say where which
 * part of the file is loaded. False when the place is not loaded at all. */
bool elf_address_of(Elf *elf, uint64_t file_offset, uint64_t *address);

/* The section of that name with its content or without; NULL when there is none. */
Elf_Scn *elf_section(Elf *elf, const char *name, GElf_Shdr *header);

/* The bytes of the section of that name, as libdw has read them, and unpacked where they were
 * compressed; empty when there are none. They belong to the ELF file. */
struct text elf_section_bytes(Elf *elf, const char *name);

/* Do its numbers begin with the most significant byte? */
bool elf_is_big_endian(Elf *elf);

/* The system's own vdso as bytes in memory; empty when there is none. */
struct text vdso_image(void);

#endif
