#include "gate/commands/option_rows.h"
#include "runners/base/json.h"
#include "runners/base/out_file.h"
#include "runners/fingerprint.h"
#include "runners/noise.h"
#include "runners/probe.h"
#include "runners/sampler/child.h"
#include "runners/sampler/counters.h"
#include "runners/sampler/permission.h"
#include "runners/sampler/rings.h"
#include "stats/auto_test.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { PROBES = 60 };
static const double probe_s = 0.005;

/* One clock's verdict on how evenly the machine runs. */
struct steadiness {
    const char *clock;
    double at_10, at_30; /* smallest change seen four times in five with so many rounds a side */
};

struct diagnosis {
    struct fingerprint fingerprint;
    const char *fingerprint_text, *fingerprint_id;
    double clock_step;
    struct counter_set set;
    struct counter_state counters;
    const char *counters_missing; /* why and what to do; NULL: all there */
    const char *valgrind;         /* its version, or NULL */
    const char *sampler; /* what profiles are sampled by; NULL: perf_event_open is refused */
    const char *sampler_missing; /* why, and what to do */
    struct noise_findings findings;
    struct steadiness steadiness[2];
};

/* Every other probe is called the base, the rest the head: an A/A comparison, interleaved. */
static double detectable(const double *values, size_t n, struct arena *arena) {
    double *base = ARENA_NEW(arena, double, n), *head = ARENA_NEW(arena, double, n);
    for (size_t i = 0; i < n; i++) {
        base[i] = values[2 * i];
        head[i] = values[2 * i + 1];
    }
    struct auto_plan plan = {.confidence = 0.95, .time_like = true};
    return auto_test(base, n, head, n, plan).smallest_detectable_change;
}

static void examine_sampler(struct diagnosis *d, struct arena *arena) {
    struct ring_request request = {.event = RING_CYCLES, .rate = 1000};
    struct rings *rings = NULL;
    if (rings_open_best(&rings, &request, getpid(), arena)) {
        d->sampler = request.event == RING_CYCLES ? "hardware cycles" : "the CPU's clock";
        rings_close(rings);
        return;
    }
    struct permission_facts facts = permission_look(errno, system_real.proc);
    d->sampler_missing = permission_explain(&facts, arena);
}

static bool examine(struct diagnosis *d, struct arena *arena, struct pg_error *err) {
    const struct system_roots *roots = &system_real;
    d->fingerprint = fingerprint_read(roots, NULL, arena);
    d->fingerprint_text = fingerprint_text(&d->fingerprint, arena);
    d->fingerprint_id = fingerprint_id(&d->fingerprint, arena);
    d->clock_step = probe_clock_step();
    if (!counters_parse(&d->set, "auto", err))
        return false;
    struct counters counters;
    counters_probe(&counters, &d->set, &kernel_counters);
    d->counters = counters.state;
    counters_close(&counters);
    int64_t paranoid = -1000;
    system_number(&paranoid, arena, "%s/sys/kernel/perf_event_paranoid", roots->proc);
    d->counters_missing = counters_explain(&d->set, &d->counters, (int)paranoid, arena);
    static const char *const valgrind[] = {"valgrind", "--version", NULL};
    d->valgrind = child_line(valgrind, NULL, arena);
    examine_sampler(d, arena);
    d->findings.arena = arena;
    struct noise_counts before = noise_count(roots, arena);
    double *wall = ARENA_NEW(arena, double, PROBES), *cpu = ARENA_NEW(arena, double, PROBES);
    probe_machine(probe_s, PROBES, wall, cpu);
    struct noise_counts after = noise_count(roots, arena);
    noise_settings(&d->findings, roots);
    noise_events(&d->findings, &before, &after);
    d->steadiness[0] =
        (struct steadiness){"wall time", detectable(wall, 10, arena), detectable(wall, 30, arena)};
    d->steadiness[1] =
        (struct steadiness){"cpu time", detectable(cpu, 10, arena), detectable(cpu, 30, arena)};
    return true;
}

static void print_machine(FILE *out, const struct diagnosis *d) {
    fprintf(out, "Machine  %s\n",
            d->fingerprint.cpu_name ? d->fingerprint.cpu_name : "unknown CPU");
    for (size_t i = 0; i < d->fingerprint.count; i++)
        fprintf(out, "  %-14s %s\n", d->fingerprint.fields[i].key, d->fingerprint.fields[i].value);
    fprintf(out, "  %-14s %s\n", "fingerprint", d->fingerprint_id);
}

