#include "runners/shard.h"

#include "runners/base/number.h"

#include <ctype.h>

bool shard_parse(const char *text, uint32_t *index, uint32_t *count, struct pg_error *err) {
    const char *slash = strchr(text, '/');
    uint64_t i, n;
    if (!slash || !number_u64((struct text){text, (size_t)(slash - text)}, &i) ||
        !number_u64(text_of(slash + 1), &n) || i < 1 || i > n || n > 10000)
        return pg_error_set(err, PG_USAGE,
                            "'%.100s' is not a shard; it is i/n with 1 <= i <= n <= 10000", text);
    *index = (uint32_t)i;
    *count = (uint32_t)n;
    return true;
}

static struct text without_cores(struct text name) {
    size_t end = name.length;
    while (end > 0 && isdigit((unsigned char)name.at[end - 1]))
        end--;
    if (end < name.length && end > 1 && name.at[end - 1] == '-')
        name.length = end - 1;
    return name;
}

uint32_t shard_of(struct text name, uint32_t count) {
    uint64_t hash = 0xcbf29ce484222325u;
    name = without_cores(name);
    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 0x100000001b3u;
    return (uint32_t)((hash >> 32 ^ (hash & 0xffffffffu)) % count) + 1;
}
