//! Optimisation: annotated IR becomes annotated IR that does less.
//!
//! Phases, each a transformation with a switch of its own ([`Transformation`]):
//! 1. [`stack`]: small objects become stack slots; regions that hold nothing are not opened.
//! 2. [`merging`]: regions that are opened and ended together become one.
//! 3. [`loops`]: a region that a loop opens and ends each time round is opened before it, and reset.
//! 4. [`groups`]: allocations that execute together share one request.
//! 5. [`attributes`]: what LLVM may believe of the rest.
//!
//! What the transformations rely on is the checker's: they touch regions only in functions without findings ([`facts`]), and only
//! those whose handles can be followed ([`site`]). [`groups`] and [`attributes`] rely on nothing. The result is verified, and
//! lowering does not know that it was optimised.
//!
//! Exhaustion is the one thing that may change: objects on the stack cannot exhaust a pool, a group is refused as a whole, and a region that was
//! moved out of a loop keeps a block. Each module says by how much.

pub mod attributes;
pub mod edit;
pub mod facts;
pub mod groups;
pub mod loops;
pub mod merging;
pub mod site;
pub mod stack;

use crate::llvm::flow::may_change;
use crate::llvm::{Module, passes};
use crate::lower::{LowerError, has_operations, refuse_malformed};
use facts::Facts;

/// A kind of optimisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transformation {
    /// See [`stack`].
    Stack,
    /// See [`merging`].
    Merge,
    /// See [`loops`].
    Loops,
    /// See [`groups`].
    Groups,
    /// See [`attributes`].
    Attributes,
}

impl Transformation {
    /// All of them, in the order in which they run.
    pub const ALL: [Transformation; 5] = [
        Transformation::Stack,
        Transformation::Merge,
        Transformation::Loops,
        Transformation::Groups,
        Transformation::Attributes,
    ];

    /// The name of its switch.
    pub fn name(self) -> &'static str {
        match self {
            Transformation::Stack => "stack",
            Transformation::Merge => "merge",
            Transformation::Loops => "loops",
            Transformation::Groups => "groups",
            Transformation::Attributes => "attributes",
        }
    }
}

/// Which transformations run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOptions {
    /// These do.
    pub transformations: Vec<Transformation>,
}

impl Default for OptOptions {
    /// All of them.
    fn default() -> OptOptions {
        OptOptions {
            transformations: Transformation::ALL.to_vec(),
        }
    }
}

impl OptOptions {
    /// None of them.
    pub fn none() -> OptOptions {
        OptOptions {
            transformations: Vec::new(),
        }
    }

    fn has(&self, transformation: Transformation) -> bool {
        self.transformations.contains(&transformation)
    }
}

impl std::str::FromStr for OptOptions {
    type Err = String;

    /// `all`, `none`, or names with commas in between.
    fn from_str(text: &str) -> Result<OptOptions, String> {
        let known = || Transformation::ALL.map(Transformation::name).join(", ");
        match text {
            "all" => Ok(OptOptions::default()),
            "none" => Ok(OptOptions::none()),
            list => list
                .split(',')
                .map(|name| {
                    Transformation::ALL
                        .into_iter()
                        .find(|transformation| transformation.name() == name)
                        .ok_or_else(|| {
                            format!(
                                "`{name}` is no optimisation; say all, none, or some of {}",
                                known()
                            )
                        })
                })
                .collect::<Result<_, _>>()
                .map(|transformations| OptOptions { transformations }),
        }
    }
}

/// What optimisation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Objects that became stack slots.
    pub slots: usize,
    /// Regions that are no longer opened.
    pub vanished: usize,
    /// Regions that became part of another one.
    pub merged: usize,
    /// Regions that are opened before a loop instead of in it, once for each loop.
    pub hoisted: usize,
    /// Allocations that another one's request serves.
    pub shared: usize,
    /// Allocations that carry attributes.
    pub marked: usize,
}

/// Optimises a module in place. It does not check: run the checker first. A module without region operations is left as it is.
/// Near-linear in its size, beside the check that it begins with.
///
/// # Errors
/// [`LowerError::Malformed`]; [`LowerError::Verification`] if the result is wrong, a defect of Croft.
pub fn run(module: Module<'_>, options: &OptOptions) -> Result<Report, LowerError> {
    let mut report = Report::default();
    if options.transformations.is_empty() || !has_operations(module) {
        return Ok(report);
    }
    refuse_malformed(module)?;
    // Handles come out of stack slots, and what small functions touch becomes known.
    passes::run(module, "always-inline,function(sroa),cgscc(function-attrs)").map_err(LowerError::Llvm)?;
    let facts = Facts::new(module)?;
    for function in module.functions().filter(|function| may_change(*function)) {
        if options.has(Transformation::Stack) && module.has_plain_stack() {
            stack::run(module, function, &facts, &mut report);
        }
        if options.has(Transformation::Merge) {
            merging::run(function, &facts, &mut report);
        }
        if options.has(Transformation::Loops) {
            loops::run(module, function, &facts, &mut report);
        }
        if options.has(Transformation::Groups) {
            groups::run(module, function, &mut report);
        }
        if options.has(Transformation::Attributes) {
            attributes::run(module, function, &mut report);
        }
    }
    module.verify().map_err(LowerError::Verification)?;
    Ok(report)
}
