#!/usr/bin/env bash
# Checks the machine and every input before anything is done, and decides what mode `auto` is.
: "${PG_STATE:=${RUNNER_TEMP:?}/perfgate}"
rm -rf "$PG_STATE"
mkdir -p "$PG_STATE"
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

faults=0
fault() {
    message error "$@"
    faults=$((faults + 1))
}

input() {
    local name=PG_IN_${1^^}
    name=${name//-/_}
    printf '%s' "${!name-}"
}

# one_of INPUT WORD…
one_of() {
    local name=$1 value word
    value=$(input "$name")
    shift
    for word; do
        [ "$value" != "$word" ] || return 0
    done
    fault "input $name is '$(printable "$value")'; expected one of: $*"
}

# matches INPUT PATTERN WHAT: an extended regular expression for the whole of it
matches() {
    [[ $(input "$1") =~ ^($2)$ ]] || fault "input $1 is '$(printable "$(input "$1")")'; expected $3"
}

# between INPUT LOW HIGH: a whole number
between() {
    local value
    value=$(input "$1")
    if ! [[ $value =~ ^[0-9]{1,6}$ ]] || ((10#$value < $2 || 10#$value > $3)); then
        fault "input $1 is '$(printable "$value")'; expected a whole number from $2 to $3"
    fi
}

check_machine() {
    local tool missing=()
    [ "$(uname -s)" = Linux ] || die "perfgate measures on Linux only; this is $(uname -s). Use runs-on: ubuntu-24.04"
    [ "${ImageOS-}" != ubuntu-slim ] || die "ubuntu-slim is a small container that shares its CPU; use runs-on: ubuntu-24.04"
    for tool in git curl tar sha256sum timeout; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    [ ${#missing[@]} -eq 0 ] || die "this machine has no ${missing[*]}; install ${missing[*]} before the action"
    command -v jq >/dev/null || message warning "this machine has no jq: the worst benchmark is in no output, and nothing is read from or written to GitHub's API"
}

check_words() {
    one_of mode auto gate measure compare store
    one_of strategy auto interleaved stored
    one_of confirm true false
    one_of on-regression fail warn
    one_of on-inconclusive fail warn pass
    one_of on-missing-baseline fail warn
    one_of baseline-store cache git artifact path none
    one_of save-baseline auto true false
    one_of allow-cross-machine true false
    one_of comment auto always on-change never
    one_of summary true false
    one_of annotations true false
    one_of flamegraph on-regression always never
    one_of pgo-profile true false go clang gcc bolt
    one_of install auto prebuilt build path
    one_of setup-perf auto true false
}

check_texts() {
    local revision='[A-Za-z0-9_.][A-Za-z0-9_./+-]*'
    matches compare-with "$revision" "merge-parent, merge-base, or the name of a tag, branch or commit"
    matches reference "|$revision" "a tag or commit"
    matches threshold '([0-9]+\.?[0-9]*|\.[0-9]+)%?' "a percentage such as 5"
    matches alpha '0?\.[0-9]+' "a level between 0 and 1 such as 0.05"
    matches metric $'[A-Za-z0-9_./%*?\n -]+' "time, cpu-time, instructions, or units one a line"
    matches shard '|[0-9]+/[0-9]+' "i/n such as 1/4"
    matches comment-key '[A-Za-z0-9_.-]{1,100}' "letters, digits, '.', '_' and '-'"
    matches artifact-name '[A-Za-z0-9_.-]{1,100}' "letters, digits, '.', '_' and '-'"
    matches baseline-branch '[A-Za-z0-9_][A-Za-z0-9_./-]*' "the name of a branch"
    matches cpu-pin 'auto|off|[0-9]+' "auto, off or the number of a CPU"
    between rounds 1 100000
    between max-rounds 1 100000
    between timeout-minutes 1 1440
    between baseline-history 1 10000
    between retention-days 1 90
}

check_together() {
    local folder mode=$1 shard index count
    folder=$(input working-directory)
    shard=$(input shard)
    case /$folder/ in
    //* | */../*) fault "input working-directory is '$(printable "$folder")'; expected a folder of the workspace" ;;
    esac
    [ -d "${GITHUB_WORKSPACE:-.}/$folder" ] || fault "input working-directory: there is no folder '$(printable "$folder")' (is there a checkout step before?)"
    if [ "$mode" != compare ] && [ -z "$(input run)$(input config)" ]; then
        fault "give one of the inputs run and config: what is to be measured?"
    fi
    [ -z "$(input run)" ] || [ -z "$(input config)" ] || fault "give one of the inputs run and config, not both"
    [ -z "$(input build)" ] || [ -z "$(input config)" ] || fault "input build belongs to run; with config, its benchmarks have a build of their own"
    [ "$(input baseline-store)" != path ] || [ -n "$(input baseline-path)" ] || fault "input baseline-path: baseline-store path needs it"
    [ -n "$shard" ] || return 0
    [ "$mode" = measure ] || fault "input shard needs mode: measure"
    [ -n "$(input run)" ] || fault "input shard needs run"
    index=${shard%/*} count=${shard#*/}
    if ! [[ $count =~ ^[0-9]{1,3}$ && $index =~ ^[0-9]{1,3}$ ]] || ((10#$count < 1 || 10#$count > 256 || 10#$index < 1 || 10#$index > 10#$count)); then
        fault "input shard is '$(printable "$shard")'; expected i/n with i from 1 to n and n at most 256"
    fi
}

# What `auto` means for this event; a push to the default branch is gated, and saved.
choose_mode() {
    local mode
    mode=$(input mode)
    if [ "$mode" = auto ]; then
        case ${GITHUB_EVENT_NAME-} in
        pull_request | merge_group) mode=gate ;;
        push) [ "${GITHUB_REF-}" = "refs/heads/${PG_DEFAULT_BRANCH:-main}" ] && mode=gate || mode=measure ;;
        *) mode=measure ;;
        esac
    fi
    printf '%s\n' "$mode"
}

choose_saving() {
    local mode=$1
    case $(input save-baseline),${GITHUB_EVENT_NAME-},${GITHUB_REF-} in
    true,pull_request,* | true,pull_request_target,*)
        message warning "save-baseline: nothing is saved from a pull request"
        printf 'false\n'
        ;;
    true,*) printf 'true\n' ;;
    false,*) printf 'false\n' ;;
    auto,push,"refs/heads/${PG_DEFAULT_BRANCH:-main}") printf 'true\n' ;;
    *) [ "$mode" = store ] && printf 'true\n' || printf 'false\n' ;;
    esac
}

