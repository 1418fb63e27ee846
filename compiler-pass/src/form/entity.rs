//! Typed indices: one type for each kind of entity, so that none is taken for another.

use std::fmt;

macro_rules! entity {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The first index.
            pub const MIN: $name = $name(0);
            /// An index above all that a table holds.
            pub const MAX: $name = $name(u32::MAX);

            /// The index `index`, which the table it points into must hold.
            pub fn new(index: usize) -> $name {
                debug_assert!(index < u32::MAX as usize);
                $name(index as u32)
            }

            /// The position in its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

entity!(
    /// A function of the module.
    FuncId, "fn"
);
entity!(
    /// A basic block of a function.
    BlockId, "bb"
);
entity!(
    /// An instruction of a function.
    InstId, "inst"
);
entity!(
    /// A value of a function: parameter, result, constant or global.
    ValueId, "v"
);
entity!(
    /// A node of a function's feasible-path graph: a basic block together with what is known of the phis that
    /// steer it.
    NodeId, "node"
);
entity!(
    /// A region as one function sees it.
    RegionId, "r"
);
entity!(
    /// An abstract memory object as one function sees it.
    ObjectId, "o"
);
