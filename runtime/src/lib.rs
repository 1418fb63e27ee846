//! Region runtime.
#![no_std]