say_outputs() {
    local mode=$1 store key name comment=false
    store=$(input baseline-store)
    key=$(input comment-key)
    name=perfgate-shard
    [ "$key" = default ] || name=perfgate-$key-shard
    [ "${GITHUB_EVENT_NAME-}" != pull_request ] || [ "$(input comment)" = never ] || comment=true
    [ "$mode" != measure ] || [ -z "$(input shard)" ] || { comment=false && store=none; }
    output mode "$mode"
    output store "$store"
    output comment "$comment"
    output shard-artifact "$name-$(input shard | cut -d/ -f1)"
    output shard-pattern "$name-*"
    output artifact-name "$(input artifact-name)-${PG_JOB_INDEX:-0}-${GITHUB_RUN_ATTEMPT:-1}"
    learn artifact-name "$(input artifact-name)-${PG_JOB_INDEX:-0}-${GITHUB_RUN_ATTEMPT:-1}"
}

check_machine
mode=$(choose_mode)
check_words
check_texts
check_together "$mode"
[ "$faults" -eq 0 ] || exit 1
if [ "${GITHUB_EVENT_NAME-}" = pull_request_target ]; then
    die "pull_request_target runs the base's workflow with its secrets on a stranger's code; use pull_request, and the publish action for forks"
fi
learn mode "$mode"
learn saving "$(choose_saving "$mode")"
learn shard "$(input shard)"
case ${GITHUB_EVENT_NAME-},${GITHUB_REF-} in
push,"refs/heads/${PG_DEFAULT_BRANCH:-main}" | schedule,"refs/heads/${PG_DEFAULT_BRANCH:-main}" | workflow_dispatch,"refs/heads/${PG_DEFAULT_BRANCH:-main}") learn on-default-branch yes ;;
esac
say_outputs "$mode"
# What the action keeps in the workspace is none of the repository's business.
exclude=$(git -C "${GITHUB_WORKSPACE:-.}" rev-parse --git-path info/exclude 2>/dev/null || true)
if [ -n "$exclude" ]; then
    cd "${GITHUB_WORKSPACE:-.}"
    mkdir -p "$(dirname "$exclude")"
    grep -qxF .perfgate/ "$exclude" 2>/dev/null || echo .perfgate/ >>"$exclude"
fi
