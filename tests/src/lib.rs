//! What the test suites share: the built programs, their runs, and expectations written into test files.
//!
//! The suites run what users run: the `croft` command, the pass plugin in LLVM's own `opt` and `clang`, and the
//! library on an inkwell module. See `docs/TESTING.md`.

pub mod artifact;
pub mod baremetal;
pub mod campaign;
pub mod expectation;
pub mod finding;
pub mod folder;
pub mod generator;
pub mod ir;
pub mod measure;
pub mod peers;
pub mod process;
pub mod scale;
pub mod sequence;
pub mod shape;
