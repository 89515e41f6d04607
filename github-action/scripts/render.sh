#!/usr/bin/env bash
# What GitHub shows, made by perfgate from report.json; where there is none, a few words of our own.
#
# Environment: PG_ARTIFACT_URL, PG_FLAMEGRAPH_URL, PG_IN_COMMENT_KEY, PG_UNTRUSTED (true: the footer says so).
# Facts read: program, pull-sha, verdict, headline, fails, override-label, overridden-by; report.json.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# an address that markdown may hold; anything else is left out
address() { [[ $1 =~ ^https?://[A-Za-z0-9._~:/?#@!\&=+%-]+$ ]] && printf '%s' "$1"; }

# render WHAT FILE: WHAT is comment, summary or annotations
render() {
    local what=$1 file=$2 value
    local -a options=(--comment-key "${PG_IN_COMMENT_KEY:-default}")
    if [ ! -e "$PG_STATE/report.json" ]; then
        render_without "$what" >"$file"
        return
    fi
    value=$(fact pull-sha)
    [[ ! $value =~ ^[0-9a-f]{40}$ ]] || options+=(--commit "$value")
    value=$(address "${PG_ARTIFACT_URL-}") && options+=(--artifact-url "$value")
    value=$(address "${PG_FLAMEGRAPH_URL-}") && options+=(--flame-url "$value")
    [ ! -e "$PG_STATE/overridden-by" ] || options+=(--overridden-by "$(fact override-label):$(fact overridden-by)")
    [ "${PG_UNTRUSTED-}" != true ] || options+=(--untrusted)
    [ "$what" != annotations ] || options+=(--checkout "${GITHUB_WORKSPACE:?}")
    render_report "${options[@]}" --report "github-$what=$file" && [ -s "$file" ]
}

# render_report OPTION…: the program ends with the verdict's exit status (0, 1, 3, 4) when it has written what was asked
render_report() {
    local status=0
    tokenless "$(fact program perfgate)" report "$PG_STATE/report.json" "$@" >/dev/null || status=$?
    case $status in
    0 | 1 | 3 | 4) return 0 ;;
    *) return 1 ;;
    esac
}

render_without() {
    local verdict headline head
    verdict=$(fact verdict broken)
    headline=$(fact headline "$verdict")
    head=$(fact pull-sha)
    [ "$1" != comment ] || printf '<!-- perfgate:v1 key=%s -->\n' "$(marker_key)"
    if [ "$verdict" = pass ] || [[ $headline == NOT\ ENFORCED* ]]; then
        printf '**perfgate: %s**\n' "$(plain "$headline")"
    else
        printf '**perfgate: NOT ENFORCED: %s**\n' "$(plain "$headline")"
    fi
    [ "$verdict" = pass ] || printf '\n%s\n' "$(plain "$(fact fails "Nothing was compared; the log of the job says why.")")"
    [[ ! $head =~ ^[0-9a-f]{40}$ ]] || printf '\n<sub>%s</sub>\n' "$head"
}

# the key as perfgate writes it into the marker (gate/report/publication.h)
marker_key() {
    local key
    key=$(printf '%s' "${PG_IN_COMMENT_KEY:-default}" | tr -c 'A-Za-z0-9._' - | tr -s - | sed 's/^-//' | cut -c1-64 | sed 's/-*$//')
    printf '%s\n' "${key:-default}"
}

# text that markdown takes for nothing else
plain() { printable "$1" | sed 's/[^A-Za-z0-9 .,:;/=%()+-]/?/g'; }
