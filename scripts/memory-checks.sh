#!/bin/sh
# Runs the runtime's model and property tests under memory checkers: Valgrind's memcheck, and AddressSanitizer on a stable compiler.
# A tool that is missing is named as skipped. Either is first shown a program with a fault, which it has to find.
#
# CROFT_CASES bounds the drawn sequences of a test under Valgrind (default 1000).
set -eu
cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
work=$target/memory-checks
mkdir -p "$work"

host=$(rustc -vV | sed -n 's/^host: //p')
if [ "$host" != x86_64-unknown-linux-gnu ]; then
    echo "skipped: memory checkers (written for x86_64-unknown-linux-gnu, this is $host)"
    exit
fi

# Their pools are exactly as large as they say, and begin with memory that nobody has written (tests/static_pool).
tests='--test shadow --test runs --test region --test pool --test exhaustion --test cleanup --test segmented'
# Compares an array's structure byte by byte, with the padding that nobody writes: not for Valgrind.
padded='--test segmented_limits'
# Every request of a scenario fails once; the bytes of pools are compared, so they are zeroed before.
injection='--test injection every_request_that_needs_memory_can_fail_alone'

# The fault: a byte behind an allocation is written.
cat >"$work/fault.rs" <<'RUST'
fn main() {
    let bytes = vec![0_u8; std::hint::black_box(8)].leak();
    unsafe { bytes.as_mut_ptr().add(std::hint::black_box(8)).write_volatile(1) };
}
RUST

# checked TOOL COMMAND...: runs tests and says how many passed.
checked() {
    tool=$1
    shift
    log=$work/$tool.log
    if ! "$@" >"$log" 2>&1; then
        tail -n 100 "$log"
        echo "error: $tool or a test that it runs has failed"
        exit 1
    fi
    awk -v tool="$tool" '/^test result: ok/ { tests += $4; programs++ }
        END { print tool ": " tests + 0 " tests in " programs + 0 " programs, no error"; exit tests == 0 }' "$log"
}

# finds TOOL COMMAND...: fails unless the command reports the fault and fails.
finds() {
    tool=$1
    shift
    if "$@" >"$work/fault.log" 2>&1 || ! grep -qi "invalid write\|heap-buffer-overflow" "$work/fault.log"; then
        cat "$work/fault.log"
        echo "error: $tool has not found a write behind an allocation"
        exit 1
    fi
}

if command -v valgrind >/dev/null; then
    valgrind="valgrind -q --error-exitcode=9"
    rustc -O -o "$work/fault" "$work/fault.rs"
    # shellcheck disable=SC2086
    finds Valgrind $valgrind "$work/fault"
    export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="$valgrind"
    # Left out: a test that compares all bytes of a pool.
    # shellcheck disable=SC2086
    CROFT_CASES=${CROFT_CASES:-1000} CROFT_EXACT_POOL=1 \
        checked Valgrind $cargo test --release --package croft-runtime $tests -- --skip changes_nothing
    # shellcheck disable=SC2086
    checked Valgrind $cargo test --release --package croft-runtime $injection
    unset CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER
else
    echo "skipped: Valgrind (not installed)"
fi

# The instrumentation is a pass of LLVM, which a stable compiler runs as well; that it takes every function is said by
# an attribute, which LLVM sets on request. What rustc's own option would add is the run time, which comes with the compiler.
runtime=$(find "$(rustc --print sysroot)/lib/rustlib/$host/lib" -name 'librustc-*_rt.asan.a' | head -n 1)
if [ -n "$runtime" ]; then
    flags="-Cpasses=asan -Cllvm-args=-force-attribute=sanitize_address -Clto=off -Ccodegen-units=1 \
-Clink-arg=-Wl,--whole-archive,$runtime,--no-whole-archive -Clink-arg=-Wl,--export-dynamic -Clink-arg=-lm"
    # shellcheck disable=SC2086
    rustc -O $flags -o "$work/fault" "$work/fault.rs"
    finds AddressSanitizer "$work/fault"
    # With a target named, build scripts and macros are compiled without these flags.
    # shellcheck disable=SC2086
    RUSTFLAGS=$flags CROFT_EXACT_POOL=1 checked AddressSanitizer \
        $cargo test --release --package croft-runtime --target "$host" --target-dir "$work" $tests $padded
    # shellcheck disable=SC2086
    RUSTFLAGS=$flags checked AddressSanitizer \
        $cargo test --release --package croft-runtime --target "$host" --target-dir "$work" $injection
else
    echo "skipped: AddressSanitizer (this compiler comes without its run time)"
fi
