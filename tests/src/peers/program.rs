//! The programs: one for each peer, built as its users build.

use crate::{artifact, folder, process};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How a peer's program comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// `croft build` with these arguments.
    Croft(&'static [&'static str]),
    /// clang -O2 on the kernels with this header, and what it is linked with.
    C(&'static str, &'static [Library]),
    /// clang -O2 on this file.
    File(&'static str),
    /// The Rust program, with this first argument.
    Rust(&'static str),
}

/// A C library, of a Debian package. Static ones are linked, so that no call goes through a table of the loader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Library {
    package: &'static str,
    file: &'static str,
    flags: &'static [&'static str],
}

const APR: Library = Library {
    package: "libapr1-dev",
    file: "libapr-1.a",
    flags: &[
        "-D_REENTRANT",
        "-D_GNU_SOURCE",
        "-I/usr/include/apr-1.0",
        "-luuid",
        "-lcrypt",
    ],
};
const TALLOC: Library = Library {
    package: "libtalloc-dev",
    file: "libtalloc.a",
    flags: &[],
};

/// Blocks of the pool of Croft's programs: 65.6 MiB, for W2.
const POOL_BLOCKS: &str = "--pool-blocks=4200";

/// Something that allocates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its name in tables.
    pub title: &'static str,
    /// Whether the limits speak of it, so that the short form runs it too.
    pub is_short: bool,
    source: Source,
}

const fn peer(title: &'static str, source: Source) -> Peer {
    Peer {
        title,
        is_short: false,
        source,
    }
}

const fn short(title: &'static str, source: Source) -> Peer {
    Peer {
        is_short: true,
        ..peer(title, source)
    }
}

/// No allocation, in C: loop and touch.
pub const NOTHING: Peer = short("nothing, C", Source::C("on_nothing.h", &[]));
/// No allocation, in Rust.
pub const NOTHING_IN_RUST: Peer = short("nothing, Rust", Source::Rust("nothing"));
/// What users of Croft get.
pub const CROFT: Peer = short("**Croft**, C", Source::Croft(&[]));
/// The limit, in C.
pub const UNCHECKED: Peer = short("unchecked bump, C", Source::C("on_unchecked.h", &[]));
/// bumpalo, reset.
pub const BUMPALO: Peer = short("bumpalo, reset", Source::Rust("bumpalo"));
/// bump-scope.
pub const BUMP_SCOPE: Peer = short("bump-scope", Source::Rust("bump-scope"));

/// All but the two that allocate nothing, in the order of the tables.
pub const PEERS: [Peer; 21] = [
    CROFT,
    short("**Croft**, C, `--mode call`", Source::Croft(&["--mode=call"])),
    short("**Croft**, C, `--opt none`", Source::Croft(&["--opt=none"])),
    short("**Croft**, Rust API", Source::Rust("croft")),
    UNCHECKED,
    peer("unchecked bump, Rust", Source::Rust("unchecked")),
    peer("`alloca`", Source::File("alloca.c")),
    BUMPALO,
    peer("bumpalo, new", Source::Rust("bumpalo-new")),
    BUMP_SCOPE,
    peer("bump-scope, downwards", Source::Rust("bump-scope-down")),
    peer("typed-arena", Source::Rust("typed-arena")),
    peer("obstack", Source::C("on_obstack.h", &[])),
    peer("APR pool", Source::C("on_apr.h", &[APR])),
    peer("talloc", Source::C("on_talloc.h", &[TALLOC])),
    peer("glibc malloc", Source::C("on_malloc.h", &[])),
    peer("mimalloc 3", Source::Rust("mimalloc")),
    peer("jemalloc 5", Source::Rust("jemalloc")),
    peer("rlsf (TLSF)", Source::Rust("rlsf")),
    peer("talc", Source::Rust("talc")),
    peer("talloc, pool", Source::C("on_talloc_pool.h", &[TALLOC])),
];

impl Peer {
    /// The program that does the same without allocating.
    pub fn nothing(&self) -> Peer {
        match self.source {
            Source::Rust(_) => NOTHING_IN_RUST,
            _ => NOTHING,
        }
    }
}

/// A built program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Whose.
    pub peer: Peer,
    path: PathBuf,
    first: Option<&'static str>,
}

