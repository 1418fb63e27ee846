//! Abstract objects, places in them, and sets of places.
//!
//! An object stands for one or more objects of every execution. A place is an offset in an object. Sets of places are
//! kept small: where a set has many offsets of one object, they are joined ([`crate::form::offset`]).

use crate::effects::Source;
use crate::form::offset::{Offset, Step};
use crate::form::{InstId, ObjectId, RegionId};

/// An abstract object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// Everything that outlives the function and is not the caller's to vouch for, but for the next.
    Global,
    /// A global variable that the function names.
    Variable(u32),
    /// What a parameter points to.
    Param(u32),
    /// The bits of a parameter that is a number: no memory, unless they are made into a pointer. Then it is [`Object::Param`].
    Number(u32),
    /// The same where a pointer is read that may be this number, or lie beside it. What it leads to is not known.
    Perhaps(u32),
    /// The bits of a number that lies so many bytes (the last) from where a parameter points, or from where the pointer
    /// points that lies so many bytes from there: no memory either.
    Word(u32, Option<i64>, i64),
    /// What the pointer leads to that lies so many bytes from where a parameter points.
    Field(u32, i64),
    /// What any pointer leads to that lies in [`Object::Field`].
    Inside(u32, i64),
    /// What so many reads from a parameter lead to; at [`crate::effects::MAX_DEPTH`], so many or more.
    Beyond(u32, u8),
    /// A stack slot.
    Slot(InstId),
    /// What a call of an allocator returns.
    Heap(InstId),
    /// What an instruction, an operation or a call, allocates in a region.
    Site(InstId, RegionId),
    /// A region itself: what its handle points to.
    Region(RegionId),
}

impl Object {
    /// The region that it lies in, or is.
    pub fn region(self) -> Option<RegionId> {
        match self {
            Object::Site(_, region) | Object::Region(region) => Some(region),
            _ => None,
        }
    }

    /// What the caller's summary calls it, if it is the caller's.
    pub fn callers(self) -> Option<Source> {
        match self {
            Object::Param(index) => Some(Source::Arg(index)),
            Object::Field(index, offset) => Some(Source::Field(index, offset)),
            Object::Inside(index, offset) => Some(Source::Inside(index, offset)),
            Object::Beyond(index, depth) => Some(Source::Beyond(index, depth)),
            _ => None,
        }
    }

    /// What the summary calls it where it goes somewhere: also a parameter that is a number.
    pub fn passed(self) -> Option<Source> {
        match self {
            Object::Number(index) | Object::Perhaps(index) => Some(Source::Arg(index)),
            Object::Word(index, through, offset) => Some(Source::Word(index, through, offset)),
            _ => self.callers(),
        }
    }

    /// What the summary calls it where it is followed as a pointer.
    pub fn pointed(self) -> Option<Source> {
        self.passed().filter(|source| !matches!(source, Source::Word(..)))
    }

    /// Whether it is a number that came from the caller, and no memory.
    pub fn is_number(self) -> bool {
        matches!(self, Object::Number(_) | Object::Word(..))
    }

    /// Whether the function makes it: nobody else knows it unless its address is stored where others find it.
    pub fn is_own(self) -> bool {
        matches!(
            self,
            Object::Slot(_) | Object::Heap(_) | Object::Site(..) | Object::Region(_)
        )
    }

    /// Whether its address is read from memory that others write, too: it may be an object that the function made.
    pub fn is_read_from_others(self) -> bool {
        matches!(
            self,
            Object::Global | Object::Field(..) | Object::Inside(..) | Object::Beyond(..)
        )
    }

    /// Whether it is memory that outlives the function and that everybody can reach.
    pub fn is_outside(self) -> bool {
        matches!(self, Object::Global | Object::Variable(_))
    }
}

/// An address: somewhere in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The object.
    pub object: ObjectId,
    /// Where in it.
    pub offset: Offset,
}

impl Place {
    /// The object's first byte.
    pub fn start_of(object: ObjectId) -> Place {
        Place {
            object,
            offset: Offset::START,
        }
    }

    /// So many bytes further.
    pub fn moved(self, bytes: i64) -> Place {
        Place {
            offset: self.offset.step(Step::by(bytes)),
            ..self
        }
    }

    /// Anywhere in the object.
    pub fn anywhere_in(object: ObjectId) -> Place {
        Place {
            object,
            offset: Offset::ANY,
        }
    }
}

/// How many offsets of one object a set tells apart.
const MAX_OFFSETS: usize = 8;

/// A set of places. Most pointers point to one place; what callees do makes sets that lead anywhere into many objects,
/// and those are bits, so that joining two such sets is a few word operations.
///
/// *Places-I1*: an object that the set holds as a whole has no places among the parts, and the parts are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    whole: Objects,
    parts: Vec<Place>,
}

