//! The built-in effect manifests against two other sources: the C library's own headers, as clang reads them, and what LLVM
//! knows of library functions.

use croft_pass::Effects;
use croft_pass::effects::manifest::{BUILT_IN, Manifest, entries};
use croft_pass::effects::{Sink, Source};
use croft_tests::{artifact, process};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::types::BasicMetadataTypeEnum;
use inkwell::values::{BasicValueEnum, FunctionValue};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The headers that declare what the manifests of libc and libm describe.
const HEADERS: &[&str] = &[
    "aio.h",
    "arpa/inet.h",
    "assert.h",
    "complex.h",
    "crypt.h",
    "ctype.h",
    "dirent.h",
    "dlfcn.h",
    "err.h",
    "errno.h",
    "error.h",
    "fcntl.h",
    "fenv.h",
    "fnmatch.h",
    "getopt.h",
    "grp.h",
    "iconv.h",
    "ifaddrs.h",
    "inttypes.h",
    "langinfo.h",
    "libgen.h",
    "libintl.h",
    "limits.h",
    "locale.h",
    "malloc.h",
    "math.h",
    "mntent.h",
    "mqueue.h",
    "net/if.h",
    "netdb.h",
    "netinet/ether.h",
    "netinet/in.h",
    "nl_types.h",
    "poll.h",
    "pthread.h",
    "pwd.h",
    "regex.h",
    "sched.h",
    "search.h",
    "semaphore.h",
    "shadow.h",
    "signal.h",
    "spawn.h",
    "stdio.h",
    "stdio_ext.h",
    "stdlib.h",
    "string.h",
    "strings.h",
    "sys/auxv.h",
    "sys/epoll.h",
    "sys/eventfd.h",
    "sys/file.h",
    "sys/inotify.h",
    "sys/ioctl.h",
    "sys/ipc.h",
    "sys/klog.h",
    "sys/mman.h",
    "sys/mount.h",
    "sys/msg.h",
    "sys/personality.h",
    "sys/pidfd.h",
    "sys/quota.h",
    "sys/random.h",
    "sys/reboot.h",
    "sys/resource.h",
    "sys/select.h",
    "sys/sem.h",
    "sys/sendfile.h",
    "sys/shm.h",
    "sys/signalfd.h",
    "sys/socket.h",
    "sys/stat.h",
    "sys/statfs.h",
    "sys/statvfs.h",
    "sys/swap.h",
    "sys/sysinfo.h",
    "sys/time.h",
    "sys/timeb.h",
    "sys/timerfd.h",
    "sys/times.h",
    "sys/timex.h",
    "sys/types.h",
    "sys/uio.h",
    "sys/utsname.h",
    "sys/wait.h",
    "sys/xattr.h",
    "syslog.h",
    "termios.h",
    "threads.h",
    "time.h",
    "uchar.h",
    "unistd.h",
    "utime.h",
    "wchar.h",
    "wctype.h",
    "gnu/libc-version.h",
];

/// Fewer functions than this were never compared: below it the comparison itself is broken.
const COMPARED: usize = 1500;

fn described(files: &[&str]) -> BTreeMap<String, Effects> {
    let chosen = BUILT_IN
        .iter()
        .filter(|(file, _)| files.iter().any(|start| file.starts_with(start)));
    chosen
        .flat_map(|(file, text)| entries(text).unwrap_or_else(|error| panic!("{file}: {error}")))
        .map(|(name, effects)| (name, Effects::clone(&effects)))
        .collect()
}

/// What the headers declare of the described functions, by the name in C.
struct Declared<'ctx> {
    module: Module<'ctx>,
    names: Vec<String>,
}

impl<'ctx> Declared<'ctx> {
    fn functions(&self) -> impl Iterator<Item = (&str, FunctionValue<'ctx>)> {
        self.names.iter().map(|name| {
            let table = self.module.get_global(&format!("use_{name}"));
            let Some(BasicValueEnum::PointerValue(pointer)) = table.and_then(|table| table.get_initializer())
            else {
                panic!("{name} has no place in the table");
            };
            // A header may give a function another symbol.
            let symbol = pointer.get_name().to_str().expect("symbols are text");
            let function = self.module.get_function(symbol);
            (
                name.as_str(),
                function.unwrap_or_else(|| panic!("{symbol} is no function")),
            )
        })
    }
}

