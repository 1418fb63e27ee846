#!/usr/bin/env bash
# Builds the runtime with a pool for each thread, for C programs on hosts: FOLDER/libcroft_runtime_threads.a
#
# usage: threads-runtime.sh FOLDER
# The archive holds one object and nothing of Rust's library, though the feature `threads` asks for std: all that it takes from
# there is a thread-local variable, which the compiler makes. So it links beside any other Rust library.
set -euo pipefail
folder=$(realpath -m "${1:?usage: threads-runtime.sh FOLDER}")
cd "$(dirname "$0")/.."

mkdir -p "$folder"
work=$(mktemp -d "$folder/.threads-XXXXXX")
trap 'rm -rf "$work"' EXIT

object=$work/croft_runtime_threads.o
"${RUSTC:-rustc}" --crate-name croft_runtime --edition 2024 --crate-type lib --cap-lints allow \
    --cfg 'feature="host"' --cfg 'feature="threads"' --cfg croft_object \
    -C opt-level=3 -C panic=abort -C codegen-units=1 -C embed-bitcode=no -C relocation-model=pic \
    --emit=obj="$object" runtime/src/lib.rs
ar rcs "$work/libcroft_runtime_threads.a" "$object"
# Two builds at a time do not see half of each other's archive.
mv "$work/libcroft_runtime_threads.a" "$folder/"
