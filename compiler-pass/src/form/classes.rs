//! Classes of memory for [`super::storage`]: a union-find structure whose classes know where the pointers point that lie in
//! them, by offset.
//!
//! *Classes-I1*: a class that has become another has no cells, and a class whose places are one has at most one cell.

use super::offset::Offset;
use std::collections::BTreeMap;

/// A class with more cells than this has one.
const MAX_CELLS: usize = 64;

/// Where a pointer points.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) class: usize,
    pub(super) offset: Offset,
}

impl Spot {
    pub(super) fn anywhere(self) -> Spot {
        let offset = Offset::ANY;
        Spot { offset, ..self }
    }
}

/// Classes of memory, and where the pointers point that lie in each.
#[derive(Default)]
pub(super) struct Classes {
    parents: Vec<usize>,
    /// By class; nothing of one that has become another.
    pub(super) cells: Vec<Cells>,
}

#[derive(Default)]
pub(super) struct Cells {
    /// Its places are not told apart.
    pub(super) is_one: bool,
    held: BTreeMap<Offset, Spot>,
}

impl Classes {
    pub(super) fn fresh(&mut self) -> usize {
        self.parents.push(self.parents.len());
        self.cells.push(Cells::default());
        self.parents.len() - 1
    }

    pub(super) fn find(&mut self, mut class: usize) -> usize {
        while self.parents[class] != class {
            self.parents[class] = self.parents[self.parents[class]];
            class = self.parents[class];
        }
        class
    }

    /// Makes two classes one. True if they were two.
    pub(super) fn unify(&mut self, left: usize, right: usize) -> bool {
        let mut grew = false;
        let mut work = vec![(left, right)];
        while let Some((left, right)) = work.pop() {
            let (left, right) = (self.find(left), self.find(right));
            if left == right {
                continue;
            }
            grew = true;
            let size = |class: usize| self.cells[class].held.len();
            let (kept, gone) = if size(left) < size(right) {
                (right, left)
            } else {
                (left, right)
            };
            self.parents[gone] = kept;
            let moved = std::mem::take(&mut self.cells[gone]);
            let cells = &mut self.cells[kept];
            cells.is_one |= moved.is_one;
            for (offset, spot) in moved.held {
                work.extend(cells.hold(offset, spot).1);
            }
            work.extend(cells.shrink());
        }
        grew
    }

    /// Lets a place hold a pointer. True if that is news.
    pub(super) fn hold(&mut self, at: Spot, held: Spot) -> bool {
        let class = self.find(at.class);
        let cells = &mut self.cells[class];
        let (mut grew, mut same) = cells.hold(at.offset, held);
        same.extend(cells.shrink());
        for (left, right) in same {
            grew |= self.unify(left, right);
        }
        grew
    }

    /// Where a pointer points that is read at a place, if any lies there; whether classes became one by that.
    pub(super) fn held(&mut self, at: Spot, bytes: u32) -> (Option<Spot>, bool) {
        let class = self.find(at.class);
        let cells = &self.cells[class];
        let here = cells
            .held
            .iter()
            .filter(|(offset, _)| cells.is_one || at.offset.overlaps(bytes, **offset, bytes));
        let here: Vec<Spot> = here.map(|(_, spot)| *spot).collect();
        let Some(first) = here.first().copied() else {
            return (None, false);
        };
        let (mut offset, mut grew) = (first.offset, false);
        for other in &here[1..] {
            grew |= self.unify(first.class, other.class);
            offset = offset.join(other.offset);
        }
        let class = self.find(first.class);
        (Some(Spot { class, offset }), grew)
    }

    /// Makes a class's places one. True if they were not.
    pub(super) fn join_places(&mut self, class: usize) -> bool {
        let class = self.find(class);
        let cells = &mut self.cells[class];
        let grew = !std::mem::replace(&mut cells.is_one, true);
        for (left, right) in cells.shrink() {
            self.unify(left, right);
        }
        grew
    }
}

impl Cells {
    /// Whether that is news, and which classes become one by it.
    fn hold(&mut self, offset: Offset, held: Spot) -> (bool, Vec<(usize, usize)>) {
        let offset = if self.is_one { Offset::ANY } else { offset };
        match self.held.get_mut(&offset) {
            Some(known) => {
                let joined = known.offset.join(held.offset);
                let grew = std::mem::replace(&mut known.offset, joined) != joined;
                (grew, vec![(known.class, held.class)])
            }
            None => {
                self.held.insert(offset, held);
                (true, vec![])
            }
        }
    }

    /// Has one cell if there are too many, or if there is to be one. Which classes become one by it.
    fn shrink(&mut self) -> Vec<(usize, usize)> {
        self.is_one |= self.held.len() > MAX_CELLS;
        if !self.is_one || self.held.keys().all(|offset| *offset == Offset::ANY) {
            return vec![];
        }
        let held: Vec<Spot> = std::mem::take(&mut self.held).into_values().collect();
        held.into_iter()
            .flat_map(|spot| self.hold(Offset::ANY, spot).1)
            .collect()
    }
}
