//! The command line.

use crate::lower::{Contexts, Mode};
use crate::opt::OptOptions;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Region-based memory for compiled real-time kernels: check, lower, build and run.
#[derive(Debug, Parser)]
#[command(
    name = "croft",
    version,
    max_term_width = 100,
    after_help = "\
Files are C (.c, through clang-22), Rust (.rs, through rustc), LLVM IR (.ll) or bitcode (.bc).

Exit status: 0 accepted or done; 1 rejected by the checker; 2 croft could not do its work.

Examples:
  croft check kernel.c                   is it right?
  croft run --stats kernel.c             build it, run it, show what memory it took
  croft build kernel.c -o kernel -l m    make a program
  croft lower kernel.ll -o lowered.ll    see the code that the regions become
  croft opt kernel.ll -o -               see what is optimised before
  croft explain R0301                    what does this error mean?"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When text is coloured.
    #[command(flatten)]
    pub color: colorchoice_clap::Color,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check that regions are used rightly: exit 0 if accepted, 1 if rejected, 2 on failure
    #[command(after_help = "Example:\n  croft check --format json kernel.c | jq .code")]
    Check {
        /// Files to check, each by itself
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How to show what is wrong: text goes to standard error, JSON lines and SARIF to standard output
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
        /// Show at most N findings of each file, whatever the format; 0 shows all [default: 20, in json and sarif all]
        #[arg(long, value_name = "N")]
        max_findings: Option<usize>,
        /// How sources are compiled.
        #[command(flatten)]
        source: SourceOptions,
    },
    /// Print the effects of every function, as inferred
    #[command(
        after_help = "Example:\n  croft effects kernel.c\n  croft effects --emit list.toml list.c && croft check --effects list.toml kernel.c"
    )]
    Effects {
        /// Files to analyse, each by itself
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Write what the files export as an effect manifest instead, for --effects; - is standard output
        #[arg(long, value_name = "OUT")]
        emit: Option<PathBuf>,
        /// How sources are compiled.
        #[command(flatten)]
        source: SourceOptions,
    },
    /// Optimise what becomes of regions, ahead of lowering; does not check
    #[command(after_help = "\
Optimisations, in the order in which they run:
  stack        small objects become stack slots, regions that hold nothing are not opened
  merge        regions that are opened and ended together become one
  loops        a region that each turn of a loop opens is opened before it, and reset each turn
  groups       allocations that execute together share one request
  attributes   LLVM is told what holds of the others

Examples:
  croft opt kernel.c -o - | less
  croft opt --opt stack,groups kernel.ll -o optimised.ll && croft lower optimised.ll -o lowered.ll")]
    Opt {
        /// File to optimise
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where to write the result: .ll or .bc, or - for text on standard output
        #[arg(short, long, value_name = "OUT")]
        output: PathBuf,
        /// Which optimisations: all, none, or names with commas in between
        #[arg(long, default_value = "all", value_name = "LIST")]
        opt: OptOptions,
        /// How sources are compiled.
        #[command(flatten)]
        source: SourceOptions,
    },
    /// Replace region operations by code on the runtime; does not check, but for malformed operations (R01)
    #[command(after_help = "Example:\n  croft lower --mode call kernel.c -o kernel.ll")]
    Lower {
        /// File to lower
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Where to write the result: .ll or .bc, or - for text on standard output
        #[arg(short, long, value_name = "OUT")]
        output: PathBuf,
        /// How: inline the runtime's fast paths, call it, or call its debug mode, which finds misuse at run time
        #[arg(long, default_value = "inline", value_name = "inline|call|debug")]
        mode: Mode,
        /// What uses the pool.
        #[command(flatten)]
        contexts: ContextOptions,
        /// How sources are compiled.
        #[command(flatten)]
        source: SourceOptions,
    },
    /// Check, lower and link with the runtime and a static pool
    #[command(after_help = "\
Examples:
  croft build solve.c -o solve -l lapack -l blas --pool-blocks 256
  croft build --target riscv32imac-unknown-none-elf kernel.c -o kernel.elf --pool-blocks 32
  croft build --shared kernel.c -o kernel.so

Bare-metal targets, whose runtime `make baremetal` builds in croft's repository:
  riscv32imac-unknown-none-elf   RV32IMAC, ABI ilp32
  riscv32g-unknown-none-elf      RV32G, ABI ilp32d
  armv7a-none-eabihf             Cortex-A9, hard float
  thumbv7em-none-eabi            Cortex-M4, soft float, blocks of 4 KiB

