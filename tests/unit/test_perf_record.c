#include "tests/unit/test.h"

#include "runners/sampler/perf_record.h"
#include "runners/sampler/rings.h"

#include <linux/perf_event.h>

/* A record put together field by field, in the order of the comments in linux/perf_event.h. */
struct bytes {
    uint8_t at[1024];
    size_t length;
};

static void put(struct bytes *to, const void *field, size_t length) {
    memcpy(to->at + to->length, field, length);
    to->length += length;
}
static void put32(struct bytes *to, uint32_t value) {
    put(to, &value, sizeof value);
}
static void put64(struct bytes *to, uint64_t value) {
    put(to, &value, sizeof value);
}

static struct bytes begin(uint32_t type, uint16_t misc) {
    struct bytes bytes = {.length = 0};
    struct perf_event_header header = {.type = type, .misc = misc};
    put(&bytes, &header, sizeof header);
    return bytes;
}

/* Texts are padded to 8 bytes. */
static void put_text(struct bytes *to, const char *text) {
    size_t length = strlen(text) + 1;
    put(to, text, length);
    to->length += (8 - length % 8) % 8;
}

static struct text end(struct bytes *bytes) {
    uint16_t length = (uint16_t)bytes->length;
    memcpy(bytes->at + 6, &length, sizeof length);
    return (struct text){(const char *)bytes->at, bytes->length};
}

/* struct sample_id of the sampler's events: TID and TIME. */
static void put_id(struct bytes *to, uint32_t pid, uint32_t tid, uint64_t time) {
    put32(to, pid);
    put32(to, tid);
    put64(to, time);
}

static struct bytes a_sample(void) {
    static const uint64_t chain[] = {PERF_CONTEXT_USER, 0x401000, 0x402005};
    struct bytes bytes = begin(PERF_RECORD_SAMPLE, PERF_RECORD_MISC_USER);
    put64(&bytes, 0x401000);
    put_id(&bytes, 10, 11, 5000);
    put64(&bytes, 1000003);
    put64(&bytes, 3);
    put(&bytes, chain, sizeof chain);
    return bytes;
}

static void a_sample_has_its_chain(void **state) {
    (void)state;
    struct perf_record record;
    struct bytes bytes = a_sample();
    assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){0}));
    assert_int_equal(record.kind, PERF_KIND_SAMPLE);
    assert_int_equal(record.pid, 10);
    assert_int_equal(record.tid, 11);
    assert_int_equal(record.time, 5000);
    assert_int_equal(record.sample.ip, 0x401000);
    assert_int_equal(record.sample.period, 1000003);
    assert_int_equal(record.sample.depth, 3);
    assert_int_equal(perf_chain_at(&record.sample, 2), 0x402005);
    assert_int_equal(record.sample.register_count, 0);
}

static void registers_and_stack_follow_the_chain(void **state) {
    (void)state;
    struct perf_record record;
    struct bytes bytes = a_sample();
    put64(&bytes, PERF_SAMPLE_REGS_ABI_64);
    put64(&bytes, 111); /* of the lowest bit of the mask */
    put64(&bytes, 222);
    put64(&bytes, 16); /* room */
    put(&bytes, "stack of 16 byte", 16);
    put64(&bytes, 5); /* used */
    assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){.registers = 0x81}));
    assert_int_equal(record.sample.abi, PERF_SAMPLE_REGS_ABI_64);
    assert_int_equal(record.sample.register_count, 2);
    assert_int_equal(record.sample.registers[1], 222);
    assert_true(text_equal(record.sample.stack, "stack"));
}

static void branches_stand_before_registers(void **state) {
    (void)state;
    struct perf_record record;
    struct bytes bytes = a_sample();
    put64(&bytes, 2);
    for (uint64_t i = 0; i < 2; i++) {
        put64(&bytes, 0x401010 + i);
        put64(&bytes, 0x402000 + i);
        put64(&bytes, 1); /* mispredicted */
    }
    put64(&bytes, PERF_SAMPLE_REGS_ABI_64);
    put64(&bytes, 111);
    put64(&bytes, 222);
    put64(&bytes, 0);
    struct perf_layout layout = {.branches = true, .registers = 0x81};
    assert_true(perf_record_read(&record, end(&bytes), layout));
    assert_int_equal(record.sample.branch_count, 2);
    assert_int_equal(perf_branch_at(&record.sample, 0).from, 0x401010);
    assert_int_equal(perf_branch_at(&record.sample, 1).to, 0x402001);
    assert_int_equal(record.sample.registers[1], 222);
}