/// A set of objects, as bits. Words with none of them set are not kept, so that a set is as long as it has members,
/// however many objects the function has, and equal sets are equal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Objects {
    /// The first 64 objects: all that most functions have.
    low: u64,
    /// The number of each further word, in order, and the word.
    high: Vec<(usize, u64)>,
}

impl Objects {
    fn position(object: ObjectId) -> (usize, u64) {
        (object.index() / 64, 1 << (object.index() % 64))
    }

    fn contains(&self, object: ObjectId) -> bool {
        let (number, bit) = Objects::position(object);
        let word = match number {
            0 => self.low,
            _ => self
                .high
                .binary_search_by_key(&number, |(number, _)| *number)
                .map_or(0, |at| self.high[at].1),
        };
        word & bit != 0
    }

    fn insert(&mut self, object: ObjectId) {
        let (number, bit) = Objects::position(object);
        if number == 0 {
            self.low |= bit;
            return;
        }
        match self.high.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(at) => self.high[at].1 |= bit,
            Err(at) => self.high.insert(at, (number, bit)),
        }
    }

    fn words(&self) -> impl Iterator<Item = (usize, u64)> {
        std::iter::once((0, self.low)).chain(self.high.iter().copied())
    }

    fn is_empty(&self) -> bool {
        self.low == 0 && self.high.is_empty()
    }

    fn iter(&self) -> impl Iterator<Item = ObjectId> {
        bits(self.words())
    }

    /// Adds the members of another set. True if there are more than before.
    fn add_all(&mut self, others: &Objects) -> bool {
        let mut grew = others.low & !self.low != 0;
        self.low |= others.low;
        let mut at = 0;
        for (number, word) in &others.high {
            at += self.high[at..].partition_point(|(other, _)| other < number);
            match self.high.get_mut(at) {
                Some((other, mine)) if other == number => {
                    grew |= *word & !*mine != 0;
                    *mine |= *word;
                }
                _ => {
                    grew = true;
                    self.high.insert(at, (*number, *word));
                }
            }
        }
        grew
    }

    /// The members of `others` that are none of this set.
    fn missing(&self, others: &Objects) -> impl Iterator<Item = ObjectId> {
        let mut known = self.words().peekable();
        bits(others.words().map(move |(number, word)| {
            while known.next_if(|(other, _)| *other < number).is_some() {}
            let mine = known.peek().filter(|(other, _)| *other == number);
            (number, word & !mine.map_or(0, |(_, word)| *word))
        }))
    }
}

/// The objects whose bits are set.
fn bits(words: impl Iterator<Item = (usize, u64)>) -> impl Iterator<Item = ObjectId> {
    words.flat_map(|(number, word)| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(ObjectId::new(number * 64 + bit))
        })
    })
}

impl Places {
    /// The places: whole objects first.
    pub fn iter(&self) -> impl Iterator<Item = Place> {
        self.whole
            .iter()
            .map(Place::anywhere_in)
            .chain(self.parts.iter().copied())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.whole.is_empty()
    }

    /// The only place, if there is only one.
    pub fn only(&self) -> Option<Place> {
        let mut places = self.iter();
        places.next().filter(|_| places.next().is_none())
    }

    /// The objects, each once.
    pub fn objects(&self) -> impl Iterator<Item = ObjectId> {
        let mut last = None;
        let parts = self.parts.iter().map(|place| place.object);
        self.whole
            .iter()
            .chain(parts.filter(move |object| last.replace(*object) != Some(*object)))
    }

    /// The places in one object.
    pub fn in_object(&self, object: ObjectId) -> impl Iterator<Item = Place> {
        let whole = self.whole.contains(object).then_some(Place::anywhere_in(object));
        let start = self.parts.partition_point(|place| place.object < object);
        let parts = self.parts[start..].iter().copied();
        whole
            .into_iter()
            .chain(parts.take_while(move |place| place.object == object))
    }

    /// Where one gets from these places by a step.
    pub fn moved(&self, step: Step) -> Places {
        let moved = |place: Place| Place {
            offset: place.offset.step(step),
            ..place
        };
        self.iter().map(moved).collect()
    }

    /// The same objects, each as a whole.
    pub fn anywhere(&self) -> Places {
        let mut whole = self.whole.clone();
        self.parts.iter().for_each(|place| whole.insert(place.object));
        Places { whole, parts: vec![] }
    }

