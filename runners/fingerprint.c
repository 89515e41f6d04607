#include "runners/fingerprint.h"

#include "runners/sampler/child.h"

#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static uint64_t fnv(const char *text) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

/* One word: blanks, control characters and `=` would break the line that it is written in. */
static const char *as_word(const char *text, struct arena *arena) {
    char *word = arena_strdup(arena, text);
    for (char *at = word; *at; at++) {
        if ((unsigned char)*at <= ' ' || *at == 0x7f || *at == '=')
            *at = '_';
    }
    return word;
}

static void add(struct fingerprint *out, const char *key, const char *value, struct arena *arena) {
    if (value && *value && out->count < FINGERPRINT_MAX)
        out->fields[out->count++] = (struct fingerprint_field){key, as_word(value, arena)};
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Kernels list the same flags in different order. */
static const char *flags_hash(const char *flags, struct arena *arena) {
    const char **words = NULL;
    size_t count = 0, capacity = 0;
    struct text rest = text_of(flags), word;
    while (text_field(&rest, &word))
        ARENA_PUSH(arena, words, count, capacity, arena_strndup(arena, word.at, word.length));
    if (count)
        qsort(words, count, sizeof *words, by_text);
    const char *sorted = "";
    for (size_t i = 0; i < count; i++)
        sorted = arena_printf(arena, "%s %s", sorted, words[i]);
    return arena_printf(arena, "%016llx", (unsigned long long)fnv(sorted));
}

/* x86 first, then the words of arm64's cpuinfo. */
static const char *either(const char *cpuinfo, const char *key, const char *other,
                          struct arena *arena) {
    const char *value = system_value(cpuinfo, key, arena);
    return value ? value : system_value(cpuinfo, other, arena);
}

static const char *cores(const char *cpuinfo, const struct system_roots *roots,
                         struct arena *arena) {
    const char *online = system_read(arena, "%s/devices/system/cpu/online", roots->sys);
    size_t count = 0;
    for (const char *at = online; at && *at;) {
        char *end;
        long first = strtol(at, &end, 10), last = first;
        if (end == at || first < 0)
            break;
        if (*end == '-')
            last = strtol(end + 1, &end, 10);
        if (last < first)
            break;
        count += (size_t)(last - first) + 1;
        at = *end == ',' ? end + 1 : "";
    }
    if (!online)
        count = strncmp(cpuinfo, "processor", 9) == 0;
    for (const char *at = cpuinfo; !online && (at = strstr(at, "\nprocessor")); at++)
        count++;
    return count ? arena_printf(arena, "%zu", count) : NULL;
}

static const char *hypervisor(const char *flags, const struct system_roots *roots,
                              struct arena *arena) {
    const char *type = system_read(arena, "%s/hypervisor/type", roots->sys);
    const char *vendor = system_read(arena, "%s/class/dmi/id/sys_vendor", roots->sys);
    bool guest = type || (flags && strstr(arena_printf(arena, "%s ", flags), "hypervisor "));
    if (!guest)
        return "none";
    return type && *type ? type : vendor && *vendor ? vendor : "some";
}

static const char *first_line(const char *text, struct arena *arena) {
    return text ? arena_strndup(arena, text, (size_t)(strchrnul(text, '\n') - text)) : NULL;
}

static const char *libc_version(struct arena *arena) {
    return arena_printf(arena, "glibc-%s", gnu_get_libc_version());
}

struct fingerprint fingerprint_read(const struct system_roots *roots, const char *compiler,
                                    struct arena *arena) {
    static const char *const cc_version[] = {"cc", "--version", NULL};
    struct fingerprint out = {.count = 0};
    struct utsname name;
    const char *info = system_read(arena, "%s/cpuinfo", roots->proc);
    const char *release = system_read(arena, "%s/sys/kernel/osrelease", roots->proc);
    if (!info)
        info = "";
    const char *flags = either(info, "flags", "Features", arena);
    add(&out, "cpu-vendor", either(info, "vendor_id", "CPU implementer", arena), arena);
    add(&out, "cpu-family", either(info, "cpu family", "CPU architecture", arena), arena);
    add(&out, "cpu-model", either(info, "model", "CPU part", arena), arena);
    add(&out, "cpu-stepping", either(info, "stepping", "CPU revision", arena), arena);
    add(&out, "cpu-flags", flags ? flags_hash(flags, arena) : NULL, arena);
    add(&out, "cores", cores(info, roots, arena), arena);
    add(&out, "hypervisor", hypervisor(flags, roots, arena), arena);
    if (!release && uname(&name) == 0)
        release = arena_strdup(arena, name.release);
    add(&out, "kernel", release, arena);
    const char *governor =
        system_read(arena, "%s/devices/system/cpu/cpu0/cpufreq/scaling_governor", roots->sys);
    add(&out, "governor", governor ? governor : "none", arena);
    add(&out, "libc", libc_version(arena), arena);
    if (!compiler)
        compiler = first_line(child_line(cc_version, NULL, arena), arena);
    add(&out, "compiler", compiler, arena);
    out.cpu_name = system_value(info, "model name", arena);
    return out;
}

const char *fingerprint_text(const struct fingerprint *fingerprint, struct arena *arena) {
    const char *text = "";
    for (size_t i = 0; i < fingerprint->count; i++)
        text = arena_printf(arena, "%s%s%s=%s", text, i ? " " : "", fingerprint->fields[i].key,
                            fingerprint->fields[i].value);
    return text;
}

const char *fingerprint_id(const struct fingerprint *fingerprint, struct arena *arena) {
    return arena_printf(arena, "%016llx",
                        (unsigned long long)fnv(fingerprint_text(fingerprint, arena)));
}
