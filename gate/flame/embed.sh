#!/bin/sh
# embed.sh FOLDER: the files of the page as a C header: each a string, and of the page's script and style what a Content Security
# Policy calls them by.
set -eu
cd "$1"

text() { # text NAME FILE…
    name=$1
    shift
    printf 'static const char %s[] =\n' "$name"
    cat "$@" | sed 's/[\\"?]/\\&/g; s/.*/    "&\\n"/; $s/$/;/'
}
hash() { # hash NAME FILE…
    name=$1
    shift
    printf 'static const char %s[] = "sha256-%s";\n' "$name" \
        "$(cat "$@" | sha256sum | cut -d' ' -f1 | tr a-f A-F | basenc --base16 -d | base64)"
}

text palette_css palette.css
text hatches_svg hatches.svg
text page_html page.html
text page_css palette.css page.css
hash page_css_hash palette.css page.css
text page_js ./*.js
hash page_js_hash ./*.js
