#!/bin/sh
# Interprets the runtime's tests with Miri, which finds undefined behaviour: provenance is strict. Needs
#     rustup toolchain install nightly --component miri,rust-src
#
# usage: miri.sh [TARGET…]   (the host and a 32-bit one if none is named)
set -eu
cd "$(dirname "$0")/.."
if ! cargo +nightly miri --version >/dev/null 2>&1; then
    echo "skipped: Miri (not installed: rustup toolchain install nightly --component miri,rust-src)"
    exit
fi
[ $# -gt 0 ] || set -- "$(rustc -vV | sed -n 's/^host: //p')" i686-unknown-linux-gnu
export MIRIFLAGS="-Zmiri-strict-provenance -Zmiri-disable-isolation"
for target; do
    # Those that start processes or compile C cannot be interpreted, those that fill large pools take too long, and so does
    # proptest itself: the model gets its sequences from bytes.
    cargo +nightly miri test --package croft-runtime --features host,allocator-api2 --target "$target" \
        --test region --test shadow -- --skip every_outcome_is_as_predicted
done
