//! Contexts of execution: threads with a pool each, and handlers of interrupts on the pool of what they interrupt. What runs on
//! bare metal is in the suite `baremetal`.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod interrupts;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod stepping;
mod threads;

use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    let mut trial = |name: String, test: Box<dyn FnOnce() -> Result<(), String> + Send>| {
        trials.push(Trial::test(name, move || test().map_err(Failed::from)));
    };
    for mode in ["inline", "call", "debug"] {
        trial(
            format!("threads compute what malloc computes, mode {mode}"),
            Box::new(move || threads::as_malloc(mode, &[])),
        );
    }
    trial(
        "threads whose signals may use regions, too".to_owned(),
        Box::new(|| threads::as_malloc("inline", &["--interrupts"])),
    );
    trial("threads do not race".to_owned(), Box::new(threads::race_free));
    trial(
        "threads do not race, says ThreadSanitizer".to_owned(),
        Box::new(threads::sanitized),
    );
    for mode in ["inline", "call", "debug"] {
        trial(
            format!("a thread without a pool is told so, mode {mode}"),
            Box::new(move || threads::without_pool(mode)),
        );
    }
    trial(
        "a thread that ends leaves its memory to others".to_owned(),
        Box::new(threads::ends_with_open_regions),
    );
    trial(
        "debug mode reports another thread's region".to_owned(),
        Box::new(threads::foreign_region),
    );
    trial(
        "kernels for threads and for one pool do not link".to_owned(),
        Box::new(threads::mixed),
    );
    trial(
        "there are no threads on bare metal".to_owned(),
        Box::new(threads::none_on_bare_metal),
    );
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    {
        for mode in ["inline", "call"] {
            trial(
                format!("an interrupt at any instruction changes nothing, mode {mode}"),
                Box::new(move || interrupts::harmless(mode)),
            );
        }
        trial(
            "an interrupt without critical sections does harm".to_owned(),
            Box::new(interrupts::unprotected),
        );
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn scratch() -> Result<tempfile::TempDir, String> {
    tempfile::tempdir().map_err(|error| error.to_string())
}