static void more_branches_than_there_are_is_damage(void **state) {
    (void)state;
    struct perf_record record;
    static const uint64_t claims[] = {2, UINT64_MAX, UINT64_MAX / 24 + 1};
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        struct bytes bytes = a_sample();
        put64(&bytes, claims[i]);
        put64(&bytes, 0x401010);
        put64(&bytes, 0x402000);
        put64(&bytes, 0);
        assert_false(
            perf_record_read(&record, end(&bytes), (struct perf_layout){.branches = true}));
    }
}

/* A kernel thread, or a task whose memory is gone: no registers, no stack. */
static void registers_may_be_missing(void **state) {
    (void)state;
    struct perf_record record;
    struct bytes bytes = a_sample();
    put64(&bytes, PERF_SAMPLE_REGS_ABI_NONE);
    put64(&bytes, 0);
    assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){.registers = 0x81}));
    assert_int_equal(record.sample.register_count, 0);
    assert_int_equal(record.sample.stack.length, 0);
}

static struct bytes a_mmap(uint16_t misc) {
    struct bytes bytes = begin(PERF_RECORD_MMAP2, PERF_RECORD_MISC_USER | misc);
    put32(&bytes, 10);
    put32(&bytes, 11);
    put64(&bytes, 0x400000);
    put64(&bytes, 0x2000);
    put64(&bytes, 0x1000);
    return bytes;
}

static void a_mapping_has_its_inode_or_its_build_id(void **state) {
    (void)state;
    static const uint8_t id[20] = {1, 2, 3};
    struct perf_record record;
    struct bytes bytes = a_mmap(0);
    put32(&bytes, 8);
    put32(&bytes, 1);
    put64(&bytes, 77); /* inode */
    put64(&bytes, 0);
    put64(&bytes, 5); /* protection, flags */
    put_text(&bytes, "/bin/true");
    put_id(&bytes, 10, 11, 42);
    assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){0}));
    assert_int_equal(record.kind, PERF_KIND_MMAP);
    assert_int_equal(record.mmap.start, 0x400000);
    assert_int_equal(record.mmap.length, 0x2000);
    assert_int_equal(record.mmap.offset, 0x1000);
    assert_int_equal(record.mmap.inode, 77);
    assert_int_equal(record.mmap.build_id_length, 0);
    assert_int_equal(record.time, 42);
    assert_true(text_equal(record.mmap.file, "/bin/true"));

    bytes = a_mmap(PERF_RECORD_MISC_MMAP_BUILD_ID);
    put32(&bytes, 3); /* length in its first byte */
    put(&bytes, id, sizeof id);
    put64(&bytes, 5);
    put_text(&bytes, "/bin/true");
    put_id(&bytes, 10, 11, 42);
    assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){0}));
    assert_int_equal(record.mmap.build_id_length, 3);
    assert_memory_equal(record.mmap.build_id, id, 3);
    assert_true(text_equal(record.mmap.file, "/bin/true"));
}

static void tasks_begin_are_named_and_end(void **state) {
    (void)state;
    struct perf_record record;
    struct bytes bytes = begin(PERF_RECORD_FORK, 0);
    put32(&bytes, 20); /* pid, ppid, tid, ptid, time */
    put32(&bytes, 10);
    put32(&bytes, 21);
    put32(&bytes, 11);
    put64(&bytes, 99);
    put_id(&bytes, 10, 11, 99); /* of the parent, which made the record */
    assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){0}));
    assert_int_equal(record.kind, PERF_KIND_FORK);
    assert_int_equal(record.pid, 20);
    assert_int_equal(record.parent_pid, 10);
    assert_int_equal(record.tid, 21);
    assert_int_equal(record.parent_tid, 11);

    bytes = begin(PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC);
    put32(&bytes, 20);
    put32(&bytes, 20);
    put_text(&bytes, "bench");
    put_id(&bytes, 20, 20, 100);
    assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){0}));
    assert_int_equal(record.kind, PERF_KIND_COMM);
    assert_true(record.exec);
    assert_true(text_equal(record.comm, "bench"));
}

static void what_was_lost_is_counted(void **state) {
    (void)state;
    struct perf_record record;
    struct bytes bytes = begin(PERF_RECORD_LOST, 0);
    put64(&bytes, 1); /* id */
    put64(&bytes, 17);
    put_id(&bytes, 0, 0, 5);
    assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){0}));
    assert_int_equal(record.kind, PERF_KIND_LOST);
    assert_int_equal(record.lost, 17);
}