A shared object has no pool: croft_pool and croft_exhausted come from the program that loads it; with
--threads croft_thread_pool, with --interrupts the critical section too.")]
    Build {
        /// Files of the program
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Where to write the program
        #[arg(short, long, value_name = "PROGRAM")]
        output: PathBuf,
        /// How the program is built.
        #[command(flatten)]
        options: BuildOptions,
        /// What the result is.
        #[command(flatten)]
        form: FormOptions,
    },
    /// Build to a temporary place and run; exits with the program's status
    // Programs of other targets are refused by name, with what to do instead: no option to offer.
    #[command(
        after_help = "Example:\n  croft run --stats messages.c -- input.txt",
        mut_arg("target", |target| target.hide(true))
    )]
    Run {
        /// Files of the program
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How the program is built.
        #[command(flatten)]
        options: BuildOptions,
        /// Print a summary of the pool to standard error when the program ends
        #[arg(long)]
        stats: bool,
        /// Arguments of the program
        #[arg(last = true, value_name = "ARGS")]
        arguments: Vec<OsString>,
    },
    /// Explain an error code, or list all codes
    #[command(after_help = "Example:\n  croft explain R0301")]
    Explain {
        /// The code
        #[arg(value_name = "CODE")]
        code: Option<String>,
    },
}

/// How sources are compiled to IR and what the checker is told.
#[derive(Clone, Debug, Default, Args)]
pub struct SourceOptions {
    /// A folder with headers, as for clang
    #[arg(short = 'I', value_name = "DIR", help_heading = "Sources")]
    pub include: Vec<PathBuf>,
    /// A macro, as for clang
    #[arg(short = 'D', value_name = "NAME[=VALUE]", help_heading = "Sources")]
    pub define: Vec<String>,
    /// Another argument for clang; -fsanitize=…, -fno-sanitize-… and -gdwarf-… hold for linking, too
    #[arg(
        long,
        value_name = "ARG",
        allow_hyphen_values = true,
        help_heading = "Sources"
    )]
    pub cflag: Vec<String>,
    /// A file with the effects of more library functions (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Sources")]
    pub effects: Vec<PathBuf>,
}

/// How a program is built.
#[derive(Clone, Debug, Args)]
pub struct BuildOptions {
    /// Size of the static pool, in blocks of 16 KiB (Cortex-M4: 4 KiB) [default: 4096; on bare metal 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    pub pool_blocks: Option<u32>,
    /// How operations become code
    #[arg(long, default_value = "inline", value_name = "inline|call|debug")]
    pub mode: Mode,
    /// Optimisations ahead of lowering: all, none, or some of stack, merge, loops, groups, attributes (`croft opt --help`). Mode
    /// debug has none
    #[arg(long, default_value = "all", value_name = "LIST")]
    pub opt: OptOptions,
    /// Build what the checker would reject, too, but for malformed operations (R01): for debug mode, which says what goes wrong at
    /// run time
    #[arg(long)]
    pub unchecked: bool,
    /// The target, for a kernel image without operating system; by default this machine
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
    /// A library to link, as for clang
    #[arg(short = 'l', value_name = "LIB")]
    pub library: Vec<String>,
    /// A folder with libraries, as for clang
    #[arg(short = 'L', value_name = "DIR")]
    pub library_path: Vec<PathBuf>,
    /// What uses the pool.
    #[command(flatten)]
    pub contexts: ContextOptions,
    /// The sources' options.
    #[command(flatten)]
    pub source: SourceOptions,
}

/// What uses the pool beside the program's main thread: see [`Contexts`].
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct ContextOptions {
    /// A pool for each thread: the main thread has the static one, others call croft_pool_init
    #[arg(long)]
    pub threads: bool,
    /// Handlers of interrupts and signals may use regions of their own: the pool is used in critical sections
    #[arg(long)]
    pub interrupts: bool,
}

impl From<ContextOptions> for Contexts {
    fn from(options: ContextOptions) -> Contexts {
        let ContextOptions { threads, interrupts } = options;
        Contexts { threads, interrupts }
    }
}

/// What `croft build` makes.
#[derive(Clone, Debug, Default, Args)]
pub struct FormOptions {
    /// Make a position-independent shared object, for a program that has a pool and loads it
    #[arg(long, conflicts_with_all = ["pool_blocks", "linker_script"])]
    pub shared: bool,
    /// Memory map of a kernel image, instead of the emulated board's (see runtime/baremetal/*.ld)
    #[arg(long, value_name = "FILE", requires = "target")]
    pub linker_script: Option<PathBuf>,
}

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text with source excerpts
    #[default]
    Human,
    /// One JSON object a line
    Json,
    /// One SARIF 2.1.0 log
    Sarif,
}

/// Reads the command line of this process; wrong usage ends it with status 2.
pub fn parse() -> Arguments {
    Arguments::parse()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        super::Arguments::command().debug_assert();
    }
}
