# The system's packages: looks for what is needed by what it is needed for, and installs what is missing where it can.
# Sourced by setup.sh.

# What must be there, and in which package of each distribution it is: "file or command : debian : fedora : arch".
base_needs=(
  'g++:g++:gcc-c++:gcc'
  'make:make:make:make'
  'python3:python3:python3:python'
  'pkg-config:pkg-config:pkgconf-pkg-config:pkgconf'
  '/usr/include/libvirt/libvirt.h:libvirt-dev:libvirt-devel:libvirt'
  '/usr/share/libvirt/api/libvirt-api.xml:libvirt-dev:libvirt-devel:libvirt'
  'libvirtd:libvirt-daemon:libvirt-daemon:libvirt'
  '/usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so|/usr/lib*/libvirt/connection-driver/libvirt_driver_qemu.so:libvirt-daemon-driver-qemu:libvirt-daemon-driver-qemu:libvirt'
  'virsh:libvirt-clients:libvirt-client:libvirt'
  'qemu-system-x86_64:qemu-system-x86:qemu-system-x86-core:qemu-system-x86'
  'qemu-nbd:qemu-utils:qemu-img:qemu-img'
  'ip:iproute2:iproute:iproute2'
  'tc:iproute2:iproute-tc:iproute2'
  'nsenter:util-linux:util-linux:util-linux'
  'setpriv:util-linux:util-linux-core:util-linux'
  '/usr/lib/*/libc.a|/usr/lib*/libc.a:libc6-dev:glibc-static:glibc'
)
check_needs=(
  'clang-format:clang-format:clang-tools-extra:clang'
  'clang-tidy:clang-tidy:clang-tools-extra:clang'
)
# The report's page is looked at in a real browser.
test_needs=(
  'chromium|chromium-browser:chromium:chromium:chromium'
)
bench_needs=(
  '/usr/lib/python3/dist-packages/libvirt.py|/usr/lib*/python3*/site-packages/libvirt.py:python3-libvirt:python3-libvirt:libvirt-python'
)

is_there() {
  local way path
  IFS='|' read -ra ways <<<"$1"
  for way in "${ways[@]}"; do
    case "$way" in
      /*) for path in $way; do [ -e "$path" ] && return 0; done ;;
      *) command -v "$way" >/dev/null || [ -x "/usr/sbin/$way" ] && return 0 ;;
    esac
  done
  return 1
}

# Prints the packages in column $1 (2 Debian, 3 Fedora, 4 Arch) of the needs that follow.
packages_of() {
  local column="$1" need
  shift
  for need in "$@"; do cut -d: -f"$column" <<<"$need"; done | sort -u | tr '\n' ' '
}

# Debian 12's own QEMU 7.2 corrupts guests that are migrated without KVM; backports has one that does not.
# The entry is derived from the machine's own, so that its mirror, options and keys are used.
enable_debian_backports() {
  local suite="$1-backports" file
  if apt-cache policy | grep -q "n=$suite"; then return; fi
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    awk -v RS='' -v ORS='\n\n' -v own="(^|[ \n])$1([ \n]|\$)" -v suite="$suite" '
      $0 ~ "Suites:[^\n]*" && match($0, /Suites:[^\n]*/) {
        line = substr($0, RSTART, RLENGTH)
        if (line ~ own) { sub(/Suites:[^\n]*/, "Suites: " suite); print; exit }
      }' "$file" >/etc/apt/sources.list.d/precopy-backports.sources
    if [ -s /etc/apt/sources.list.d/precopy-backports.sources ]; then return; fi
  done
  rm -f /etc/apt/sources.list.d/precopy-backports.sources
  sed -nE "s/^(deb( +\[[^]]*\])? +[^ ]+ +)$1( +.*)\$/\1$suite\3/p" /etc/apt/sources.list 2>/dev/null |
    head -n 1 >/etc/apt/sources.list.d/precopy-backports.list
  [ -s /etc/apt/sources.list.d/precopy-backports.list ] ||
    { rm -f /etc/apt/sources.list.d/precopy-backports.list; say "no Debian entry for $1 found in apt's sources"; exit 1; }
}

