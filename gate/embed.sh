#!/bin/sh
# embed.sh LIST: parts of pages as a C header. A line of the list is `text NAME FILE…`, the files as one string, or
# `hash NAME FILE…`, what a Content Security Policy calls these bytes by.
set -eu

while read -r what name files; do
    # shellcheck disable=SC2086 # a list of paths
    case $what in
    text)
        printf 'static const char %s[] =\n' "$name"
        cat $files | sed 's/[\\"?]/\\&/g; s/.*/    "&\\n"/; $s/$/;/'
        ;;
    hash)
        printf 'static const char %s[] = "sha256-%s";\n' "$name" \
            "$(cat $files | sha256sum | cut -d' ' -f1 | tr a-f A-F | basenc --base16 -d | base64)"
        ;;
    esac
done <"$1"
