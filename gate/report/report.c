#include "gate/report/report.h"

#include "gate/report/link.h"
#include "gate/report/slice_flame.h"
#include "runners/base/out_file.h"

static const struct report_format *const formats_of_reports[] = {&text_report,
                                                                 &json_report,
                                                                 &markdown_report,
                                                                 &csv_report,
                                                                 &junit_report,
                                                                 &html_report,
                                                                 &flame_report,
                                                                 &github_summary_report,
                                                                 &github_comment_report,
                                                                 &github_annotations_report,
                                                                 NULL};

const struct report_format *report_find(const char *name) {
    for (const struct report_format *const *at = formats_of_reports; *at; at++) {
        if (strcmp((*at)->name, name) == 0)
            return *at;
    }
    return NULL;
}

struct report {
    const struct report_format *format;
    struct out_file file;
    bool standard; /* to stdout, through the caller's stream */
};

struct reports {
    struct report *items;
    size_t count;
};

static bool open_report(struct report *report, const struct reports *others, const char *option,
                        struct arena *arena, struct pg_error *err) {
    const char *equals = strchr(option, '=');
    if (!equals || !equals[1])
        return pg_error_set(err, PG_USAGE, "--report: '%.200s' is not FORMAT=PATH", option);
    const char *name = arena_strndup(arena, option, (size_t)(equals - option));
    report->format = report_find(name);
    if (!report->format)
        return pg_error_set(err, PG_USAGE, "--report: '%.100s' is not one of " REPORT_FORMATS,
                            name);
    if (strcmp(equals + 1, "-") != 0)
        return out_file_open(&report->file, equals + 1, arena, err);
    if (reports_take_stdout(others))
        return pg_error_set(err, PG_USAGE, "--report: only one report can go to stdout");
    report->standard = true;
    return true;
}

bool reports_open(struct reports **out, const char *const *options, size_t count,
                  struct arena *arena, struct pg_error *err) {
    struct reports *reports = arena_alloc(arena, sizeof *reports);
    reports->items = ARENA_NEW(arena, struct report, count);
    for (size_t i = 0; i < count; i++) {
        struct report report = {0};
        if (!open_report(&report, reports, options[i], arena, err)) {
            reports_abandon(reports);
            return false;
        }
        reports->items[reports->count++] = report;
    }
    *out = reports;
    return true;
}

bool reports_have(const struct reports *reports, const struct report_format *format) {
    for (size_t i = 0; i < reports->count; i++) {
        if (reports->items[i].format == format)
            return true;
    }
    return false;
}

bool reports_take_stdout(const struct reports *reports) {
    for (size_t i = 0; i < reports->count; i++) {
        if (reports->items[i].standard)
            return true;
    }
    return false;
}

void reports_link(const struct reports *reports, const struct comparison *comparison,
                  const char *path, struct report_style *style) {
    for (size_t i = 0; i < reports->count; i++) {
        const struct report *report = &reports->items[i];
        if (report->format != &flame_report || report->standard || !slice_flames_exist(comparison))
            continue;
        style->flame_path = report->file.path;
        style->flame_link = link_to(report->file.path, path, comparison->arena);
    }
}

static bool write_report(const struct reports *reports, struct report *report,
                         const struct comparison *comparison, const struct report_style *style,
                         FILE *standard, struct pg_error *err) {
    struct report_style plain = *style;
    reports_link(reports, comparison, report->standard ? NULL : report->file.path, &plain);
    if (report->standard)
        return report->format->write(standard, comparison, &plain, err);
    plain.colour = false; /* a file is no terminal */
    plain.width = 0;
    if (!report->format->write(report->file.stream, comparison, &plain, err)) {
        out_file_abandon(&report->file);
        return false;
    }
    return out_file_commit(&report->file, err);
}

bool reports_write(struct reports *reports, const struct comparison *comparison,
                   const struct report_style *style, FILE *standard, struct pg_error *err) {
    bool good = true;
    for (size_t i = 0; i < reports->count; i++) {
        struct pg_error later = {0};
        if (!write_report(reports, &reports->items[i], comparison, style, standard, &later)) {
            if (good)
                *err = later;
            good = false;
        }
    }
    reports->count = 0;
    return good;
}

void reports_abandon(struct reports *reports) {
    for (size_t i = 0; i < reports->count; i++) {
        if (!reports->items[i].standard)
            out_file_abandon(&reports->items[i].file);
    }
    reports->count = 0;
}
