#!/usr/bin/env bash
# The house rules as a script: each line printed is a fault, and any fault ends with exit 1.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
export LC_ALL=C.UTF-8

mapfile -t tracked < <(git ls-files --cached --others --exclude-standard | while read -r f; do [ -f "$f" ] && echo "$f"; done)
of() { printf '%s\n' "${tracked[@]}" | grep -E "$1"; }
mapfile -t c_files < <(of '\.[ch]$')
mapfile -t product < <(of '^(stats|runners|gate)/.*\.[ch]$')
mapfile -t scripts < <(of '\.(sh|bats|bash)$'; of '^\.ci/run$')
[ "${#product[@]}" -gt 0 ] || { echo "lint: no source file was found"; exit 1; }

faults=0
fault() { echo "$*"; faults=$((faults + 1)); }

# C without its comments and the text of its strings, so that only code is judged.
bare=$(mktemp -d)
trap 'rm -rf "$bare"' EXIT
for file in "${c_files[@]}"; do
    mkdir -p "$bare/${file%/*}"
    perl -0pe 's{"(?:\\.|[^"\\\n])*"|(/\*.*?\*/|//[^\n]*)}{my $c = $1 // ""; $c ? $c =~ s/[^\n]//gr : "\"\""}gse' "$file" >"$bare/$file"
done
# forbid WHAT PATTERN FILE…: no line of the files may match
forbid() {
    local what=$1 pattern=$2 hit
    shift 2
    [ $# -gt 0 ] || return 0
    while IFS= read -r hit; do
        fault "$hit: $what"
    done < <(if [[ $1 = *.[ch] ]]; then cd "$bare" || exit; fi; grep -nHP "$pattern" "$@" | cut -d: -f1,2)
}
except() { # except PATTERN FILE…: the files whose path does not match
    local pattern=$1
    shift
    printf '%s\n' "$@" | grep -vE "$pattern"
}

forbid 'banned call' '(?<![\w.>"])(sprintf|vsprintf|strcpy|strcat|strncpy|strtok|atoi|atol|atof|sscanf|gmtime|localtime|ctime|setlocale|system|tmpnam|mktemp|alloca)\s*\(|\bEXIT_FAILURE\b' "${product[@]}"
mapfile -t quiet < <(except '^gate/(main\.c$|report/|commands/)|^runners/base/log\.c$' "${product[@]}")
forbid 'printf outside report, commands and log' '(?<![\w.>])(printf|puts|putchar|perror)\s*\(' "${quiet[@]}"
forbid 'only gate/main.c writes stdout or stderr by name' '\b(stdout|stderr)\b' "${quiet[@]}"
mapfile -t modest < <(except '^gate/main\.c$' "${product[@]}")
forbid 'only gate/main.c ends the program' '(?<![\w.>])(exit|abort|quick_exit)\s*\(' "${modest[@]}"
mapfile -t arena < <(except '^(stats|runners/(base|preload))/' "${product[@]}")
forbid 'memory belongs to an arena' '(?<![\w.>])(malloc|calloc|realloc|strdup|strndup|asprintf)\s*\(' "${arena[@]}"
grep -nHE '\b(TO[D]O|FIX[M]E|XX[X])\b' "${c_files[@]}" "${scripts[@]}" && fault 'unfinished'
mapfile -t bats < <(of '\.bats$')
forbid 'name the expected exit code' '^ *\[\[? "\$status" (-ne|-gt|!=) 0 \]\]?$' "${bats[@]}"
mapfile -t texts < <(of '^(fixtures|tests|github-action)/.*\.(txt|json|csv|md|stdout|stderr|yml|yaml|sh|bats)$')
forbid 'absolute path of one machine' '/(home|root|Users|work)/[A-Za-z0-9_]' "${texts[@]}"

while IFS= read -r file; do
    fault "$file: does not belong to the top level"
done < <(of '^[^/]+$' | grep -vxE 'LICENSE|Makefile|README\.md|\..*')

while IFS= read -r name; do
    fault "two files are named $name: $(of "(^|/)$name\$" | tr '\n' ' ')"
done < <(of '^(stats|runners|gate|tests)/.*\.[ch]$' | sed 's|.*/||' | sort | uniq -d)

while IFS= read -r file; do
    head -n 20 "$file" | grep -q '^/\* ' || fault "$file:1: a header begins with what it is for"
    guard=$(basename "$file" | tr 'a-z.' 'A-Z_')
    grep -qE "^#define [A-Z_]*$guard\$" "$file" || fault "$file: the include guard ends with $guard"
done < <(of '^(stats|runners|gate)/.*\.h$')
mapfile -t run_bit < <(of '\.bats$'; of '^\.ci/run$')
for file in "${run_bit[@]}"; do
    [ -x "$file" ] || fault "$file: has no run bit"
done
mapfile -t pages < <(of '^gate/.*\.(js|css|html)$')
for file in "${c_files[@]}" "${scripts[@]}" "${pages[@]}"; do
    [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ] && fault "$file: no newline at the end"
    grep -nHP '[ \t]+$' "$file" && fault "$file: blanks at the end of a line"
done

tool() { command -v "$1" >/dev/null || { fault "lint needs $1: tests/deps.sh --ci installs it"; return 1; }; }
if tool clang-format; then
    while IFS= read -r file; do
        fault "$file: not laid out as clang-format does (make format)"
    done < <(for f in "${c_files[@]}"; do clang-format --style=file "$f" | cmp -s - "$f" || echo "$f"; done)
fi
if tool node; then
    while IFS= read -r file; do
        node --check "$file" || fault "$file: does not parse"
    done < <(of '\.(js|mjs)$')
    # names are hostile: they become text nodes, never markup or code
    grep -nHE '\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function)\b' "${pages[@]}" && fault 'markup or code is made of text'
fi
if tool shellcheck; then
    # bats stops at a failing cd by itself, and sees variables that shellcheck does not
    shellcheck -x -S warning -e SC2164,SC2154 "${scripts[@]}" || faults=$((faults + 1))
fi

[ "$faults" -eq 0 ] || { echo "lint: $faults faults"; exit 1; }
