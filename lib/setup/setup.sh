#!/usr/bin/env bash
# Makes a clone ready to run: system packages, npm packages, the addon, TypeScript, the lab's guests.
# Each step looks whether there is anything to do, so calling it again costs well under a second.
#
#   setup.sh [check] [test] [bench]     the words add what `npm run check`, `npm test` and `npm run bench` need on top
#
# Everything it says goes to stderr: stdout belongs to the command that called it.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
exec >&2

say() { printf 'setup: %s\n' "$*"; }

# True when the files' contents and the words are what they were when `remember` was last called for this stamp.
fingerprint() { { printf '%s\n' "$1"; shift; find "$@" -type f -print0 2>/dev/null | sort -z | xargs -0r sha256sum; } | sha256sum; }
is_current() { [ -f "$1" ] && [ "$(cat "$1")" = "$(fingerprint "${@:2}")" ]; }
remember() { fingerprint "${@:2}" >"$1"; }

. lib/setup/system-packages.sh
require_system_packages "$@"

if ! is_current node_modules/.precopy-stamp "$(uname -m)" package.json package-lock.json; then
  say 'npm packages'
  # Install scripts stay off: the only one is our own addon's, and that is built below.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  remember node_modules/.precopy-stamp "$(uname -m)" package.json package-lock.json
fi

# An addon fits one Node ABI and is built against one libvirt.
abi="$(node -p 'process.versions.modules') $(pkg-config --modversion libvirt)"
if ! [ -f build/Release/precopy.node ] || ! is_current build/.precopy-stamp "$abi" native binding.gyp node_modules/.precopy-stamp; then
  say 'the addon'
  prefix="$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")"
  # Headers that came with Node spare a download.
  if [ -f "$prefix/include/node/node_api.h" ]; then nodedir=(--nodedir "$prefix"); else nodedir=(); fi
  npx --no-install node-gyp rebuild --jobs max --loglevel=error "${nodedir[@]}" >build.log 2>&1 || { cat build.log; rm -f build.log; exit 1; }
  rm -f build.log
  remember build/.precopy-stamp "$abi" native binding.gyp node_modules/.precopy-stamp
fi

if ! is_current dist/.precopy-stamp typescript lib test bench tsconfig.json node_modules/.precopy-stamp; then
  say 'TypeScript'
  # Without its outputs of deleted sources: a test that is gone must not run on.
  rm -rf dist
  npx --no-install tsc
  # What runs in a browser sees other globals than what runs in Node.
  npx --no-install tsc -p lib/report/page/client
  chmod +x dist/lib/cli/main.js
  remember dist/.precopy-stamp typescript lib test bench tsconfig.json node_modules/.precopy-stamp
fi

node dist/lib/lab/build.js
