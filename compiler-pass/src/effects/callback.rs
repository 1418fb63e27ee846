//! What a library function calls back: functions of the program, on what it was given.

use std::fmt;

/// A call that a described function may make any number of times: of one of its arguments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Callback {
    /// The argument that is called.
    pub function: u32,
    /// What it is given.
    pub given: Vec<Given>,
}

/// What a callback is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    /// An argument of the described function.
    Argument(u32),
    /// An address in the memory that an argument points to: of an element of an array, say.
    Into(u32),
}

impl Given {
    /// The argument that it speaks of.
    pub fn argument(self) -> u32 {
        match self {
            Given::Argument(index) | Given::Into(index) => index,
        }
    }
}

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call(arg{}", self.function)?;
        for given in &self.given {
            write!(f, ", {given}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Given::Argument(index) => write!(f, "arg{index}"),
            Given::Into(index) => write!(f, "arg{index}[]"),
        }
    }
}
