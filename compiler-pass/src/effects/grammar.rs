//! The text form of effect summaries: what `"croft.effects"` carries on a declaration.
//!
//! ```text
//! effects = "pure" | clause { ";" clause }
//! clause  = "get(" source ")" | "get(args)"       accesses the memory that it points to (all arguments)
//!         | "get(global)"                         follows pointers that it finds in global memory
//!         | "put(" arg [ ", many" ] ")"           allocates in the region (without a static bound); objects
//!                                                 of the region may be linked with one another
//!         | "reset(" arg [ ", always" ] ")"       ends all values in the region (on every way to its return)
//!         | "drop(" arg ")"                       ends the region
//!         | "late(" arg ", " source ")"           accesses memory through the second after it ended the
//!                                                 values of the first, a region
//!         | "stale(" arg [ ", " place ] ")"       the result (what is stored in the place) may point to values of
//!                                                 the region that it ended
//!         | "bounded(" arg ")"                    the region must be a bounded one
//!         | "optional(" arg ")"                   the region may be null, and then is none
//!         | "return(" source { "," source } ")"   the result may point to the source
//!         | "beside(" source { "," source } ")"   a number beside pointers in the result may be the address of the source
//!         | "store(" source "->" place ")"        the source may be stored in the place
//!         | "set(" arg "[" number "]" ")"         certainly overwrites that place before it returns
//!         | "free(" source { "," source } ")"     gives the object back to an allocator
//!         | "call(" arg { "," given } ")"         may call it, any number of times, with these arguments
//!         | "cleanup(" region [ ", " count ] ")"  leaves so many cleanups registered in the region, one if not said
//!         | "cleanups(" count ")"                 the end of a region in it runs at most so many cleanups
//!         | "new(return)"                           returns a new object of an allocator
//!         | "open(return)" | "open(return, bounded)"   returns a region that it opened
//!         | "nounwind" | "noreturn"
//! source  = arg | "in(" arg ")"                   the argument itself; an object in its region
//!         | "in(return)"                          an object in the region that it opened and returns
//!         | "*" arg | "**" arg                    a pointer that one read from there leads to; two or more
//!         | "*" arg "[" number "]"                the pointer that is read so many bytes from there
//!         | "**" arg "[" number "]"               any pointer that is read from what that one leads to
//!         | "word(" arg "[" number "]" ")"        the number so many bytes from there, if it is an address
//!         | "word(*" arg "[" number "][" number "]" ")"   the same from where the pointer points that lies there
//!         | "global"                              of `return` and `store`: memory that is no argument's, global
//!                                                 or fresh
//! place   = source | "global"                     memory that these point to
//!         | arg "[" number "]"                    the pointer-sized place so many bytes from there
//! given   = arg | arg "[]"                        the argument itself; an address in the memory that it points to
//! arg     = "arg" number                          counted from 0
//! region  = arg | "return"                        the region that it opened and returns
//! count   = number | "many"                       up to 32; more is many
//! ```
//!
//! What is not stated is not done, except that a function may unwind unless it says `nounwind` (or LLVM's
//! attribute of that name does).

use super::{Callback, Count, Effects, Given, MAX_DEPTH, Put, RETURNED, Sink, Source};

/// Why an effect text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrammarError {
    /// No such clause.
    #[error("`{0}` is no effect clause")]
    Clause(String),
    /// Not an argument.
    #[error("`{0}` is no argument; arguments are written arg0, arg1 and so on")]
    Argument(String),
    /// Not a place.
    #[error(
        "`{0}` is no place to store into; places are argN, argN[BYTES], *argN, **argN, in(argN) and global"
    )]
    Place(String),
}

/// The highest argument number that the grammar accepts. Above what compilers emit, and low enough that a number
/// in a text cannot ask for much memory.
const MAX_ARGUMENT: u32 = 65_535;

/// Reads an effect summary.
///
/// # Errors
/// The first clause that cannot be read.
pub fn parse(text: &str) -> Result<Effects, GrammarError> {
    let mut effects = Effects {
        unwinds: true,
        ..Effects::default()
    };
    if text.trim() == "pure" {
        effects.unwinds = false;
        return Ok(effects);
    }
    for clause in text.split(';').map(str::trim).filter(|clause| !clause.is_empty()) {
        parse_clause(clause, &mut effects)?;
    }
    Ok(effects)
}

