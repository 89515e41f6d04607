#include "gate/commands/run_progress.h"

#include "gate/commands/terminal.h"
#include "gate/compare/precision.h"

void run_progress_begin(struct run_progress *progress, FILE *out, int fd, bool quiet) {
    progress->out = !quiet && terminal_paints(fd) ? out : NULL;
    progress->fd = fd;
    progress->shown_at = -1;
    progress->on_screen = false;
}

static void print_time(FILE *out, double seconds) {
    if (seconds < 100)
        fprintf(out, "%.0f s", seconds);
    else if (seconds < 6000)
        fprintf(out, "%.0f min", seconds / 60);
    else
        fprintf(out, "%.1f h", seconds / 3600);
}

bool run_progress_enough(void *context, const struct recording *const *sides, size_t count) {
    const struct run_progress *progress = context;
    return precision_of(sides, count, progress->policy).enough;
}

void run_progress_show(void *context, uint32_t round, uint32_t rounds, double elapsed_s,
                       const struct recording *const *sides, size_t count) {
    struct run_progress *progress = context;
    if (!progress->out || elapsed_s - progress->shown_at < 0.1)
        return;
    progress->shown_at = elapsed_s;
    progress->on_screen = true;
    if (round == 0) {
        fputs("\rwarming up\033[K", progress->out);
    } else if (round < rounds) {
        double left = elapsed_s / (round + progress->warmup) * (rounds - round);
        if (progress->time_budget > 0 && left > progress->time_budget - elapsed_s)
            left = progress->time_budget - elapsed_s;
        fprintf(progress->out, "\rround %u of %u, ", round, rounds);
        print_time(progress->out, left > 0 ? left : 0);
        fputs(" left", progress->out);
    } else {
        fprintf(progress->out, "\rround %u", round);
    }
    struct precision precision = precision_of(sides, count, progress->policy);
    if (precision.half_width < 10)
        fprintf(progress->out, ", widest interval \u00b1%.1f%%", 100 * precision.half_width);
    fputs("\033[K", progress->out);
    fflush(progress->out);
}

void run_progress_sampled(void *context, uint32_t round, uint32_t rounds) {
    struct run_progress *progress = context;
    if (!progress->out)
        return;
    progress->on_screen = true;
    fprintf(progress->out, "\rsampled round %u of %u\033[K", round, rounds);
    fflush(progress->out);
}

void run_progress_end(struct run_progress *progress) {
    if (progress->out && progress->on_screen) {
        fputs("\r\033[K", progress->out);
        fflush(progress->out);
    }
    progress->on_screen = false;
}
