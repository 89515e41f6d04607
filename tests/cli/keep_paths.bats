#!/usr/bin/env bats
# What is handed on says where and by whom something was built only with --keep-paths.
bats_require_minimum_version 1.5.0
load helper

who=ann

# shared.pb: 70 samples in cart() of shop/src/cart.c and list() of shop/lib/list.rs of a home folder, each with a request of its
# own, one of two zones and a round; a comment; a binary in the home folder and libc.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    python3 -c '
def varint(n): return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)
def num(field, n): return varint(field << 3) + varint(n)
def sub(field, b): return varint(field << 3 | 2) + varint(len(b)) + b
texts = [""]
def s(text):
    text = text.replace("@", "ann")
    if text not in texts: texts.append(text)
    return texts.index(text)
out = sub(1, num(1, s("samples")) + num(2, s("count"))) + sub(1, num(1, s("cpu")) + num(2, s("nanoseconds")))
for i in range(70):
    labels = [num(1, s("request")) + num(2, s("r%d" % i)), num(1, s("zone")) + num(2, s("a" if i % 2 else "b")),
              num(1, s("round")) + num(3, 1 + i % 10)]
    out += sub(2, b"".join(num(1, l) for l in (1 + i % 2, 3)) + num(2, 100) + num(2, 10) + b"".join(sub(3, l) for l in labels))
for i, file in enumerate(("/home/@/shop/build/shop", "/usr/lib/libc.so.6")):
    out += sub(3, num(1, 1 + i) + num(2, (i + 1) << 20) + num(3, (i + 2) << 20) + num(5, s(file)) + num(7, 1))
for i, mapping in enumerate((1, 1, 2)):
    out += sub(4, num(1, 1 + i) + num(2, mapping) + num(3, (mapping << 20) + i) + sub(4, num(1, 1 + i) + num(2, 7)))
for i, (name, file) in enumerate((("cart", "/home/@/shop/src/cart.c"), ("<impl at /home/@/shop/lib/list.rs:3>::list", "/home/@/shop/lib/list.rs"),
                                  ("start", "/usr/src/glibc/start.c"))):
    out += sub(5, num(1, 1 + i) + num(2, s(name)) + num(4, s(file)) + num(5, 3))
out += num(13, s("shop --user ann"))
open("shared.pb", "wb").write(out + b"".join(sub(6, t.encode()) for t in texts))'
}
clean() { # no file has a name of a person or a request; `shared` and other functions are there
    local file
    for file; do
        gzip -cdf "$file" >plain
        ! grep -a -e ann -e r69 plain || return 1
        grep -aq cart plain || return 1
    done
}
told="not handed on without --keep-paths: label 'request' (more than 64 values), 1 comment"

@test "convert and merge hand on no paths, names, comments and unbounded labels; and say so" {
    for to in pprof folded speedscope; do
        run "$PERFGATE" profile convert --to $to -o out shared.pb
        [ "$status" -eq 0 ]
        [ "$output" = "perfgate: warning: shared.pb: $told" ]
        clean out
    done
    run "$PERFGATE" profile merge -o merged shared.pb shared.pb
    [ "$output" = "perfgate: warning: merged: $told" ]
    clean merged
    # what is left: functions, values, bounded labels, files that can be recognised
    diff <("$PERFGATE" profile top shared.pb | sed "s|/home/$who/shop/||") <("$PERFGATE" profile convert -o - shared.pb 2>/dev/null | "$PERFGATE" profile top -)
    "$PERFGATE" -q profile convert -o out shared.pb
    gzip -cd out >plain
    grep -aq 'src/cart.c' plain && grep -aq 'lib/list.rs' plain && grep -aq '/usr/src/glibc/start.c' plain
    grep -aq '/usr/lib/libc.so.6' plain
    run "$PERFGATE" profile labels out
    [ "${lines[0]}" = "round: 10 values, total 700ns" ]
    [[ "$output" == *"zone: 2 values, total 700ns"* && "$output" != *request* ]]
    # samples that only a request told apart are one in a merge
    "$PERFGATE" profile convert --keep-paths --to folded -o - merged | awk '{ n += $NF } END { exit n != 1400 }'
    "$PERFGATE" -q profile merge -o one shared.pb
    [ "$(stat -c %s one)" -lt "$(stat -c %s out)" ]
}

