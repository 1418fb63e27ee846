//! The workloads, as in `../kernels/workloads.c`, which describes them.

use crate::peer::{Cell, Object, Peer, Region, Tree, Varied};
use crate::support::{end, mark, not_unrolled, print_memory, processor_time};
use std::alloc::Layout;
use std::ptr::null_mut;

const TURNS: usize = 1000;
const SIZES: usize = 1024;

/// What the command line says.
pub struct Run<'a> {
    /// Which one.
    pub workload: &'a str,
    /// Objects for each region, or what the workload says.
    pub count: usize,
    /// How often.
    pub iterations: usize,
    /// What to print: `time` or `memory`.
    pub tells: Option<&'a str>,
}

impl Run<'_> {
    /// Runs it on a peer; false if it has no such workload.
    pub fn on<P: Peer>(&self) -> bool {
        let sizes = draw_sizes();
        let start = processor_time();
        match (self.workload, self.count) {
            ("fixed", 1) => fixed_one::<P>(self.iterations),
            ("fixed", count) => fixed::<P>(self.iterations, count),
            ("row", 8) => row_one::<P>(self.iterations),
            ("row", count) => row::<P>(self.iterations, count),
            ("varied", 1) if P::SIZED => varied_one::<P>(self.iterations, &sizes),
            ("varied", count) if P::SIZED => varied::<P>(self.iterations, count, &sizes),
            ("large", bytes) if P::SIZED => {
                large::<P>(bytes, self.iterations != 0, self.tells.is_some(), &sizes)
            }
            ("turns", _) => turns::<P>(self.iterations),
            ("turns-row", _) => turns_row::<P>(self.iterations),
            ("single", _) if P::SIZED => single::<P>(self.iterations, &sizes),
            ("trees", depth) if P::ALLOCATES => trees::<P>(self.iterations, depth),
            ("lists", length) if P::ALLOCATES => lists::<P>(self.iterations, length),
            _ => return false,
        }
        if self.tells == Some("time") {
            println!("{}", processor_time() - start);
        }
        true
    }
}

/// The same sizes as in C.
fn draw_sizes() -> [u16; SIZES] {
    let mut state = 7_u64;
    std::array::from_fn(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        16 + 8 * ((state >> 33) % 31) as u16
    })
}

/// One store that no compiler leaves out.
#[inline(always)]
fn touch<T>(object: *mut T, value: usize) {
    // SAFETY: every object has two words.
    unsafe { object.cast::<usize>().add(1).write_volatile(value) };
}

#[inline(always)]
fn layout(size: u16) -> Layout {
    // SAFETY: 8 is a power of two, and the size small.
    unsafe { Layout::from_size_align_unchecked(usize::from(size), 8) }
}

/// Eight objects one after the other, without a loop.
macro_rules! eight {
    ($region:expr, $value:expr) => {
        touch($region.object(), $value);
        touch($region.object(), $value);
        touch($region.object(), $value);
        touch($region.object(), $value);
        touch($region.object(), $value);
        touch($region.object(), $value);
        touch($region.object(), $value);
        touch($region.object(), $value);
    };
}

#[inline(never)]
fn fixed_one<P: Peer>(iterations: usize) {
    let mut peer = P::new();
    for turn in 0..iterations {
        not_unrolled();
        peer.region::<Object, _>(|region| touch(region.object(), turn));
    }
}

#[inline(never)]
fn fixed<P: Peer>(iterations: usize, count: usize) {
    let mut peer = P::new();
    for turn in 0..iterations {
        peer.region::<Object, _>(|region| {
            for _ in 0..count {
                not_unrolled();
                touch(region.object(), turn);
            }
        });
    }
}

#[inline(never)]
fn row_one<P: Peer>(iterations: usize) {
    let mut peer = P::new();
    for turn in 0..iterations {
        not_unrolled();
        peer.region::<Object, _>(|region| {
            eight!(region, turn);
        });
    }
}

#[inline(never)]
fn row<P: Peer>(iterations: usize, count: usize) {
    let mut peer = P::new();
    for turn in 0..iterations {
        peer.region::<Object, _>(|region| {
            for _ in 0..count / 8 {
                not_unrolled();
                eight!(region, turn);
            }
        });
    }
}

#[inline(never)]
fn varied_one<P: Peer>(iterations: usize, sizes: &[u16; SIZES]) {
    let mut peer = P::new();
    for turn in 0..iterations {
        not_unrolled();
        peer.region::<Varied, _>(|region| {
            let size = sizes[turn % SIZES];
            touch(region.sized(layout(size)), usize::from(size));
        });
    }
}

#[inline(never)]
fn varied<P: Peer>(iterations: usize, count: usize, sizes: &[u16; SIZES]) {
    let mut peer = P::new();
    let mut at = 0;
    for _ in 0..iterations {
        peer.region::<Varied, _>(|region| {
            for _ in 0..count {
                not_unrolled();
                let size = sizes[at % SIZES];
                at += 1;
                touch(region.sized(layout(size)), usize::from(size));
            }
        });
    }
}

