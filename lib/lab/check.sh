#!/bin/sh
# Checks the C of the lab's programs: format and clang-tidy, with the flags that they are compiled with.
set -eu
cd "$(dirname "$0")/../.."

find lib/lab -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror

tidy() {
  flags=$1
  shift
  for source in "$@"; do
    # shellcheck disable=SC2086 # the flags are meant to be split
    findings=$(clang-tidy --quiet "$source" -- $flags 2>/dev/null) || { printf '%s\n' "$findings"; exit 1; }
  done
}
tidy '-std=gnu17 -D_GNU_SOURCE -Ilib/lab/guest/program' \
  lib/lab/host/*.c lib/lab/observer/*.c lib/lab/guest/linux/*.c lib/lab/guest/program/*.c
tidy '-std=gnu17 -ffreestanding -Ilib/lab/guest/program' lib/lab/guest/bare/*.c
echo "lab: format and clang-tidy of its C: clean"
