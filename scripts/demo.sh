#!/usr/bin/env bash
# Shows Croft's main job on the examples: check, run, lower. Prints each command before it runs, and fails at the first one
# whose exit code or output is not the expected one. `make demo` installs and builds what this needs.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=$(realpath "${CROFT_BIN:-target/release}")
plugin=$bin/libcroft_pass.so
for file in "$bin/croft" "$plugin" "$bin/libcroft_runtime.a"; do
    [[ -e $file ]] || { echo "demo.sh: $file is missing; run: make build" >&2; exit 1; }
done
PATH=$bin:$PATH

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fail() {
    echo "demo.sh: $*" >&2
    exit 1
}

title() {
    printf '\n== %s\n' "$*"
}

# expect CODE COMMAND...: runs the command, its standard output shown and kept in $tmp/out, its standard error in $tmp/err.
expect() {
    local expected=$1 code=0
    shift
    printf '\n$ %s\n' "$*"
    "$@" >"$tmp/out" 2>"$tmp/err" || code=$?
    cat "$tmp/out" "$tmp/err"
    ((code == expected)) || fail "exit code $code, expected $expected: $*"
}

# run FILE COMMAND...: as expect 0; standard output must be that file's contents.
run() {
    local file=$1
    shift
    expect 0 "$@"
    diff -u "$file" "$tmp/out" || fail "output is not that of $file: $*"
}

title "A leak is rejected"
expect 1 croft check examples/list/leak.c
marked=$(grep -n 'error: R0301' examples/list/leak.c)
cat "$tmp/out" "$tmp/err" >"$tmp/report"
grep -q R0301 "$tmp/report" || fail "no R0301"
grep -q "leak.c:${marked%%:*}" "$tmp/report" || fail "R0301 is not reported at line ${marked%%:*}"

title "Its corrected twin is accepted, and runs"
expect 0 croft check examples/list/fixed.c
run examples/list/fixed.expected.txt croft run examples/list/fixed.c

title "A callee returns a list"
run examples/list/expected.txt croft run examples/list/list.c

title "A message loop: one region per message, constant memory"
run examples/messages/expected.txt croft run --stats examples/messages/messages.c

title "Region arrays in Fortran LAPACK and BLAS"
run examples/linear/expected.txt croft run examples/linear/solve.c -l lapack -l blas

title "The pass in LLVM's own opt"
lowered=$tmp/kernel.lowered.ll
expect 0 opt-22 -load-pass-plugin="$plugin" -passes='croft-check,croft-lower' -S examples/plain/kernel.ll -o "$lowered"
printf '\n@main, lowered (first 40 lines):\n'
awk '/^define .*@main\(/ { body = 1 } body && ++lines <= 40 { print } /^}/ { body = 0 }' "$lowered"
# The operations are gone: what is left are the runtime's instructions.
if grep -E 'call .*@"?croft\.(push|pop|alloc)' "$lowered"; then
    fail "operations are left after croft-lower"
fi

title "All as expected"
