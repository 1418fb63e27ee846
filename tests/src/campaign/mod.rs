//! The campaign: random region programs, an oracle that runs them, and the checker's verdict on each.
//!
//! Whatever the checker accepts must not violate a rule on any run. A [`program`] is [generated](generate) so that
//! it is right ([`lifetime`] says why), or [mutated](mutate) so that it probably is not; the oracle
//! [interprets](interpret) it on many answers of `choose`; [`write`](mod@write) makes C of it, and [`judge`] asks the
//! checker. See `docs/TESTING.md`.

pub mod draws;
pub mod feature;
pub mod folder;
pub mod generate;
pub mod interpret;
pub mod judge;
pub mod leak;
pub mod lifetime;
pub mod minimise;
pub mod mutate;
pub mod native;
pub mod program;
pub mod scope;
pub mod tally;
pub mod trial;
pub mod write;
