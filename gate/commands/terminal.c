#include "gate/commands/terminal.h"

#include "runners/base/number.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MOST = 100000 };

bool terminal_paints(int fd) {
    const char *kind = getenv("TERM");
    return isatty(fd) && !(kind && strcmp(kind, "dumb") == 0);
}

int terminal_width(int fd) {
    struct winsize size;
    uint64_t columns;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *text = getenv("COLUMNS");
    return text && number_u64(text_of(text), &columns) && columns > 0 && columns < WIDTH_MOST
               ? (int)columns
               : WIDTH_DEFAULT;
}