static void print_measures(FILE *out, const struct diagnosis *d) {
    fprintf(out, "\nCan measure\n");
    fprintf(out, "  yes  wall, user and system time (clock step %.0f ns)\n", d->clock_step * 1e9);
    fprintf(out, "  yes  peak memory, page faults, context switches\n");
    for (size_t i = 0; i < d->set.count; i++)
        fprintf(out, "  %-3s  %s%s\n", d->counters.error[i] ? "no" : "yes", d->set.events[i]->name,
                !d->counters.error[i] && d->counters.user_only[i] ? " (user space only)" : "");
    if (d->valgrind)
        fprintf(out, "  yes  instruction counts by simulation (--instructions=valgrind, %s)\n",
                d->valgrind);
    else
        fprintf(out, "  no   instruction counts by simulation\n"
                     "       cure: install valgrind\n");
    if (d->sampler)
        fprintf(out, "  yes  profiles, sampled by %s\n", d->sampler);
    else
        fprintf(out,
                "  no   profiles, other than from inside the program (--sampler=preload)\n"
                "       %s\n",
                d->sampler_missing);
    if (d->counters_missing)
        fprintf(out, "\n  %s\n", d->counters_missing);
}

static void print_noise(FILE *out, const struct diagnosis *d) {
    fprintf(out, "\nNoise\n");
    if (d->findings.count == 0)
        fprintf(out, "  nothing in the settings or counters of this machine disturbs\n");
    for (size_t i = 0; i < d->findings.count; i++) {
        const struct noise_finding *finding = &d->findings.items[i];
        fprintf(out, "  %s  %s\n", finding->level == NOTE_INFO ? "info" : "warn", finding->what);
        if (finding->cure)
            fprintf(out, "        cure: %s\n", finding->cure);
    }
    fprintf(out,
            "\nSmallest change that would be seen just now (%d runs of %.0f ms of integer work)\n",
            PROBES, probe_s * 1e3);
    fprintf(out, "  %-10s %16s %16s\n", "", "10 rounds a side", "30 rounds a side");
    for (size_t i = 0; i < 2; i++)
        fprintf(out, "  %-10s %15.2f%% %15.2f%%\n", d->steadiness[i].clock,
                100 * d->steadiness[i].at_10, 100 * d->steadiness[i].at_30);
    fprintf(out, "  Your benchmarks differ: 'perfgate calibrate' measures them.\n");
}

static void write_json(FILE *out, const struct diagnosis *d) {
    struct json_writer w;
    json_open_document(&w, out, "perfgate.doctor/1");
    json_string_member(&w, "fingerprint_id", d->fingerprint_id);
    json_key(&w, "fingerprint");
    json_open_object(&w);
    for (size_t i = 0; i < d->fingerprint.count; i++) {
        json_string_member(&w, d->fingerprint.fields[i].key, d->fingerprint.fields[i].value);
    }
    json_close_object(&w);
    json_number_member(&w, "clock_step", d->clock_step);
    json_key(&w, "counters");
    json_open_object(&w);
    for (size_t i = 0; i < d->set.count; i++) {
        json_bool_member(&w, d->set.events[i]->name, d->counters.error[i] == 0);
    }
    json_close_object(&w);
    json_string_member(&w, "counters_missing", d->counters_missing);
    json_string_member(&w, "valgrind", d->valgrind);
    json_string_member(&w, "sampler", d->sampler);
    json_string_member(&w, "sampler_missing", d->sampler_missing);
    json_key(&w, "findings");
    json_open_array(&w);
    for (size_t i = 0; i < d->findings.count; i++) {
        json_open_object(&w);
        json_string_member(&w, "level",
                           d->findings.items[i].level == NOTE_INFO ? "info" : "warning");
        json_string_member(&w, "what", d->findings.items[i].what);
        json_string_member(&w, "cure", d->findings.items[i].cure);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_key(&w, "smallest_detectable_change");
    json_open_array(&w);
    for (size_t i = 0; i < 2; i++) {
        json_open_object(&w);
        json_string_member(&w, "clock", d->steadiness[i].clock);
        json_number_member(&w, "rounds_10", d->steadiness[i].at_10);
        json_number_member(&w, "rounds_30", d->steadiness[i].at_30);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    const char *json = NULL;
    const struct option options[] = {
        TEXT("json", 0, &json, "PATH",
             "write the findings as JSON (- is stdout and then replaces the text)"),
        {.name = NULL},
    };
    struct parsed_options parsed;
    if (!options_parse(&parsed, &doctor_command, options, false, session, argc, argv, err))
        return false;
    *exit_code = 0;
    if (parsed.helped)
        return true;
    if (parsed.operands.count)
        return pg_error_set(err, PG_USAGE, "doctor: takes no operands, got '%.100s'",
                            parsed.operands.items[0]);
    struct out_file file = {0};
    if (json && !out_file_open(&file, json, session->arena, err))
        return false;
    struct diagnosis diagnosis = {0};
    if (!examine(&diagnosis, session->arena, err)) {
        out_file_abandon(&file);
        return false;
    }
    if (!json || strcmp(json, "-") != 0) {
        print_machine(session->out, &diagnosis);
        print_measures(session->out, &diagnosis);
        print_noise(session->out, &diagnosis);
    }
    if (!json)
        return true;
    write_json(file.stream, &diagnosis);
    return out_file_commit(&file, err);
}

const struct command doctor_command = {
    .name = "doctor",
    .summary = "Say what this machine can measure, what is noisy, how to mend it",
    .operands = "",
    .run = run,
};
