//! The operations of annotated IR: the only place that knows their names and signatures.
//!
//! An operation is a call to a function recognised by its exact name; the region is an SSA operand, so no
//! optimisation can lose it. Everything else in this crate speaks of [`Operation`] values.

/// The prefix that all operation names share and that nothing else may use.
pub const PREFIX: &str = "croft.";

/// What a parameter or result of an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A region handle.
    Region,
    /// A pointer to an object or a function.
    Pointer,
    /// An integer of the target's pointer width.
    Size,
}

/// One operation of annotated IR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Opens a region.
    Push,
    /// Opens a region with a budget in bytes.
    PushBounded,
    /// Ends the innermost region.
    Pop,
    /// Ends every value in a region; the region stays.
    Reset,
    /// Allocates one object; never null.
    Alloc,
    /// Allocates an array; never null.
    AllocArray,
    /// Allocates one object, or returns null with nothing changed.
    TryAlloc,
    /// Allocates an array, or returns null with nothing changed.
    TryAllocArray,
    /// Allocates one object in a region that inference chooses.
    New,
    /// Allocates an array in a region that inference chooses.
    NewArray,
    /// Registers a function that runs when the region ends or is reset; the handler on exhaustion.
    Cleanup,
    /// The same, and returns the registration; never null.
    RegisterCleanup,
    /// The same, but returns null on exhaustion, with nothing changed.
    TryRegisterCleanup,
    /// Runs a registered cleanup early.
    RunCleanup,
    /// Takes a registered cleanup back.
    CancelCleanup,
    /// A use, and nothing else.
    Keepalive,
}

impl Operation {
    /// Every operation, in the order of the documentation.
    pub const ALL: [Operation; 16] = [
        Operation::Push,
        Operation::PushBounded,
        Operation::Pop,
        Operation::Reset,
        Operation::Alloc,
        Operation::AllocArray,
        Operation::TryAlloc,
        Operation::TryAllocArray,
        Operation::New,
        Operation::NewArray,
        Operation::Cleanup,
        Operation::RegisterCleanup,
        Operation::TryRegisterCleanup,
        Operation::RunCleanup,
        Operation::CancelCleanup,
        Operation::Keepalive,
    ];

    /// The operation with this exact name.
    pub fn from_name(name: &str) -> Option<Operation> {
        Operation::ALL.into_iter().find(|op| op.name() == name)
    }

    /// The name in the IR.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Push => "croft.push",
            Operation::PushBounded => "croft.push.bounded",
            Operation::Pop => "croft.pop",
            Operation::Reset => "croft.reset",
            Operation::Alloc => "croft.alloc",
            Operation::AllocArray => "croft.alloc.array",
            Operation::TryAlloc => "croft.try_alloc",
            Operation::TryAllocArray => "croft.try_alloc.array",
            Operation::New => "croft.new",
            Operation::NewArray => "croft.new.array",
            Operation::Cleanup => "croft.cleanup",
            Operation::RegisterCleanup => "croft.register_cleanup",
            Operation::TryRegisterCleanup => "croft.try_register_cleanup",
            Operation::RunCleanup => "croft.run_cleanup",
            Operation::CancelCleanup => "croft.cancel_cleanup",
            Operation::Keepalive => "croft.keepalive",
        }
    }

    /// The parameters, in order.
    pub fn parameters(self) -> &'static [Slot] {
        use Slot::{Pointer, Region, Size};
        match self {
            Operation::Push => &[],
            Operation::PushBounded => &[Size],
            Operation::Pop | Operation::Reset => &[Region],
            Operation::Alloc | Operation::TryAlloc => &[Region, Size, Size],
            Operation::AllocArray | Operation::TryAllocArray => &[Region, Size, Size, Size],
            Operation::New => &[Size, Size],
            Operation::NewArray => &[Size, Size, Size],
            Operation::Cleanup | Operation::RegisterCleanup | Operation::TryRegisterCleanup => {
                &[Region, Pointer, Pointer]
            }
            Operation::RunCleanup | Operation::CancelCleanup | Operation::Keepalive => &[Pointer],
        }
    }

    /// The result, if there is one.
    pub fn result(self) -> Option<Slot> {
        match self {
            Operation::Push | Operation::PushBounded => Some(Slot::Region),
            Operation::Alloc
            | Operation::AllocArray
            | Operation::TryAlloc
            | Operation::TryAllocArray
            | Operation::New
            | Operation::NewArray
            | Operation::RegisterCleanup
            | Operation::TryRegisterCleanup => Some(Slot::Pointer),
            Operation::Pop
            | Operation::Reset
            | Operation::Cleanup
            | Operation::RunCleanup
            | Operation::CancelCleanup
            | Operation::Keepalive => None,
        }
    }

    /// Whether it puts an object into its first operand. A registered cleanup is one.
    pub fn allocates(self) -> bool {
        self.registers()
            || matches!(
                self,
                Operation::Alloc | Operation::AllocArray | Operation::TryAlloc | Operation::TryAllocArray
            )
    }

    /// Whether it registers a cleanup: of the second operand, by the third.
    pub fn registers(self) -> bool {
        matches!(
            self,
            Operation::Cleanup | Operation::RegisterCleanup | Operation::TryRegisterCleanup
        )
    }

    /// The index of the alignment operand, if there is one.
    pub fn alignment_operand(self) -> Option<usize> {
        match self {
            Operation::Alloc | Operation::TryAlloc => Some(2),
            Operation::AllocArray | Operation::TryAllocArray => Some(3),
            Operation::New => Some(1),
            Operation::NewArray => Some(2),
            _ => None,
        }
    }

    /// The signature as the documentation writes it.
    pub fn signature(self) -> String {
        let slot = |slot: &Slot| match slot {
            Slot::Region | Slot::Pointer => "ptr",
            Slot::Size => "size",
        };
        let parameters: Vec<_> = self.parameters().iter().map(slot).collect();
        let result = self.result().as_ref().map_or("void", slot);
        format!("{result} ({})", parameters.join(", "))
    }

    /// The operation whose name is nearest to a misspelt one, if any is near.
    pub fn nearest(name: &str) -> Option<Operation> {
        Operation::ALL
            .into_iter()
            .map(|op| (strsim::damerau_levenshtein(op.name(), name), op))
            .min_by_key(|(distance, _)| *distance)
            .filter(|(distance, _)| *distance <= 4)
            .map(|(_, op)| op)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_prefixed() {
        for op in Operation::ALL {
            assert!(op.name().starts_with(PREFIX));
            assert_eq!(Operation::from_name(op.name()), Some(op));
        }
    }

    #[test]
    fn a_misspelt_name_finds_its_neighbour() {
        assert_eq!(
            Operation::nearest("croft.alloc_array"),
            Some(Operation::AllocArray)
        );
        assert_eq!(Operation::nearest("croft.something.else"), None);
    }
}
