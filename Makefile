# The two commands that matter: `make demo` and `make test`. Both install what is missing (Debian 12; root or sudo).
#
# Everything is built in one profile, release, so that the tests run what a user runs and the dependencies are compiled once.
# The runtime's tests run a second time with debug assertions.

CARGO  ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help deps build demo test memory-checks miri test-baremetal baremetal lint snapshots bench bench-check bench-hosted hosted proof campaign fuzz clean

help: ## this text
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

deps: ## install what is missing
	@scripts/install.sh

build: deps ## the command, the pass plugin and the runtime library, in target/release
	$(CARGO) build --release --package croft-pass
	$(CARGO) rustc --release --package croft-runtime --features host --crate-type staticlib -- \
		-C panic=abort --cfg croft_staticlib
	@scripts/threads-runtime.sh $(TARGET)/release
	@ls -1 $(TARGET)/release/croft $(TARGET)/release/libcroft_pass.so $(TARGET)/release/libcroft_runtime*.a

demo: build ## check, run and lower the examples
	@CROFT_BIN=$(TARGET)/release scripts/demo.sh

test: build lint ## every test, and the lints
	$(CARGO) test --release --workspace --features croft-runtime/hosted,croft-runtime/qmckl
	$(CARGO) test --package croft-runtime --features hosted,qmckl
	$(CARGO) test --release --package croft-runtime --features threads
	$(CARGO) test --release --package croft-runtime --features critical-section
	$(CARGO) test --release --package croft-runtime --features threads,critical-section
	@CARGO=$(CARGO) scripts/runtime-32-bit.sh
	@CARGO=$(CARGO) scripts/memory-checks.sh

memory-checks: deps ## the runtime's model and property tests under Valgrind and AddressSanitizer, a part of make test
	@CARGO=$(CARGO) scripts/memory-checks.sh

miri: ## the runtime's tests interpreted by Miri, which finds undefined behaviour; takes some minutes
	@scripts/miri.sh

baremetal: deps ## the runtime for bare-metal targets, which `croft build --target` takes
	@scripts/baremetal-tools.sh
	@scripts/baremetal-runtime.sh
	@ls -1 $(TARGET)/release/baremetal/*/*

# Where the tools cannot be fetched, the script says so, and the tests that need them count as ignored.
test-baremetal: build ## kernel images in QEMU, their instructions counted
	@scripts/baremetal-tools.sh || test $$? -eq 3
	$(CARGO) test --release --package croft-tests --test baremetal

lint: deps ## formatting, clippy and the documentation, warnings denied
	@if $(CARGO) fmt --version >/dev/null 2>&1; then $(CARGO) fmt --all --check && \
		$(CARGO) fmt --manifest-path tests/benches/peers/Cargo.toml --check; \
		else echo "skipped: formatting (rustfmt is not installed: rustup component add rustfmt)"; fi
	@if $(CARGO) clippy --version >/dev/null 2>&1; then \
		$(CARGO) clippy --release --workspace --all-targets -- -D warnings && \
		$(CARGO) clippy --release --workspace --all-targets --all-features -- -D warnings && \
		$(CARGO) clippy --release --manifest-path tests/benches/peers/Cargo.toml --no-default-features \
			--target-dir $(TARGET)/peers-short -- -D warnings; \
		else echo "skipped: clippy (not installed: rustup component add clippy)"; fi
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --release --workspace --no-deps --all-features

snapshots: build ## accept the snapshots as they are now; review them with git diff
	INSTA_UPDATE=always $(CARGO) test --release --package croft-tests
	@git diff --stat -- '*.snap'

bench: build ## Croft beside arenas and allocators: instructions, times, memory, whole programs; BENCH=--write puts the tables into docs/CLAIMS.md
	$(CARGO) bench --package croft-tests --bench peers -- $(BENCH)

bench-check: build ## what checking and lowering cost beside opt -O2; BENCH=--write puts the table into docs/CLAIMS.md
	$(CARGO) bench --package croft-tests --bench scale -- $(BENCH)

bench-hosted: deps ## hosted memory beside malloc, a hash map, talloc, slotmap; BENCH=--write puts the table into docs/CLAIMS.md
	$(CARGO) bench --package croft-runtime --features hosted --bench hosted -- $(BENCH:--write=--write $(CURDIR)/docs/CLAIMS.md)

hosted: deps ## libcroft_runtime.a with hosted memory, in target/release/hosted
	$(CARGO) rustc --release --package croft-runtime --features hosted,qmckl --crate-type staticlib \
		--target-dir $(TARGET)/hosted -- -C panic=abort --cfg croft_staticlib
	@mkdir -p $(TARGET)/release/hosted
	@cp $(TARGET)/hosted/release/libcroft_runtime.a $(TARGET)/release/hosted
	@ls -1 $(TARGET)/release/hosted/libcroft_runtime.a

proof: build ## longest path and deepest stack of the entry points, proven on linked code; PROOF=--write puts the table into docs/CLAIMS.md, PROOF=--check compares
	$(CARGO) build --release --package croft-proof
	@CROFT_TARGET=$(TARGET) scripts/proof.sh $(if $(PROOF),$(PROOF) docs/CLAIMS.md)

SEEDS ?= 100
FIRST ?= 0
TIME ?= 0
ONLY ?=
REASONS ?= 0
SEED ?=
CLAIMS ?=
FUZZ ?= checker

campaign: build ## random programs against the oracle and the checker: SEEDS=100 FIRST=0 TIME=seconds ONLY=name REASONS=0 SEED=one CLAIMS=new-file
	CROFT_BIN=$(TARGET)/release $(CARGO) run --release --package croft-tests --example campaign -- \
		seeds=$(SEEDS) first=$(FIRST) time=$(TIME) only="$(ONLY)" reasons=$(REASONS) claims="$(CLAIMS)" seed=$(SEED) \
		save=$(TARGET)/campaign

fuzz: deps ## a fuzz target until something fails, or for TIME=seconds: FUZZ=checker (the same programs), runtime or hosted (operations)
	scripts/fuzz.sh $(TIME) $(FUZZ)

clean: ## remove what was built
	$(CARGO) clean
