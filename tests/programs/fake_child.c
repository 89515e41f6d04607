/* A benchmark command for tests that does as it is told: fake_child ACTION….
 *   count FILE        adds a line to FILE and sets the number that `at` asks for
 *   at N ACTION…      does the rest only when that number is N
 *   print TEXT        prints a line            complain TEXT   to stderr
 *   bench NAME VALUE  prints a line in Go's format
 *   json NAME VALUE   prints Google Benchmark's JSON
 *   exit N, signal N, hang (deaf to SIGTERM with `deaf` before it), spin MS, touch BYTES (of
 * memory) orphan FILE       leaves a process running, and its number in FILE daemon FILE likewise,
 * in a session of its own environment FILE  appends the lengths of the environment and the
 * arguments' strings to FILE */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long count_lines(const char *path) {
    FILE *file = fopen(path, "a+");
    long lines = 0;
    if (!file)
        exit(98);
    fputs("x\n", file);
    fflush(file);
    rewind(file);
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    return lines;
}

static void leave_running(const char *path, int daemon) {
    int pipe_ends[2];
    char byte;
    if (pipe(pipe_ends) != 0)
        exit(98);
    pid_t pid = fork();
    if (pid == 0) {
        if (daemon) {
            setsid();
            if (fork() != 0)
                _exit(0);
        }
        FILE *file = fopen(path, "a");
        fprintf(file, "%d\n", (int)getpid());
        fclose(file);
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        for (int fd = 3; fd < 64; fd++)
            close(fd);
        alarm(60); /* should a test fail to end it */
        for (;;)
            pause();
    }
    close(pipe_ends[1]);
    if (daemon)
        waitpid(pid, NULL, 0);
    if (read(pipe_ends[0], &byte, 1) < 0) /* until its number is written */
        exit(98);
}

static void spin(long ms) {
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < ms);
}

static void touch(size_t bytes) {
    char *block = malloc(bytes);
    volatile char *memory = block;
    for (size_t i = 0; memory && i < bytes; i += 4096)
        memory[i] = 1;
    free(block);
}

static void environment(const char *path, char **argv) {
    size_t bytes = 0;
    for (char **at = environ; *at; at++)
        bytes += strlen(*at) + 1 + sizeof *at;
    for (; *argv; argv++)
        bytes += strlen(*argv) + 1 + sizeof *argv;
    FILE *file = fopen(path, "a");
    if (!file)
        exit(98);
    fprintf(file, "%zu %s\n", bytes, getenv("PERFGATE_PADDING") ? "padded" : "plain");
    fclose(file);
}

/* Returns how many further arguments the action took. */
static int act(char **argv, char **all, long *number) {
    const char *action = argv[0], *first = argv[1] ? argv[1] : "";
    const char *second = argv[1] && argv[2] ? argv[2] : "";
    if (strcmp(action, "hang") == 0) {
        for (;;)
            pause();
    }
    if (strcmp(action, "deaf") == 0) {
        signal(SIGTERM, SIG_IGN);
        return 0;
    }
    if (strcmp(action, "bench") == 0) {
        printf("Benchmark%s 1 %s ns/op\n", first, second);
        return 2;
    }
    if (strcmp(action, "json") == 0) {
        printf("{\"context\": {}, \"benchmarks\": [{\"name\": \"%s\", \"run_type\": \"iteration\", "
               "\"iterations\": 1, \"real_time\": %s, \"cpu_time\": %s, \"time_unit\": \"ns\"}]}\n",
               first, second, second);
        return 2;
    }
    if (strcmp(action, "count") == 0)
        *number = count_lines(first);
    else if (strcmp(action, "print") == 0)
        puts(first);
    else if (strcmp(action, "complain") == 0)
        fprintf(stderr, "%s\n", first);
    else if (strcmp(action, "exit") == 0)
        exit((int)strtol(first, NULL, 10));
    else if (strcmp(action, "signal") == 0) {
        fflush(stdout);
        raise((int)strtol(first, NULL, 10));
    } else if (strcmp(action, "spin") == 0)
        spin(strtol(first, NULL, 10));
    else if (strcmp(action, "touch") == 0)
        touch(strtoul(first, NULL, 10));
    else if (strcmp(action, "orphan") == 0 || strcmp(action, "daemon") == 0)
        leave_running(first, action[0] == 'd');
    else if (strcmp(action, "environment") == 0)
        environment(first, all);
    else
        exit(97);
    return 1;
}

int main(int argc, char **argv) {
    long number = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "at") == 0) {
            if (i + 1 >= argc || strtol(argv[++i], NULL, 10) != number)
                break;
            continue;
        }
        i += act(argv + i, argv, &number);
    }
    return fflush(stdout) == 0 ? 0 : 96;
}
