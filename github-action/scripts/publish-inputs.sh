#!/usr/bin/env bash
# Checks the inputs of the publish action before anything is done. Output: artifact, the name of what the gate left.
: "${PG_STATE:=${RUNNER_TEMP:?}/perfgate-publish}"
rm -rf "$PG_STATE"
mkdir -p "$PG_STATE"
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case $PG_IN_COMMENT in
always | on-change | auto) ;;
*) die "input comment is '$(printable "$PG_IN_COMMENT")'; expected one of: always on-change auto" ;;
esac
case $PG_IN_INSTALL in
auto | prebuilt | build | path) ;;
*) die "input install is '$(printable "$PG_IN_INSTALL")'; expected one of: auto prebuilt build path" ;;
esac
[[ $PG_IN_COMMENT_KEY =~ ^[A-Za-z0-9_.-]{1,100}$ ]] ||
    die "input comment-key is '$(printable "$PG_IN_COMMENT_KEY")'; expected letters, digits, '.', '_' and '-'"
output artifact "${PG_IN_ARTIFACT_NAME:-perfgate-publish-$PG_IN_COMMENT_KEY}"
