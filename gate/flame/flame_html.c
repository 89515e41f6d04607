#include "gate/flame/flame_html.h"
#include "gate/flame/assets.h"
#include "gate/flame/flame_json.h"
#include "gate/flame/flame_text.h"
#include "runners/base/escape.h"

/* What `{{NAME}}` in page.html stands for. */
struct page {
    const struct flame *graphs; /* none: `why` is all there is to say */
    size_t count, left_out;
    const char *why;
    struct arena *arena;
};

static const char *page_title(const struct page *page) {
    return page->count ? flame_title(&page->graphs[0], page->arena) : "No flame graph";
}

static const char *page_summary(const struct page *page) {
    if (!page->count)
        return page->why;
    const char *words = flame_summary(&page->graphs[0], page->arena);
    const char *benchmark = page->graphs[0].benchmark;
    return benchmark ? arena_printf(page->arena, "%s · %s",
                                    escape_visible(page->arena, text_of(benchmark)), words)
                     : words;
}

static void put_data(FILE *out, const struct page *page) {
    if (page->count > 1)
        putc('[', out);
    for (size_t i = 0; i < page->count; i++) {
        if (i)
            putc(',', out);
        flame_write_json(out, &page->graphs[i], page->arena);
    }
    if (page->count > 1)
        putc(']', out);
}

static void put_slot(FILE *out, struct text name, const struct page *page) {
    if (text_equal(name, "title"))
        fputs(escape_xml(page->arena, page_title(page)), out);
    else if (text_equal(name, "summary"))
        fputs(escape_xml(page->arena, page_summary(page)), out);
    else if (text_equal(name, "left-out") && page->left_out)
        fprintf(out, "<p class=\"note\">%zu more benchmarks are not in this page.</p>\n",
                page->left_out);
    else if (text_equal(name, "style-hash"))
        fputs(page_css_hash, out);
    else if (text_equal(name, "script-hash"))
        fputs(page_js_hash, out);
    else if (text_equal(name, "style"))
        fputs(page_css, out);
    else if (text_equal(name, "hatches"))
        fputs(hatches_svg, out);
    else if (text_equal(name, "data"))
        put_data(out, page);
    else if (text_equal(name, "script"))
        fputs(page_js, out);
}

/* Up to `end`, or all. */
static void put_page(FILE *out, const struct page *page, const char *end) {
    const char *rest = page_html, *open;
    while ((open = strstr(rest, "{{")) && (!end || open < end)) {
        const char *close = strstr(open, "}}");
        fwrite(rest, 1, (size_t)(open - rest), out);
        put_slot(out, (struct text){open + 2, (size_t)(close - open - 2)}, page);
        rest = close + 2;
    }
    if (end)
        fwrite(rest, 1, (size_t)(end - rest), out);
    else
        fputs(rest, out);
}

void flame_write_html(FILE *out, const struct flame *graphs, size_t count, size_t left_out,
                      struct arena *arena) {
    put_page(out, &(struct page){graphs, count, left_out, NULL, arena}, NULL);
}

/* The head of the page is all that it needs. */
void flame_write_empty_html(FILE *out, const char *why, struct arena *arena) {
    put_page(out, &(struct page){.why = why, .arena = arena}, strstr(page_html, "<noscript>"));
    fputs("</body>\n</html>\n", out);
}
