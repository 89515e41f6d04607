/* make_perf_script SAMPLES: what `perf script` prints, of that many samples of 24 frames, all
 * stacks distinct, over 5 000 functions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FUNCTIONS = 5000, DEPTH = 24 };

int main(int argc, char **argv) {
    long samples = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    uint64_t state = 88172645463325252ULL;
    for (long i = 0; i < samples; i++) {
        printf("program %d %ld.%06ld:    1000000 cpu-clock:u: \n", 4242, 1000 + i / 1000,
               i % 1000 * 1000);
        for (int f = 0; f < DEPTH; f++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            unsigned function = (unsigned)(state % FUNCTIONS);
            printf("\t%16x function_%u+0x1f (/usr/bin/program)\n", 0x400000 + 64 * function,
                   function);
        }
        putchar('\n');
    }
    return samples > 0 && fflush(stdout) == 0 ? 0 : 1;
}
