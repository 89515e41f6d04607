/* call_chains CASE FILE: a program whose call chain is known, stopped at an instruction of `leaf`.
 * What a sampler would see there (registers, top of the stack, the chain of frame pointers as the
 * kernel follows it) is written to FILE by a signal handler that the instruction traps into; a copy
 * of /proc/self/maps to FILE.maps. Words of 8 bytes: count of registers (DWARF numbering),
 * registers, bytes of stack, stack, entries of the chain, chain. With AT_LOAD a library that does
 * the same (to $CHAINS_FILE) when the dynamic linker loads it. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __clang__
#define SEPARATE static __attribute__((noinline))
#else
#define SEPARATE static __attribute__((noipa))
#endif

enum { STACK = 65536, CHAIN = 127 };

static const char *output;
static char copy[STACK];
static uint64_t chain[CHAIN], registers[33];
static volatile int sink;
static void *page; /* of generated code */

#if defined __x86_64__
#define TRAP() __asm__ volatile("ud2")
/* push %rbp; mov %rsp, %rbp; call *%rdi; pop %rbp; ret */
static const unsigned char code[] = "\x55\x48\x89\xe5\xff\xd7\x5d\xc3";
enum { TRAP_BYTES = 2, REGISTERS = 17, SP = 7, PC = 16, FP = 6 };
static void save(const ucontext_t *context) {
    static const int order[] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
                                REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    for (int i = 0; i < REGISTERS; i++)
        registers[i] = (uint64_t)context->uc_mcontext.gregs[order[i]];
}
static void skip(ucontext_t *context) {
    context->uc_mcontext.gregs[REG_RIP] += TRAP_BYTES;
}
#elif defined __aarch64__
#define TRAP() __asm__ volatile("udf #0")
/* stp x29, x30, [sp, #-16]!; mov x29, sp; blr x0; ldp x29, x30, [sp], #16; ret */
static const unsigned char code[] = "\xfd\x7b\xbf\xa9\xfd\x03\x00\x91\x00\x00\x3f\xd6"
                                    "\xfd\x7b\xc1\xa8\xc0\x03\x5f\xd6";
enum { TRAP_BYTES = 4, REGISTERS = 33, SP = 31, PC = 32, FP = 29 };
static void save(const ucontext_t *context) {
    for (int i = 0; i < 31; i++)
        registers[i] = context->uc_mcontext.regs[i];
    registers[SP] = context->uc_mcontext.sp;
    registers[PC] = context->uc_mcontext.pc;
}
static void skip(ucontext_t *context) {
    context->uc_mcontext.pc += TRAP_BYTES;
}
#endif

/* Reads memory that may not be there. */
static size_t peek(uint64_t address, void *to, size_t bytes) {
    struct iovec here = {to, bytes}, there = {(void *)(uintptr_t)address, bytes};
    ssize_t got = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
    return got > 0 ? (size_t)got : 0;
}

static size_t copy_stack(uint64_t from) {
    size_t length = 0;
    for (size_t got; length < STACK; length += got) {
        size_t rest = 4096 - (from + length) % 4096;
        got = peek(from + length, copy + length, rest < STACK - length ? rest : STACK - length);
        if (got == 0)
            break;
    }
    return length;
}

static void put(FILE *file, uint64_t word) {
    fwrite(&word, sizeof word, 1, file);
}

static void capture(int number, siginfo_t *info, void *raw) {
    (void)number, (void)info;
    uint64_t record[2], length = 0;
    save(raw);
    chain[length++] = registers[PC];
    for (uint64_t fp = registers[FP]; length < CHAIN && peek(fp, record, 16) == 16; fp = record[0])
        chain[length++] = record[1];
    size_t bytes = copy_stack(registers[SP]);
    FILE *file = fopen(output, "wb");
    put(file, REGISTERS);
    fwrite(registers, 8, REGISTERS, file);
    put(file, bytes);
    fwrite(copy, 1, bytes, file);
    put(file, length);
    fwrite(chain, 8, length, file);
    fclose(file);
    skip(raw);
}

