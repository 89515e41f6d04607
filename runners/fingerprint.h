/* What makes two machines comparable. Two recordings may be compared without a warning when their
 * ids are equal. */
#ifndef RUNNERS_FINGERPRINT_H
#define RUNNERS_FINGERPRINT_H

#include "runners/recording/recording.h"
#include "runners/system_files.h"

enum { FINGERPRINT_MAX = 16 };

struct fingerprint_field {
    const char *key, *value; /* value without blanks: they are written `_` */
};

/* Fields, in this order, where the machine tells: cpu-vendor, cpu-family, cpu-model, cpu-stepping,
 * cpu-flags (16 hex digits, hash of the sorted flag set), cores (online), hypervisor, kernel
 * (release), governor, libc, compiler. */
struct fingerprint {
    struct fingerprint_field fields[FINGERPRINT_MAX];
    size_t count;
    const char *cpu_name; /* for the configuration line `cpu:`, or NULL; not part of the id */
};

/* Reads it. `compiler` is what built the benchmark ("gcc (Debian 12.2.0) 12.2.0"); NULL: the first
 * line of `cc --version`, and no field when there is no cc. */
struct fingerprint fingerprint_read(const struct system_roots *roots, const char *compiler,
                                    struct arena *arena);

/* "cpu-vendor=… cpu-family=… …" (recording/fingerprint_text.h takes it apart), and its FNV-1a hash
 * as 16 hexadecimal digits. */
const char *fingerprint_text(const struct fingerprint *fingerprint, struct arena *arena);
const char *fingerprint_id(const struct fingerprint *fingerprint, struct arena *arena);

#endif