fn parse_clause(clause: &str, effects: &mut Effects) -> Result<(), GrammarError> {
    let unknown = || GrammarError::Clause(clause.to_owned());
    match clause {
        "nounwind" => {
            effects.unwinds = false;
            return Ok(());
        }
        "noreturn" => {
            effects.diverges = true;
            return Ok(());
        }
        _ => {}
    }
    let (verb, rest) = clause.split_once('(').ok_or_else(unknown)?;
    let inner = rest.strip_suffix(')').ok_or_else(unknown)?.trim();
    let region = |effects: &mut Effects, text: &str| -> Result<usize, GrammarError> {
        let index = argument(text)? as usize;
        effects.param_mut(index).region = true;
        Ok(index)
    };
    match verb.trim() {
        "get" if inner == "args" => effects.get_all = true,
        "get" if inner == "global" => {
            effects.roams = true;
            effects.keeps_found = true;
        }
        "get" => match source(inner)? {
            Source::Arg(index) => effects.param_mut(index as usize).get = true,
            beyond @ (Source::Field(..) | Source::Inside(..) | Source::Beyond(..)) => {
                effects.reads.insert(beyond);
            }
            Source::Word(..) | Source::In(_) | Source::Outside => return Err(unknown()),
        },
        "put" => {
            let (arg, put) = match inner.split_once(',') {
                Some((arg, many)) if many.trim() == "many" => (arg, Put::Loop),
                Some(_) => return Err(unknown()),
                None => (inner, Put::Finite),
            };
            let index = region(effects, arg)?;
            effects.param_mut(index).put = put;
            // What is allocated together may be linked together.
            effects
                .flows
                .insert((Source::In(index as u32), Sink::In(index as u32)));
        }
        "reset" => {
            let (arg, always) = match inner.split_once(',') {
                Some((arg, always)) if always.trim() == "always" => (arg, true),
                Some(_) => return Err(unknown()),
                None => (inner, false),
            };
            let index = region(effects, arg)?;
            effects.param_mut(index).reset = true;
            effects.param_mut(index).renews = always;
        }
        "drop" => {
            let index = region(effects, inner)?;
            effects.drops.push(index as u32);
        }
        "stale" => {
            let (ended, place) = match inner.split_once(',') {
                Some((ended, place)) => (ended, place_of(place)?),
                None => (inner, Sink::Return),
            };
            let index = region(effects, ended)?;
            effects.stale.insert((index as u32, place));
        }
        "bounded" => {
            let index = region(effects, inner)?;
            effects.param_mut(index).bounded = true;
        }
        "optional" => {
            let index = region(effects, inner)?;
            effects.param_mut(index).optional = true;
        }
        "late" => {
            let (ended, used) = inner.split_once(',').ok_or_else(unknown)?;
            let ended = region(effects, ended)? as u32;
            let used = source(used)?;
            match used {
                Source::Arg(index) => effects.param_mut(index as usize).get = true,
                Source::Field(..) | Source::Inside(..) | Source::Beyond(..) => {
                    effects.reads.insert(used);
                }
                Source::Word(..) | Source::In(_) | Source::Outside => return Err(unknown()),
            }
            effects.late.insert((ended, used));
        }
        "set" => {
            let (arg, offset) = indexed(inner).ok_or_else(unknown)?;
            effects.sets.insert((argument(arg)?, offset));
        }
        "call" => {
            let mut words = inner.split(',');
            let function = argument(words.next().unwrap_or_default())?;
            let given = words.map(given).collect::<Result<_, _>>()?;
            effects.calls.push(Callback { function, given });
        }
        "cleanup" => {
            let (place, count) = match inner.split_once(',') {
                Some((place, count)) => (place.trim(), count_of(count).ok_or_else(unknown)?),
                None => (inner, Count::of(1)),
            };
            let index = match place {
                "return" => RETURNED,
                place => region(effects, place)? as u32,
            };
            effects.cleanups.insert(index, count);
        }
        "cleanups" => effects.runs = count_of(inner).ok_or_else(unknown)?,
        "new" if inner == "return" => effects.fresh = true,
        "open" => {
            let mut words = inner.split(',').map(str::trim);
            if words.next() != Some("return") {
                return Err(unknown());
            }
            effects.opens = match (words.next(), words.next()) {
                (None, _) => Some(false),
                (Some("bounded"), None) => Some(true),
                _ => return Err(unknown()),
            };
        }
        "return" => {
            for text in inner.split(',') {
                let source = source_or_outside(text)?;
                effects.flows.insert((source, Sink::Return));
            }
        }
        "beside" => {
            for text in inner.split(',') {
                effects.beside.insert(source(text)?);
            }
        }
        "free" => {
            for text in inner.split(',') {
                let source = source(text)?;
                effects.flows.insert((source, Sink::Freed));
            }
        }
        "store" => {
            let (from, to) = inner.split_once("->").ok_or_else(unknown)?;
            let from = source_or_outside(from)?;
            let to = place_of(to)?;
            effects.flows.insert((from, to));
        }
        _ => return Err(unknown()),
    }
    for (from, to) in effects.flows.clone() {
        if let Source::In(index) = from
            && index != RETURNED
        {
            effects.param_mut(index as usize).region = true;
        }
        if let Sink::In(index) = to
            && index != RETURNED
        {
            effects.param_mut(index as usize).region = true;
        }
    }
    Ok(())
}