impl Program {
    /// A run of it, after `prefix`.
    pub fn command(&self, prefix: &[&str], arguments: &[String]) -> Command {
        let mut command = match prefix {
            [] => Command::new(&self.path),
            [program, rest @ ..] => {
                let mut command = Command::new(program);
                command.args(rest).arg(&self.path);
                command
            }
        };
        command.args(self.first).args(arguments);
        command
    }
}

/// Builds programs in a folder.
pub struct Workshop<'w> {
    folder: &'w Path,
    rust: PathBuf,
}

impl<'w> Workshop<'w> {
    /// Builds what all need. In the short form, Rust's program is built without the peers that need C libraries.
    ///
    /// # Errors
    /// What the compilers say.
    pub fn new(folder: &'w Path, is_short: bool) -> Result<Self, String> {
        let support = folder.join("support.o");
        succeed(
            process::clang()
                .args(["-O2", "-Wall", "-Wextra", "-Werror", "-c"])
                .arg(kernels().join("support.c"))
                .arg("-o")
                .arg(&support),
        )?;
        succeed(
            Command::new(artifact::llvm("llvm-ar"))
                .arg("rcs")
                .arg(folder.join("libsupport.a"))
                .arg(&support),
        )?;
        let target = artifact::target_folder().join(if is_short { "peers-short" } else { "peers" });
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet", "--locked", "--release", "--manifest-path"])
            .arg(folder::here("benches/peers/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target);
        if is_short {
            cargo.arg("--no-default-features");
        }
        // A first build may take longer than a test's run.
        let output = cargo.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let rust = folder.join("croft-peers");
        std::fs::copy(target.join("release/croft-peers"), &rust).map_err(|error| error.to_string())?;
        strip(&rust)?;
        Ok(Self { folder, rust })
    }

    /// A peer's program; or why there is none.
    ///
    /// # Errors
    /// The package that is missing, or what the compiler says.
    pub fn build(&self, peer: Peer) -> Result<Program, String> {
        let name: String = peer.title.chars().filter(char::is_ascii_alphanumeric).collect();
        let path = self.folder.join(name);
        let source = kernels().join("workloads.c");
        let mut first = None;
        match peer.source {
            Source::Rust(name) => {
                first = Some(name);
                return Ok(Program {
                    peer,
                    path: self.rust.clone(),
                    first,
                });
            }
            Source::Croft(arguments) => succeed(
                process::croft()
                    .args(["build", POOL_BLOCKS])
                    .args(arguments)
                    .arg("-DPEER=\"on_croft.h\"")
                    .arg("-I")
                    .arg(kernels())
                    .arg(source)
                    .arg("-L")
                    .arg(self.folder)
                    .args(["-l", "support", "-o"])
                    .arg(&path),
            )?,
            Source::File(name) => succeed(
                self.clang()
                    .arg(kernels().join(name))
                    .args(["-lsupport", "-o"])
                    .arg(&path),
            )?,
            Source::C(header, libraries) => {
                let mut command = self.clang();
                command
                    .arg(format!("-DPEER=\"{header}\""))
                    .arg(source)
                    .arg("-lsupport");
                for library in libraries {
                    let file = Path::new("/usr/lib/x86_64-linux-gnu").join(library.file);
                    if !file.exists() {
                        return Err(format!("the package {} is not installed", library.package));
                    }
                    command.arg(file).args(library.flags);
                }
                succeed(command.arg("-o").arg(&path))?;
            }
        }
        strip(&path)?;
        Ok(Program { peer, path, first })
    }

    fn clang(&self) -> Command {
        let mut command = process::clang();
        command
            .args([
                "-O2",
                "-Wall",
                "-Wextra",
                "-Wno-unused-but-set-variable",
                "-Werror",
            ])
            // As Rust's programs are linked: no first call of a function looks for it.
            .args(["-Wl,-z,now", "-L"])
            .arg(self.folder);
        command
    }
}

/// Removes debug information, which old Valgrinds cannot read; the code stays.
pub(super) fn strip(program: &Path) -> Result<(), String> {
    succeed(
        Command::new(artifact::llvm("llvm-strip"))
            .arg("--strip-debug")
            .arg(program),
    )
}

pub(super) fn succeed(command: &mut Command) -> Result<(), String> {
    process::run(command)
        .expect(0)
        .map(drop)
        .map_err(|problem| format!("{command:?}: {problem}"))
}

fn kernels() -> PathBuf {
    folder::here("benches/kernels")
}
