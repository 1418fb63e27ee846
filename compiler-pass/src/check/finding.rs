//! Findings: what the rules report, as typed values. Rendering is elsewhere.

use crate::effects::Count;
use crate::form::{FuncId, InstId};

/// A place in the analysed module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// The function.
    pub function: FuncId,
    /// The instruction; `None` stands for the function as a whole.
    pub inst: Option<InstId>,
}

/// A violation of a rule, or something that cannot be decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What is wrong.
    pub problem: Problem,
    /// Where it shows.
    pub at: Site,
    /// The places that explain it, in the order of cause and effect.
    pub because: Vec<(Site, Role)>,
}

/// What a related place has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Here the region was opened.
    Opened,
    /// Here the function takes the region as a parameter.
    Parameter,
    /// Here the region ended.
    Ended,
    /// Here every value in the region ended.
    Reset,
    /// Here the innermost region was opened.
    Innermost,
    /// Here the value was allocated.
    Allocated,
    /// Here the loop repeats.
    Repeats,
    /// Here the callee allocates.
    CalleeAllocates,
    /// Here the callee, or what it calls, stores the pointer.
    CalleeStores,
    /// Here the object is allocated that the pointer is stored in.
    Holder,
    /// Here the function calls itself again.
    Recurses,
    /// Here the handle came from.
    Stored,
    /// Here the pointer was put into memory, on its way.
    Kept,
    /// Here the pointer was read from memory again.
    ReadBack,
    /// Here a callee returned the pointer that it was given.
    ComesBack,
    /// Here the callee passes the pointer on to the function that nobody described.
    PassedOn,
    /// Here the cleanup is registered.
    Registered,
    /// Here the function with the primary place was inlined into another.
    InlinedInto,
    /// Here the same cause shows again, and in so many more places.
    Likewise(u32),
}

impl Role {
    /// The role's name in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Role::Opened => "opened",
            Role::Parameter => "parameter",
            Role::Ended => "ended",
            Role::Reset => "reset",
            Role::Innermost => "innermost",
            Role::Allocated => "allocated",
            Role::Repeats => "repeats",
            Role::CalleeAllocates => "callee-allocates",
            Role::CalleeStores => "callee-stores",
            Role::Holder => "holder",
            Role::Recurses => "recurses",
            Role::Stored => "stored",
            Role::Kept => "kept",
            Role::ReadBack => "read-back",
            Role::ComesBack => "comes-back",
            Role::PassedOn => "passed-on",
            Role::Registered => "registered",
            Role::InlinedInto => "inlined-into",
            Role::Likewise(_) => "likewise",
        }
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// R0101: a name with the prefix of operations that is none.
    UnknownOperation {
        /// The name.
        name: String,
        /// An operation with a similar name.
        nearest: Option<&'static str>,
    },
    /// R0102: an operation with another signature than its own.
    WrongSignature {
        /// The operation.
        name: &'static str,
        /// The signature it has.
        expected: String,
        /// The signature here.
        found: String,
    },
    /// R0103: an operand that no execution can accept.
    BadOperand {
        /// The operation.
        name: &'static str,
        /// What is wrong with which operand.
        what: String,
    },
    /// R0104: an effect annotation that cannot be read.
    MalformedEffects {
        /// The annotation.
        text: String,
        /// What is wrong with it.
        why: String,
        /// What the body does, where the annotation says something else.
        inferred: Option<String>,
    },
    /// R0105: an operation that is not called but used as a value.
    NotCalled {
        /// The operation.
        name: String,
    },
    /// R0201: a region is open where the function is left or the loop repeats.
    LeftOpen {
        /// How control goes on.
        way: Way,
    },
    /// R0202: a region ends that is not the innermost one.
    NotInnermost,
    /// R0203: a region ends that has ended already.
    EndedTwice,
    /// R0204: a call may unwind past an open region.
    UnwindsPast {
        /// The callee.
        callee: String,
    },
    /// R0205: a region is open on some paths only.
    PathsDisagree,
    /// R0301: an allocation in a loop, into a region that outlives the iteration.
    LeakInLoop,
    /// R0302: a call in a loop that allocates into a region that outlives the iteration.
    LeakThroughCall {
        /// The callee.
        callee: String,
    },
    /// R0303: a callee repeats an allocation into the region it is given.
    LeakInCallee {
        /// The callee.
        callee: String,
        /// It repeats it by a recursion, not by a loop.
        by_recursion: bool,
    },
    /// R0304: a recursion repeats an allocation into the region it passes on.
    LeakInRecursion {
        /// The recursive function.
        function: String,
    },
    /// R0305: a parameter that is declared bounded gets a region without a budget.
    NotBounded {
        /// The callee.
        callee: String,
    },
    /// R0401: a pointer into a region is returned after the region ended.
    Returned,
    /// R0402: a pointer into a region is stored in a place that outlives the region.
    StoredOutside {
        /// The place.
        place: Place,
    },
    /// R0403: a pointer into a region is used after the region ended.
    UsedAfterEnd {
        /// What uses it.
        by: Use,
    },
    /// R0404: an operation on a region that has ended.
    RegionUsedAfterEnd {
        /// The operation.
        operation: String,
    },
    /// R0404: a callee ends one of its regions, and is given the same region twice.
    SameRegionTwice {
        /// The callee.
        callee: String,
    },
    /// R0405: an object of a region is given to an allocator that did not allocate it.
    Freed {
        /// The callee.
        callee: String,
    },
    /// R0601: a region of a real-time kernel ends with cleanups left.
    CleanupsLeft {
        /// How many there may be.
        count: Count,
        /// How many the kernel allows.
        allowed: u32,
        /// The callee in which the region ends.
        callee: Option<String>,
    },
    /// R0602: a cleanup does what none may do.
    UnfitCleanup {
        /// The function.
        function: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// R0902, R0906: a cleanup that nobody described.
    UnknownCleanup {
        /// The function, if it is known.
        function: Option<String>,
    },
    /// R0902, R0906: a real-time kernel calls what nobody described: it may end regions with cleanups.
    KernelCallsUnknown {
        /// The function, if it is known.
        callee: Option<String>,
        /// It calls such a function, and is described itself.
        within: bool,
    },
    /// R0901: a region handle that cannot be followed.
    UntraceableHandle {
        /// The operation or callee that needs it.
        operation: String,
        /// Where it comes from.
        from: &'static str,
    },
    /// R0902: a pointer into a region, or a region, is given to a function that nobody described.
    UnknownCallee {
        /// The function.
        callee: String,
        /// The effects that its caller could declare.
        suggestion: String,
        /// It is given a region itself, not only a pointer into one.
        region: bool,
        /// It has a body, which another one may replace.
        replaceable: bool,
    },
    /// R0903: several regions may be the one that ends here.
    AmbiguousEnd,
    /// R0904: an instruction whose effect on regions is not analysed.
    NotAnalysed {
        /// The instruction.
        what: String,
    },
    /// R0905: an operation that this version of Croft does not have yet.
    NotSupported {
        /// The operation.
        name: &'static str,
    },
    /// R0906: a pointer into a region, or a region, is given to a call through a pointer.
    IndirectCall {
        /// Another name of a function, which may come to be one of another function.
        alias: Option<String>,
    },
    /// R0907: a pointer read from memory may lead into a region that ended.
    MayUseAfterEnd {
        /// What uses it.
        by: Use,
    },
}

