#!/bin/sh
# Runs all tests, and goes on after those that fail: the pure ones two at a time, all others one after the other, since labs would spoil each
# other's pauses; then the native parts once more, with sanitizers.
set -u
cd "$(dirname "$0")/.."

pure='dist/test/unit dist/test/cli dist/test/telemetry'
# No name of a test has a space in it: each is a word.
in_folders() { find "$@" -name '*.test.js' | sort; }

failed=0
npx --no-install tap --jobs=2 $(in_folders $pure) || failed=1
npx --no-install tap --jobs=1 $(in_folders dist/test | grep -vE "^($(echo "$pure" | tr ' ' '|'))/") || failed=1
sh test/process/sanitize.sh || failed=1
exit "$failed"
