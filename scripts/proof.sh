#!/bin/sh
# Proves the runtime's entry points on linked code, for each target whose runtime library is there; others are named as skipped.
# Arguments go to croft-proof, such as --write docs/CLAIMS.md.
set -eu

directory=${CROFT_TARGET:-target}
proof=$directory/release/croft-proof
limits=proof/limits.toml
work=$directory/proof
mkdir -p "$work"
files=
skipped=

# The kernel's own part. A trap of its own ends each function that does not return.
cat >"$work/kernel.c" <<'C'
__attribute__((noreturn)) void abort(void) { __builtin_trap(); }
__attribute__((noreturn)) void croft_exhausted(const void *what) { (void)what; __builtin_trap(); }
long write(int file, const void *bytes, unsigned long length) { (void)file; (void)bytes; return (long)length; }
C

# subject TARGET LIBRARY EMULATION SOURCES CLANG-TRIPLE [CLANG-FLAG]...: links what a kernel with these sources would keep of the
# library.
subject() {
    target=$1 library=$2 emulation=$3 sources=$4 triple=$5
    shift 5
    if ! [ -f "$library" ]; then
        echo "skipped: $target ($library is not built)"
        skipped="$skipped $target"
        return
    fi
    objects=
    for source in $sources; do
        object=$work/$target-${source##*/}.o
        clang-22 --target="$triple" "$@" -O2 -ffreestanding -w -c "$source" -o "$object"
        objects="$objects $object"
    done
    keep=
    for entry in $("$proof" --limits "$limits" --list "$target"); do
        keep="$keep -u $entry"
    done
    # As `croft build` links: the pool's state at the global pointer.
    case $emulation in
    elf32lriscv) near='--relax-gp --defsym=__global_pointer$=croft_pool' ;;
    *) near= ;;
    esac
    # shellcheck disable=SC2086
    ld.lld-22 -m "$emulation" -e 0 --gc-sections $near $keep $objects "$library" -o "$work/$target.elf"
    files="$files $target=$work/$target.elf"
}

# board TARGET TRIPLE EMULATION START CLANG-TRIPLE [CLANG-FLAG]...: the bare-metal runtime, and that of `--interrupts` with the
# critical section of the start code.
board() {
    name=$1 libraries=$directory/release/baremetal/$2 linked=$3 start=$4
    shift 4
    subject "$name" "$libraries/libcroft_runtime.a" "$linked" "$work/kernel.c" "$@"
    subject "$name-interrupts" "$libraries/libcroft_runtime_interrupts.a" "$linked" \
        "$work/kernel.c runtime/baremetal/start-$start.S" "$@"
}

subject x86-64 "$directory/release/libcroft_runtime.a" elf_x86_64 "$work/kernel.c" x86_64-unknown-linux-gnu
subject x86-64-threads "$directory/release/libcroft_runtime_threads.a" elf_x86_64 "$work/kernel.c" x86_64-unknown-linux-gnu
board rv32 riscv32imac-unknown-none-elf elf32lriscv riscv32 riscv32-unknown-elf -march=rv32imac -mabi=ilp32
board rv32g riscv32g-unknown-none-elf elf32lriscv riscv32 riscv32-unknown-elf -march=rv32g -mabi=ilp32d
board armv7a armv7a-none-eabihf armelf armv7a armv7a-none-eabihf
board thumbv7em thumbv7em-none-eabi armelf thumbv7em thumbv7em-none-eabi

if [ -z "$files" ]; then
    echo "error: no target's runtime library is built" >&2
    exit 1
fi
status=0
# shellcheck disable=SC2086
"$proof" --limits "$limits" $files "$@" || status=$?
if [ -n "$skipped" ]; then
    echo "skipped, not proven:$skipped"
fi
exit "$status"