/* A leaf: no call, no stack. */
SEPARATE int leaf(int x) {
    TRAP();
    return x + sink;
}

SEPARATE int middle(int x) {
    return leaf(x + 1) + 1;
}

SEPARATE int top(int x) {
    return middle(x + 1) + 1;
}

SEPARATE int compare(const void *left, const void *right) {
    static int once;
    if (!once++)
        sink += leaf(1);
    return *(const int *)left - *(const int *)right;
}

SEPARATE int sort_them(int n) {
    int numbers[] = {3, 1, 2, n};
    qsort(numbers, 4, sizeof *numbers, compare);
    return numbers[0] + 1;
}

SEPARATE int recurse(int depth) {
    volatile char big[200];
    big[depth % 200] = (char)depth;
    int below = depth > 1 ? recurse(depth - 1) : leaf(depth);
    return below + big[depth % 200];
}

SEPARATE int tail_target(int x) {
    return leaf(x) + 1;
}

SEPARATE int jumper(int x) { /* jumps: not in the chain when optimised */
    return tail_target(x + 1);
}

SEPARATE int tail_caller(int x) {
    return jumper(x) + 1;
}

SEPARATE void handler(int number) {
    sink += leaf(number) + 1;
}

SEPARATE int interrupted(int x) {
    *(volatile int *)(intptr_t)(sink) = x; /* faults: address 0 */
    return x + sink;
}

SEPARATE void on_fault(int number) {
    handler(number);
    _exit(0);
}

SEPARATE void *worker(void *of) {
    sink += middle((int)(intptr_t)of) + 1;
    return NULL;
}

SEPARATE int threaded(int x) {
    pthread_t thread;
    pthread_create(&thread, NULL, worker, (void *)(intptr_t)x);
    pthread_join(thread, NULL);
    return sink + 1;
}

/* As a just-in-time compiler does: code that no file has, with a frame pointer. */
SEPARATE int generated(int (*function)(int)) {
    int (*call)(int (*)(int));
    memcpy(&call, &page, sizeof call);
    return call(function) + sink;
}

static void copy_maps(void) {
    char name[4096], piece[4096];
    snprintf(name, sizeof name, "%s.maps", output);
    FILE *in = fopen("/proc/self/maps", "r"), *out = fopen(name, "w");
    for (size_t n; (n = fread(piece, 1, sizeof piece, in)) > 0;)
        fwrite(piece, 1, n, out);
    fclose(in);
    fclose(out);
}

static void prepare(const char *to) {
    struct sigaction trap = {.sa_sigaction = capture, .sa_flags = SA_SIGINFO};
    struct sigaction fault = {.sa_handler = on_fault};
    output = to;
    sigaction(SIGILL, &trap, NULL);
    sigaction(SIGSEGV, &fault, NULL);
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(page, code, sizeof code);
    mprotect(page, 4096, PROT_READ | PROT_EXEC);
    __builtin___clear_cache((char *)page, (char *)page + sizeof code);
    copy_maps();
}

#ifdef AT_LOAD /* built as a library that runs when it is loaded */
static __attribute__((constructor)) void at_load(void) {
    prepare(getenv("CHAINS_FILE"));
    sink = leaf(1);
    _exit(0);
}
#endif

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    prepare(argv[2]);
    const char *which = argv[1];
    sink = strcmp(which, "leaf") == 0        ? top(1)
           : strcmp(which, "sort") == 0      ? sort_them(4)
           : strcmp(which, "recursion") == 0 ? recurse(10)
           : strcmp(which, "deep") == 0      ? recurse(60)
           : strcmp(which, "tail") == 0      ? tail_caller(1)
           : strcmp(which, "signal") == 0    ? interrupted(1)
           : strcmp(which, "generated") == 0 ? generated(leaf)
                                             : threaded(1);
    return 0;
}