/// Compiles uses of the functions, without those that no header declares, and lets LLVM add what it knows.
fn declared<'ctx>(context: &'ctx Context, names: &BTreeSet<&str>) -> Declared<'ctx> {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let (source, bitcode) = (scratch.path().join("uses.c"), scratch.path().join("uses.bc"));
    let write = |names: &BTreeSet<&str>| {
        let mut text = "#define _GNU_SOURCE\n#define __STDC_WANT_IEC_60559_TYPES_EXT__\n".to_owned();
        for header in HEADERS {
            text += &format!("#if __has_include(<{header}>)\n#include <{header}>\n#endif\n");
        }
        for name in names {
            text += &format!("#undef {name}\nvoid *use_{name} = (void *){name};\n");
        }
        std::fs::write(&source, text).expect("the scratch folder is there");
    };
    write(names);
    let clang = |arguments: &[&str]| {
        let mut command = Command::new(artifact::llvm("clang"));
        command
            .args(["-ferror-limit=0", "-w", "-O0", "-std=gnu17"])
            .args(arguments)
            .arg(&source);
        process::run(&mut command)
    };
    let messages = clang(&["-fsyntax-only"]).stderr;
    let mut known = names.clone();
    for line in messages.lines().filter(|line| line.contains(": error: ")) {
        let quoted = line.split('\'').nth(1).unwrap_or_default();
        assert!(
            line.contains("undeclared identifier") && known.remove(quoted),
            "{line}"
        );
    }
    write(&known);
    let bitcode_path = process::text(&bitcode);
    clang(&["-emit-llvm", "-c", "-o", bitcode_path])
        .expect(0)
        .unwrap_or_else(|problem| panic!("{problem}"));
    process::run(Command::new(artifact::llvm("opt")).args([
        "-passes=inferattrs",
        bitcode_path,
        "-o",
        bitcode_path,
    ]))
    .expect(0)
    .unwrap_or_else(|problem| panic!("{problem}"));
    Declared {
        module: Module::parse_bitcode_from_path(&bitcode, context).expect("opt writes bitcode"),
        names: known.into_iter().map(str::to_owned).collect(),
    }
}

/// The arguments that effects treat as pointers, by number.
fn pointers(effects: &Effects) -> BTreeSet<u32> {
    let mut pointers = BTreeSet::new();
    for (index, param) in effects.params.iter().enumerate() {
        if param.get {
            pointers.insert(index as u32);
        }
    }
    pointers.extend(effects.reads.iter().filter_map(|source| source.argument()));
    for (from, to) in &effects.flows {
        pointers.extend(from.argument());
        if let Sink::Arg(index) | Sink::Field(index, _) | Sink::Beyond(index, _) = to {
            pointers.insert(*index);
        }
    }
    pointers
}

fn has(function: FunctionValue<'_>, place: AttributeLoc, attribute: &str) -> bool {
    value(function, place, attribute).is_some()
}

fn value(function: FunctionValue<'_>, place: AttributeLoc, attribute: &str) -> Option<u64> {
    let kind = Attribute::get_named_enum_kind_id(attribute);
    assert_ne!(kind, 0, "{attribute} is no attribute");
    function
        .get_enum_attribute(place, kind)
        .map(|attribute| attribute.get_enum_value())
}

/// What contradicts the declaration.
fn contradictions(effects: &Effects, function: FunctionValue<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let ty = function.get_type();
    let parameters = ty.get_param_types();
    for index in pointers(effects) {
        match parameters.get(index as usize) {
            Some(parameter) if !parameter.is_pointer_type() => {
                wrong.push(format!("arg{index} is no pointer"))
            }
            None if !ty.is_var_arg() => wrong.push(format!("there is no arg{index}")),
            _ => {}
        }
    }
    let returned: BTreeSet<Source> = effects
        .flows
        .iter()
        .filter(|(_, to)| *to == Sink::Return)
        .map(|(from, _)| *from)
        .collect();
    if !returned.is_empty() && !ty.get_return_type().is_some_and(|ty| ty.is_pointer_type()) {
        wrong.push("it returns no pointer".to_owned());
    }
    if !returned.is_empty() && has(function, AttributeLoc::Return, "noalias") {
        wrong.push("LLVM: the result is fresh memory".to_owned());
    }
    if effects.diverges != has(function, AttributeLoc::Function, "noreturn") {
        wrong.push("one says noreturn and the other does not".to_owned());
    }
    for index in 0..parameters.len() as u32 {
        let place = AttributeLoc::Param(index);
        let flows: Vec<Sink> = effects
            .flows
            .iter()
            .filter(|(from, _)| *from == Source::Arg(index))
            .map(|(_, to)| *to)
            .collect();
        if has(function, place, "returned") && !flows.contains(&Sink::Return) {
            wrong.push(format!("LLVM: arg{index} is returned"));
        }
        if has(function, place, "allocptr") && !flows.contains(&Sink::Freed) {
            wrong.push(format!("LLVM: arg{index} is freed"));
        }
        let keeps = flows.iter().any(|to| *to != Sink::Freed);
        if value(function, place, "captures") == Some(0) && keeps {
            wrong.push(format!("LLVM: arg{index} is not captured"));
        }
    }
    wrong
}

