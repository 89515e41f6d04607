#include "runners/provenance.h"

#include "runners/base/command_line.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

const char *runner_session(struct arena *arena) {
    unsigned char bytes[16];
    char text[2 * sizeof bytes + 1];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        /* Only a kernel without the call refuses it; two sessions of one machine differ by the
         * clock. */
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        memset(bytes, 0, sizeof bytes);
        memcpy(bytes, &now, sizeof now < sizeof bytes ? sizeof now : sizeof bytes);
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return arena_strdup(arena, text);
}

static const char *utc_now(struct arena *arena) {
    char text[32];
    struct tm parts;
    time_t now = time(NULL);
    gmtime_r(&now, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return arena_strdup(arena, text);
}

static void set_number(struct recording *out, const char *key, uint64_t value) {
    recording_set(out, key, arena_printf(out->arena, "%llu", (unsigned long long)value));
}

void provenance_set(const struct plan *plan, const struct fingerprint *fingerprint,
                    struct recording *const *out) {
    for (size_t i = 0; i < plan->side_count; i++) {
        struct recording *r = out[i];
        const struct plan_side *side = &plan->sides[i];
        recording_set(r, "session", plan->session);
        if (plan->side_count > 1)
            recording_set(r, "side", side->label);
        if (side->commit)
            recording_set(r, "commit", side->commit);
        if (side->modified)
            recording_set(r, "modified", "true");
        if (side->branch)
            recording_set(r, "branch", side->branch);
        recording_set(r, "time", utc_now(r->arena));
        recording_set(r, "command",
                      side->command ? side->command : command_quote(side->argv, r->arena));
        recording_set(r, "fingerprint", fingerprint_text(fingerprint, r->arena));
        recording_set(r, "fingerprint-id", fingerprint_id(fingerprint, r->arena));
        recording_set(r, "order", plan->order == ORDER_ABBA ? "abba" : "shuffle");
        set_number(r, "seed", plan->seed);
        set_number(r, "warmup", plan->warmup);
        if (plan->shard_count)
            recording_set(r, "shard",
                          arena_printf(r->arena, "%u/%u", plan->shard_index, plan->shard_count));
    }
}

/* Go's names of what uname calls otherwise. */
static const char *goarch(const char *machine) {
    static const char *const names[][2] = {{"x86_64", "amd64"}, {"aarch64", "arm64"},
                                           {"i686", "386"},     {"i386", "386"},
                                           {"armv7l", "arm"},   {"loongarch64", "loong64"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(machine, names[i][0]) == 0)
            return names[i][1];
    }
    return machine;
}

static uint32_t number(struct recording *out, const char *text) {
    return strings_add(out->strings, text_of(text));
}

uint32_t provenance_config(const struct fingerprint *fingerprint, struct recording *out) {
    struct utsname name;
    struct config_pair pairs[3] = {{number(out, "goos"), number(out, "linux")}};
    uint32_t count = 1;
    if (uname(&name) == 0)
        pairs[count++] =
            (struct config_pair){number(out, "goarch"), number(out, goarch(name.machine))};
    if (fingerprint->cpu_name)
        pairs[count++] =
            (struct config_pair){number(out, "cpu"), number(out, fingerprint->cpu_name)};
    return recording_config(out, pairs, count);
}
