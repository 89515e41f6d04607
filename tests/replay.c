/* Feeds every file of fixtures/fuzz/NAME to the fuzz target NAME it is linked with
 * (build/…/NAME.t), as TAP. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input in a block of exactly its size, so that a read past its end is seen. */
static bool replay(const char *path) {
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    bool read = false;
    if (fstat(fileno(file), &status) == 0) {
        size_t size = (size_t)status.st_size;
        uint8_t *bytes = malloc(size ? size : 1);
        read = bytes && fread(bytes, 1, size, file) == size;
        if (read)
            LLVMFuzzerTestOneInput(bytes, size);
        free(bytes);
    }
    fclose(file);
    return read;
}

int main(int argc, char **argv) {
    (void)argc;
    char folder[256], path[4096];
    const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
    snprintf(folder, sizeof folder, "fixtures/fuzz/%.*s", (int)strcspn(name, "."), name);
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort), done = 0;
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
            bool ok = replay(path);
            printf("%s %d - %s\n", ok ? "ok" : "not ok", ++done, path);
            fflush(stdout);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    printf("1..%d\n", done);
    return done > 0 ? 0 : 1;
}
