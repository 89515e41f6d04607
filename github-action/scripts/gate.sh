#!/usr/bin/env bash
# The last step: everything has been published, now the job passes or fails. A step before that failed is no pass.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for step in INSTALL RESOLVE MEASURE COMPARE VERDICT SHARD_UPLOAD; do
    name=PG_$step
    case ${!name-} in
    failure | cancelled) die "the step '${step,,}' of the action ended with ${!name}: a gate that could not measure does not pass" ;;
    esac
done
verdict=$(fact verdict)
[ -n "$verdict" ] || die "there is no verdict: a gate that could not measure does not pass"
fails=$(fact fails)
[ -z "$fails" ] || die "$verdict: $fails"
fact headline
