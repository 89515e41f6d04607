#!/usr/bin/env bash
# Makes the README's picture, .github/perfgate.svg, from what a terminal shows of the demo's builds being measured and compared.
set -euo pipefail
cd "$(dirname "$0")/.."
make -s demo >/dev/null
columns=92
session='
    show() { printf "\033[1m$ %s\033[0m\n" "$*"; "$@"; }
    stty cols '$columns'
    show perfgate run --rounds 20 --side main=./main.bin --side new=./new.bin
    echo
    show perfgate compare main.txt new.txt
    code=$?
    printf "\n\033[1m$ echo \$?\033[0m\n%d\n" $code'
cd build/demo
PATH=$PWD/..:$PATH script -qec "bash -c '$session'" /dev/null </dev/null |
    ../../tests/terminal_svg.pl "is the new build slower?" $columns >perfgate.svg
mv perfgate.svg ../../.github/perfgate.svg
