#include "gate/flame/flame_html.h"
#include "gate/flame/assets.h"
#include "gate/flame/flame_json.h"
#include "gate/flame/flame_text.h"
#include "runners/base/escape.h"

/* What `{{NAME}}` in page.html stands for. */
static void put_slot(FILE *out, struct text name, const struct flame *f, struct arena *arena) {
    if (text_equal(name, "title"))
        fputs(escape_xml(arena, flame_title(f, arena)), out);
    else if (text_equal(name, "summary"))
        fputs(escape_xml(arena, flame_summary(f, arena)), out);
    else if (text_equal(name, "style-hash"))
        fputs(page_css_hash, out);
    else if (text_equal(name, "script-hash"))
        fputs(page_js_hash, out);
    else if (text_equal(name, "style"))
        fputs(page_css, out);
    else if (text_equal(name, "hatches"))
        fputs(hatches_svg, out);
    else if (text_equal(name, "data"))
        flame_write_json(out, f, arena);
    else if (text_equal(name, "script"))
        fputs(page_js, out);
}

void flame_write_html(FILE *out, const struct flame *f, struct arena *arena) {
    const char *rest = page_html, *open;
    while ((open = strstr(rest, "{{"))) {
        const char *close = strstr(open, "}}");
        fwrite(rest, 1, (size_t)(open - rest), out);
        put_slot(out, (struct text){open + 2, (size_t)(close - open - 2)}, f, arena);
        rest = close + 2;
    }
    fputs(rest, out);
}
