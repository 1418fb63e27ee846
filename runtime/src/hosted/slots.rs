//! Generational slots: values with names that are never valid twice.
//!
//! A name is a slot's index and generation. A slot's generation goes up by one at each insertion and removal; one whose
//! generations are used up is not used again, so a stale name is always detected.
//!
//! Invariants:
//! - *Slots-I1*: a slot holds a value exactly while its generation is odd, else the index of the next vacant slot.
//! - *Slots-I2*: `vacant` is `END` or the first of a list of slots without a value, which ends with `END`.

use std::vec::Vec;

const END: u32 = u32::MAX;
/// The last generation, of a slot without a value that is not used again.
const LAST: u32 = u32::MAX - 1;

/// What a slot holds, by its generation (Slots-I1).
#[derive(Clone, Copy)]
union Content<T: Copy> {
    value: T,
    next: u32,
}

#[repr(C)]
struct Slot<T: Copy> {
    content: Content<T>,
    generation: u32,
}

/// Values by generational names. All operations but iteration are O(1), insertion amortised. A slot is a value and four
/// bytes, so a removal and the insertion after it touch one cache line.
pub(crate) struct Slots<T: Copy> {
    slots: Vec<Slot<T>>,
    vacant: u32,
    count: u32,
}

impl<T: Copy> Slot<T> {
    #[inline(always)]
    fn value(&self) -> Option<&T> {
        if self.generation.is_multiple_of(2) {
            return None;
        }
        // SAFETY: Slots-I1.
        Some(unsafe { &self.content.value })
    }
}

impl<T: Copy> Slots<T> {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            vacant: END,
            count: 0,
        }
    }

    /// Values held.
    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }

    /// All indices are below this.
    pub(crate) fn bound(&self) -> usize {
        self.slots.len()
    }

    /// Makes room for one value more; false if there is no memory.
    #[inline(always)]
    pub(crate) fn reserve(&mut self) -> bool {
        self.vacant != END || (self.slots.try_reserve(1).is_ok() && self.slots.len() < END as usize - 1)
    }

    /// Inserts a value, for which [`reserve`](Self::reserve) has made room: its index and generation.
    #[inline(always)]
    pub(crate) fn insert(&mut self, value: T) -> (u32, u32) {
        let index = self.vacant;
        if index != END {
            // SAFETY: a slot is vacant.
            return (index, unsafe { self.fill(value) });
        }
        self.count += 1;
        self.slots.push(Slot {
            content: Content { value },
            generation: 1,
        });
        (self.slots.len() as u32 - 1, 1)
    }

    /// The slot that the next value goes to, if one is vacant.
    #[inline(always)]
    pub(crate) fn vacant(&self) -> Option<u32> {
        (self.vacant != END).then_some(self.vacant)
    }

    /// As [`insert`](Self::insert) where a slot is vacant: its generation.
    ///
    /// # Safety
    ///
    /// 1. [`vacant`](Self::vacant) names a slot.
    #[inline(always)]
    pub(crate) unsafe fn fill(&mut self, value: T) -> u32 {
        self.count += 1;
        // SAFETY: obligation 1, Slots-I2.
        let slot = unsafe { self.slots.get_unchecked_mut(self.vacant as usize) };
        // SAFETY: Slots-I1.
        self.vacant = unsafe { slot.content.next };
        slot.generation += 1;
        slot.content = Content { value };
        slot.generation
    }

    /// The value of this name, if it is not stale.
    #[inline(always)]
    pub(crate) fn get(&self, index: u32, generation: u32) -> Option<&T> {
        let slot = self.slots.get(index as usize)?;
        if slot.generation != generation {
            return None;
        }
        slot.value()
    }

    /// Removes the value of this name, which is stale from now on.
    pub(crate) fn remove(&mut self, index: u32, generation: u32) -> Option<T> {
        let value = *self.get(index, generation)?;
        // SAFETY: there is a value.
        unsafe { self.vacate(index, generation) };
        Some(value)
    }

    /// Makes a name stale.
    ///
    /// # Safety
    ///
    /// 1. There is a value of this name.
    #[inline(always)]
    pub(crate) unsafe fn vacate(&mut self, index: u32, generation: u32) {
        // SAFETY: obligation 1.
        let slot = unsafe { self.slots.get_unchecked_mut(index as usize) };
        slot.generation = generation + 1;
        if slot.generation < LAST {
            slot.content = Content { next: self.vacant };
            self.vacant = index;
        }
        self.count -= 1;
    }

    /// Every value with its name. O(the most there ever were at once).
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u32, &T)> {
        self.slots
            .iter()
            .enumerate()
            .filter_map(|(index, slot)| Some((index as u32, slot.generation, slot.value()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_valid_twice() {
        let mut slots = Slots::new();
        let mut stale = Vec::new();
        for round in 0..1000 {
            assert!(slots.reserve());
            let (index, generation) = slots.insert(round);
            assert_eq!(index, 0, "one slot serves all rounds");
            assert_eq!(slots.get(index, generation), Some(&round));
            assert!(stale.iter().all(|&old| slots.get(0, old).is_none()));
            assert_eq!(slots.remove(index, generation), Some(round));
            assert_eq!(slots.remove(index, generation), None);
            stale.push(generation);
        }
    }

    /// The generation of a vacant slot is the name of nothing.
    #[test]
    fn a_made_up_name_of_a_vacant_slot_is_stale() {
        let mut slots = Slots::new();
        assert!(slots.reserve());
        let (index, generation) = slots.insert('a');
        assert!(slots.remove(index, generation).is_some());
        assert_eq!(slots.get(index, generation + 1), None);
        assert_eq!(slots.remove(index, generation + 1), None);
        assert_eq!(slots.len(), 0);
    }

    #[test]
    fn a_slot_retires_when_its_generations_are_used_up() {
        let mut slots = Slots::new();
        assert!(slots.reserve());
        let (index, generation) = slots.insert('a');
        assert!(slots.remove(index, generation).is_some());
        slots.slots[0].generation = LAST - 2;
        let (index, generation) = slots.insert('b');
        assert_eq!((index, generation), (0, LAST - 1));
        assert_eq!(slots.remove(index, generation), Some('b'));
        assert!(slots.reserve());
        assert_eq!(slots.insert('c'), (1, 1));
        assert_eq!(slots.get(0, generation), None);
    }
}
