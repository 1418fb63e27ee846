//! Where inside an object an address lies: exactly, or up to a multiple of a stride.
//!
//! `&s.next` lies 8 bytes into `s`; `&a[i].next` lies 8 bytes past a multiple of 16 into `a`, if that is an element's size.
//! Telling these apart keeps the fields of a structure apart, also in an array of structures.
//!
//! An offset is a residue class of the integers: exactly one of them, or all that leave `rest` modulo `stride`.
//! The classes form a lattice of finite height above each of them: a join takes the greatest common divisor.

/// A class of byte offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset {
    rest: i64,
    /// 0: exactly `rest`; otherwise `rest` lies in `0..stride`.
    stride: u64,
}

/// What address arithmetic adds: a constant, and multiples of a stride (0: none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The constant number of bytes.
    pub constant: i64,
    /// The greatest common divisor of what the variable indices are multiplied by.
    pub stride: u64,
}

impl Step {
    /// Exactly so many bytes.
    pub fn by(constant: i64) -> Step {
        Step { constant, stride: 0 }
    }
}

impl Offset {
    /// The object's first byte.
    pub const START: Offset = Offset { rest: 0, stride: 0 };
    /// Before all others in the order of offsets.
    pub const LEAST: Offset = Offset {
        rest: i64::MIN,
        stride: 0,
    };
    /// Anywhere in the object.
    pub const ANY: Offset = Offset { rest: 0, stride: 1 };

    /// Exactly so many bytes from the start.
    pub fn exactly(bytes: i64) -> Offset {
        Offset {
            rest: bytes,
            stride: 0,
        }
    }

    /// The number of bytes, if there is only one.
    pub fn exact(self) -> Option<i64> {
        (self.stride == 0).then_some(self.rest)
    }

    fn class(rest: i64, stride: u64) -> Offset {
        match i64::try_from(stride) {
            Ok(0) => Offset { rest, stride: 0 },
            Ok(modulus) => Offset {
                rest: rest.rem_euclid(modulus),
                stride,
            },
            Err(_) => Offset::ANY,
        }
    }

    /// The offset after a step of address arithmetic.
    #[must_use]
    pub fn step(self, by: Step) -> Offset {
        match self.rest.checked_add(by.constant) {
            Some(rest) => Offset::class(rest, common_divisor(self.stride, by.stride)),
            None => Offset::ANY,
        }
    }

    /// The smallest class that holds both.
    #[must_use]
    pub fn join(self, other: Offset) -> Offset {
        if self == other {
            return self;
        }
        match self.rest.checked_sub(other.rest) {
            Some(apart) => {
                let stride = common_divisor(common_divisor(self.stride, other.stride), apart.unsigned_abs());
                Offset::class(self.rest, stride)
            }
            None => Offset::ANY,
        }
    }

    /// Whether every offset of the other class is one of this.
    pub fn covers(self, other: Offset) -> bool {
        self == other || self.stride == 1 || self.stride != 0 && self.join(other) == self
    }

    /// Whether `bytes` bytes from here and `others` bytes from `other` on may share one.
    pub fn overlaps(self, bytes: u32, other: Offset, others: u32) -> bool {
        let Some(apart) = other.rest.checked_sub(self.rest) else {
            return true;
        };
        let (bytes, others) = (i64::from(bytes), i64::from(others));
        match i64::try_from(common_divisor(self.stride, other.stride)) {
            Ok(0) => apart < bytes && apart > -others,
            Ok(modulus) => {
                let apart = apart.rem_euclid(modulus);
                apart < bytes || modulus - apart < others
            }
            Err(_) => true,
        }
    }

    /// Whether `others` bytes from `other` on lie, for certain, in the `bytes` bytes from here on.
    pub fn contains(self, bytes: u32, other: Offset, others: u32) -> bool {
        match (self.exact(), other.exact()) {
            (Some(from), Some(inner)) => {
                let end = from.saturating_add(i64::from(bytes));
                from <= inner && inner.saturating_add(i64::from(others)) <= end
            }
            _ => false,
        }
    }

    /// Where `other` lies if this is taken for the start: for copies from here to `to`.
    #[must_use]
    pub fn rebase(self, other: Offset, to: Offset) -> Offset {
        match other.rest.checked_sub(self.rest) {
            Some(constant) => to.step(Step {
                constant,
                stride: common_divisor(self.stride, other.stride),
            }),
            None => Offset::ANY,
        }
    }
}

fn common_divisor(mut left: u64, mut right: u64) -> u64 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(rest: i64, stride: u64) -> Offset {
        Offset::class(rest, stride)
    }

    #[test]
    fn fields_of_one_structure_are_apart() {
        let (first, second) = (Offset::START, Offset::exactly(8));
        assert!(!first.overlaps(8, second, 8));
        assert!(first.overlaps(9, second, 8));
        assert!(second.overlaps(1, first, 9));
    }

    #[test]
    fn fields_in_an_array_of_structures_are_apart() {
        let step = Step {
            constant: 8,
            stride: 16,
        };
        let second = Offset::START.step(step);
        assert_eq!(second, class(8, 16));
        assert!(!second.overlaps(8, class(0, 16), 8));
        assert!(second.overlaps(8, Offset::exactly(40), 8));
        assert!(!second.overlaps(8, Offset::exactly(32), 8));
        assert!(second.overlaps(8, Offset::ANY, 1));
    }

    #[test]
    fn a_join_covers_both_and_climbs_by_divisors() {
        let joined = Offset::exactly(8).join(Offset::exactly(40));
        assert_eq!(joined, class(8, 32));
        assert!(joined.covers(Offset::exactly(72)) && !joined.covers(Offset::exactly(80)));
        assert_eq!(joined.join(Offset::exactly(24)), class(8, 16));
        assert_eq!(joined.join(Offset::exactly(9)), Offset::ANY);
    }

    #[test]
    fn a_copy_moves_cells_along() {
        let from = Offset::exactly(16);
        assert_eq!(
            from.rebase(Offset::exactly(24), Offset::START),
            Offset::exactly(8)
        );
        assert_eq!(from.rebase(class(8, 16), Offset::START), class(8, 16));
        assert_eq!(
            Offset::exactly(i64::MIN).step(Step {
                constant: -1,
                stride: 0
            }),
            Offset::ANY
        );
    }
}
