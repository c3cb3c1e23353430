#!/bin/sh
# Runs all tests, and goes on after those that fail: two at a time those that mostly wait, one after the other those that measure, since labs would
# spoil each other's pauses; the native parts with sanitizers beside the faults.
set -u
cd "$(dirname "$0")/.."

pure='dist/test/unit dist/test/cli dist/test/telemetry'
faults='dist/test/faults'
measured='dist/test/measured'
waiting='dist/test/browser dist/test/lab dist/test/native dist/test/process'

# A folder that is named nowhere would never be tested.
for folder in dist/test/*/; do
  [ -z "$(find "$folder" -name '*.test.js')" ] && continue
  case " $pure $faults $measured $waiting " in *" ${folder%/} "*) ;; *) echo "nothing runs the tests in $folder"; exit 1 ;; esac
done

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
npx --no-install tap --jobs=1 $(in_folders $faults) || failed=1
wait "$sanitizing" || failed=1
cat "$sanitized"

npx --no-install tap --jobs=2 $(in_folders $waiting) || failed=1
npx --no-install tap --jobs=1 $(in_folders $measured) || failed=1
exit "$failed"
