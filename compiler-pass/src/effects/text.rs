//! Effect summaries written as text, in the form that [`grammar`](super::grammar) describes and reads.

use super::{Callback, Count, Effects, Put, RETURNED, Sink, Source};
use std::fmt;

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Arg(index) => write!(f, "arg{index}"),
            Source::Field(index, offset) => write!(f, "*arg{index}[{offset}]"),
            Source::Word(index, None, offset) => write!(f, "word(arg{index}[{offset}])"),
            Source::Word(index, Some(through), offset) => {
                write!(f, "word(*arg{index}[{through}][{offset}])")
            }
            Source::Inside(index, offset) => write!(f, "**arg{index}[{offset}]"),
            Source::Beyond(index, depth) => write!(f, "{}arg{index}", "*".repeat(usize::from(*depth))),
            Source::In(RETURNED) => f.write_str("in(return)"),
            Source::In(index) => write!(f, "in(arg{index})"),
            Source::Outside => f.write_str("global"),
        }
    }
}

impl fmt::Display for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sink::Return => f.write_str("return"),
            Sink::Freed => f.write_str("free"),
            // An unknown callee may do anything: a global is the worst place there is.
            Sink::Global | Sink::Unknown => f.write_str("global"),
            Sink::Arg(index) => write!(f, "arg{index}"),
            Sink::Field(index, offset) => write!(f, "arg{index}[{offset}]"),
            Sink::Beyond(index, depth) => write!(f, "{}", Source::Beyond(*index, *depth)),
            Sink::In(index) => write!(f, "{}", Source::In(*index)),
        }
    }
}

impl fmt::Display for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut clauses = Vec::new();
        if self.get_all {
            clauses.push("get(args)".to_owned());
        }
        if self.roams {
            clauses.push("get(global)".to_owned());
        }
        for (index, param) in self.params.iter().enumerate() {
            if param.get {
                clauses.push(format!("get(arg{index})"));
            }
            let reads = self
                .reads
                .iter()
                .filter(|source| source.argument() == Some(index as u32));
            clauses.extend(reads.map(|source| format!("get({source})")));
            match param.put {
                Put::No => {}
                Put::Finite => clauses.push(format!("put(arg{index})")),
                Put::Loop => clauses.push(format!("put(arg{index}, many)")),
            }
            if param.reset {
                let always = if param.renews { ", always" } else { "" };
                clauses.push(format!("reset(arg{index}{always})"));
            }
            if param.bounded {
                clauses.push(format!("bounded(arg{index})"));
            }
            if param.optional {
                clauses.push(format!("optional(arg{index})"));
            }
        }
        let others = self.reads.iter().filter(|source| {
            source
                .argument()
                .is_none_or(|index| index as usize >= self.params.len())
        });
        clauses.extend(others.map(|source| format!("get({source})")));
        clauses.extend(self.drops.iter().map(|index| format!("drop(arg{index})")));
        clauses.extend(
            self.late
                .iter()
                .map(|(ended, used)| format!("late(arg{ended}, {used})")),
        );
        clauses.extend(self.stale.iter().map(|(index, place)| match place {
            Sink::Return => format!("stale(arg{index})"),
            place => format!("stale(arg{index}, {place})"),
        }));
        clauses.extend(
            self.sets
                .iter()
                .map(|(index, offset)| format!("set(arg{index}[{offset}])")),
        );
        clauses.extend(self.calls.iter().map(Callback::to_string));
        for (index, count) in &self.cleanups {
            let place = match *index {
                RETURNED => "return".to_owned(),
                index => format!("arg{index}"),
            };
            clauses.push(match *count == Count::of(1) {
                true => format!("cleanup({place})"),
                false => format!("cleanup({place}, {count})"),
            });
        }
        if self.runs.is_some() {
            clauses.push(format!("cleanups({})", self.runs));
        }
        if self.fresh {
            clauses.push("new(return)".to_owned());
        }
        match self.opens {
            None => {}
            Some(false) => clauses.push("open(return)".to_owned()),
            Some(true) => clauses.push("open(return, bounded)".to_owned()),
        }
        for (from, to) in &self.flows {
            let implied = matches!((from, to), (Source::In(from), Sink::In(to))
                if from == to && *from != RETURNED && self.param(*from as usize).put > Put::No);
            if implied {
                continue;
            }
            clauses.push(match to {
                Sink::Return => format!("return({from})"),
                Sink::Freed => format!("free({from})"),
                place => format!("store({from} -> {place})"),
            });
        }
        clauses.extend(self.beside.iter().map(|source| format!("beside({source})")));
        if self.diverges {
            clauses.push("noreturn".to_owned());
        }
        if !self.unwinds {
            clauses.push("nounwind".to_owned());
        }
        if clauses == ["nounwind"] {
            return f.write_str("pure");
        }
        let text = clauses.join("; ");
        let named = self.carried.iter();
        f.write_str(&named.fold(text, |text, (index, place)| {
            rename(&text, &format!("arg{index}"), place)
        }))
    }
}

/// Puts another name for an argument.
fn rename(text: &str, argument: &str, name: &str) -> String {
    let mut parts = text.split(argument);
    let mut renamed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_longer = part.starts_with(|next: char| next.is_ascii_digit());
        renamed.push_str(if is_longer { argument } else { name });
        renamed.push_str(part);
    }
    renamed
}