fn count_of(text: &str) -> Option<Count> {
    match text.trim() {
        "many" => Some(Count::MANY),
        number => number.parse().ok().map(Count::of),
    }
}

fn place_of(text: &str) -> Result<Sink, GrammarError> {
    match text.trim() {
        "global" => Ok(Sink::Global),
        place => sink(place).ok_or_else(|| GrammarError::Place(place.to_owned())),
    }
}

fn sink(place: &str) -> Option<Sink> {
    if let Some((arg, offset)) = indexed(place) {
        return Some(Sink::Field(argument(arg).ok()?, offset));
    }
    Some(match source(place).ok()? {
        Source::Arg(index) => Sink::Arg(index),
        // Where such a pointer leads is not told apart by the field that it was read from.
        Source::Field(index, _) => Sink::Beyond(index, 1),
        Source::Inside(index, _) => Sink::Beyond(index, MAX_DEPTH),
        Source::Beyond(index, depth) => Sink::Beyond(index, depth),
        Source::In(index) => Sink::In(index),
        Source::Word(..) | Source::Outside => return None,
    })
}

fn given(text: &str) -> Result<Given, GrammarError> {
    match text.trim().strip_suffix("[]") {
        Some(array) => argument(array).map(Given::Into),
        None => argument(text).map(Given::Argument),
    }
}

/// The parts of `arg0[8]`.
fn indexed(text: &str) -> Option<(&str, i64)> {
    let (arg, rest) = text.trim().split_once('[')?;
    let number = rest.strip_suffix(']')?.trim().parse().ok()?;
    Some((arg, number))
}

fn argument(text: &str) -> Result<u32, GrammarError> {
    let text = text.trim();
    text.strip_prefix("arg")
        .and_then(|number| number.parse().ok())
        .filter(|number| *number <= MAX_ARGUMENT)
        .ok_or_else(|| GrammarError::Argument(text.to_owned()))
}

fn source(text: &str) -> Result<Source, GrammarError> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("word(").and_then(|rest| rest.strip_suffix(')')) {
        return word(inner.trim()).ok_or_else(|| GrammarError::Argument(text.to_owned()));
    }
    let inner = text.trim_start_matches('*');
    let depth = text.len() - inner.len();
    if depth == 1
        && let Some((arg, offset)) = indexed(inner)
    {
        return Ok(Source::Field(argument(arg)?, offset));
    }
    if depth == 2
        && let Some((arg, offset)) = indexed(inner)
    {
        return Ok(Source::Inside(argument(arg)?, offset));
    }
    if depth > 0 {
        let depth = u8::try_from(depth).ok().filter(|depth| *depth <= MAX_DEPTH);
        let depth = depth.ok_or_else(|| GrammarError::Argument(text.to_owned()))?;
        return Ok(Source::Beyond(argument(inner)?, depth));
    }
    match text.strip_prefix("in(").and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) if inner.trim() == "return" => Ok(Source::In(RETURNED)),
        Some(inner) => argument(inner).map(Source::In),
        None => argument(text).map(Source::Arg),
    }
}

