//! Why an entry point is not proven: a place and a reason.

use serde::Serialize;

/// What the proof stopped at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{why}\n    in `{function}` at {address:#x}: {instruction}")]
pub struct Refusal {
    /// The function, by its symbol.
    pub function: String,
    /// Address of the instruction.
    pub address: u64,
    /// The instruction as a disassembler writes it.
    pub instruction: String,
    /// The reason, lowercase, in one line.
    pub why: String,
}
