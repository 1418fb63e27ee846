//! The static typing that makes generated programs right.
//!
//! The regions that a function knows form a list of *levels*, oldest first: level 0 is what never ends, then come what its
//! caller passes, then its own. A pointer has a *span*: its object belongs to a level no older than `lo` and no younger
//! than `hi`. An object holds only pointers to levels that are no younger than itself. So what is read through a pointer is
//! no younger than `hi`, and what is stored through it must be no younger than `lo`. When a level ends, a
//! variable whose span reaches it is *dead* until it is assigned again.

/// Where a pointer may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The oldest level.
    pub lo: usize,
    /// The youngest level.
    pub hi: usize,
}

impl Span {
    /// Of null: it fits everywhere.
    pub const NULL: Span = Span {
        lo: usize::MAX,
        hi: 0,
    };

    /// Exactly one level.
    pub fn exact(level: usize) -> Span {
        Span { lo: level, hi: level }
    }

    /// What reading through a pointer of this span gives.
    pub fn read(self) -> Span {
        Span { lo: 0, hi: self.hi }
    }

    /// Either of two.
    pub fn join(self, other: Span) -> Span {
        Span {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
        }
    }

    /// Whether all of it lies in another.
    pub fn fits(self, other: Span) -> bool {
        self.lo >= other.lo && self.hi <= other.hi
    }
}

/// What is known of a variable: nothing when it is dead.
pub type State = Option<Span>;

/// What is known where two ways meet.
pub fn meet(a: State, b: State) -> State {
    Some(a?.join(b?))
}

/// A region, or a lifetime that the caller stands for.
#[derive(Clone, Debug)]
pub struct Level {
    /// The variable with the handle, if there is one.
    pub handle: Option<usize>,
    /// How deep in loops it was opened or reset: it may be allocated into at that depth.
    pub depth: usize,
    /// It has a budget: it may be allocated into anywhere.
    pub bounded: bool,
    /// Nothing may be allocated into it here at all: it is the caller's and the function is recursive.
    pub closed: bool,
}

/// What callers need to know of a function.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// The spans of its parameters in its own levels; `None` for handles and numbers.
    pub spans: Vec<Option<Span>>,
    /// For each level but 0, the parameter with its handle.
    pub handles: Vec<Option<usize>>,
    /// The levels that it allocates into.
    pub puts: Vec<usize>,
    /// The levels that have to be bounded regions.
    pub bounded: Vec<usize>,
    /// The level that it resets.
    pub resets: Option<usize>,
    /// The span of its result.
    pub result: Option<Span>,
    /// A call from itself must pass regions of its own.
    pub fresh: bool,
}
