#!/bin/sh
# Builds the addon with sanitizers, into a folder of its own, and runs the native and process tests with it: AddressSanitizer with leak
# detection and UndefinedBehaviorSanitizer at once, since neither hides what the other looks for. Node itself is the stock one.
set -eu
cd "$(dirname "$0")/../.."

folder=build-sanitize
addon=$folder/build/Release/precopy.node

build() {
  mkdir -p "$folder"
  for name in binding.gyp native node_modules package.json; do ln -sfn "../$name" "$folder/$name"; done
  npx node-gyp rebuild --directory "$folder" -j "$(nproc)" --precopy_sanitize=yes >"$folder/build.log" 2>&1 ||
    { cat "$folder/build.log"; exit 1; }
  # A build that quietly lost its flags would find nothing, and all would seem well.
  for sanitizer in asan ubsan; do
    ldd "$addon" | grep -q "lib$sanitizer" || { echo "the addon was built without $sanitizer"; exit 1; }
  done
}

# LeakSanitizer itself sometimes crashes when it reads the thread-local storage of a thread that is about to start or end
# ("Tracer caught signal 11", a known fault of the one in GCC 12). That says nothing about the addon: once more, then; and if
# it crashes each time, without the search for leaks, which is said. Everything else is looked for all the same.
#
# Nor are leaks looked for where whole programs exit in the middle of their work: V8 leaves its heap standing then, and
# LeakSanitizer does not look into it, so that everything which only JavaScript refers to would seem lost.
attempt() {
  case $1 in
    *mid-migration*) tries=0 ;;
    *) tries='1 1 1 1 1 0' ;;
  esac
  for leaks in $tries; do
    if [ "$leaks" = 0 ]; then echo "leaks are not looked for in $1"; fi
    if ASAN_OPTIONS="detect_leaks=$leaks:detect_stack_use_after_return=1:strict_string_checks=1" TAP_TIMEOUT=600 \
      node "$1" >"$2" 2>&1 && ! grep -q 'ERROR: .*Sanitizer\|runtime error:' "$2"; then return 0; fi
    grep -q 'Tracer caught signal 11' "$2" || return 1
  done
  return 1
}

bash lib/setup/setup.sh test
build

PRECOPY_ADDON=$PWD/$addon
# libtirpc too: AddressSanitizer looks for the functions that it intercepts when it starts, and would call null.
LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(ldconfig -p | awk '/libtirpc\.so/ { print $NF; exit }')"
LSAN_OPTIONS="suppressions=$PWD/test/process/leaks.txt:print_suppressions=0"
UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

failed=0
for test in dist/test/native/*.test.js dist/test/process/*.test.js; do
  log=$folder/$(basename "$test" .js).log
  # For the tests alone: a shell with AddressSanitizer in it is not what is to be looked at.
  if (export PRECOPY_ADDON LD_PRELOAD LSAN_OPTIONS UBSAN_OPTIONS && attempt "$test" "$log"); then
    echo "ok sanitized: $test"
  else
    echo "not ok sanitized: $test"
    grep -A 30 'Sanitizer\|runtime error:\|not ok' "$log" | head -n 60
    failed=1
  fi
done
exit "$failed"
