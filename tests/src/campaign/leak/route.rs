//! The routes' names.

/// A way from an object to a holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// A variable of the function.
    Local,
    /// The same, on one of two ways.
    LocalOnOneWay,
    /// The result of a function that ends the region itself.
    Return,
    /// The result of a function that returns its argument.
    ReturnedArgument,
    /// The result of a function that reads a field of its argument.
    ReturnedField,
    /// An out-parameter.
    OutParameter,
    /// The out-parameter of a function that ends the region itself.
    OutParameterOfOwner,
    /// A field of the argument of a function that ends the region itself.
    FieldOfOwner,
    /// A field of an object of an older region.
    Field,
    /// A field of a field of one.
    FieldOfField,
    /// A field of an argument, stored by the function called.
    FieldOfArgument,
    /// A field of a field of an argument.
    FieldOfFieldOfArgument,
    /// The same by a function that the function calls.
    CalleeOfCallee,
    /// A global.
    Global,
    /// A global, stored by a function called.
    GlobalByCallee,
    /// A thread-local global.
    ThreadLocal,
    /// A field of a global structure.
    GlobalStructure,
    /// An element of a global array.
    GlobalArray,
    /// An element of an array on the stack.
    StackArray,
    /// An element of an array in an older region.
    RegionArray,
    /// An array passed to a function.
    ArrayOfArgument,
    /// `memcpy` of a structure.
    Memcpy,
    /// The same into an older region.
    MemcpyIntoRegion,
    /// An assigned structure.
    Structure,
    /// A structure passed by value.
    StructureByValue,
    /// A structure returned.
    ReturnedStructure,
    /// A structure returned in registers.
    ReturnedPair,
    /// A whole node copied.
    CopiedNode,
    /// A holder on the heap.
    Heap,
    /// A function out of a table.
    Table,
    /// One of two functions.
    EitherFunction,
    /// A function and its context.
    Closure,
    /// A function that calls itself.
    Recursion,
    /// Two functions that call each other.
    MutualRecursion,
    /// A function that remembers its last argument in an older region.
    Cache,
    /// A variable that the next iteration reads.
    LoopCarried,
    /// An integer and back.
    Integer,
    /// `void *`
    Untyped,
    /// A pointer into the middle of the object.
    Interior,
    /// A pointer to one of two places.
    EitherPlace,
    /// Exchanged by a function.
    Swapped,
    /// Out of a list: the object's neighbour.
    Neighbour,
}

impl Route {
    /// All of them.
    pub const ALL: [Route; 42] = [
        Route::Local,
        Route::LocalOnOneWay,
        Route::Return,
        Route::ReturnedArgument,
        Route::ReturnedField,
        Route::OutParameter,
        Route::OutParameterOfOwner,
        Route::FieldOfOwner,
        Route::Field,
        Route::FieldOfField,
        Route::FieldOfArgument,
        Route::FieldOfFieldOfArgument,
        Route::CalleeOfCallee,
        Route::Global,
        Route::GlobalByCallee,
        Route::ThreadLocal,
        Route::GlobalStructure,
        Route::GlobalArray,
        Route::StackArray,
        Route::RegionArray,
        Route::ArrayOfArgument,
        Route::Memcpy,
        Route::MemcpyIntoRegion,
        Route::Structure,
        Route::StructureByValue,
        Route::ReturnedStructure,
        Route::ReturnedPair,
        Route::CopiedNode,
        Route::Heap,
        Route::Table,
        Route::EitherFunction,
        Route::Closure,
        Route::Recursion,
        Route::MutualRecursion,
        Route::Cache,
        Route::LoopCarried,
        Route::Integer,
        Route::Untyped,
        Route::Interior,
        Route::EitherPlace,
        Route::Swapped,
        Route::Neighbour,
    ];
}

/// The routes inside a function that a pointer may take before it takes another one: each leaves nothing behind when its
/// holder is cleared.
pub(super) const DETOURS: [Route; 14] = [
    Route::Local,
    Route::ReturnedArgument,
    Route::ReturnedField,
    Route::OutParameter,
    Route::StackArray,
    Route::ArrayOfArgument,
    Route::Memcpy,
    Route::Structure,
    Route::ReturnedStructure,
    Route::ReturnedPair,
    Route::Untyped,
    Route::Interior,
    Route::Swapped,
    Route::Neighbour,
];
