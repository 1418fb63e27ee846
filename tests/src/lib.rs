//! Croft tests.
