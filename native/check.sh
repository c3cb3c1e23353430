#!/bin/sh
# Checks the addon's sources: format, clang-tidy, and -Werror against libvirt 9.0's headers and the installed ones.
# Installs nothing: Debian 12's own header package is fetched once and taken apart in a cache folder.
set -eu
cd "$(dirname "$0")/.."

clang-format --dry-run -Werror native/*.cc native/*.h

# Where npm's own node-gyp would look for node_api.h; any Node from 20 on has the same.
node_headers=$(node -p "require('node:path').resolve(process.execPath, '../../include/node')")
if [ ! -e "$node_headers/node_api.h" ]; then
  node_headers=$(ls -d "$HOME"/.cache/node-gyp/*/include/node 2>/dev/null | tail -n 1)
fi
addon_api=$(node -p "require('node-addon-api').include_dir")

cache=${XDG_CACHE_HOME:-$HOME/.cache}/precopy/libvirt-9.0
if [ ! -e "$cache/usr/include/libvirt/libvirt.h" ]; then
  version=$(apt-cache madison libvirt-dev | awk '$3 ~ /^9\.0\./ { print $3; exit }')
  if [ -z "$version" ]; then
    echo "native/check.sh: no libvirt-dev 9.0 in the package lists: is this Debian 12, and has apt-get update been run?" >&2
    exit 1
  fi
  mkdir -p "$cache"
  work=$(mktemp -d)
  (cd "$work" && apt-get download -q -o APT::Sandbox::User=root "libvirt-dev=$version" >/dev/null)
  dpkg-deb -x "$work"/libvirt-dev_*.deb "$cache"
  rm -r "$work"
fi

compile() {
  "${CXX:-g++}" -std=c++20 -fsyntax-only -Wall -Wextra -Werror -DNAPI_VERSION=9 -DNAPI_CPP_EXCEPTIONS_ALL \
    -DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS -I"$1" -isystem "$node_headers" -isystem "$addon_api" "$2"
}
for source in native/*.cc; do
  compile "$cache/usr/include" "$source"
  compile /usr/include "$source"
done

# One process for each source, because this takes most of the time. 255 makes xargs stop.
export node_headers addon_api
printf '%s\n' native/*.cc | xargs -P "$(nproc)" -I '{}' sh -c '
  findings=$(clang-tidy --quiet "$1" -- -std=c++20 -DNAPI_VERSION=9 -DNAPI_CPP_EXCEPTIONS_ALL \
    -DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS -isystem "$node_headers" -isystem "$addon_api" 2>/dev/null) ||
    { printf "%s\n" "$findings"; exit 255; }
' sh '{}'
echo "native: format, clang-tidy, headers of libvirt 9.0 and $(pkg-config --modversion libvirt): clean"
