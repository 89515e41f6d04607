# For every .bats file: `load helper`. Tests run in a scratch folder of their own ($BATS_TEST_TMPDIR).
# shellcheck shell=bash disable=SC2034,SC2154

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
export BUILD=${BUILD:-$root/build/release} PERFGATE=${PERFGATE:-$root/build/release/perfgate}
export TERM=xterm # whatever terminal, or none, the tests were started from
unset NO_COLOR COLUMNS
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# golden CASE CODE COMMAND…: stdout and stderr must be those of tests/golden/CASE.stdout and .stderr, the exit code CODE.
# `make golden` writes the files instead; then read the difference.
golden() {
    local case=$root/tests/golden/$1 want=$2 got=0
    shift 2
    "$@" >"$BATS_TEST_TMPDIR/.stdout" 2>"$BATS_TEST_TMPDIR/.stderr" || got=$?
    if [ "$got" -ne "$want" ]; then
        echo "exit $got instead of $want: $*"
        cat "$BATS_TEST_TMPDIR/.stderr"
        return 1
    fi
    if [ "${GOLDEN:-}" = write ]; then
        mkdir -p "${case%/*}"
        cp "$BATS_TEST_TMPDIR/.stdout" "$case.stdout"
        cp "$BATS_TEST_TMPDIR/.stderr" "$case.stderr"
    fi
    diff -u "$case.stdout" "$BATS_TEST_TMPDIR/.stdout" && diff -u "$case.stderr" "$BATS_TEST_TMPDIR/.stderr"
}

# Both loops below try every call, or with IO_STRIDE every so many: `make coverage`, whose programs are slow to end, does.

# each_io_failure CHECK COMMAND…: runs the command with its 1st, 2nd, … output call of every kind failing, until none is left
# to fail. Each run must end with 4, or, where the call did not matter, as it does undisturbed ($undisturbed, default 0); CHECK is
# called after each run with the exit code. Of every kind but close at least one failure must have mattered, unless the
# undisturbed command ends with 1 already; $kinds says which kinds the command uses.
each_io_failure() {
    local check=$1 kind n code seen
    shift
    for kind in ${kinds:-write sync rename create close}; do
        seen=0
        for ((n = 1; n < 500; n += ${IO_STRIDE:-1})); do
            rm -f .mark
            code=0
            FAIL_IO_KIND=$kind FAIL_IO_AT=$n FAIL_IO_MARK=$PWD/.mark LD_PRELOAD=$BUILD/tests/fail_io.so \
                "$@" >.failing.stdout 2>.failing.stderr || code=$?
            if [ "$code" -eq 4 ]; then
                seen=$((seen + 1))
            elif [ "$code" -ne "${undisturbed:-0}" ]; then
                echo "$kind $n: exit $code: $*"
                cat .failing.stderr
                return 1
            fi
            "$check" "$code" || { echo "$kind $n: exit $code, but $check fails" && return 1; }
            [ -e .mark ] || break
        done
        echo "$kind: up to $((n - 1)) calls, $seen ended with 4"
        [ "$kind" = close ] || [ "${undisturbed:-0}" -eq 1 ] || [ "$seen" -gt 0 ] || return 1
    done
}

# each_kill RESET CHECK COMMAND…: kills the command before, in the middle of and after its 1st, 2nd, … call that changes a file,
# until it ends by itself. RESET is called before each run, CHECK after it.
each_kill() {
    local reset=$1 check=$2 moment n code
    shift 2
    for moment in before middle after; do
        for ((n = 1; n < 500; n += ${IO_STRIDE:-1})); do
            rm -f .mark
            "$reset"
            code=0
            {
                FAIL_IO_KILL=$moment FAIL_IO_AT=$n FAIL_IO_MARK=$PWD/.mark LD_PRELOAD=$BUILD/tests/fail_io.so \
                    "$@" >.killed.stdout 2>.killed.stderr || code=$?
            } 2>/dev/null
            "$check" || { echo "killed $moment call $n: $check fails" && return 1; }
            [ -e .mark ] || break
        done
        echo "killed $moment calls up to $((n - 1))"
        [ "$n" -gt 3 ] && [ "$code" -eq 0 ] || return 1
    done
}

# serve PROFILE PORT_FILE [CERTIFICATE KEY]: http_server.py, until stop_servers
serve() {
    python3 "$root/tests/cli/http_server.py" "$@" 3>&- &
    servers="${servers:-} $!"
    for _ in $(seq 200); do
        [ ! -e "$2" ] || return 0
        sleep 0.05
    done
    return 1
}

stop_servers() {
    for server in ${servers:-}; do kill "$server"; done
}

# serve_http PROFILE: sets url
serve_http() {
    unset PERFGATE_TOKEN http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
    serve "$1" port
    url=http://127.0.0.1:$(cat port)
}
