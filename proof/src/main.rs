//! The command `croft-proof`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use croft_proof::limits::{Limit, Limits};
use croft_proof::report::{Report, Row, listing};
use croft_proof::{Image, InputError, Prover, Rules, claims};

const EXAMPLES: &str = "\
Examples:
  croft-proof --limits proof/limits.toml x86-64=kernel rv32=kernel-rv32.elf
  croft-proof --entry my_kernel kernel.elf
  croft-proof --entry my_kernel --end panic kernel.elf
  croft-proof --limits proof/limits.toml --explain croft.alloc x86-64=kernel
  croft-proof --limits proof/limits.toml --format json x86-64=kernel
  croft-proof --limits proof/limits.toml --check docs/CLAIMS.md x86-64=kernel

Exit status: 0 all proven and within limits, 1 not, 2 the input is no linked ELF file, or the request is wrong.";

/// Proves on linked object code that entry points run in constant time, and prints their longest paths and deepest stacks.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    /// Linked ELF files; with --limits, each with its target in front
    #[arg(value_name = "[TARGET=]FILE", required_unless_present = "list")]
    files: Vec<String>,
    /// Table of targets, entry points and limits (TOML)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["entry", "handler", "end", "cleanup"])]
    limits: Option<PathBuf>,
    /// Entry point to prove, without limits
    #[arg(long, value_name = "SYMBOL", required_unless_present = "limits")]
    entry: Vec<String>,
    /// Function in which exhaustion begins, beside the runtime's own; that it never returns is proven
    #[arg(long, value_name = "SYMBOL")]
    handler: Vec<String>,
    /// Function that is believed not to return, beside `abort` and `croft_exhausted`
    #[arg(long, value_name = "SYMBOL")]
    end: Vec<String>,
    /// Function that runs a region's cleanups, beside the runtime's own: what these take is not counted
    #[arg(long, value_name = "SYMBOL")]
    cleanup: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Print the longest paths of this entry point as listings, instead of the table
    #[arg(long, value_name = "ENTRY")]
    explain: Option<String>,
    /// Print the entry points of this target, one a line, and do nothing else (for a linker's -u)
    #[arg(long, value_name = "TARGET", requires = "limits")]
    list: Option<String>,
    /// Put the figures into the table of this document
    #[arg(long, value_name = "DOCUMENT")]
    write: Option<PathBuf>,
    /// Compare the figures with the table of this document: status 1 if they differ
    #[arg(long, value_name = "DOCUMENT", conflicts_with = "write")]
    check: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Human,
    Json,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("croft-proof: {error}");
            ExitCode::from(2)
        }
    }
}

fn read(path: &str) -> Result<Vec<u8>, InputError> {
    std::fs::read(path).map_err(|source| InputError::Read {
        path: path.to_owned(),
        source,
    })
}

fn text(path: &str) -> Result<String, InputError> {
    String::from_utf8(read(path)?).map_err(|_| InputError::Request(format!("`{path}` is no text")))
}

/// Whether everything is proven and within limits.
fn run(arguments: &Arguments) -> Result<bool, InputError> {
    let limits = match &arguments.limits {
        Some(path) => Some(Limits::parse(&text(&path.to_string_lossy())?)?),
        None => None,
    };
    if let (Some(target), Some(limits)) = (&arguments.list, &limits) {
        for entry in limits.target(target)?.entry.keys() {
            println!("{entry}");
        }
        return Ok(true);
    }
    let (mut reports, mut passes) = (Vec::new(), true);
    for argument in &arguments.files {
        let (target, path) = match (argument.split_once('='), &limits) {
            (Some((target, path)), Some(_)) => (target.to_owned(), path),
            (None, Some(_)) => {
                let why = format!("`{argument}` names no target: write TARGET={argument}");
                return Err(InputError::Request(why));
            }
            (_, None) => (String::new(), argument.as_str()),
        };
        let image = Image::parse(&read(path)?).map_err(|error| match error {
            InputError::Request(_) | InputError::Read { .. } => error,
            other => InputError::Request(format!("`{path}`: {other}")),
        })?;
        let (rules, entries) = request(arguments, limits.as_ref(), &target, &image)?;
        let mut prover = Prover::new(&image, &rules)?;
        if let Some(entry) = &arguments.explain {
            passes &= explain(&mut prover, entry);
            continue;
        }
        let row = |(entry, limit): (String, Option<Limit>)| Row {
            outcome: prover.prove(&entry),
            entry,
            limit,
        };
        let rows = entries.into_iter().map(row).collect();
        let target = if target.is_empty() {
            image.machine.to_string()
        } else {
            target
        };
        let report = Report {
            target,
            sizes: image.sizes,
            makers: image.makers.clone(),
            rows,
        };
        match arguments.format {
            Format::Human => println!("{}", report.human()),
            Format::Json => print!("{}", report.json()),
        }
        passes &= report.passes();
        reports.push(report);
    }
    if let Some(document) = &arguments.write
        && passes
    {
        let path = document.to_string_lossy();
        let rewritten = claims::rewrite(&text(&path)?, &reports)?;
        std::fs::write(document, rewritten).map_err(|source| InputError::Read {
            path: path.into_owned(),
            source,
        })?;
    }
    if let Some(document) = &arguments.check {
        let document = text(&document.to_string_lossy())?;
        let comparison = claims::compare(&document, &reports)?;
        for (target, old, new) in &comparison.made_otherwise {
            println!("not compared: {target}: the table's figures are of {old}; these are of {new}");
        }
        for (old, new) in &comparison.differences {
            println!("error: the table says   {old}\n       the figures are {new}");
            passes = false;
        }
        println!("{}", comparison.summary());
    }
    Ok(passes)
}

type Entries = Vec<(String, Option<Limit>)>;

/// The rules and entry points for a file.
fn request(
    arguments: &Arguments,
    limits: Option<&Limits>,
    target: &str,
    image: &Image,
) -> Result<(Rules, Entries), InputError> {
    let Some(limits) = limits else {
        let mut rules = Rules::of_a_kernel();
        rules.handlers.extend(arguments.handler.iter().cloned());
        rules.ends.extend(arguments.end.iter().cloned());
        rules.cleanups.extend(arguments.cleanup.iter().cloned());
        return Ok((
            rules,
            arguments
                .entry
                .iter()
                .map(|entry| (entry.clone(), None))
                .collect(),
        ));
    };
    let target_limits = limits.target(target)?;
    if target_limits.machine != image.machine {
        let why = format!(
            "target `{target}` is of machine {}, the file is of {}",
            target_limits.machine, image.machine
        );
        return Err(InputError::Request(why));
    }
    let entries = target_limits
        .entry
        .iter()
        .map(|(entry, limit)| (entry.clone(), Some(*limit)));
    Ok((target_limits.rules(), entries.collect()))
}

fn explain(prover: &mut Prover<'_>, entry: &str) -> bool {
    for (what, ends) in [
        ("the longest path that returns", false),
        ("the longest path to exhaustion", true),
    ] {
        match prover.explain(entry, ends) {
            Ok(lines) if lines.is_empty() => println!("{entry}: no path of this kind: {what}\n"),
            Ok(lines) => println!("{entry}: {what}\n{}", listing(&lines)),
            Err(refusal) => {
                println!("error: `{entry}`: {refusal}");
                return false;
            }
        }
    }
    true
}
