#!/usr/bin/env bash
# The page of `perfgate flame`, and the HTML report of a comparison, in headless Chromium, driven by Playwright: zoom, search, sorting, callers, keyboard, narrow
# screens, hostile names, 100 000 distinct stacks within a second, nothing on the console, nothing fetched.
#   SCREENSHOTS=FOLDER keeps pictures of it.
# 77 without node, Chromium or Playwright (which npm brings into build/peers).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export PERFGATE=${PERFGATE:-$root/build/perfgate}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v node >/dev/null || { echo "no node" && exit 77; }
CHROMIUM=$(command -v chromium || command -v chromium-browser) || { echo "no Chromium" && exit 77; }
export CHROMIUM PLAYWRIGHT=$root/build/peers/browser

if [ ! -e "$PLAYWRIGHT/node_modules/playwright-core" ]; then
    mkdir -p "$PLAYWRIGHT"
    (cd "$PLAYWRIGHT" && npm install --no-save --no-audit --no-fund --silent playwright-core@1.55.0) ||
        { echo "npm does not give playwright-core" && exit 77; }
fi

cd "$work"
for name in old new hostile; do python3 "$root/tests/folded_profile.py" <"$root/fixtures/flame/$name.stacks" >"$name.pb"; done
# 100 000 distinct stacks: three frames of few names, then five of many
python3 -c '
state = 88172645463325252
def random(below):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % below
for i in range(100000):
    print(";".join([f"stage_{random(4)}", f"step_{random(9)}", f"task_{random(30)}"] + [f"function_{random(4000)}" for _ in range(5)]), 1000 + i)
' | python3 "$root/tests/folded_profile.py" >many.pb
"$PERFGATE" flame old.pb new.pb -o difference.html
"$PERFGATE" flame new.pb -o one.html
"$PERFGATE" flame hostile.pb -o hostile.html
"$PERFGATE" flame many.pb --min-share 0 -o many.html
# a comparison whose recordings have profiles beside them
python3 - <<'PYTHON'
import random
random.seed(3)
for side, slower in (('old', 1), ('new', 1.1)):
    with open(f'{side}.txt', 'w') as out:
        for name, time, factor in (('Parse/size=1k', 98e6, slower), ('Sort', 36e6, 1), ('Noisy', 5e6, 1)):
            for _ in range(20):
                print(f'Benchmark{name} 1 {time * factor * (1 + abs(random.gauss(0, 0.3 if name == "Noisy" else 0.01))):.0f} ns/op', file=out)
PYTHON
for side in old new; do gzip -c $side.pb >$side.pb.gz; done
"$PERFGATE" compare old.txt new.txt --report html=report.html >/dev/null || [ $? -eq 1 ]
# two benchmarks of twelve rounds, so that functions are tested, against a store whose level changed at its eighth recording
mkdir tested && cd tested
awk 'BEGIN { for (r = 1; r <= 12; r++) for (s = 0; s < 2; s++) {
    side = s ? "new" : "old"
    print r "@Parse/size=1k", "main;parse;skip_blanks", (s ? 75000000 : 60000000) + 100000 * (r % 3) > side
    print r "@Parse/size=1k", "main;parse;number", 40000000 + 100000 * (r % 4 + s) > side
    print r "@Parse/size=1k", "main;rare", 1000000 * (1 + s) > side
    if (s) print r "@Parse/size=1k", "main;parse;utf8_check", 6000000 + 100000 * (r % 3) > side
    print r "@Sort", "main;sort", 50000000 + 100000 * (r % 3) > side }
  for (d = 1; d <= 14; d++) {
    file = d == 14 ? "new.txt" : d == 13 ? "old.txt" : "stored" d ".txt"
    printf "# perfgate recording: 1\n# perfgate commit: %012x%028d\n# perfgate time: 2026-01-%02dT12:00:00Z\n# perfgate branch: main\n# perfgate fingerprint-id: aa\n",
        11259375 + d, 0, d > file
    for (r = 1; r <= 12; r++) {
        print "# perfgate round: " r > file
        print "BenchmarkParse/size=1k 1", ((d == 14 ? 123 : d < 8 ? 90 : 102) * 1000000) + 10007 * ((r * 7 + d * 5) % 13), "ns/op" > file
        print "BenchmarkSort 1", 50 * 1000000 + 1000 * ((r + d) % 5), "ns/op" > file }
    print "# perfgate end: 12" > file } }'
for side in old new; do python3 "$root/tests/folded_profile.py" <"$side" | gzip >"$side.pb.gz"; done
for day in 1 2 3 4 5 6 7 8 9 10 11 12; do "$PERFGATE" -q baseline save "stored$day.txt"; done
sed -i 's/^# perfgate end/# perfgate profile: yes\n&/' old.txt
"$PERFGATE" -q baseline save old.txt
"$PERFGATE" compare --baseline-store .perfgate/baseline --branch main new.txt --report html=../stored.html --report flame=../pages.html >/dev/null || [ $? -eq 1 ]
cd ..
node "$root/tests/interop/flame_page.mjs" "$work"
