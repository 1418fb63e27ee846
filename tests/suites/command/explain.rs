//! `croft explain`.

use crate::bench::Bench;
use croft_tests::folder;
use std::fs;
use std::path::Path;

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let bench = Bench::new();
    let list = bench.succeeds(&["explain"]).stdout;
    let codes: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(code, _)| code)
        .collect();
    let mut pages: Vec<String> = fs::read_dir(folder::root().join("docs/errors"))
        .expect("the pages are there")
        .flatten()
        .filter_map(|entry| Some(Path::new(&entry.file_name()).file_stem()?.to_str()?.to_owned()))
        .filter(|name| name.starts_with('R'))
        .collect();
    pages.sort();
    assert_eq!(codes, pages);
    for code in codes {
        let page = bench.succeeds(&["explain", code]).stdout;
        assert!(page.starts_with('#') && page.contains(code), "{code}:\n{page}");
        assert_eq!(bench.succeeds(&["explain", &code.to_lowercase()]).stdout, page);
    }
}

#[test]
fn an_unknown_code_is_refused_with_the_way_to_the_list() {
    let bench = Bench::new();
    for code in ["R9999", "", "301"] {
        bench.fails(&["explain", code], &["is no code", "croft explain"]);
    }
}
