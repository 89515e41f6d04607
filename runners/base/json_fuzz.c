/* What json_parse accepts, json_writer writes again, and the two trees are equal. */
#include "runners/base/json.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_tree(struct json_writer *w, const cJSON *item) {
    const cJSON *child;
    if (cJSON_IsObject(item)) {
        json_open_object(w);
        cJSON_ArrayForEach(child, item) {
            json_key(w, child->string);
            write_tree(w, child);
        }
        json_close_object(w);
    } else if (cJSON_IsArray(item)) {
        json_open_array(w);
        cJSON_ArrayForEach(child, item) {
            write_tree(w, child);
        }
        json_close_array(w);
    } else if (cJSON_IsString(item)) {
        json_put_string(w, item->valuestring);
    } else if (cJSON_IsNumber(item)) {
        assert(isfinite(item->valuedouble));
        json_put_number(w, item->valuedouble);
    } else if (cJSON_IsBool(item)) {
        json_put_bool(w, cJSON_IsTrue(item));
    } else {
        json_put_null(w);
    }
}

static size_t depth_of(struct text text) {
    size_t depth = 0, most = 0;
    for (size_t i = 0; i < text.length; i++) {
        depth += text.at[i] == '{' || text.at[i] == '[';
        depth -= depth > 0 && (text.at[i] == '}' || text.at[i] == ']');
        most = depth > most ? depth : most;
    }
    return most;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pg_error err = {0};
    struct text bytes = {(const char *)data, size};
    cJSON *tree, *again;
    if (!json_parse(&tree, "in", bytes, &err)) {
        assert(err.status != PG_OK && err.text[0]);
        return 0;
    }
    if (depth_of(bytes) < 60) { /* the writer is for our own reports: 64 deep */
        char *text = NULL;
        size_t length;
        FILE *out = open_memstream(&text, &length);
        struct json_writer w;
        json_begin(&w, out, size % 2);
        write_tree(&w, tree);
        fclose(out);
        bool good = json_parse(&again, "again", (struct text){text, length}, &err);
        assert(good);
        assert(cJSON_Compare(tree, again, true));
        cJSON_Delete(again);
        free(text);
    }
    cJSON_Delete(tree);
    return 0;
}
