//! Region handles that structures carry: how the checker's copy of a module tells the form of them.
//!
//! A function's attribute lists paths: from which parameter, and how many bytes past each pointer that is read. The reads
//! that follow them stand before each call, in order. In the form, a function has one more parameter for each path, and its
//! calls have the reads as further arguments; each read along the path in the body itself is that parameter.

use super::{Body, Inst, InstKind, ValueId, ValueKind};

/// The attribute of a function that lists the paths of the handles that it is given.
pub const ATTRIBUTE: &str = "croft.carried";
/// The attribute of a function that reads handles from memory.
pub const READS: &str = "croft.reads";
/// The name of the reads before a call.
pub const READ: &str = "croft.carried";
/// So many handles are carried into one function.
pub const MAX_PATHS: usize = 8;
/// So many reads lead to a handle.
pub const MAX_READS: usize = 3;

/// Where a function finds a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The parameter that it begins at.
    pub param: u32,
    offsets: [i64; MAX_READS],
    length: usize,
}

impl Path {
    /// A parameter itself.
    pub fn of(param: u32) -> Path {
        Path {
            param,
            offsets: [0; MAX_READS],
            length: 0,
        }
    }

    /// How many bytes past each pointer the next one is read.
    pub fn reads(&self) -> &[i64] {
        &self.offsets[..self.length]
    }

    /// The path that goes on by a read so many bytes past what this one leads to; `None` if that is too long.
    pub fn then(mut self, offset: i64) -> Option<Path> {
        *self.offsets.get_mut(self.length)? = offset;
        self.length += 1;
        Some(self)
    }

    /// The path that goes on by several reads.
    pub fn then_all(self, offsets: &[i64]) -> Option<Path> {
        offsets.iter().try_fold(self, |path, offset| path.then(*offset))
    }
}

/// The text of an attribute.
pub fn write(paths: &[Path]) -> String {
    let path = |path: &Path| {
        let reads: Vec<String> = path.reads().iter().map(i64::to_string).collect();
        format!("{}:{}", path.param, reads.join(","))
    };
    paths.iter().map(path).collect::<Vec<_>>().join(" ")
}

/// Reads the text of an attribute that [`write()`] wrote.
pub fn read(text: &str) -> Vec<Path> {
    let path = |text: &str| {
        let (param, reads) = text.split_once(':')?;
        let mut offsets = reads.split(',').map(|read| read.parse().ok());
        offsets.try_fold(Path::of(param.parse().ok()?), |path, offset| path.then(offset?))
    };
    text.split(' ').filter_map(path).collect()
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (last, before) = match self.reads().split_last() {
            Some((last, before)) => (last, before),
            None => return write!(f, "arg{}", self.param),
        };
        for _ in before {
            f.write_str("*")?;
        }
        write!(f, "arg{}", self.param)?;
        for offset in before {
            write!(f, "[{offset}]")?;
        }
        write!(f, "[{last}]")
    }
}

/// The reads of a body that follow one of the function's paths, each with the parameter that it is.
pub(super) fn reads<'a>(
    insts: &[Inst<'a>],
    def: impl Fn(ValueId) -> ValueKind<'a>,
    paths: &[Path],
    params: &[ValueId],
) -> Vec<(ValueId, ValueId)> {
    let path_of = |load: ValueId| {
        let mut reads = Vec::new();
        let mut value = load;
        loop {
            let (mut base, mut offset) = match def(value) {
                ValueKind::Param(param) => {
                    reads.reverse();
                    return Path::of(param).then_all(&reads);
                }
                ValueKind::Inst(id) => match insts[id.index()].kind {
                    InstKind::Load(from)
                        if reads.len() < MAX_READS && insts[id.index()].llvm.is_plain_load() =>
                    {
                        (from, 0i64)
                    }
                    _ => return None,
                },
                _ => return None,
            };
            while let ValueKind::Inst(id) = def(base)
                && let InstKind::Address { base: before, step } = insts[id.index()].kind
            {
                if step.stride != 0 {
                    return None;
                }
                offset = offset.checked_add(step.constant)?;
                base = before;
            }
            reads.push(offset);
            value = base;
        }
    };
    let loads = insts.iter().filter_map(|inst| match inst.kind {
        InstKind::Load(_) => inst.result,
        _ => None,
    });
    let first = params.len() - paths.len();
    loads
        .filter_map(|load| {
            let path = path_of(load)?;
            let at = paths.iter().position(|other| *other == path)?;
            Some((load, params[first + at]))
        })
        .collect()
}

impl Body<'_> {
    /// The parameter that a read of a carried handle is.
    pub fn carried(&self, load: ValueId) -> Option<ValueId> {
        let at = self.carried.binary_search_by_key(&load, |entry| entry.0).ok()?;
        Some(self.carried[at].1)
    }
}
