#!/usr/bin/env bash
# The recorded noise of fixtures/noise, replayed through perfgate and through other ways to decide.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$BUILD/tests/bench/verdict_replay" "$PERFGATE" "$scratch" fixtures/noise/{busy,crowded,quiet,mixed}.txt.gz
