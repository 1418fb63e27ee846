//! Large allocations: an extent of the upstream resource each.
//!
//! An extent starts at a multiple of 16 KiB, so the table of pages leads from its start to its record. Pointers into the
//! middle are found by **cells**: an extent of size in (2ᵏ⁻¹, 2ᵏ] is entered in the one or two cells of 2ᵏ bytes, at
//! multiples of 2ᵏ, that it touches. Extents of one level do not overlap and each is longer than half a cell, so a cell
//! has at most three. A look-up tries each level once: O(1), whatever is live.

use std::vec::Vec;

use hashbrown::HashMap;

use super::pages::UNIT;
use super::record::{Label, Record};
use super::resource::Extent;

/// No allocation.
const NONE: u32 = u32::MAX;

/// One large allocation.
pub(crate) struct Large {
    pub(crate) extent: Extent,
    /// Bytes asked for.
    pub(crate) size: usize,
    pub(crate) label: Label,
    pub(crate) record: Record,
}

/// The large allocations of a context.
pub(crate) struct Larges {
    places: Vec<Option<Large>>,
    vacant: Vec<u32>,
    /// Which allocations touch a cell, by address / 2ᵏ × 64 + k.
    cells: HashMap<usize, [u32; 3]>,
    /// Allocations of each level.
    levels: [u32; 64],
}

// SAFETY: the extents belong to the context under whose lock this is used.
unsafe impl Send for Larges {}

/// The binary logarithm of the cells that an extent is entered in.
fn level(extent: &Extent) -> u32 {
    extent.size.max(UNIT).next_power_of_two().trailing_zeros()
}

/// The key of the cell of an address.
fn cell(address: usize, level: u32) -> usize {
    (address >> level) << 6 | level as usize
}

impl Larges {
    pub(crate) fn new() -> Self {
        Self {
            places: Vec::new(),
            vacant: Vec::new(),
            cells: HashMap::new(),
            levels: [0; 64],
        }
    }

    /// Makes room for one more and says which index it will get; `None` if there is no memory. O(1) on average.
    pub(crate) fn reserve(&mut self) -> Option<u32> {
        self.places.try_reserve(1).ok()?;
        // For the removal, which must not fail.
        self.vacant.try_reserve(self.places.len() + 1).ok()?;
        self.cells.try_reserve(2).ok()?;
        Some(self.vacant.last().copied().unwrap_or(self.places.len() as u32))
    }

    /// Adds an allocation at the index that [`reserve`](Self::reserve) has just given.
    pub(crate) fn insert(&mut self, large: Large) {
        let index = self.vacant.pop().unwrap_or(self.places.len() as u32);
        let level = level(&large.extent);
        let (first, last) = Self::ends(&large.extent, level);
        for key in [Some(first), (last != first).then_some(last)]
            .into_iter()
            .flatten()
        {
            let members = self.cells.entry(key).or_insert([NONE; 3]);
            if let Some(place) = members.iter_mut().find(|place| **place == NONE) {
                *place = index;
            }
        }
        self.levels[level as usize] += 1;
        match self.places.get_mut(index as usize) {
            Some(place) => *place = Some(large),
            None => self.places.push(Some(large)),
        }
    }

    /// Removes an allocation. O(1) on average.
    pub(crate) fn remove(&mut self, index: u32) -> Option<Large> {
        let large = self.places.get_mut(index as usize)?.take()?;
        let level = level(&large.extent);
        let (first, last) = Self::ends(&large.extent, level);
        for key in [Some(first), (last != first).then_some(last)]
            .into_iter()
            .flatten()
        {
            if let Some(members) = self.cells.get_mut(&key) {
                for member in members.iter_mut().filter(|member| **member == index) {
                    *member = NONE;
                }
                if *members == [NONE; 3] {
                    self.cells.remove(&key);
                }
            }
        }
        self.levels[level as usize] -= 1;
        self.vacant.push(index);
        Some(large)
    }

    /// The cells of the first and the last byte.
    fn ends(extent: &Extent, level: u32) -> (usize, usize) {
        let last = extent.address() + extent.size.max(1) - 1;
        (cell(extent.address(), level), cell(last, level))
    }

    /// How many there are. O(1).
    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.vacant.len()
    }

    /// The allocation at this index.
    pub(crate) fn get(&self, index: u32) -> Option<&Large> {
        self.places.get(index as usize)?.as_ref()
    }

    /// The same, to change.
    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut Large> {
        self.places.get_mut(index as usize)?.as_mut()
    }

    /// Whether the address lies in an allocation. At most one step for each level.
    pub(crate) fn contains(&self, address: usize) -> bool {
        (0..64)
            .filter(|&level| self.levels[level as usize] > 0)
            .any(|level| {
                let members = self
                    .cells
                    .get(&cell(address, level))
                    .copied()
                    .unwrap_or([NONE; 3]);
                members
                    .iter()
                    .filter_map(|&member| self.get(member))
                    .any(|large| {
                        (large.extent.address()..large.extent.address() + large.extent.size)
                            .contains(&address)
                    })
            })
    }

    /// Calls `each` with every allocation. O(the most there ever were).
    pub(crate) fn each(&self, each: impl FnMut(&Large)) {
        self.places.iter().flatten().for_each(each);
    }

    /// The extents of all allocations.
    pub(crate) fn extents(&self) -> impl Iterator<Item = Extent> {
        self.places.iter().flatten().map(|large| large.extent)
    }
}
