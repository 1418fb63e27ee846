//! Proves on linked object code that an entry point runs in constant time.
//!
//! For each entry point the machine code is decoded from its first instruction along every path,
//! through direct calls and jumps. The proof is the absence of everything that could repeat: no
//! cycle but a loop with a constant trip count, no recursion, no computed transfer. What remains
//! is finite, so it has a longest path and a deepest stack, and these are the figures.
//!
//! Layers, each of which knows nothing of the next: `image` reads the file; `decode` turns bytes
//! into [`Instruction`](instruction::Instruction)s that no longer depend on the machine; `flow`
//! follows them; `state` follows the stack pointer, the return address and the saved registers;
//! `counted` judges loops; `longest` adds up; [`prove`] holds these together; `limits`, `report`
//! and `claims` are what the command does with the answer.
//!
//! Whatever is not understood is a [`Refusal`] with function, address and instruction. What the
//! proof rests on is listed in `docs/PROOF.md`.

pub mod claims;
mod counted;
mod decode;
mod flow;
pub mod image;
pub mod instruction;
pub mod limits;
mod longest;
pub mod machine;
pub mod prove;
pub mod refusal;
pub mod report;
mod state;

pub use image::{Image, InputError};
pub use prove::{Proof, Prover, Rules};
pub use refusal::Refusal;