static void a_pause_is_told_its_end_passed_over(void **state) {
    (void)state;
    static const struct {
        uint32_t type;
        enum perf_kind kind;
    } told[] = {{PERF_RECORD_THROTTLE, PERF_KIND_THROTTLE},
                {PERF_RECORD_UNTHROTTLE, PERF_KIND_OTHER}};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct perf_record record;
        struct bytes bytes = begin(told[i].type, 0);
        put64(&bytes, 7); /* time, id, stream_id */
        put64(&bytes, 1);
        put64(&bytes, 1);
        put_id(&bytes, 10, 11, 7);
        assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){0}));
        assert_int_equal(record.kind, told[i].kind);
        assert_int_equal(record.time, 7);
    }
}

static void a_type_of_a_newer_kernel_is_passed_over(void **state) {
    (void)state;
    struct perf_record record;
    struct bytes bytes = begin(200, 0);
    put_id(&bytes, 0, 0, 5);
    assert_true(perf_record_read(&record, end(&bytes), (struct perf_layout){0}));
    assert_int_equal(record.kind, PERF_KIND_OTHER);
    assert_int_equal(record.time, 5);
}

/* Every cut, at the end of a word, of a record that is whole without it. */
static void a_record_that_is_cut_is_refused(void **state) {
    (void)state;
    struct bytes whole = a_sample();
    for (size_t length = 8; length < whole.length; length += 8) {
        struct bytes cut = whole;
        struct perf_record record;
        cut.length = length;
        assert_false(perf_record_read(&record, end(&cut), (struct perf_layout){0}));
    }
}

static void a_chain_longer_than_its_record_is_refused(void **state) {
    (void)state;
    static const uint64_t depths[] = {4, 1ULL << 32, 1ULL << 61, UINT64_MAX};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        struct bytes bytes = a_sample();
        struct perf_record record;
        memcpy(bytes.at + 8 + 8 + 16 + 8, &depths[i], 8);
        assert_false(perf_record_read(&record, end(&bytes), (struct perf_layout){0}));
    }
}

static void periods_are_primes_from_the_rate_on(void **state) {
    (void)state;
    assert_int_equal(ring_period(1000), 1000003); /* the first primes above 10^6, 10^9 and 10^7 */
    assert_int_equal(ring_period(1), 1000000007);
    assert_int_equal(ring_period(100), 10000019);
}

static void events_are_what_an_unprivileged_user_may_open(void **state) {
    (void)state;
    struct perf_event_attr attr =
        ring_attributes(&(struct ring_request){.event = RING_CLOCK, .rate = 1000});
    assert_int_equal(attr.type, PERF_TYPE_SOFTWARE);
    assert_int_equal(attr.config, PERF_COUNT_SW_CPU_CLOCK);
    assert_int_equal(attr.sample_period, 1000003);
    assert_false(attr.freq);
    assert_true(attr.exclude_kernel && attr.inherit && attr.enable_on_exec && attr.disabled);
    attr = ring_attributes(&(struct ring_request){.event = RING_CYCLES, .rate = 500});
    assert_int_equal(attr.type, PERF_TYPE_HARDWARE);
    assert_true(attr.freq);
    assert_int_equal(attr.sample_freq, 500);
    assert_false(attr.sample_type & PERF_SAMPLE_STACK_USER);
    attr = ring_attributes(&(struct ring_request){
        .event = RING_CLOCK, .rate = 1000, .registers = 1, .stack_bytes = 512});
    assert_int_equal(attr.sample_stack_user, 512);
    assert_true(attr.sample_type & PERF_SAMPLE_REGS_USER);
    assert_false(attr.sample_type & PERF_SAMPLE_BRANCH_STACK);
    attr = ring_attributes(
        &(struct ring_request){.event = RING_CYCLES, .rate = 500, .branches = true});
    assert_true(attr.sample_type & PERF_SAMPLE_BRANCH_STACK);
    assert_int_equal(attr.branch_sample_type, PERF_SAMPLE_BRANCH_USER | PERF_SAMPLE_BRANCH_ANY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_has_its_chain),
        cmocka_unit_test(registers_and_stack_follow_the_chain),
        cmocka_unit_test(branches_stand_before_registers),
        cmocka_unit_test(more_branches_than_there_are_is_damage),
        cmocka_unit_test(registers_may_be_missing),
        cmocka_unit_test(a_mapping_has_its_inode_or_its_build_id),
        cmocka_unit_test(tasks_begin_are_named_and_end),
        cmocka_unit_test(what_was_lost_is_counted),
        cmocka_unit_test(a_pause_is_told_its_end_passed_over),
        cmocka_unit_test(a_type_of_a_newer_kernel_is_passed_over),
        cmocka_unit_test(a_record_that_is_cut_is_refused),
        cmocka_unit_test(a_chain_longer_than_its_record_is_refused),
        cmocka_unit_test(periods_are_primes_from_the_rate_on),
        cmocka_unit_test(events_are_what_an_unprivileged_user_may_open),
    };
    return RUN_TESTS(tests);
}
