//! The short form of `make bench`: instructions, which repeat, of Croft and the peers that the limits speak of; and whole programs, which
//! print the same over malloc and over regions.

use croft_tests::peers::program::{NOTHING, NOTHING_IN_RUST, PEERS, Program, Workshop};
use croft_tests::peers::{count, limits, whole, workload};
use croft_tests::process;

#[test]
fn counts_keep_the_limits() {
    if !process::is_installed("valgrind") {
        println!("skipped: valgrind is not installed");
        return;
    }
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let workshop = Workshop::new(scratch.path(), true).unwrap_or_else(|problem| panic!("{problem}"));
    let programs: Vec<Program> = [NOTHING, NOTHING_IN_RUST]
        .into_iter()
        .chain(PEERS)
        .filter(|peer| peer.is_short)
        .map(|peer| workshop.build(peer).unwrap_or_else(|problem| panic!("{problem}")))
        .collect();
    let counts = count::all(&programs, &workload::ALL).unwrap_or_else(|problem| panic!("{problem}"));
    let large = count::large(&programs).unwrap_or_else(|problem| panic!("{problem}"));
    let broken = limits::broken(&counts, &large).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(
        broken.is_empty(),
        "worse than benches/limits.toml (`make bench BENCH=\"--short --write\"` takes the figures as they are):\n{}",
        broken.join("\n")
    );
}

#[test]
fn whole_programs_print_the_same_over_malloc_and_over_regions() {
    let scratch = tempfile::tempdir().expect("there is room for a folder");
    let sources = whole::sources();
    assert!(sources.len() >= 10, "{} programs", sources.len());
    let answers = count::side_by_side(&sources, |source| whole::agree(source, scratch.path()));
    for (source, answer) in sources.iter().zip(answers) {
        answer.unwrap_or_else(|problem| panic!("{}: {problem}", source.display()));
    }
}
