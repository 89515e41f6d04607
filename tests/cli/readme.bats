#!/usr/bin/env bats
# The README cannot lie: its examples are run, and what it names exists.
load helper

readme() { cat "${root:?}/README.md"; }

# The lines of every ```sh block: the exit code (a comment may say `exit N`), a blank, the command.
examples() {
    readme | awk '/^```/ { on = $0 == "```sh"; next } on' |
        awk 'NF { code = match($0, /#.* exit [0-9]/) ? substr($0, RSTART + RLENGTH - 1, 1) : 0; sub(/ *#.*/, ""); print code, $0 }'
}

@test "the examples run, in order, and pass" {
    mkdir bin
    ln -s "$PERFGATE" bin/perfgate
    # stand-ins for the reader's programs
    printf '#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9 10; do echo "BenchmarkParse 100 12${i}0 ns/op"; done\n' >bin/go
    printf '#!/bin/sh\necho "BenchmarkParse 100 $((1200 + $$ %% 7)) ns/op"\n' >bench-main
    cp bench-main bench-new
    chmod +x bin/go bench-main bench-new
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b.c GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b.c
    git init -q . && git commit -q --allow-empty -m start
    PATH=$PWD/bin:$PATH
    [ "$(examples | wc -l)" -ge 7 ]
    examples >commands
    while read -r want line <&3; do
        echo "\$ $line"
        code=0
        bash -c "$line" 3<&- || code=$?
        [ "$code" -eq "$want" ]
    done 3<commands
    [ -s perfgate.yml ]
    [ -z "$(git ls-files .perfgate)" ] # the reader's commits hold no measurements
}

@test "every option named beside perfgate is one" {
    "$PERFGATE" help --bash | tr ' ' '\n' | grep '^--' | tr -d = | sort -u >known
    readme | grep -o -- '--[a-z][a-z-]*' | sort -u >named
    run comm -23 named <(sort -u known)
    [ "$output" = "" ]
}

@test "every make target and every linked file exists" {
    for target in $(readme | grep -oE '(`|\$ )make [a-z-]+' | sed 's|.* ||' | sort -u); do
        grep -q "^$target:" "$root/Makefile" || { echo "make $target" && return 1; }
    done
    for file in $(readme | grep -oE '\]\([^)#]+\)' | tr -d '()]' | grep -v '^https:'); do
        [ -e "$root/$file" ] || { echo "$file" && return 1; }
    done
}

@test "the map is the tree: each room of layers.txt is in it, and no other" {
    readme | awk '/^stats\/  / { on = 1 } /^```/ { on = 0 } on' |
        awk '{ name = $1; sub(/\/$/, "", name); if ($0 !~ /^ /) top = name; else name = top "/" name; print name }' |
        grep -E '^(stats|runners|gate)' | sort >map
    awk '/^(stats|runners|gate)/ { print $1 }' "$root/tests/layers.txt" | while read -r room; do
        [ ! -d "$root/$room" ] || echo "$room"
    done | sort >rooms
    diff map rooms
}

@test "the exit codes are those of the program" {
    for code in 0 1 2 3 4; do
        word=$(readme | sed -n "s/^| $code | \([a-z]*\) .*/\1/p")
        [ -n "$word" ]
        "$PERFGATE" help | grep -q "$code $word"
    done
}
