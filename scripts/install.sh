#!/usr/bin/env bash
# Installs what building, testing and running Croft needs on Debian 12, apart from Rust. What is there already is left alone:
# with everything present this neither calls apt-get nor asks for root.
#
# Fails with one line that says what is wrong.
set -euo pipefail

packages=(
    llvm-22-dev llvm-22-tools clang-22 lld-22 # the compiler, FileCheck, opt, the linker
    libpolly-22-dev zlib1g-dev                # libraries that llvm-config-22 names but llvm-22-dev does not bring
    g++ make                                  # the plugin's C++ entry; Cargo links with gcc
    liblapack-dev libblas-dev                 # examples/linear
    valgrind                                  # tests of debug mode, instruction counts
    libapr1-dev libtalloc-dev                 # peers of `make bench`
)

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

installed() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    fail "this is no Debian system (apt-get is missing); install by hand what these packages hold: ${packages[*]}"

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "needs root or sudo to install: ${missing[*]}"
    as_root=(sudo)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Runs apt-get without questions; its output shows only if it fails, as one line.
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes -o DPkg::Lock::Timeout=300 "$@" \
        >"$log" 2>&1 ||
        fail "apt-get $1 failed: $(grep --max-count=1 '^E:' "$log" || tail --lines=1 "$log")"
}

echo "installing ${missing[*]}"
apt update
for package in "${missing[@]}"; do
    apt-cache show --no-all-versions "$package" >/dev/null 2>&1 ||
        fail "package $package is in none of apt's sources; Debian 12 has it in bookworm or bookworm-security"
done
# Nothing that is installed is removed for it.
apt install --no-install-recommends --no-remove "${missing[@]}"
