/* What libperfgate-sampler.so (runners/preload) and perfgate agree on. The library writes, for each
 * process and program that it executes, a file of records as perf_record.h reads them: first the
 * name and the mappings, then samples (with registers and stack), names and mappings as they come.
 */
#ifndef RUNNERS_SAMPLER_PRELOAD_FORMAT_H
#define RUNNERS_SAMPLER_PRELOAD_FORMAT_H

#define PRELOAD_LIBRARY "libperfgate-sampler.so"

/* Environment: the folder for the files, nanoseconds of a thread's CPU time between two samples,
 * and bytes of the stack that are copied with each. */
#define PRELOAD_FOLDER "PERFGATE_SAMPLER_FOLDER"
#define PRELOAD_PERIOD "PERFGATE_SAMPLER_PERIOD"
#define PRELOAD_STACK "PERFGATE_SAMPLER_STACK"

/* Type of a record without content: the program wants SIGPROF for itself, no samples follow. */
#define PRELOAD_ASIDE 1000

/* The registers of a sample, a mask as sample_regs_user. */
#if defined __x86_64__
#define PRELOAD_REGISTERS 0xff01ffULL /* ax bx cx dx si di bp sp ip, r8 … r15 */
#elif defined __aarch64__
#define PRELOAD_REGISTERS 0x1ffffffffULL /* x0 … x30, sp, pc */
#else
#define PRELOAD_REGISTERS 0ULL
#endif

/* No file grows beyond this; what finds no room is counted as lost. */
#define PRELOAD_FILE_BYTES (256LL << 20)

#endif
