#!/usr/bin/env bash
# Builds the runtime for the bare-metal targets, as `croft build --target` takes it: for each of them
#     <target folder>/release/baremetal/TRIPLE/libcroft_runtime.a    the library, all of it
#     <target folder>/release/baremetal/TRIPLE/croft_runtime.bc      the bitcode whose fast paths are inlined
# and the same two with `_interrupts` in their names, for `croft build --interrupts`.
#
# usage: baremetal-runtime.sh [TRIPLE…]   (all targets if none is named)
# Needs scripts/baremetal-tools.sh. The core library takes 15 s a target the first time; after that a second.
set -euo pipefail
cd "$(dirname "$0")/.."

# Triple and block size in bytes. Cortex-M4 parts have 64 to 512 KiB of memory: blocks of 16 KiB would be too coarse.
declare -A block_size=(
    [riscv32imac-unknown-none-elf]=16384
    [riscv32g-unknown-none-elf]=16384
    [armv7a-none-eabihf]=16384
    [thumbv7em-none-eabi]=4096
)

# What the compiler's descriptions say of processors; replaced with the whole line.
declare -A features=(
    [armv7a-none-eabihf]=',+vfp3d16,-neon,+strict-align'
    [thumbv7em-none-eabi]=
)

# What each target's derived description must say in the end.
declare -A derived=(
    [riscv32imac-unknown-none-elf]='+relax'
    [riscv32g-unknown-none-elf]='+d,+relax.*"ilp32d"'
    [armv7a-none-eabihf]='"features": "+no-movt.*"frame-pointer": "may-omit"'
    [thumbv7em-none-eabi]='"features": "+no-movt.*"frame-pointer": "may-omit"'
)

fail() {
    echo "baremetal-runtime.sh: $*" >&2
    exit 1
}

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
tools=$(realpath -m "${CROFT_TOOLS:-$target/tools}")
[[ -e $tools/complete ]] || fail "$tools is not there or not complete; run: scripts/baremetal-tools.sh"
build=$target/baremetal-build
mkdir -p "$build"

# Not the compiler of rustup: the library's source fits its own compiler only. Nor that one's flags.
export RUSTC=$tools/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$build
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER RUSTUP_TOOLCHAIN

# What core depends on comes with its source: nothing is fetched.
vendor=("$tools"/root/usr/lib/rustlib/src/rust/library/vendor "$tools"/root/usr/src/rustc-*/vendor)
for folder in "${vendor[@]}"; do
    if [[ -d $folder ]]; then
        vendored=(--offline --config 'source.crates-io.replace-with="vendored"'
            --config "source.vendored.directory=\"$folder\"")
        break
    fi
done
[[ -v vendored ]] || fail "$tools holds no vendored packages for the core library"

# What the compiler's own descriptions of targets do not offer:
# - RISC-V: a double-float ABI for bare metal; relocations that let the linker name the pool by its distance from the global pointer;
# - ARM: functions without a frame pointer, which costs two instructions in each; addresses by one instruction, from the code's
#   own constants, and not by two (which this makes of the runtime alone, not of kernels).
# The descriptions are derived from the compiler's, whose format changes between versions: the result is looked at.
specification() {
    describe() {
        "$RUSTC" -Zunstable-options --print target-spec-json --target "$1"
    }
    case $1 in
    riscv32g-*) describe riscv32imafc-unknown-none-elf |
        sed -e 's/"features": "[^"]*"/"features": "+m,+a,+f,+d,+relax"/' -e 's/"ilp32f"/"ilp32d"/' ;;
    riscv32*) describe "$1" | sed -e 's/"features": "/&+relax,/' ;;
    *) describe "$1" | sed -e '/"features"/d' -e 's/"frame-pointer": "always"/"features": "+no-movt'"${features[$1]}"'",\n  "frame-pointer": "may-omit"/' ;;
    esac
}

compile() {
    local triple=$1 size=$2
    shift 2
    local name=$triple json=()
    if [[ -v derived[$triple] ]]; then
        specification "$triple" >"$build/$triple.json.new"
        tr -d '\n' <"$build/$triple.json.new" | grep -q -e "${derived[$triple]}" ||
            fail "cannot derive $triple from this compiler's descriptions of targets"
        # The same file as before keeps its time: nothing is built again.
        cmp --quiet "$build/$triple.json.new" "$build/$triple.json" || mv "$build/$triple.json.new" "$build/$triple.json"
        name=$build/$triple.json json=(-Zjson-target-spec)
    fi
    CROFT_BLOCK_SIZE=$size cargo rustc --quiet --release --manifest-path runtime/baremetal/Cargo.toml \
        --target "$name" -Zbuild-std=core "${json[@]}" "${vendored[@]}" "$@"
}

(($#)) || set -- "${!block_size[@]}"
for triple in "$@"; do
    [[ -v block_size[$triple] ]] || fail "$triple is no target; targets are: ${!block_size[*]}"
    size=${block_size[$triple]}
    out=$target/release/baremetal/$triple
    mkdir -p "$out"
    for contexts in '' interrupts; do
        name=${contexts:+_$contexts}
        flags=(--cap-lints allow ${contexts:+--cfg "croft_$contexts"})
        compile "$triple" "$size" --crate-type staticlib -- "${flags[@]}" --cfg croft_staticlib
        cp --preserve=timestamps "$build/$triple/release/libcroft_runtime.a" "$out/libcroft_runtime$name.a"
        # Position-independent, so that it serves `croft build --shared` too: where a program is linked to a fixed place, the
        # compiler drops that again.
        compile "$triple" "$size" --crate-type lib -- "${flags[@]}" --cfg croft_bitcode \
            --emit=llvm-bc="$build/$triple$name.bc" -C relocation-model=pic -C embed-bitcode=no -C force-unwind-tables=no
        cp --preserve=timestamps "$build/$triple$name.bc" "$out/croft_runtime$name.bc"
    done
done
