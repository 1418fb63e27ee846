//! The workloads of `make bench` on Rust's arenas and allocators: the same as `../kernels/workloads.c`, with the same command line.
//!
//! usage: `croft-peers PEER WORKLOAD COUNT ITERATIONS [time | memory]`; exit status 2 where a peer has no such workload.

#[cfg(feature = "allocators")]
mod allocators;
mod arenas;
mod peer;
mod support;
mod workloads;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [peer, workload, count, iterations, rest @ ..] = arguments.as_slice() else {
        return ExitCode::from(2);
    };
    let (Ok(count), Ok(iterations)) = (count.parse(), iterations.parse()) else {
        return ExitCode::from(2);
    };
    let run = workloads::Run {
        workload,
        count,
        iterations,
        tells: rest.first().map(String::as_str),
    };
    let known = match peer.as_str() {
        "nothing" => run.on::<arenas::Nothing>(),
        "unchecked" => run.on::<arenas::Unchecked>(),
        "croft" => run.on::<arenas::Croft>(),
        "bumpalo" => run.on::<arenas::Bumpalo>(),
        "bumpalo-new" => run.on::<arenas::BumpaloNew>(),
        "bump-scope" => run.on::<arenas::BumpScope>(),
        "bump-scope-down" => run.on::<arenas::BumpScopeDown>(),
        #[cfg(feature = "allocators")]
        "typed-arena" => run.on::<allocators::TypedArena>(),
        #[cfg(feature = "allocators")]
        "rlsf" => run.on::<allocators::Owner<allocators::Rlsf>>(),
        #[cfg(feature = "allocators")]
        "talc" => run.on::<allocators::Owner<allocators::Talc>>(),
        #[cfg(feature = "allocators")]
        "mimalloc" => run.on::<allocators::Owner<allocators::Mimalloc>>(),
        #[cfg(feature = "allocators")]
        "jemalloc" => run.on::<allocators::Owner<allocators::Jemalloc>>(),
        _ => false,
    };
    if known {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    }
}
