#!/bin/sh
# Builds the addon with sanitizers, into folders of its own, and runs the native and process tests with each build:
# AddressSanitizer with leak detection, then UndefinedBehaviorSanitizer. Node itself is the stock one.
set -eu
cd "$(dirname "$0")/../.."

build() {
  folder=build-sanitize/$1
  mkdir -p "$folder"
  for name in binding.gyp native node_modules package.json; do ln -sfn "../../$name" "$folder/$name"; done
  npx node-gyp rebuild --directory "$folder" -j "$(nproc)" --precopy_sanitize="$1" >"$folder/build.log" 2>&1 ||
    { cat "$folder/build.log"; exit 1; }
}

run() {
  failed=0
  for test in dist/test/native/*.test.js dist/test/process/*.test.js; do
    log=build-sanitize/$(basename "$test" .js).log
    if node "$test" >"$log" 2>&1 && ! grep -q 'Sanitizer' "$log"; then
      echo "ok $1: $test"
    else
      echo "not ok $1: $test"
      grep -A 30 'Sanitizer\|not ok' "$log" | head -n 60
      failed=1
    fi
  done
  return $failed
}

npx tsc

build address
(
  export PRECOPY_ADDON="$PWD/build-sanitize/address/build/Release/precopy.node"
  # libtirpc too: AddressSanitizer looks for the functions that it intercepts when it starts, and would call null.
  LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(ldconfig -p | awk '/libtirpc\.so/ { print $NF; exit }')"
  export LD_PRELOAD
  export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
  run address
)

build undefined
(
  export PRECOPY_ADDON="$PWD/build-sanitize/undefined/build/Release/precopy.node"
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  run undefined
)
