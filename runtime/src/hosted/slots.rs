//! Generational slots: values with names that are never valid twice.
//!
//! A slot's generation is odd while it holds a value, and goes up by one at each insertion and removal. A name is a slot's
//! index and generation. A slot whose generations are used up is not used again, so a stale name is always detected.
//!
//! Invariant *Slots-I1*: `vacant`, and `next` of every slot on its list, is `END` or the index of a slot without a value.

use std::vec::Vec;

const END: u32 = u32::MAX;
/// The last generation, of a slot without a value that is not used again.
const LAST: u32 = u32::MAX - 1;

struct Slot<T> {
    generation: u32,
    /// The next vacant slot.
    next: u32,
    value: Option<T>,
}

/// Values by generational names. All operations but iteration are O(1), insertion amortised.
pub(crate) struct Slots<T> {
    slots: Vec<Slot<T>>,
    vacant: u32,
    count: usize,
}

impl<T> Slots<T> {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            vacant: END,
            count: 0,
        }
    }

    /// Values held.
    pub(crate) fn len(&self) -> usize {
        self.count
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
        self.count += 1;
        if self.vacant == END {
            self.slots.push(Slot {
                generation: 1,
                next: END,
                value: Some(value),
            });
            return (self.slots.len() as u32 - 1, 1);
        }
        let index = self.vacant;
        let slot = &mut self.slots[index as usize];
        self.vacant = slot.next;
        slot.generation += 1;
        slot.value = Some(value);
        (index, slot.generation)
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
    /// 1. [`vacant`](Self::vacant) has just named a slot.
    #[inline(always)]
    pub(crate) unsafe fn fill(&mut self, value: T) -> u32 {
        self.count += 1;
        // SAFETY: obligation 1, Slots-I1.
        let slot = unsafe { self.slots.get_unchecked_mut(self.vacant as usize) };
        self.vacant = slot.next;
        slot.generation += 1;
        slot.value = Some(value);
        slot.generation
    }

    /// The value of this name, if it is not stale.
    #[inline(always)]
    pub(crate) fn get(&self, index: u32, generation: u32) -> Option<&T> {
        let slot = self.slots.get(index as usize)?;
        if slot.generation != generation {
            return None;
        }
        slot.value.as_ref()
    }

    /// The value at an index that is known to hold one, and its generation.
    pub(crate) fn at(&mut self, index: u32) -> Option<(u32, &mut T)> {
        let slot = self.slots.get_mut(index as usize)?;
        Some((slot.generation, slot.value.as_mut()?))
    }

    /// Removes the value of this name, which is stale from now on.
    pub(crate) fn remove(&mut self, index: u32, generation: u32) -> Option<T> {
        let slot = self.slots.get_mut(index as usize)?;
        if slot.generation != generation {
            return None;
        }
        let value = slot.value.take()?;
        self.vacate(index);
        Some(value)
    }

    /// Makes the name of the value at an index stale, without looking at the value. There is one.
    #[inline(always)]
    pub(crate) fn vacate(&mut self, index: u32) {
        let slot = &mut self.slots[index as usize];
        slot.value = None;
        slot.generation += 1;
        if slot.generation < LAST {
            slot.next = self.vacant;
            self.vacant = index;
        }
        self.count -= 1;
    }

    /// Every value with its name. O(the most there ever were at once).
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u32, &T)> {
        self.slots
            .iter()
            .enumerate()
            .filter_map(|(index, slot)| Some((index as u32, slot.generation, slot.value.as_ref()?)))
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