#[inline(never)]
fn large<P: Peer>(bytes: usize, ends: bool, tells: bool, sizes: &[u16; SIZES]) {
    let mut peer = P::new();
    peer.region::<Varied, _>(|region| {
        let (mut taken, mut at) = (0, 0);
        while taken < bytes {
            not_unrolled();
            let size = sizes[at % SIZES];
            at += 1;
            touch(region.sized(layout(size)), usize::from(size));
            taken += usize::from(size);
        }
        if tells {
            print_memory(taken);
        }
        if !ends {
            end();
        }
    });
    end();
}

#[inline(never)]
fn turns<P: Peer>(iterations: usize) {
    let mut peer = P::new();
    for turn in 0..iterations {
        peer.two::<Object>(|one, other| {
            for _ in 0..TURNS {
                not_unrolled();
                touch(one.object(), turn);
                touch(other.object(), turn);
            }
        });
    }
}

#[inline(never)]
fn turns_row<P: Peer>(iterations: usize) {
    let mut peer = P::new();
    for turn in 0..iterations {
        peer.two::<Object>(|one, other| {
            for _ in 0..TURNS / 4 {
                not_unrolled();
                touch(one.object(), turn);
                touch(other.object(), turn);
                touch(one.object(), turn);
                touch(other.object(), turn);
                touch(one.object(), turn);
                touch(other.object(), turn);
                touch(one.object(), turn);
                touch(other.object(), turn);
            }
        });
    }
}

#[inline(never)]
fn single<P: Peer>(rounds: usize, sizes: &[u16; SIZES]) {
    let mut peer = P::new();
    let mut at = 0;
    for round in 0..rounds {
        mark(0);
        mark(1);
        mark(0);
        peer.region::<Varied, _>(|region| {
            mark(2);
            for _ in 0..round % 8 * 64 {
                let mut size = usize::from(sizes[at % SIZES]);
                if at % 61 == 60 {
                    size *= 50;
                }
                at += 1;
                // SAFETY: 8 is a power of two, and the size small.
                let layout = unsafe { Layout::from_size_align_unchecked(size, 8) };
                mark(0);
                let object = region.sized(layout);
                mark(3);
                touch(object, size);
            }
            mark(0);
        });
        mark(4);
    }
}

fn grow(region: &impl Region<Tree>, depth: usize) -> *mut Tree {
    let tree = region.node();
    let (mut left, mut right) = (null_mut(), null_mut());
    if depth > 0 {
        left = grow(region, depth - 1);
        right = grow(region, depth - 1);
    }
    // SAFETY: the node is fresh and large enough.
    unsafe { tree.write(Tree { left, right }) };
    tree
}

fn nodes(tree: *const Tree) -> usize {
    if tree.is_null() {
        return 0;
    }
    // SAFETY: trees consist of nodes that `grow` wrote, and live.
    let Tree { left, right } = unsafe { &*tree };
    nodes(*left) + nodes(*right) + 1
}

fn fell(region: &impl Region<Tree>, tree: *mut Tree) {
    // SAFETY: as in `nodes`; every node is freed once, after its children.
    unsafe {
        let Tree { left, right } = *tree;
        if !left.is_null() {
            fell(region, left);
            fell(region, right);
        }
        region.leave(tree);
    }
}

#[inline(never)]
fn trees<P: Peer>(iterations: usize, depth: usize) {
    let mut peer = P::new();
    for _ in 0..iterations {
        peer.region::<Tree, _>(|region| {
            let tree = grow(region, depth);
            assert_eq!(nodes(tree), (2 << depth) - 1);
            if P::FREES {
                fell(region, tree);
            }
        });
    }
}

#[inline(never)]
fn list(region: &impl Region<Cell>, length: usize) -> *mut Cell {
    let mut head = null_mut();
    for value in 0..length {
        not_unrolled();
        let cell = region.node();
        // SAFETY: the cell is fresh and large enough.
        unsafe { cell.write(Cell { next: head, value }) };
        head = cell;
    }
    head
}

#[inline(never)]
fn lists<P: Peer>(iterations: usize, length: usize) {
    let mut peer = P::new();
    for _ in 0..iterations {
        peer.region::<Cell, _>(|region| {
            let head = list(region, length);
            let (mut cell, mut sum) = (head, 0);
            while !cell.is_null() {
                not_unrolled();
                // SAFETY: lists consist of cells that `list` wrote, and live.
                unsafe {
                    sum += (*cell).value;
                    cell = (*cell).next;
                }
            }
            assert_eq!(sum, length * (length - 1) / 2);
            let mut cell = head;
            while P::FREES && !cell.is_null() {
                // SAFETY: as above; every cell is freed once, after its successor was read.
                unsafe {
                    let next = (*cell).next;
                    region.leave(cell);
                    cell = next;
                }
            }
        });
    }
}
