#!/bin/sh
# Builds a fuzz target with libFuzzer's coverage counters, on a stable compiler, and runs it.
#
# usage: fuzz.sh SECONDS [checker|runtime|hosted] (0: until it is stopped or something fails)
set -eu
cd "$(dirname "$0")/.."
target=${2:-checker}
case $target in
checker | runtime | hosted) ;;
*)
    echo "fuzz.sh: no target \`$target\`; there are: checker, runtime, hosted" >&2
    exit 2
    ;;
esac
build=$(realpath -m "${CARGO_TARGET_DIR:-fuzz/target}")
host=$(rustc -vV | sed -n 's/^host: //p')
# What cargo-fuzz asks a nightly compiler for by -Zsanitizer is a pass of LLVM, which a stable one runs as well.
# With a target named, build scripts and macros are compiled without these flags.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing" \
    cargo build --release --manifest-path fuzz/Cargo.toml --target "$host" --target-dir "$build" --features "$target" --bin "$target"
corpus=fuzz/corpus/$target
mkdir -p "$corpus" fuzz/artifacts
if [ -z "$(ls "$corpus")" ]; then
    # Long inputs to begin with: a program takes some hundred decisions.
    for seed in $(seq 1 64); do
        LC_ALL=C awk -v seed="$seed" 'BEGIN { srand(seed); for (i = 0; i < 600; i++) printf "%c", 1 + int(rand() * 255) }' \
            >"$corpus/seed-$seed"
    done
fi
exec "$build/$host/release/$target" -max_total_time="$1" -max_len=1024 -len_control=0 -timeout=60 -rss_limit_mb=4096 \
    -artifact_prefix="fuzz/artifacts/$target-" -print_final_stats=1 "$corpus"