#[test]
fn the_c_library_agrees_with_its_headers_and_with_llvm() {
    let manifest = described(&["libc/", "libm"]);
    let context = Context::create();
    let declared = declared(&context, &manifest.keys().map(String::as_str).collect());
    let mut compared = 0;
    let mut known_to_llvm = 0;
    let mut wrong = Vec::new();
    for (name, function) in declared.functions() {
        compared += 1;
        let parameters = function.count_params();
        known_to_llvm += usize::from(
            (0..parameters).any(|index| has(function, AttributeLoc::Param(index), "captures"))
                || has(function, AttributeLoc::Return, "noalias"),
        );
        for problem in contradictions(&manifest[name], function) {
            wrong.push(format!("{name}: {problem}: `{}`", manifest[name]));
        }
    }
    println!(
        "{compared} of {} functions are declared by headers; LLVM knows what {known_to_llvm} of them capture",
        manifest.len()
    );
    assert!(compared >= COMPARED, "only {compared} functions were found");
    assert!(known_to_llvm >= 150, "LLVM knows only {known_to_llvm}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The parameters of a function as `effects/signatures.toml` writes them.
fn letters(function: FunctionValue<'_>) -> String {
    let ty = function.get_type();
    let letter = |ty: &BasicMetadataTypeEnum<'_>| match ty {
        BasicMetadataTypeEnum::PointerType(_) => 'p',
        BasicMetadataTypeEnum::IntType(_) => 'i',
        BasicMetadataTypeEnum::FloatType(_) => 'f',
        _ => 'o',
    };
    let mut letters: String = ty.get_param_types().iter().map(letter).collect();
    letters.extend(ty.is_var_arg().then_some('.'));
    letters
}

/// With CROFT_BLESS=1 the file is written anew.
#[test]
fn the_signatures_are_those_of_the_headers() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler-pass/effects/signatures.toml");
    let manifest = described(&["libc/", "libm"]);
    let context = Context::create();
    let declared = declared(&context, &manifest.keys().map(String::as_str).collect());
    let found: BTreeMap<&str, String> = declared
        .functions()
        .map(|(name, function)| (name, letters(function)))
        .collect();
    if std::env::var_os("CROFT_BLESS").is_some() {
        let mut text = "# The parameters of library functions, a letter each: p pointer, i integer, f floating-point number, o other;\n\
            # a point where more may follow. Written by `CROFT_BLESS=1 cargo test --test manifests` from the C library's headers.\n"
            .to_owned();
        for (name, letters) in &found {
            text += &format!("{name} = \"{letters}\"\n");
        }
        std::fs::write(&path, text).expect("the file can be written");
    }
    let text = std::fs::read_to_string(&path).expect("the file is there");
    let known: BTreeMap<String, String> = toml::from_str(&text).expect("the file is TOML");
    let differ =
        |(name, letters): &(&&str, &String)| known.get(**name).is_some_and(|known| known != *letters);
    let wrong: Vec<_> = found.iter().filter(differ).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let common = found.keys().filter(|name| known.contains_key(**name)).count();
    assert!(common >= COMPARED, "only {common} signatures were compared");
    assert_eq!(known["send"], "ipii");
    assert_eq!(known["printf"], "p.");
}

#[test]
fn a_wrong_entry_would_be_found() {
    let context = Context::create();
    let names = ["strchr", "memcpy", "free", "abort", "malloc", "strlen"];
    let declared = declared(&context, &BTreeSet::from(names));
    let functions: BTreeMap<&str, FunctionValue<'_>> = declared.functions().collect();
    for (name, effects, problem) in [
        ("strchr", "get(arg1); nounwind", "arg1 is no pointer"),
        ("strchr", "get(arg2); nounwind", "there is no arg2"),
        (
            "strlen",
            "get(arg0); return(arg0); nounwind",
            "it returns no pointer",
        ),
        (
            "strlen",
            "get(arg0); store(arg0 -> global); nounwind",
            "LLVM: arg0 is not captured",
        ),
        ("memcpy", "get(args); nounwind", "LLVM: arg0 is returned"),
        ("free", "get(arg0); nounwind", "LLVM: arg0 is freed"),
        ("abort", "nounwind", "one says noreturn and the other does not"),
    ] {
        let effects = croft_pass::effects::grammar::parse(effects).expect("the effects are well formed");
        let found = contradictions(&effects, functions[name]);
        assert!(found.contains(&problem.to_owned()), "{name}: {found:?}");
    }
}

/// Of libc's names those that glibc 2.36 does not export, and where they are.
const ELSEWHERE: &[&str] = &[
    "__isoc23_",
    "strlcpy",
    "strlcat",
    "__strlcpy_chk",
    "__strlcat_chk",
    "wcslcpy",
    "wcslcat", // later versions of glibc
    "free_sized",
    "free_aligned_sized", // C23
    "reallocf",
    "strnstr",
    "timingsafe_bcmp",
    "timingsafe_memcmp",
    "__assert_rtn", // other systems
    "atexit",
    "at_quick_exit", // in the part of libc that is linked into each program
    "crypt",
    "encrypt",
    "setkey", // in libcrypt
];