@test "--keep-paths keeps every field" {
    "$PERFGATE" profile convert --keep-paths -o out shared.pb
    "$PERFGATE" profile convert --keep-paths -o again out
    cmp out again
    gzip -cd out >plain
    for word in "/home/$who/shop/src/cart.c" "/home/$who/shop/build/shop" 'shop --user ann' r69; do grep -aqF "$word" plain; done
    "$PERFGATE" profile merge --keep-paths -o merged shared.pb
    gzip -cd merged | grep -aqF 'shop --user ann'
}

@test "flame graphs, tables and lists in reports" {
    for format in html svg json folded; do
        "$PERFGATE" flame shared.pb --format $format -o out
        clean out
        "$PERFGATE" flame shared.pb shared.pb --format $format -o out
        clean out
        "$PERFGATE" flame --keep-paths shared.pb --format $format -o out
        grep -q 'home/ann' out
    done
    "$PERFGATE" profile top --report json=top.json shared.pb
    "$PERFGATE" profile cum --report json=cum.json --diff-base shared.pb shared.pb
    "$PERFGATE" profile list --report json=list.json . shared.pb
    clean top.json list.json
    run ! grep ann cum.json
    grep -q '"file": *"src/cart.c"' list.json
    "$PERFGATE" profile list --report json=list.json --keep-paths . shared.pb
    grep -q '"file": *"'"/home/$who/shop/src/cart.c"'"' list.json
    # on the terminal nothing leaves, and sources are found by their paths
    run "$PERFGATE" profile list cart shared.pb
    [[ "$output" == *"cart in /home/$who/shop/src/cart.c"* ]]
}

@test "reports of canary and compare" {
    for report in html markdown json text; do
        "$PERFGATE" canary --base shared.pb --head shared.pb --report $report=out || [ "$?" -eq 3 ]
        run ! grep -e /home -e 'ann/' out
    done
    for side in old new; do
        gzip -c shared.pb >$side.pb.gz
        for i in 1 2 3 4 5 6 7 8 9 10; do echo "BenchmarkShop 1 10$i ns/op"; done >$side.txt
    done
    for report in html markdown json; do
        run "$PERFGATE" compare old.txt new.txt --report $report=out
        run ! grep -e /home -e 'ann/' out
    done
    run "$PERFGATE" compare old.txt new.txt --report json=out
    grep -q 'src/cart.c' out
    run "$PERFGATE" compare --keep-paths old.txt new.txt --report json=out
    grep -q "/home/$who/shop/src/cart.c" out
    "$PERFGATE" canary --keep-paths --base shared.pb --head shared.pb --report json=out || [ "$?" -eq 3 ]
    grep -q "/home/$who/shop/src/cart.c" out
}

@test "what leaves the store is stripped, what is in it is not" {
    gzip -c shared.pb >r.pb.gz
    printf '%s\n' '# perfgate recording: 1' '# perfgate branch: main' '# perfgate profile: yes' \
        "# perfgate command: /home/$who/shop/build/shop --in '/home/$who/x y' -n 1/2" \
        '# perfgate round: 1' "BenchmarkShop/home/$who 1 10 ns/op" '# perfgate end: 1' >r.txt
    "$PERFGATE" -q baseline save r.txt
    stored=$(find .perfgate -name '*.pb.gz')
    cmp "$stored" r.pb.gz
    run "$PERFGATE" baseline export --fingerprint none -o out.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *"$told" ]]
    clean out.pb.gz
    grep -q "^# perfgate command: shop/build/shop --in 'x y' -n 1/2\$" out.txt
    grep -q "^BenchmarkShop/home/$who 1 10 ns/op\$" out.txt # a name is what it is compared by
    "$PERFGATE" baseline export --keep-paths --fingerprint none -o kept.txt
    cmp kept.pb.gz r.pb.gz
    cmp kept.txt "${stored%.pb.gz}.txt"
    printf 'no profile' >"$stored"
    run "$PERFGATE" baseline export --fingerprint none -o bad.txt
    [ "$status" -eq 4 ]
    [[ "$output" == *"expected a profile"* ]]
    [ ! -e bad.txt ]
}
