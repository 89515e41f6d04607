/* A stream of ring records, with or without branches, registers and stacks: everything that is
 * accepted lies within its record. The first byte chooses. */
#include "runners/sampler/perf_record.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct text text, const uint8_t *from, const uint8_t *end) {
    const uint8_t *at = (const uint8_t *)text.at;
    assert(!text.length || (at >= from && text.length <= (size_t)(end - at)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *at = data + 1, *end = data + size;
    uint64_t sum = 0;
    if (size == 0)
        return 0;
    struct perf_layout layout = {data[0] & 2, data[0] & 1 ? 0xff0fff : 0};
    while (end - at >= 8) {
        size_t length = perf_record_length(at);
        if (length == 0 || length > (size_t)(end - at))
            break;
        struct perf_record record;
        if (perf_record_read(&record, (struct text){(const char *)at, length}, layout)) {
            check_text(record.comm, at, at + length);
            check_text(record.mmap.file, at, at + length);
            check_text(record.sample.stack, at, at + length);
            assert(record.mmap.build_id_length <= BUILD_ID_MOST);
            assert(record.sample.register_count <= REGISTERS_MOST);
            for (size_t i = 0; i < record.sample.depth; i++)
                sum += perf_chain_at(&record.sample, i);
            for (size_t i = 0; i < record.sample.branch_count; i++)
                sum += perf_branch_at(&record.sample, i).from;
        }
        at += length;
    }
    volatile uint64_t read = sum; /* so that it is */
    (void)read;
    return 0;
}
