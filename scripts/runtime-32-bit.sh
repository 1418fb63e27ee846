#!/bin/sh
# Runs the runtime's tests as a 32-bit program. Needs no other C library or linker than rustc's own:
#     rustup target add i686-unknown-linux-musl
# Where that is missing, or the processor is another, it says so and does nothing.
set -eu
cd "$(dirname "$0")/.."
target=i686-unknown-linux-musl
if [ "$(uname -m)" != x86_64 ]; then
    echo "skipped: the runtime's 32-bit tests (this processor runs no i686 programs)"
    exit
fi
if ! [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; then
    echo "skipped: the runtime's 32-bit tests (not installed: rustup target add $target)"
    exit
fi
export CARGO_TARGET_I686_UNKNOWN_LINUX_MUSL_LINKER=rust-lld
# Those that compile C or count instructions are of the host.
for test in allocator exhaustion injection pool region runs shadow; do
    set -- "$@" --test "$test"
done
exec "${CARGO:-cargo}" test --release --package croft-runtime --features host,allocator-api2 --target "$target" "$@"
