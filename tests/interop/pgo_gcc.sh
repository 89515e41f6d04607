#!/usr/bin/env bash
# Profiles for gcc, with each gcc that is installed (gcc, gcc-13 and later). Lua 5.4 is built from Debian's source package, recorded at
# work by our own sampler, and built again with -fauto-profile: gcc takes the profile without a word, annotates each of the functions
# with most of the samples, makes other code, and the program does the same. A profile of the other version is refused by it.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
perfgate=${PERFGATE:-$root/build/perfgate}
# shellcheck source=tests/interop/pgo_program.bash
. "$root/tests/interop/pgo_program.bash"
for tool in gcc objdump python3; do command -v $tool >/dev/null || { echo "no $tool" && exit 77; }; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pgo_program "$work" || exit 77
cd "$work/src"
failed=0
fail() { echo "pgo_gcc: $*" && failed=1; }
compile() { # compile GCC FOLDER OPTION…: each file to FOLDER, and a program
    local gcc=$1 to=$2
    shift 2
    mkdir -p "$to"
    printf '%s\n' ./*.c | xargs -P 2 -I FILE sh -c 'gcc=$1 to=$2 file=$3; shift 3
        exec "$gcc" -O2 -g -DLUA_COMPAT_5_3 "$@" -c "$file" -o "$to/$(basename "$file" .c).o"' sh "$gcc" "$to" FILE "$@" 2>"$to/said" || return 1
    "$gcc" "$to"/*.o -o "$to/lua" -lm 2>/dev/null
}

compile gcc "$work/plain"
(cd "$work" && "$perfgate" -q run --rounds 3 -o rec.txt -- plain/lua work.lua 12 >/dev/null)
cd "$work"
hot=$("$perfgate" -q profile top -n 12 --report json=top.json rec.pb.gz >/dev/null && python3 -c '
import json
for f in json.load(open("top.json"))["functions"][:12]:
    if f["name"].startswith("lua") or f["name"] in ("str_format", "sort_comp", "auxsort", "tostringbuff", "match", "propagatemark", "sweeplist"): print(f["name"])')
[ "$(wc -w <<<"$hot")" -ge 4 ] || fail "too few functions of Lua among those with most samples: $hot"

for gcc in gcc gcc-13 gcc-14 gcc-15 gcc-16 gcc-17; do
    command -v $gcc >/dev/null || continue
    version=$($gcc -dumpversion | sed 's/\..*//')
    "$perfgate" -q pgo --for gcc --gcc-version "$version" --force --min-samples 100 --binary plain/lua -o lua.gcov rec.txt >said 2>&1 ||
        fail "$gcc: not written: $(cat said)"
    (cd src && compile $gcc "$work/$gcc.tuned" -fauto-profile="$work/lua.gcov" -fdump-ipa-afdo-details -fdump-ipa-inline) ||
        fail "$gcc: does not build: $(head -n 5 "$gcc.tuned/said")"
    grep -qiE 'profile|afdo' "$gcc.tuned/said" && fail "$gcc says $(grep -iE 'profile|afdo' "$gcc.tuned/said" | head -n 3)"
    # what is annotated has a count by "auto FDO" where the inliner begins
    cat "$gcc.tuned"/*.inline | awk '/^[A-Za-z_][A-Za-z0-9_.]*\/[0-9]+ \(/ { name = $1; sub(/\/.*/, "", name) }
        /Function flags:.*count:[1-9][0-9]* \(auto FDO\)/ { print name }' | sort -u >annotated
    missing=$(for name in $hot; do grep -qx "$name" annotated || echo "$name"; done)
    [ -z "$missing" ] || fail "$gcc: hot, but not annotated: $missing"
    text() { objdump -d --no-show-raw-insn "$1" | grep -c '^ '; }
    before=$(text plain/lua) after=$(text "$gcc.tuned/lua")
    [ "$before" -ne "$after" ] || fail "$gcc: the code is the same"
    [ "$(plain/lua work.lua 1)" = "$("$gcc.tuned/lua" work.lua 1)" ] || fail "$gcc: the program does something else"
    echo "$gcc $version: $(wc -l <annotated) functions annotated, all $(wc -w <<<"$hot") hot ones among them; $before to $after instructions"
    wrong=$([ "$version" -ge 16 ] && echo 15 || echo 16)
    "$perfgate" -q pgo --for gcc --gcc-version "$wrong" --force --min-samples 100 --binary plain/lua -o wrong.gcov rec.txt >/dev/null 2>&1
    $gcc -O2 -DLUA_COMPAT_5_3 -fauto-profile=wrong.gcov -c src/lvm.c -o wrong.o 2>said && fail "$gcc takes the version of gcc $wrong"
    grep -q 'AutoFDO profile version' said || fail "$gcc: $(head -n 2 said)"
done

# another program's, and a stripped one
cp plain/lua stripped && strip -s stripped
for binary in /bin/ls stripped; do
    status=0
    "$perfgate" -q pgo --for gcc --force --binary $binary -o refused.gcov rec.txt >why 2>&1 || status=$?
    [ $status -eq 4 ] && [ -s why ] && [ ! -e refused.gcov ] || fail "$binary: exit $status, $(cat why)"
done
[ "$failed" -eq 0 ] && echo "pgo_gcc: passed"
exit "$failed"