/// The inside of `word(arg0[8])` and `word(*arg0[8][16])`.
fn word(text: &str) -> Option<Source> {
    let (place, offset) = text.strip_suffix(']')?.rsplit_once('[')?;
    let offset = offset.trim().parse().ok()?;
    Some(match place.strip_prefix('*') {
        None => Source::Word(argument(place).ok()?, None, offset),
        Some(place) => {
            let (arg, through) = indexed(place)?;
            Source::Word(argument(arg).ok()?, Some(through), offset)
        }
    })
}

fn source_or_outside(text: &str) -> Result<Source, GrammarError> {
    match text.trim() {
        "global" => Ok(Source::Outside),
        text => source(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_back_the_same() {
        for text in [
            "pure",
            "put(arg0); return(in(arg0)); nounwind",
            "get(args); nounwind",
            "get(arg1); put(arg0, many); store(arg1 -> in(arg0)); store(in(arg0) -> global)",
            "drop(arg2); drop(arg0); noreturn",
            "bounded(arg1); open(return, bounded)",
            "get(arg0); free(arg0); free(*arg0); nounwind",
            "get(arg1); reset(arg0); late(arg0, arg1)",
            "put(arg0); reset(arg0, always); stale(arg0); return(in(arg0))",
            "put(arg0); reset(arg0); stale(arg0, arg1[8]); stale(arg0, *arg1); store(in(arg0) -> arg1)",
            "get(arg0); get(*arg0); store(*arg0 -> arg1); return(**arg0, arg1)",
            "store(word(arg1[0]) -> arg0[8]); return(word(*arg0[8][-16])); nounwind",
            "get(**arg0[8]); store(**arg0[8] -> arg1); nounwind",
            "return(arg0); beside(*arg1[8]); nounwind",
            "get(arg0); get(*arg0[8]); store(*arg0[8] -> arg1[-16]); return(*arg0[0])",
            "new(return); get(arg0); nounwind",
            "open(return); store(in(return) -> arg0[0]); nounwind",
            "put(arg0, many); bounded(arg0); optional(arg0); nounwind",
            "set(arg1[8]); store(arg0 -> arg1[8]); nounwind",
            "reset(arg0); get(*arg1); late(arg0, *arg1[8])",
            "store(arg1 -> *arg0)",
            "put(arg0); cleanup(arg0); store(arg1 -> in(arg0)); nounwind",
            "open(return); cleanup(arg0, many); cleanup(return, 3); cleanups(2)",
            "get(global); return(arg0, global); store(global -> arg1[8]); nounwind",
        ] {
            let effects = parse(text).unwrap();
            assert_eq!(
                parse(&effects.to_string()).unwrap(),
                effects,
                "{text} → {effects}"
            );
        }
    }

    #[test]
    fn errors_name_the_clause() {
        assert_eq!(
            parse("push(arg0)"),
            Err(GrammarError::Clause("push(arg0)".into()))
        );
        assert_eq!(
            parse("return(***arg0)"),
            Err(GrammarError::Argument("***arg0".into()))
        );
        assert_eq!(parse("get(0)"), Err(GrammarError::Argument("0".into())));
        assert_eq!(
            parse("get(arg4000000000)"),
            Err(GrammarError::Argument("arg4000000000".into()))
        );
        assert_eq!(
            parse("store(arg0 -> nowhere)"),
            Err(GrammarError::Place("nowhere".into()))
        );
        assert_eq!(
            parse("put(arg0, few)"),
            Err(GrammarError::Clause("put(arg0, few)".into()))
        );
    }
}
