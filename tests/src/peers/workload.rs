//! What is measured: workloads W1, W3, W5 and W6 by instructions an object. W2 and W4 are questions of their own ([`super::memory`],
//! [`super::worst`]).

/// A workload of `benches/kernels/workloads.c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Workload {
    /// Its heading in tables, and its key in `limits.toml`.
    pub title: &'static str,
    /// Its name on the command line.
    pub name: &'static str,
    /// Objects for each region, depth of a tree, length of a list.
    pub count: usize,
    /// Objects in one iteration.
    pub objects: usize,
    /// Iterations of the shorter and the longer of two runs.
    pub iterations: (usize, usize),
    /// Whether loop and touch are subtracted.
    pub is_net: bool,
}

/// A cycle of the drawn sizes, so that every run of sized objects sees each of them as often.
const CYCLE: usize = 1024;

const fn small(title: &'static str, name: &'static str, count: usize) -> Workload {
    Workload {
        title,
        name,
        count,
        objects: count,
        iterations: (256, 256 + CYCLE),
        is_net: true,
    }
}

const fn turns(title: &'static str, name: &'static str) -> Workload {
    Workload {
        title,
        name,
        count: 0,
        objects: 2000,
        iterations: (8, 40),
        is_net: true,
    }
}

/// W1 of one object of 32 bytes for each region.
pub const ONE: Workload = small("W1, 1", "fixed", 1);
/// W1 of 64 objects for each region.
pub const MANY: Workload = small("W1, 64", "fixed", 64);
/// The same, eight objects in a row in the source, so that one check can do for all.
pub const ROW: Workload = small("W1 row, 64", "row", 64);
/// Two regions that grow in turn.
pub const TURNS: Workload = turns("W3", "turns");
/// The same, four turns in a row in the source.
pub const TURNS_ROW: Workload = turns("W3 row", "turns-row");
/// Binary trees of depth 16.
pub const TREES: Workload = Workload {
    title: "W5",
    name: "trees",
    count: 16,
    objects: (2 << 16) - 1,
    iterations: (1, 3),
    is_net: false,
};
/// Lists that are built and returned.
pub const LISTS: Workload = Workload {
    title: "W6",
    name: "lists",
    count: 1000,
    objects: 1000,
    iterations: (8, 40),
    is_net: false,
};

/// All of them, in the order of the tables.
pub const ALL: [Workload; 12] = [
    ONE,
    small("W1, 8", "fixed", 8),
    MANY,
    small("W1 row, 8", "row", 8),
    ROW,
    small("W1 sized, 1", "varied", 1),
    small("W1 sized, 8", "varied", 8),
    small("W1 sized, 64", "varied", 64),
    TURNS,
    TURNS_ROW,
    TREES,
    LISTS,
];

/// The bytes at which W2 is asked what a pop costs.
pub const SMALL_REGION: usize = 16 << 10;
/// The bytes that W2 fills.
pub const LARGE_REGION: usize = 64 << 20;

/// How many objects W2 allocates for so many bytes: the sizes are those that the programs draw.
pub fn objects_of_large(bytes: usize) -> usize {
    let mut state = 7_u64;
    let sizes: Vec<usize> = (0..CYCLE)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            16 + 8 * ((state >> 33) % 31) as usize
        })
        .collect();
    let mut taken = 0;
    sizes
        .iter()
        .cycle()
        .take_while(|size| {
            let goes_on = taken < bytes;
            taken += **size;
            goes_on
        })
        .count()
}