install_debian_packages() {
  local version_id="$1" codename="$2"
  shift 2
  local preferences options=()
  if [ "$version_id" = 12 ]; then
    enable_debian_backports "$codename"
    # Only these sources come from backports; everything else of the machine stays as it is.
    preferences="$(mktemp)"
    chmod 644 "$preferences"
    printf 'Package: src:libvirt src:qemu src:seabios src:ipxe\nPin: release n=%s-backports\nPin-Priority: 990\n' \
      "$codename" >"$preferences"
    options=(-o "Dir::Etc::Preferences=$preferences")
  fi
  # Another source's fault (a third party's key, say) must not stop ours: the install below tells what is missing.
  apt-get update -qq || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${options[@]}" "$@" >/dev/null
  if [ -n "${preferences:-}" ]; then rm -f "$preferences"; fi
}

require_system_packages() {
  local needs=("${base_needs[@]}") missing=() need group
  for group in "$@"; do
    case "$group" in
      check) needs+=("${check_needs[@]}") ;;
      test) needs+=("${test_needs[@]}") ;;
      bench) needs+=("${bench_needs[@]}") ;;
      *) say "unknown word '$group': allowed are check, test, bench"; exit 2 ;;
    esac
  done
  for need in "${needs[@]}"; do is_there "${need%%:*}" || missing+=("$need"); done
  [ ${#missing[@]} -gt 0 ] || return 0

  local ID='' ID_LIKE='' VERSION_ID='' VERSION_CODENAME=''
  [ -r /etc/os-release ] && . /etc/os-release
  if [[ " $ID $ID_LIKE " != *' debian '* && " $ID $ID_LIKE " != *' ubuntu '* ]] || [ "$(id -u)" != 0 ]; then
    local backports=''
    [ "$ID $VERSION_ID" = 'debian 12' ] && backports="-t $VERSION_CODENAME-backports "
    say 'these system packages are missing; install them and call me again:'
    printf '  Debian, Ubuntu:  sudo apt-get install --no-install-recommends %s%s\n' "$backports" "$(packages_of 2 "${missing[@]}")"
    [ -z "$backports" ] || printf '                   (with bookworm-backports enabled; or, as root: npm run setup, which does both)\n'
    printf '  Fedora:          sudo dnf install %s\n' "$(packages_of 3 "${missing[@]}")"
    printf '  Arch:            sudo pacman -S %s\n' "$(packages_of 4 "${missing[@]}")"
    exit 1
  fi
  # An upgrade restarts the daemon, and guests may hang on it: not ours to decide.
  if grep -q ' libvirt-\| qemu-' <<<" $(packages_of 2 "${missing[@]}")" && daemon_outside_lab_runs; then
    say "a libvirt daemon is running on this machine, and installing beside it could restart it. When that is fine:"
    printf '  apt-get install --no-install-recommends %s\n' "$(packages_of 2 "${missing[@]}")"
    exit 1
  fi
  say "system packages: $(packages_of 2 "${missing[@]}")"
  # shellcheck disable=SC2046 # the list is meant to be split
  install_debian_packages "$VERSION_ID" "$VERSION_CODENAME" $(packages_of 2 "${missing[@]}")
  for need in "${missing[@]}"; do
    is_there "${need%%:*}" || { say "still not there after the install: ${need%%:*}"; exit 1; }
  done
}

# A lab's own daemons live in network namespaces of their own and are no reason to stop.
daemon_outside_lab_runs() {
  local process
  for process in /proc/[0-9]*; do
    case "$(cat "$process/comm" 2>/dev/null)" in
      libvirtd | virtqemud) [ "$(readlink "$process/ns/net")" = "$(readlink /proc/self/ns/net)" ] && return 0 ;;
    esac
  done
  return 1
}
