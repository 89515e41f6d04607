#!/usr/bin/env bash
# How comments and summaries look: markdown as GitHub's own parser makes it HTML (cmark-gfm, with the HTML that GitHub lets through), in
# colours and widths like GitHub's, as pictures by a headless Chromium. For people to look at; exit 77 where a program is missing.
#   look.sh [--open] FOLDER FILE.md…      FOLDER/FILE-900.png and -390.png; --open: with what is folded away
set -euo pipefail

open=false
[ "${1-}" != --open ] || { open=true && shift; }
[ $# -ge 2 ] || { sed -n '2,5s/^# //p' "$0" && exit 2; }
folder=$1
shift
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || { echo "look.sh needs chromium" && exit 77; }
command -v cmark-gfm >/dev/null || { echo "look.sh needs cmark-gfm" && exit 77; }
mkdir -p "$folder"

page() {
    cat <<'END'
<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>
body { margin: 0; padding: 16px; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif, "Noto Color Emoji"; color: #1f2328; background: #fff; overflow-wrap: break-word }
h3 { font-size: 1.25em; line-height: 1.25; margin: 0 0 16px } h4 { font-size: 1em; margin: 24px 0 16px }
p, ul, table, details, blockquote { margin: 0 0 16px } ul { padding-left: 2em } a { color: #0969da; text-decoration: none }
table { display: block; width: max-content; max-width: 100%; overflow: auto; border-spacing: 0; border-collapse: collapse }
th, td { padding: 6px 13px; border: 1px solid #d1d9e0 } tr:nth-child(2n) { background: #f6f8fa }
code { padding: .2em .4em; font: 85% ui-monospace, Menlo, monospace; background: #818b981f; border-radius: 6px }
blockquote { padding: 0 1em; color: #59636e; border-left: .25em solid #d1d9e0 } sub { font-size: 75% }
</style><body>
END
    cmark-gfm --unsafe -e table -e strikethrough -e autolink -e tagfilter "$1" | if $open; then sed 's/<details>/<details open>/'; else cat; fi
    echo '<script>document.body.dataset.height = document.documentElement.scrollHeight</script>'
}

browse() { "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size="$1" "${@:3}" "file://$2" 2>/dev/null; }

for file; do
    name=$(basename "$file" .md)
    html=$(realpath "$folder")/$name.html
    page "$file" >"$html"
    for width in 900 390; do
        height=$(browse "$width,600" "$html" --dump-dom | sed -n 's/.*data-height="\([0-9]*\)".*/\1/p' | head -n 1)
        browse "$width,${height:-2000}" "$html" --screenshot="$folder/$name-$width.png" >/dev/null
        echo "$folder/$name-$width.png"
    done
done