    /// Adds a place. True if it was not covered yet.
    pub fn insert(&mut self, place: Place) -> bool {
        if self.whole.contains(place.object) {
            return false;
        }
        let start = self.parts.partition_point(|other| other.object < place.object);
        let length = self.parts[start..]
            .iter()
            .take_while(|other| other.object == place.object)
            .count();
        let known = start..start + length;
        if place.offset == Offset::ANY {
            self.parts.drain(known);
            self.whole.insert(place.object);
            return true;
        }
        if self.parts[known.clone()]
            .iter()
            .any(|other| other.offset.covers(place.offset))
        {
            return false;
        }
        let mut kept: Vec<Place> = self.parts[known.clone()]
            .iter()
            .copied()
            .filter(|other| !place.offset.covers(other.offset))
            .collect();
        kept.push(place);
        if kept.len() > MAX_OFFSETS {
            let joined = kept.iter().map(|other| other.offset).reduce(Offset::join);
            let offset = joined.unwrap_or(Offset::ANY);
            if offset == Offset::ANY {
                self.parts.drain(known);
                self.whole.insert(place.object);
                return true;
            }
            kept = vec![Place { offset, ..place }];
        }
        kept.sort_unstable();
        self.parts.splice(known, kept);
        true
    }

    /// The places of another set that this one does not list.
    pub fn missing(&self, others: &Places) -> Vec<Place> {
        let whole = self.whole.missing(&others.whole).map(Place::anywhere_in);
        whole.chain(self.missing_parts(others)).collect()
    }

    fn missing_parts(&self, others: &Places) -> impl Iterator<Item = Place> {
        let mut known = self.parts.iter().peekable();
        let is_new = move |place: &&Place| {
            while known.next_if(|other| *other < *place).is_some() {}
            known.peek() != Some(place) && !self.whole.contains(place.object)
        };
        others.parts.iter().filter(is_new).copied()
    }

    /// Adds the places of another set. True if one was not covered yet.
    pub fn add_all(&mut self, others: &Places) -> bool {
        let mut grew = self.whole.add_all(&others.whole);
        if grew && !self.parts.is_empty() {
            let whole = &self.whole;
            self.parts.retain(|place| !whole.contains(place.object));
        }
        if !others.parts.is_empty() {
            let missing = self.missing_parts(others);
            let missing: Vec<Place> = missing.collect();
            grew |= self.extend(missing);
        }
        grew
    }

    /// Adds places. True if one was not covered yet.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Place>) -> bool {
        let mut grew = false;
        for place in others {
            grew |= self.insert(place);
        }
        grew
    }
}

impl IntoIterator for Places {
    type Item = Place;
    type IntoIter = std::vec::IntoIter<Place>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().collect::<Vec<_>>().into_iter()
    }
}

impl FromIterator<Place> for Places {
    fn from_iter<I: IntoIterator<Item = Place>>(places: I) -> Places {
        let mut set = Places::default();
        set.extend(places);
        set
    }
}

/// The union.
impl FromIterator<Places> for Places {
    fn from_iter<I: IntoIterator<Item = Places>>(sets: I) -> Places {
        let mut sets = sets.into_iter();
        let mut union = sets.next().unwrap_or_default();
        sets.for_each(|set| {
            union.add_all(&set);
        });
        union
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(object: usize, bytes: i64) -> Place {
        Place {
            object: ObjectId::new(object),
            offset: Offset::exactly(bytes),
        }
    }

    #[test]
    fn many_offsets_of_one_object_are_joined() {
        let mut places: Places = (0..8).map(|index| at(1, index * 16)).collect();
        assert_eq!(places.iter().count(), 8);
        assert!(places.insert(at(1, 128)));
        let joined = places.only().unwrap().offset;
        assert!(joined.covers(Offset::exactly(160)) && !joined.covers(Offset::exactly(8)));
        assert!(!places.insert(at(1, 1600)));
    }

    #[test]
    fn a_covered_place_is_not_added_and_one_that_covers_replaces() {
        let mut places: Places = [at(1, 0), at(2, 0), at(2, 8)].into_iter().collect();
        assert!(places.insert(Place::anywhere_in(ObjectId::new(2))));
        assert!(!places.insert(at(2, 24)));
        assert_eq!(places.iter().count(), 2);
        assert_eq!(places.objects().count(), 2);
    }

    #[test]
    fn whole_objects_past_the_first_word_are_told_apart() {
        let whole = |object: usize| Place::anywhere_in(ObjectId::new(object));
        let mut places: Places = [at(3, 8), whole(70), whole(200)].into_iter().collect();
        assert_eq!(
            places.objects().map(|id| id.index()).collect::<Vec<_>>(),
            [70, 200, 3]
        );
        let others: Places = [at(70, 8), whole(3), whole(201)].into_iter().collect();
        assert_eq!(places.missing(&others), [whole(3), whole(201)]);
        assert!(places.add_all(&others) && !places.add_all(&others));
        assert_eq!(places, places.anywhere());
        assert_eq!(places.iter().count(), 4);
    }
}
