#!/bin/sh
# Runs all tests, and goes on after those that fail: the pure ones two at a time, the faults beside the native parts with sanitizers, and all others
# one after the other, since labs would spoil each other's pauses.
set -u
cd "$(dirname "$0")/.."

pure='dist/test/unit dist/test/cli dist/test/telemetry'
# No name of a test has a space in it: each is a word.
in_folders() { find "$@" -name '*.test.js' | sort; }

# By node alone: what tap loads into each process takes longer than such a test, and none of it is needed there. Only a test that fails is shown.
alone='
  said="$(TAP_TIMEOUT=300 node --enable-source-maps "$1" 2>&1)" && verdict=ok || verdict="not ok"
  [ "$verdict" = ok ] || printf "%s\n" "$said"
  printf "%s - %s\n%s\n" "$verdict" "$1" "$(printf "%s\n" "$said" | grep "^# { total: ")"
  [ "$verdict" = ok ]
'

failed=0
in_folders $pure | xargs -P 2 -n 1 sh -c "$alone" sh || failed=1

# Faults mostly wait for somebody to find out, which leaves the processors to the sanitizers' build.
sanitized="$(mktemp)"
trap 'rm -f "$sanitized"; kill "${sanitizing:-}" 2>/dev/null' EXIT
trap 'exit 130' INT TERM
sh test/process/sanitize.sh >"$sanitized" 2>&1 &
sanitizing=$!
npx --no-install tap --jobs=1 $(in_folders dist/test/faults) || failed=1
wait "$sanitizing" || failed=1
cat "$sanitized"

npx --no-install tap --jobs=1 $(in_folders dist/test | grep -vE "^($(echo "$pure dist/test/faults" | tr ' ' '|'))/") || failed=1
exit "$failed"
