#include "gate/functions/function_rename.h"

#include "gate/functions/function_name.h"
#include "runners/recording/unit.h"

/* A name as labels have it: of a process without PROCESS_PREFIX. */
static struct text label_of(const char *name) {
    size_t prefix = strlen(PROCESS_PREFIX);
    return text_of(strncmp(name, PROCESS_PREFIX, prefix) == 0 ? name + prefix : name);
}

/* The label's new text; itself when the benchmark has its name still. */
static uint32_t renamed_label(const struct comparison *c, struct strings *strings, uint32_t text) {
    const char *label = strings_get(strings, text);
    for (size_t i = 0; i < c->renamed_count; i++) {
        struct text from = label_of(strings_get(strings, c->renamed[i].from));
        struct text to = label_of(strings_get(strings, c->renamed[i].to));
        if (text_equal(from, label))
            return strings_add(strings, to);
        from.length = name_without_suffix(from.at);
        to.length = name_without_suffix(to.at);
        if (text_equal(from, label))
            return strings_add(strings, to);
    }
    return text;
}

static void rename_labels(struct profile *p, const struct comparison *c) {
    uint32_t key, count = p->label_start[p->sample_count], last = 0, becomes = 0;
    if (!c->renamed_count || !strings_find(p->strings, text_of("benchmark"), &key))
        return;
    struct profile_label *labels = ARENA_NEW(c->arena, struct profile_label, count);
    for (uint32_t i = 0; i < count; i++) {
        labels[i] = p->labels[i];
        if (labels[i].key != key || !labels[i].text)
            continue;
        if (labels[i].text != last) /* samples of one benchmark stand together */
            becomes = renamed_label(c, p->strings, last = labels[i].text);
        labels[i].text = becomes;
    }
    p->labels = labels;
}

static uint32_t renamed_function(const struct comparison *c, struct strings *strings, uint32_t name,
                                 bool *used) {
    const struct policy *policy = c->policy;
    const char *said = strings_get(strings, name), *joined = function_name(said, c->arena);
    for (size_t i = 0; i < policy->rename_count; i++) {
        const char *from = rename_of_function(&policy->renames[i]);
        if (!from || (strcmp(from, said) != 0 && strcmp(from, joined) != 0))
            continue;
        used[i] = true;
        return strings_add(strings, text_of(policy->renames[i].to));
    }
    return name;
}

static void rename_functions(struct profile *p, const struct comparison *c, bool *used) {
    bool any = false;
    for (size_t i = 0; i < c->policy->rename_count; i++)
        any |= rename_of_function(&c->policy->renames[i]) != NULL;
    if (!any)
        return;
    struct profile_function *functions =
        ARENA_NEW(c->arena, struct profile_function, p->function_count);
    for (size_t i = 0; i < p->function_count; i++) {
        functions[i] = p->functions[i];
        functions[i].name = renamed_function(c, p->strings, functions[i].name, used);
    }
    p->functions = functions;
}

const struct profile *function_renamed(const struct profile *profile, const struct comparison *c,
                                       bool *used) {
    struct profile *p = ARENA_NEW(c->arena, struct profile, 1);
    *p = *profile;
    rename_labels(p, c);
    rename_functions(p, c, used);
    return p;
}

void function_renames_note(struct comparison *c, const bool *used) {
    for (size_t i = 0; i < c->policy->rename_count; i++) {
        const struct rename_rule *rule = &c->policy->renames[i];
        if (!used[i] && rename_of_function(rule))
            comparison_note(c, NOTE_WARNING, rule->where,
                            "rename is not used: the baseline's profiles have no function '%s'",
                            rename_of_function(rule));
    }
}
