#!/usr/bin/env bash
# Changes planted in a real program (fixtures/functions/planted.c), run and sampled by `perfgate run` on this machine: in how many of REPEATS comparisons of
# ROUNDS rounds a side the right function is named, and no other is called regressed. PLANTS='plus20 mix' does some only. KEEP=FOLDER keeps what was compared.
set -euo pipefail
export REPEATS=${REPEATS:-5} ROUNDS=${ROUNDS:-20}
root=$PWD scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$PERFGATE" -q run --sampler perf --sampled-rounds 1 -r 1 -w 0 -o probe -- true 2>/dev/null ||
    { echo "perf_event_open is refused here" && exit 77; }

build() { cc -O2 "$2" -I"$root" -DPLANT="$1" -o "$3" "$root/fixtures/functions/planted.c"; }
measure() { # measure NAME PLANT DEBUG: comparisons NAME-1.json, NAME-1.out, …
    build NOTHING "$3" base
    build "$2" "$3" head
    for ((i = 1; i <= REPEATS; i++)); do
        "$PERFGATE" -q run --rate 4000 -r "$ROUNDS" -w 1 -n Parse/1k -o sides --side base=./base --side head=./head 2>>log
        "$PERFGATE" compare sides/base.txt sides/head.txt --report "json=$1-$i.json" >"$1-$i.out" 2>>log || [ $? -le 3 ]
    done
}
all='nothing plus20 inlined inlined-frames split renamed callee library mix'
for plant in ${PLANTS:-$all}; do
    case $plant in
    inlined-frames) measure $plant INLINED -g ;; # debug information still tells the function
    *) measure "$plant" "${plant^^}" -g0 ;;
    esac
done
[ -z "${KEEP:-}" ] || cp ./*.json ./*.out log "$KEEP/"

python3 - ${PLANTS:-$all} <<'END'
import json, os, sys
# what must be called regressed, moved, improved
PLANTED = {
    'nothing': {}, 'inlined-frames': {}, 'plus20': {'regressed': 'parse_string'}, 'inlined': {'moved': 'parse'}, 'split': {'moved': 'scan_digits'},
    'renamed': {'moved': 'write_json'}, 'callee': {'regressed': 'utf8_check'}, 'library': {'regressed': 'mem'}, 'mix': {'improved': 'parse_number'}}
repeats, missed = int(os.environ['REPEATS']), []
print(f"of {repeats} comparisons, {os.environ['ROUNDS']} rounds a side: right, with a function called regressed")
print(f"{'change':15} {'to be named':24} {'right':>5} {'red':>4}  first line")
for plant in sys.argv[1:]:
    want, right, red, line = PLANTED[plant], 0, 0, ''
    for i in range(1, repeats + 1):
        functions = json.load(open(f'{plant}-{i}.json'))['functions']
        said = {'regressed': [f['function'] for f in functions if f['verdict'] == 'regressed'],
                'improved': [f['function'] for f in functions if f['verdict'] == 'improved'],
                'moved': [f['function'] for f in functions if f['class'] == 'moved']}
        is_wanted = lambda name, what: want.get(what) is not None and (want[what] in name if want[what] == 'mem' else want[what] == name)
        named = all(any(is_wanted(name, what) for name in said[what]) for what in want)
        others = [name for name in said['regressed'] if not is_wanted(name, 'regressed')]
        right += named and not others
        red += bool(said['regressed'])
        if not named or others:
            missed.append(f'{plant} {i}: ' + '; '.join(f'{what}: {", ".join(names) or "-"}' for what, names in said.items()))
        if not line:
            line = next((text[14:] for text in open(f'{plant}-{i}.out') if text.startswith('functions ')), '').strip()
    words = ', '.join(f'{name} {what}' if what != 'regressed' else name for what, name in want.items()) or '-'
    print(f'{plant:15} {words:24} {right:5} {red:4}  {line}')
for text in missed:
    print('missed', text)
total = repeats * len(sys.argv[1:])
print(f'{total - len(missed)} of {total} right')
END
