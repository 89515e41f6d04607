#!/usr/bin/env bash
# One verdict out of what is known, whether it fails the job, and every output. A verdict of `pass` means that something was compared.
# Facts: verdict, enforced, fails (why the job fails; empty: it does not), headline, why (there is no baseline).
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=report-facts.sh
. "$scripts/report-facts.sh"

mode=$(fact mode)
strategy=$(fact strategy none)
reason=$(report_word reason)

judge() {
    local said
    said=$(report_word verdict)
    if [ -n "$(fact skip)" ]; then
        verdict=pass
    elif [ -e "$PG_STATE/timed-out" ]; then
        verdict=broken reason=time-out
    elif [ -n "$(fact shard)" ] || [ "$mode" = store ]; then
        verdict=measured
        [ "$(fact gate-exit 1)" = 0 ] || verdict=broken
    else
        case $said,$(fact gate-exit),$reason in
        pass,0,* | inconclusive,3,*) verdict=$said ;;
        regression,1,*)
            verdict=regression
            [ -z "$(fact overridden-by)" ] || verdict=overridden
            ;;
        broken,4,no-baseline | broken,4,fingerprint) verdict=no-baseline ;;
        broken,4,missing-rows)
            verdict=broken
            [ -z "$(fact overridden-by)" ] || verdict=overridden
            ;;
        broken,4,*) verdict=broken ;;
        *) verdict=broken reason=${reason:-internal} ;;
        esac
    fi
}

# Of another machine, a regression may be the machine's.
other_machine() { [ "$(report_query '[.environment.base, .environment.head] | map(.["fingerprint-id"]) | (.[0] != null and .[0] != .[1])')" = true ]; }

worst='[.benchmarks[] | select(.verdict == "regressed" and .gated and .change != null)] | sort_by(-(.change | fabs)) | .[0] // empty'
worst_row() { printable "$(report_query "$worst | \"; worst: \\(.name) \\(.unit) by \\(.change * 1000 | round / 10) %\"")"; }

missing_names() { report_query '[.benchmarks[] | select(.verdict == "missing") | .name] | unique | join(", ")'; }

# policy WORD TEXT: what an input decides
policy() {
    case $1 in
    fail) fails=$2 ;;
    warn) message warning "NOT ENFORCED: $2" ;;
    esac
}

decide() {
    fails='' enforced=false
    case $verdict in
    pass) [ -n "$(fact skip)" ] || [ "$PG_IN_ON_REGRESSION" != fail ] || enforced=true ;;
    regression)
        if [ "$strategy" = stored ] && other_machine; then
            message warning "NOT ENFORCED: a regression, but base was measured on another machine"
        else
            [ "$PG_IN_ON_REGRESSION" != fail ] || enforced=true
            policy "$PG_IN_ON_REGRESSION" "$(report_count regressed) of the rows that decide regressed$(worst_row)"
        fi
        ;;
    inconclusive) policy "$PG_IN_ON_INCONCLUSIVE" "no row could be decided; more rounds, or a quieter machine, are needed" ;;
    no-baseline) policy "$PG_IN_ON_MISSING_BASELINE" "there is nothing to compare with: $(why_no_baseline)" ;;
    overridden) message warning "accepted by the label '$(printable "$PG_IN_OVERRIDE_LABEL")' (set by $(printable "$(fact overridden-by)"))" ;;
    broken) fails=$(why_broken) ;;
    esac
    if [ "$mode" = measure ] || [ "$mode" = store ]; then
        enforced=false
        [ "$verdict" = broken ] || fails=
    fi
}

why_no_baseline() {
    if [ -e "$PG_STATE/base-error" ]; then
        printf 'the base does not build, and no baseline is stored (%s)\n' "$(fact base-error)"
    elif [ -z "$(fact base-sha)" ]; then
        printf 'the base commit is not known, and no baseline is stored\n'
    else
        report_query '.notes[0] // "no baseline is stored for this machine"'
    fi
}

why_broken() {
    case $reason in
    time-out) printf 'building and measuring took longer than %s (input timeout-minutes)\n' "$(fact timed-out)" ;;
    missing-rows) printf 'benchmarks of the base are missing: %s. If that is meant, set the label %s, or list them under allow-missing of a configuration\n' "$(printable "$(missing_names)")" "'$PG_IN_OVERRIDE_LABEL'" ;;
    internal) printf 'perfgate ended with exit status %s and without a report\n' "$(fact gate-exit unknown)" ;;
    *) printf 'could not measure (%s): %s\n' "${reason:-exit $(fact gate-exit unknown)}" "$(report_query '.notes[0] // "the log says why"')" ;;
    esac
}

headline() {
    case $verdict in
    pass) [ -n "$(fact skip)" ] && printf 'pass (not applicable: %s)\n' "$(fact skip)" || printf 'pass\n' ;;
    overridden) printf 'overridden by the label %s (%s)\n' "$(printable "$PG_IN_OVERRIDE_LABEL")" "$(printable "$(fact overridden-by)")" ;;
    measured) printf 'measured; nothing was compared\n' ;;
    no-baseline) printf 'NOT ENFORCED: no baseline\n' ;;
    inconclusive) printf 'NOT ENFORCED: inconclusive\n' ;;
    *) printf '%s\n' "$verdict" ;;
    esac
}

# What people and programs look into afterwards; the caller may look at it, too.
fill_artifact() {
    local file
    mkdir -p "$PG_STATE/artifact"
    for file in report.json report.md report.html drift.json drift.md base.folded head.folded recordings/base.txt recordings/head.txt; do
        if [ -s "$PG_STATE/$file" ]; then
            cp "$PG_STATE/$file" "$PG_STATE/artifact/"
            output artifact true
        fi
    done
}

# A failed measurement is no baseline; a regression is: it is what main is now.
saves() {
    [ "$(fact saving)" = true ] && [ -s "$PG_STATE/recordings/head.txt" ] && [ "$verdict" != broken ] && [ "$mode" != compare ]
}

source_of_baseline() {
    case $strategy,$verdict in
    *,no-baseline | none,*) echo none ;;
    interleaved,*) echo interleaved ;;
    *) fact baseline-source "$strategy" ;;
    esac
}

say_outputs() {
    local name
    for name in verdict enforced strategy; do
        output "$name" "${!name}"
    done
    output fails "$([ -n "$fails" ] && echo true || echo false)"
    output regressions "$(report_count regressed)"
    output improvements "$(report_count improved)"
    output inconclusive "$(report_count inconclusive)"
    output new "$(report_count new)"
    output removed "$(report_count missing)"
    output compared "$(report_query '.gated_counts | .regressed + .improved + .same + .inconclusive + .waived')"
    output worst-benchmark "$(printable "$(report_query "$worst | .name")")"
    output worst-change "$(report_query "$worst | .change * 1000 | round / 10")"
    output baseline-source "$(source_of_baseline)"
    output fingerprint-match "$(report_query '[.environment.base, .environment.head] | map(.["fingerprint-id"]) | .[0] != null and .[0] == .[1]')"
    output overridden-by "$(printable "$(fact overridden-by)")"
    [ ! -s "$PG_STATE/report.json" ] || output report-json "$PG_STATE/report.json"
    [ ! -s "$PG_STATE/report.md" ] || output report-md "$PG_STATE/report.md"
}

judge
decide
learn verdict "$verdict"
learn reason "$reason"
learn enforced "$enforced"
learn fails "$fails"
learn headline "$(headline)"
[ "$verdict" != no-baseline ] || learn why "$(why_no_baseline)"
fill_artifact
say_outputs
if saves; then
    output save true
fi
printf 'perfgate: %s\n' "$(headline)"
