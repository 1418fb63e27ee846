//! One finding for each root cause: what has the same cause is a related place of it, and many such places are a number.

use crate::bench::Bench;
use serde_json::Value;

/// The findings in a C program.
fn findings(source: &str) -> Vec<Value> {
    let bench = Bench::new();
    bench.write("kernel.c", format!("#include <croft.h>\n{source}"));
    let run = bench.croft(&["check", "--format", "json", "kernel.c"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let lines = run.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// The lines and messages of the places that share the finding's cause.
fn likewise(finding: &Value) -> Vec<(u64, String)> {
    let related = finding["related"].as_array().expect("a list");
    related
        .iter()
        .filter(|place| place["role"] == "likewise")
        .map(|place| {
            let message = place["message"].as_str().unwrap_or_default().to_owned();
            (place["line"].as_u64().unwrap_or_default(), message)
        })
        .collect()
}

#[test]
fn uses_after_one_end_are_one_finding_with_the_others_as_places() {
    let all = findings(
        "int f(int n)\n{\n    croft_region r = croft_push();\n    volatile int *p = CROFT_NEW(r, int);\n    *p = n;\n    croft_pop(r);\n    \
         int sum = *p;\n    sum += *p;\n    *p = 3;\n    return sum;\n}\n",
    );
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(
        (&all[0]["code"], &all[0]["primary"]["line"]),
        (&"R0403".into(), &8.into())
    );
    let same = "used after the end here, too".to_owned();
    assert_eq!(likewise(&all[0]), [(9, same.clone()), (10, same)]);
}

#[test]
fn a_surplus_end_is_no_second_cause_for_the_uses_after_it() {
    let all = findings(
        "int f(int n)\n{\n    croft_region r = croft_push();\n    volatile int *p = CROFT_NEW(r, int);\n    *p = n;\n    croft_pop(r);\n    \
         int sum = *p;\n    croft_pop(r);\n    return sum + *p;\n}\n",
    );
    let told: Vec<_> = all
        .iter()
        .map(|finding| (finding["code"].clone(), finding["primary"]["line"].clone()))
        .collect();
    assert_eq!(told, [("R0403".into(), 8.into()), ("R0203".into(), 9.into())]);
}

#[test]
fn a_function_that_nobody_described_is_one_finding_however_often_it_is_called() {
    let mut source = "int mystery(int *p);\n".to_owned();
    for number in 0..30 {
        source += &format!(
            "int f{number}(void) {{ CROFT_REGION(r); int *p = CROFT_NEW(r, int); *p = 1; return mystery(p); }}\n"
        );
    }
    let all = findings(&source);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(
        (&all[0]["code"], &all[0]["primary"]["function"]),
        (&"R0902".into(), &"f0".into())
    );
    let same = "the same here".to_owned();
    let last = "the same here, and in 26 more places".to_owned();
    assert_eq!(likewise(&all[0]), [(4, same.clone()), (5, same), (6, last)]);
}

#[test]
fn two_functions_that_nobody_described_are_two_causes() {
    let all = findings(
        "int one(int *p);\nint two(int *p);\nint f(void)\n{\n    CROFT_REGION(r);\n    int *p = CROFT_NEW(r, int);\n    *p = 1;\n    \
         return one(p) + two(p);\n}\n",
    );
    assert_eq!(all.len(), 2, "{all:#?}");
    assert!(all.iter().all(|finding| likewise(finding).is_empty()));
}

#[test]
fn two_regions_that_end_too_early_are_two_causes() {
    let all = findings(
        "int f(int n)\n{\n    croft_region r = croft_push();\n    croft_region s = croft_push();\n    volatile int *p = CROFT_NEW(r, int);\n    \
         volatile int *q = CROFT_NEW(s, int);\n    *p = *q = n;\n    croft_pop(s);\n    croft_pop(r);\n    return *p + *q;\n}\n",
    );
    assert_eq!(all.len(), 2, "{all:#?}");
}
