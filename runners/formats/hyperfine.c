/* hyperfine --export-json (src/benchmark/benchmark_result.rs of sharkdp/hyperfine): `results`, an
 * object a command. `times` are the samples, in seconds, each of a process of its own; `exit_codes`
 * and, since 1.19, `memory_usage_byte` stand beside them, run by run. `mean`, `median`, `user`,
 * `system` are summaries of all runs and are not read, unless `times` was left out of the export.
 */
#include "runners/formats/format.h"
#include "runners/formats/json_input.h"

struct result {
    struct recording *r;
    const cJSON *json;
    const char *where;
    uint32_t name;
};

/* `command/key=value/…`: parameters in the name, where projections find them. */
static bool result_name(struct result *result, struct arena *scratch) {
    const char *command = json_string(result->json, "command");
    const cJSON *parameters = json_object(result->json, "parameters"), *parameter;
    size_t length = command ? strlen(command) : 0;
    bool good = command != NULL;
    cJSON_ArrayForEach(parameter, parameters) {
        const char *value = cJSON_GetStringValue(parameter);
        good = good && value;
        length += strlen(parameter->string) + (value ? strlen(value) : 0) + 2;
    }
    if (!good) {
        json_damage(result->r, result->where,
                    "expected a \"command\", and parameters that are strings");
        return false;
    }
    char *name = arena_alloc(scratch, length + 1), *end = stpcpy(name, command);
    cJSON_ArrayForEach(parameter, parameters) {
        *end++ = '/';
        end = stpcpy(end, parameter->string);
        *end++ = '=';
        end = stpcpy(end, cJSON_GetStringValue(parameter));
    }
    return json_name(result->r, result->where, name, &result->name);
}

/* True if the run ended well (or nobody says how it ended). */
static bool run_succeeded(const struct result *result, const cJSON *exit_code) {
    if (!exit_code || (cJSON_IsNumber(exit_code) && exit_code->valuedouble == 0))
        return true;
    char reason[40] = "killed by a signal";
    if (cJSON_IsNumber(exit_code))
        snprintf(reason, sizeof reason, "exit status %.0f", exit_code->valuedouble);
    recording_fail(result->r, result->name, 0, reason);
    return false;
}

static const cJSON *first_of(const cJSON *array) {
    return array ? array->child : NULL;
}

/* A list that stands beside `times` must be as long. */
static bool lengths_agree(const struct result *result, const cJSON *times, const char *key) {
    const cJSON *list = json_array(result->json, key);
    if (!list || cJSON_GetArraySize(list) == cJSON_GetArraySize(times))
        return true;
    json_damage(result->r, result->where, "\"%s\" has %d entries, \"times\" %d", key,
                cJSON_GetArraySize(list), cJSON_GetArraySize(times));
    return false;
}

static void read_runs(const struct result *result, const cJSON *times) {
    if (!lengths_agree(result, times, "exit_codes") ||
        !lengths_agree(result, times, "memory_usage_byte"))
        return;
    const cJSON *code = first_of(json_array(result->json, "exit_codes"));
    const cJSON *memory = first_of(json_array(result->json, "memory_usage_byte"));
    const cJSON *time;
    cJSON_ArrayForEach(time, times) {
        if (run_succeeded(result, code)) {
            result->r->result_lines++;
            json_add(result->r, result->where, result->name, "sec/op", time);
            if (memory)
                json_add(result->r, result->where, result->name, "peak-RSS-bytes", memory);
        }
        code = code ? code->next : NULL;
        memory = memory ? memory->next : NULL;
    }
}

static void read_result(struct result *result, struct arena *scratch) {
    if (!cJSON_IsObject(result->json)) {
        json_damage(result->r, result->where, "expected an object");
        return;
    }
    if (!result_name(result, scratch))
        return;
    json_note_twin(result->r, result->where, result->name);
    const cJSON *times = json_array(result->json, "times");
    double mean;
    if (times) {
        read_runs(result, times);
    } else if (json_number(result->json, "mean", &mean)) {
        result->r->result_lines++;
        json_add(result->r, result->where, result->name, "sec/op",
                 cJSON_GetObjectItemCaseSensitive(result->json, "mean"));
        recording_note(result->r, NOTE_WARNING, result->where,
                       "no single times: the mean of all runs counts as one sample");
    } else {
        json_damage(result->r, result->where, "expected \"times\"");
    }
}

static bool hyperfine_read(struct recording *r, struct source *source, struct pg_error *err) {
    cJSON *document;
    if (!json_input(&document, source, false, err))
        return false;
    const cJSON *results = json_array(document, "results"), *item;
    struct arena *scratch = arena_new();
    size_t number = 0;
    bool good = results ? true
                        : pg_error_set(err, PG_FORMAT,
                                       "%.400s: expected an object with an array \"results\"",
                                       source_name(source));
    cJSON_ArrayForEach(item, results) {
        struct result result = {r, item,
                                arena_printf(r->arena, "%s:results[%zu]", r->path, number++), 0};
        read_result(&result, scratch);
    }
    arena_free(scratch);
    cJSON_Delete(document);
    return good;
}

static int hyperfine_sniff(struct text head) {
    static const char *const words[] = {"\"results\"", "\"command\"", NULL};
    return json_sniff(head, words) ? 90 : 0;
}

const struct format hyperfine_format = {"hyperfine", "hyperfine --export-json", hyperfine_sniff,
                                        hyperfine_read};
