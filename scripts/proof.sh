#!/bin/sh
# Proves the runtime's entry points on linked code, for each target whose library is there.
# Arguments go to croft-proof, such as --write docs/CLAIMS.md.
set -eu

directory=${CROFT_TARGET:-target}
proof=$directory/release/croft-proof
limits=proof/limits.toml
work=$directory/proof
mkdir -p "$work"
files=

# subject TARGET LIBRARY EMULATION CLANG-TRIPLE [CLANG-FLAG]...: links what a kernel would keep of the library.
subject() {
    target=$1 library=$2 emulation=$3 triple=$4
    shift 4
    if ! [ -f "$library" ]; then
        echo "skipped: $target ($library is not built)"
        return
    fi
    # The kernel's own part. A trap of its own ends each function that does not return.
    cat >"$work/kernel.c" <<'C'
__attribute__((noreturn)) void abort(void) { __builtin_trap(); }
__attribute__((noreturn)) void croft_exhausted(const void *what) { (void)what; __builtin_trap(); }
long write(int file, const void *bytes, unsigned long length) { (void)file; (void)bytes; return (long)length; }
C
    clang-22 --target="$triple" "$@" -O2 -ffreestanding -w -c "$work/kernel.c" -o "$work/kernel.o"
    keep=
    for entry in $("$proof" --limits "$limits" --list "$target"); do
        keep="$keep -u $entry"
    done
    # shellcheck disable=SC2086
    ld.lld-22 -m "$emulation" -e 0 --gc-sections $keep "$work/kernel.o" "$library" -o "$work/$target.elf"
    files="$files $target=$work/$target.elf"
}

bare=libcroft_runtime.a
subject x86-64 "$directory/release/$bare" elf_x86_64 x86_64-unknown-linux-gnu
subject rv32 "$directory/release/baremetal/riscv32imac-unknown-none-elf/$bare" elf32lriscv riscv32-unknown-elf -march=rv32imac -mabi=ilp32
subject rv32g "$directory/release/baremetal/riscv32g-unknown-none-elf/$bare" elf32lriscv riscv32-unknown-elf -march=rv32g -mabi=ilp32d
subject armv7a "$directory/release/baremetal/armv7a-none-eabihf/$bare" armelf armv7a-none-eabihf
subject thumbv7em "$directory/release/baremetal/thumbv7em-none-eabi/$bare" armelf thumbv7em-none-eabi

if [ -z "$files" ]; then
    echo "error: no target's runtime library is built" >&2
    exit 1
fi
# shellcheck disable=SC2086
exec "$proof" --limits "$limits" $files "$@"
