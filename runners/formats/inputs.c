#include "runners/base/parallel.h"
#include "runners/formats/format.h"

#include <inttypes.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 1024 * 1024 };

/* `label=path` in its parts. */
struct argument {
    const char *label, *path;
    bool labelled;
};

static struct argument parse_argument(const char *whole, struct arena *arena) {
    const char *equals = strchr(whole, '=');
    if (!equals || access(whole, F_OK) == 0)
        return (struct argument){whole, whole, false};
    return (struct argument){arena_strndup(arena, whole, (size_t)(equals - whole)), equals + 1,
                             true};
}

static bool no_results(const struct recording *r, struct pg_error *err) {
    for (uint32_t i = 0; i < r->note_count; i++) {
        const struct note *note = &r->notes[i];
        if (note->level == NOTE_DAMAGE)
            return pg_error_set(
                err, PG_FORMAT,
                "%.400s: no benchmark results; %" PRIu64 " damaged lines, first: %.300s: %.200s",
                r->path, r->damaged_lines, note->where ? note->where : r->path, note->text);
    }
    return pg_error_set(err, PG_FORMAT,
                        "%.400s: no benchmark results; expected Go benchmark lines, Google "
                        "Benchmark JSON or hyperfine JSON",
                        r->path);
}

static bool read_source(struct recording *r, struct source *source, const struct format *format,
                        struct pg_error *err) {
    struct text head;
    if (!format) {
        if (!source_peek(source, &head, err))
            return false;
        format = format_detect(head);
        if (!format)
            format = &go_format;
    }
    if (!format->read(r, source, err))
        return false;
    /* The share of a small suite that falls to a shard may be empty. */
    bool may_be_empty = recording_get(r, "shard") != NULL && r->damaged_lines == 0;
    return r->series_count || r->failure_count || may_be_empty ? true : no_results(r, err);
}

static bool read_argument(struct recording **out, const struct argument *argument,
                          const struct format *format, struct strings *strings, struct arena *arena,
                          struct pg_error *err) {
    struct source *source;
    if (!source_open(&source, argument->path, err))
        return false;
    struct recording *r = recording_new(argument->label, argument->path, strings, arena);
    bool good = read_source(r, source, format, err);
    source_close(source);
    if (!good)
        return false;
    *out = r;
    return true;
}

bool recording_read(struct recording **out, const char *argument, const struct format *format,
                    struct strings *strings, struct arena *arena, struct pg_error *err) {
    struct argument parsed = parse_argument(argument, arena);
    return read_argument(out, &parsed, format, strings, arena, err);
}

/* Numbers paths that are given more than once without a label. */
static void disambiguate(struct argument *arguments, size_t count, struct arena *arena) {
    for (size_t i = 0; i < count; i++) {
        size_t before = 0, same = 0;
        for (size_t k = 0; k < count; k++) {
            if (arguments[k].labelled || strcmp(arguments[k].path, arguments[i].path) != 0)
                continue;
            same++;
            before += k < i;
        }
        if (!arguments[i].labelled && same > 1)
            arguments[i].label = arena_printf(arena, "%s#%zu", arguments[i].path, before);
    }
}

/* One input being read. The first of a batch goes straight into the command's strings and arena;
 * the others are read beside it, each by a thread with strings and an arena of its own, and moved
 * over in order. */
struct job {
    const struct argument *argument;
    const struct format *format;
    struct strings *strings;
    struct arena *arena;
    struct recording *r;
    struct pg_error err;
    bool good, threaded;
    pthread_t thread;
};

static void *run_job(void *context) {
    struct job *job = context;
    job->good =
        read_argument(&job->r, job->argument, job->format, job->strings, job->arena, &job->err);
    return NULL;
}

/* Is there enough to read for a thread to pay? */
static bool is_large(const struct argument *argument) {
    struct stat status;
    return stat(argument->path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > LARGE;
}

/* Starts a thread for a job, if the system has one to spare; else it is run when its turn comes. */
static void start_job(struct job *job) {
    struct arena *own = arena_new();
    struct arena *shared = job->arena;
    struct strings *shared_strings = job->strings;
    job->arena = own;
    job->strings = strings_new(own);
    job->threaded = pthread_create(&job->thread, NULL, run_job, job) == 0;
    if (!job->threaded) {
        job->arena = shared;
        job->strings = shared_strings;
        arena_free(own);
    }
}

/* Waits for a job, or runs it; its recording then stands in the command's strings and arena. */
static bool finish_job(struct job *job, struct strings *strings, struct arena *arena,
                       struct pg_error *err) {
    if (job->threaded)
        pthread_join(job->thread, NULL);
    else
        run_job(job);
    if (job->threaded) {
        if (job->good)
            recording_move(job->r, strings, arena);
        arena_adopt(arena, job->arena);
    }
    if (!job->good)
        *err = job->err;
    return job->good;
}

/* Reads a batch at the same time. All threads are waited for, whatever happens. */
static bool read_batch(struct job *jobs, size_t count, struct strings *strings, struct arena *arena,
                       struct pg_error *err) {
    bool good = true;
    for (size_t i = 1; i < count; i++) {
        if (is_large(jobs[i].argument))
            start_job(&jobs[i]);
    }
    for (size_t i = 0; i < count; i++) {
        struct pg_error later;
        if (good || jobs[i].threaded)
            good = finish_job(&jobs[i], strings, arena, good ? err : &later) && good;
    }
    return good;
}

bool recordings_read(struct recording ***out, const char *const *arguments, size_t count,
                     const struct format *format, struct strings *strings, struct arena *arena,
                     struct pg_error *err) {
    struct argument *parsed = ARENA_NEW(arena, struct argument, count);
    struct recording **recordings = ARENA_NEW(arena, struct recording *, count);
    struct job *jobs = ARENA_NEW(arena, struct job, count);
    size_t batch = parallel_threads();
    for (size_t i = 0; i < count; i++) {
        parsed[i] = parse_argument(arguments[i], arena);
        jobs[i] = (struct job){
            .argument = &parsed[i], .format = format, .strings = strings, .arena = arena};
    }
    disambiguate(parsed, count, arena);
    for (size_t i = 0; i < count; i += batch) {
        if (!read_batch(&jobs[i], count - i < batch ? count - i : batch, strings, arena, err))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        recordings[i] = jobs[i].r;
        if (i)
            recording_carry_units(recordings[i], recordings[i - 1]);
    }
    *out = recordings;
    return true;
}
