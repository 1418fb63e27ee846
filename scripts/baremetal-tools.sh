#!/usr/bin/env bash
# Fetches what bare-metal builds and runs need beside `make deps`, from this Debian's own package sources, into a folder of the
# project: a Rust compiler with the source of its core library (rustc-web, LLVM 22), and QEMU's system emulators.
# Nothing of the system changes and nobody has to be root: apt gets a private state, packages are unpacked, not installed.
# (Installing Debian's QEMU would remove newer qemu-utils that some machines have.)
#
# Quiet where all is there already. Exit status 3 with one line if the packages cannot be had here.
# The folder: $CROFT_TOOLS, else tools/ in the target folder. 160 MB are fetched, 550 MB stay.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$(realpath -m "${CROFT_TOOLS:-${CARGO_TARGET_DIR:-target}/tools}")
compiler=(rustc-web libstd-rust-web-dev rust-web-src)
emulators=(qemu-system-arm qemu-system-misc)
commands=(rustc qemu-system-arm qemu-system-riscv32)

[[ -e $tools/complete ]] && exit 0

unavailable() {
    echo "skipped: bare-metal tools: $*" >&2
    exit 3
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
    unavailable "this is no Debian system; put rustc 1.96 with its library source and QEMU into $tools/bin by hand"

# Everything grows in a folder beside the final one, which appears complete or not at all.
work=$tools.partial
rm -rf "$work"
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/root" "$work/bin"
trap 'rm -rf "$work"' EXIT

# What the machine has installed counts as there, so that only the rest is fetched; but the packages wanted here always are.
awk 'BEGIN { RS = ""; ORS = "\n\n" }
    !/^Package: (rustc-web|cargo-web|rust-web-src|libstd-rust-web[^\n]*|qemu-[^\n]*)\n/' /var/lib/dpkg/status >"$work/apt/status"
cat >"$work/apt/apt.conf" <<CONF
Dir::State "$work/apt";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
Dir::Log "$work/apt";
Debug::NoLocking "true";
APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "false";
Acquire::Retries "3";
Acquire::http::Timeout "30";
Acquire::Languages "none";
CONF
export APT_CONFIG=$work/apt/apt.conf DEBIAN_FRONTEND=noninteractive

echo "fetching bare-metal tools into $tools"
log=$work/apt/log
# Sources that do not answer are no error here: what is missing shows in the next step.
apt-get --quiet update >"$log" 2>&1 || true
apt-get --quiet --yes --download-only install "${compiler[@]}" "${emulators[@]}" >>"$log" 2>&1 ||
    unavailable "cannot fetch ${compiler[*]} ${emulators[*]}: $(grep --max-count=1 '^[WE]:' "$log")"

# Of the large packages only what is used: two of QEMU's emulators, and of Rust's sources the library.
for package in "$work"/apt/cache/archives/*.deb; do
    wanted=()
    case ${package##*/} in
        qemu-system-misc_* | qemu-system-riscv_*) wanted=('./usr/bin/qemu-system-riscv32') ;;
        qemu-system-arm_*) wanted=('./usr/bin/qemu-system-arm') ;;
        rust-web-src_*) wanted=('./usr/src/rustc-*/library/*' './usr/lib/rustlib/*') ;;
    esac
    dpkg-deb --fsys-tarfile "$package" | tar --extract --directory "$work/root" --wildcards "${wanted[@]}"
done
[[ -f $work/root/usr/lib/rustlib/src/rust/library/core/src/lib.rs ]] || unavailable "rust-web-src holds no library source"

# The programs find their libraries in the folder, wherever it lies.
for command in "${commands[@]}"; do
    cat >"$work/bin/$command" <<'WRAPPER'
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/../root
libraries=$(echo "$root"/usr/lib/*-linux-gnu "$root"/lib/*-linux-gnu "$root"/usr/lib/llvm-22/lib | tr ' ' ':')
WRAPPER
    printf 'LD_LIBRARY_PATH=$libraries exec "$root/usr/bin/%s" "$@"\n' "$command" >>"$work/bin/$command"
    chmod +x "$work/bin/$command"
    "$work/bin/$command" --version | head --lines=1
done
rm -rf "$work/apt"
touch "$work/complete"
rm -rf "$tools"
mv "$work" "$tools"