/// Of LAPACK's names those that only some builds have.
const OPTIONAL: &[&str] = &[
    "fsx_", "svxx_", "lagge_", "laghe_", "lagsy_", "latms_", "gedmd_", "gedmdq_",
];

#[test]
fn every_name_is_one_that_the_library_exports() {
    for (files, libraries, except) in [
        (&["libc/", "libm"][..], &["libc.so.6", "libm.so.6"][..], ELSEWHERE),
        (&["lapack"], &["lapack/liblapack.so.3"], OPTIONAL),
    ] {
        let manifest: BTreeSet<String> = described(files)
            .into_keys()
            .filter(|name| !name.starts_with("LAPACKE_"))
            .collect();
        let exported: BTreeSet<String> = libraries.iter().flat_map(|library| symbols(library)).collect();
        if exported.is_empty() {
            println!("skipped: {files:?} (none of {libraries:?} is installed)");
            continue;
        }
        let missing: Vec<&String> = manifest
            .iter()
            .filter(|name| !exported.contains(*name))
            .filter(|name| {
                !except
                    .iter()
                    .any(|part| name.starts_with(part) || name.ends_with(part))
            })
            .collect();
        println!(
            "{files:?}: {} names, of {} that are exported",
            manifest.len(),
            exported.len()
        );
        assert!(missing.is_empty(), "{missing:?}");
    }
}

/// What a library exports and no manifest describes, and why.
const LEFT_OUT: &[(&str, &[&str])] = &[
    // Constructors, destructors and cleanups of the program's; transactional memory.
    (
        "libstdc++.so.6",
        &["__cxa_vec_", "__cxa_end_catch", "__cxa_tm_cleanup"],
    ),
    ("libgcc_s.so.1", &["_Unwind_ForcedUnwind", "_Unwind_Backtrace"]),
    // Data, and a handler of the program's.
    (
        "libm.so.6",
        &["signgam", "__signgam", "_LIB_VERSION", "matherr", "GLIBC_"],
    ),
    // A function of the program's; parts of the library's own test harness.
    (
        "lapack/liblapack.so.3",
        &["gees_", "geesx_", "gges_", "gges3_", "ggesx_", "__la_xisnan_MOD_"],
    ),
    ("blas/libblas.so.3", &["sub_", "CBLAS_CallFromC", "RowMajorStrg"]),
];

#[test]
fn what_the_libraries_export_is_described_or_left_out_for_a_reason() {
    let manifest = Manifest::built_in().expect("the built-in manifests are well formed");
    for (library, left_out) in LEFT_OUT {
        // Of the C++ library only what compilers call by themselves.
        let ours = |name: &String| match *library {
            "libstdc++.so.6" => {
                let throws = name.starts_with("_ZSt") && name.contains("__throw_");
                let starts = [
                    "__cxa_",
                    "_Znw",
                    "_Zna",
                    "_Zdl",
                    "_Zda",
                    "__gxx_",
                    "__dynamic_cast",
                ];
                throws || starts.iter().any(|start| name.starts_with(start))
            }
            "libgcc_s.so.1" => name.starts_with("_Unwind_"),
            _ => true,
        };
        let exported: Vec<String> = symbols(library).into_iter().filter(ours).collect();
        if exported.is_empty() {
            println!("skipped: {library} (not installed)");
            continue;
        }
        let missing: Vec<&String> = exported
            .iter()
            .filter(|name| manifest.get(name).is_none())
            .filter(|name| {
                !left_out
                    .iter()
                    .any(|part| name.starts_with(part) || name.ends_with(part))
            })
            .collect();
        println!("{library}: {} names", exported.len());
        assert!(missing.is_empty(), "{library}: {missing:?}");
    }
}

/// What a shared library of this machine defines; nothing if it is not there.
fn symbols(library: &str) -> BTreeSet<String> {
    let folders = [
        "/lib/x86_64-linux-gnu",
        "/usr/lib/x86_64-linux-gnu",
        "/lib/aarch64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
    ];
    let Some(path) = folders
        .iter()
        .map(|folder| Path::new(folder).join(library))
        .find(|path| path.exists())
    else {
        return BTreeSet::new();
    };
    let run = process::run(
        Command::new(artifact::llvm("llvm-nm"))
            .args(["-D", "--defined-only", "--format=just-symbols"])
            .arg(path),
    );
    let text = run.expect(0).unwrap_or_else(|problem| panic!("{problem}")).stdout;
    text.lines()
        .map(|line| line.split('@').next().unwrap_or(line).to_owned())
        .collect()
}
