#include "gate/commands/flame_recordings.h"
#include "gate/commands/profile_parts.h"
#include "gate/flame/flame_folded.h"
#include "gate/flame/flame_html.h"
#include "gate/flame/flame_json.h"
#include "gate/flame/flame_svg.h"
#include "gate/report/flame_marks.h"
#include "runners/base/out_file.h"

enum form { FORM_HTML, FORM_SVG, FORM_FOLDED, FORM_JSON, FORMS };

struct flame_options {
    struct profile_filter filter;
    const char *type, *output;
    int form, width, measure;
    bool keep_paths;
    double min_share; /* negative: as the form has it */
};

/* An HTML page shows more when it is zoomed into; a picture is what it is. */
static double usual_share(int form) {
    return form == FORM_SVG ? 0.0003 : form == FORM_FOLDED ? 1 : 0.00001;
}

static bool pick_form(struct flame_options *o, struct pg_error *err) {
    static const char *const endings[FORMS] = {".html", ".svg", ".folded", ".json"};
    size_t length = strlen(o->output);
    for (int form = 0; form < FORMS && o->form < 0; form++) {
        size_t ending = strlen(endings[form]);
        if (length > ending && strcmp(o->output + length - ending, endings[form]) == 0)
            o->form = form;
    }
    return o->form >= 0 ||
           pg_error_set(err, PG_USAGE,
                        "--output: '%.200s' does not end with .html, .svg, .folded or .json; say "
                        "which with --format",
                        o->output);
}

/* The last `parts` names of a path. */
static const char *path_end(const char *path, int parts) {
    const char *at = path + strlen(path);
    for (; at > path; at--) {
        if (at[-1] == '/' && at[0] && at[0] != '/' && --parts == 0)
            return at;
    }
    return path;
}

/* Profiles of one name are told apart by their folders. */
static void label_sides(struct flame_input *input, const struct string_list *paths) {
    const char *new = paths->items[paths->count - 1], *old = paths->items[0];
    int parts = paths->count > 1 && strcmp(path_end(old, 1), path_end(new, 1)) == 0 ? 2 : 1;
    input->from.labels[FLAME_OLD] = path_end(old, parts);
    input->from.labels[FLAME_NEW] = path_end(new, parts);
}

/* Reads the operands: the last is the new profile. */
static bool read_sides(struct flame_input *input, struct tally_part parts[FLAME_SIDES],
                       struct profile_pair pairs[FLAME_SIDES], const struct flame_options *o,
                       const struct string_list *paths, struct strings *strings,
                       struct arena *arena, struct pg_error *err) {
    const char *type = o->type;
    label_sides(input, paths);
    for (size_t i = 0; i < paths->count; i++) {
        int side = i + 1 == paths->count ? FLAME_NEW : FLAME_OLD;
        pairs[side] = profile_pair_of(paths->items[i], arena);
        if (!profile_take(&parts[side], paths->items[i], type, &o->filter, strings, arena, err))
            return false;
        const struct profile *p = parts[side].profile;
        type = strings_get(strings, p->types[parts[side].type].name);
        input->from.parts[side] = &parts[side];
    }
    return true;
}

static void write_form(FILE *out, int form, const struct flame *flame, struct arena *arena) {
    switch ((enum form)form) {
    case FORM_HTML:
        flame_write_html(out, flame, 1, 0, arena);
        break;
    case FORM_SVG:
        flame_write_svg(out, flame, arena);
        break;
    case FORM_FOLDED:
        flame_write_folded(out, flame);
        break;
    case FORM_JSON:
        flame_write_json(out, flame, arena);
        break;
    case FORMS:
        break;
    }
}

static bool write_flame(const struct flame_options *o, const struct string_list *paths,
                        struct arena *arena, struct pg_error *err) {
    struct tally_part parts[FLAME_SIDES];
    struct flame_input input = {.min_share = o->min_share < 0 ? usual_share(o->form) : o->min_share,
                                .measure = (enum flame_measure)o->measure,
                                .width = (enum flame_width)o->width};
    struct profile_pair pairs[FLAME_SIDES];
    struct strings *strings = strings_new(arena);
    const struct comparison *recordings = NULL;
    struct flame flame;
    struct policy policy;
    struct out_file file;
    if (!out_file_open(&file, o->output, arena, err))
        return false;
    bool good = read_sides(&input, parts, pairs, o, paths, strings, arena, err);
    if (good && input.from.parts[FLAME_OLD])
        flame_join_names(&input, arena);
    policy_init(&policy);
    good = good && flame_build(&flame, &input, arena, err);
    if (good && flame_is_difference(&flame))
        recordings = flame_recordings(pairs, &policy, &flame.per_round, strings, arena);
    good = good && flame_mark_all(&flame, &policy, recordings, arena, err);
    if (good) {
        write_form(file.stream, o->form, &flame, arena);
        good = out_file_commit(&file, err);
    }
    out_file_abandon(&file);
    return good;
}

static bool run(struct session *session, int argc, const char **argv, int *exit_code,
                struct pg_error *err) {
    struct flame_options o = {.form = -1, .min_share = -1};
    struct parsed_options parsed;
    const struct option options[] = {
        TEXT("output", 'o', &o.output, "PATH", "where (- is stdout)"),
        CHOICE("format", &o.form, "html|svg|folded|json", "what is written (the ending of PATH)"),
        SAMPLE_TYPE_OPTION(&o.type),
        KEEP_PATHS_OPTION(&o.keep_paths),
        HEADING("Difference"),
        CHOICE("width", &o.width, "new|old|both", "whose cost a frame's width is"),
        CHOICE("measure", &o.measure, "cost|share",
               "what is compared: cost, or share of the total"),
        HEADING("Which samples"),
        FILTER_OPTIONS(&o.filter),
        {.name = "min-share",
         .kind = OPTION_RATIO,
         .target = &o.min_share,
         .argument = "SHARE",
         .help = "frames below it are joined (0.001%, SVG 0.03%)",
         .high = 1},
        {.name = NULL}};
    *exit_code = 0;
    if (!options_parse(&parsed, &flame_command, options, false, session, argc, argv, err))
        return false;
    if (parsed.helped)
        return true;
    if (parsed.operands.count < 1 || parsed.operands.count > 2)
        return pg_error_set(err, PG_USAGE, "flame: expected one profile, or OLD and NEW, got %zu",
                            parsed.operands.count);
    if (!o.output)
        return pg_error_set(
            err, PG_USAGE,
            "flame: expected -o PATH, which ends with .html, .svg, .folded or .json");
    o.filter.strips_paths = !o.keep_paths;
    return pick_form(&o, err) && write_flame(&o, &parsed.operands, session->arena, err);
}

const struct command flame_command = {
    .name = "flame",
    .summary = "Draw a profile, or the difference of two, as a flame graph",
    .operands = "OLD [NEW]",
    .run = run,
};