/// How control goes on while a region is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The loop repeats. First, because a region that a loop leaves open is also open where the function returns.
    Repeat,
    /// The function returns.
    Return,
    /// The function unwinds.
    Unwind,
}

/// A place that outlives a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A global variable, the heap, or memory that nothing here owns.
    Global,
    /// Memory that the caller owns.
    Caller,
    /// An object in a region that ends later.
    OuterRegion,
    /// An exception.
    Exception,
}

/// What uses a pointer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// A read.
    Read,
    /// A write.
    Write,
    /// A call of this function.
    Call(String),
    /// A keepalive.
    Keepalive,
    /// A cleanup, when the region of its registration ends.
    Cleanup,
}

impl Problem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Problem::UnknownOperation { .. } => "R0101",
            Problem::WrongSignature { .. } => "R0102",
            Problem::BadOperand { .. } => "R0103",
            Problem::MalformedEffects { .. } => "R0104",
            Problem::NotCalled { .. } => "R0105",
            Problem::LeftOpen { .. } => "R0201",
            Problem::NotInnermost => "R0202",
            Problem::EndedTwice => "R0203",
            Problem::UnwindsPast { .. } => "R0204",
            Problem::PathsDisagree => "R0205",
            Problem::LeakInLoop => "R0301",
            Problem::LeakThroughCall { .. } => "R0302",
            Problem::LeakInCallee { .. } => "R0303",
            Problem::LeakInRecursion { .. } => "R0304",
            Problem::NotBounded { .. } => "R0305",
            Problem::Returned => "R0401",
            Problem::StoredOutside { .. } => "R0402",
            Problem::UsedAfterEnd { .. } => "R0403",
            Problem::RegionUsedAfterEnd { .. } | Problem::SameRegionTwice { .. } => "R0404",
            Problem::Freed { .. } => "R0405",
            Problem::CleanupsLeft { .. } => "R0601",
            Problem::UnfitCleanup { .. } => "R0602",
            Problem::UnknownCleanup { function: Some(_) }
            | Problem::KernelCallsUnknown { callee: Some(_), .. } => "R0902",
            Problem::UnknownCleanup { function: None } | Problem::KernelCallsUnknown { callee: None, .. } => {
                "R0906"
            }
            Problem::UntraceableHandle { .. } => "R0901",
            Problem::UnknownCallee { .. } => "R0902",
            Problem::AmbiguousEnd => "R0903",
            Problem::NotAnalysed { .. } => "R0904",
            Problem::NotSupported { .. } => "R0905",
            Problem::IndirectCall { .. } => "R0906",
            Problem::MayUseAfterEnd { .. } => "R0907",
        }
    }
}
