//! `--format sarif`: one log that the official schema accepts, with the places, rules, flows and fingerprints that viewers need.

use crate::bench::{Bench, LEAKING, RIGHT};
use croft_tests::folder;
use serde_json::{Value, json};

/// A validator for SARIF 2.1.0; the schema lies in the repository, nothing is fetched.
fn validator() -> jsonschema::Validator {
    let text = std::fs::read_to_string(folder::here("support/sarif/sarif-schema-2.1.0.json"))
        .expect("the schema is there");
    // A slip in the official file: a bracket that opens nowhere, which strict readers of patterns refuse.
    let slip = "[a-zA-Z]{2}]?$";
    assert!(text.contains(slip), "the slip is gone: so may this line");
    let text = text.replace(slip, "[a-zA-Z]{2}?$");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    assert_eq!(schema["properties"]["version"]["enum"], json!(["2.1.0"]));
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema is one")
}

/// Runs the command, expects this status, and returns the log, which has to be valid.
fn log(bench: &Bench, status: i32, arguments: &[&str]) -> Value {
    let run = bench.croft(&[&["check", "--format", "sarif"], arguments].concat());
    assert_eq!(run.code, Some(status), "{}", run.stderr);
    let log: Value = serde_json::from_str(&run.stdout).expect("the log is JSON");
    let problems: Vec<String> = validator()
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{}\n{}", problems.join("\n"), run.stdout);
    assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
    log
}

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().expect("a list")
}

fn uri(location: &Value) -> &str {
    location["physicalLocation"]["artifactLocation"]["uri"]
        .as_str()
        .expect("a place has a file")
}

const STORED: &str = "\
#include <croft.h>
static double *latest;
void update(double x)
{
    CROFT_REGION(r);
    double *p = CROFT_NEW(r, double);
    *p = x;
    latest = p;
}
";

#[test]
fn the_schema_refuses_broken_logs() {
    let bench = Bench::new();
    let good = log(&bench, 1, &["leaking.c"]);
    let validator = validator();
    let breaks: [fn(&mut Value); 6] = [
        |log| log["version"] = json!("2.0.0"),
        |log| log["runs"] = json!({}),
        |log| log["runs"][0]["results"][0]["message"] = json!("text"),
        |log| {
            log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = json!(0)
        },
        |log| log["runs"][0]["tool"]["driver"]["name"] = Value::Null,
        |log| log["runs"][0]["surplus"] = json!(1),
    ];
    for (number, spoil) in breaks.iter().enumerate() {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(
            bad != good && !validator.is_valid(&bad),
            "break {number} goes unnoticed"
        );
    }
}

#[test]
fn a_log_without_findings_says_what_was_judged() {
    let bench = Bench::new();
    let log = log(&bench, 0, &["right.c"]);
    let run = &log["runs"][0];
    assert_eq!(run["results"], json!([]));
    assert_eq!(run["artifacts"][0]["location"]["uri"], "right.c");
    let invocation = &run["invocations"][0];
    assert_eq!(
        (&invocation["executionSuccessful"], &invocation["exitCode"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(invocation["toolExecutionNotifications"], json!([]));
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "croft");
    let listed = bench.succeeds(&["explain"]).stdout;
    let rules = driver["rules"].as_array().expect("a list");
    for (rule, line) in rules.iter().zip(listed.lines()) {
        let (code, title) = line.split_once("  ").expect("a code and its title");
        assert_eq!(
            (rule["id"].as_str(), rule["shortDescription"]["text"].as_str()),
            (Some(code), Some(title))
        );
        assert!(
            rule["fullDescription"]["text"]
                .as_str()
                .is_some_and(|text| text.len() > 20),
            "{code}"
        );
    }
    assert_eq!(rules.len(), listed.lines().count());
}

#[test]
fn a_result_has_its_rule_place_related_places_and_flow() {
    let bench = Bench::new();
    bench.write("stored.c", STORED);
    let log = log(&bench, 1, &["stored.c"]);
    let [result] = results(&log) else {
        panic!("{log:#}")
    };
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&json!("R0402"), &json!("error"))
    );
    let index = result["ruleIndex"].as_u64().expect("an index") as usize;
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][index];
    assert_eq!(rule["id"], "R0402");
    assert!(
        rule["help"]["markdown"]
            .as_str()
            .is_some_and(|page| page.starts_with("# R0402"))
    );
    let place = &result["locations"][0];
    assert_eq!(uri(place), "stored.c");
    assert_eq!(
        place["physicalLocation"]["region"],
        json!({"startLine": 8, "startColumn": 12, "endColumn": 13})
    );
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "update");
    let related = result["relatedLocations"].as_array().expect("a list");
    let ids: Vec<_> = related.iter().map(|place| place["id"].as_u64()).collect();
    assert_eq!(ids, [Some(1), Some(2), Some(3)]);
    let flow = &result["codeFlows"][0]["threadFlows"][0]["locations"];
    let steps: Vec<(u64, &str)> = flow
        .as_array()
        .expect("a list")
        .iter()
        .map(|step| {
            let line = &step["location"]["physicalLocation"]["region"]["startLine"];
            (
                line.as_u64().expect("a line"),
                step["location"]["message"]["text"].as_str().expect("words"),
            )
        })
        .collect();
    assert_eq!(
        steps,
        [
            (5, "region `r` is opened here"),
            (6, "allocated in `r` here"),
            (8, "stored in the global `latest` here"),
            (9, "`r` ends here, while the global `latest` lives on"),
        ]
    );
    let text = result["message"]["text"].as_str().expect("words");
    assert!(
        text.starts_with("pointer into a region is stored in a global place") && text.contains("\nhelp: "),
        "{text}"
    );
}

#[test]
fn a_use_after_the_end_flows_through_the_end() {
    let bench = Bench::new();
    bench.write(
        "late.c",
        "#include <croft.h>\nint f(void)\n{\n    croft_region r = croft_push();\n    int *p = CROFT_NEW(r, int);\n    *p = 1;\n    croft_pop(r);\n    return *p;\n}\n",
    );
    let log = log(&bench, 1, &["late.c"]);
    let flow = &results(&log)[0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let lines: Vec<u64> = flow
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|step| step["location"]["physicalLocation"]["region"]["startLine"].as_u64())
        .collect();
    assert_eq!(lines, [4, 5, 7, 8]);
}

#[test]
fn fingerprints_stay_when_lines_shift_and_tell_equal_lines_apart() {
    let bench = Bench::new();
    let twice = "\
#include <croft.h>
void f(int n)
{
    CROFT_REGION(r);
    for (int i = 0; i < n; i++)
        *CROFT_NEW(r, int) = i;
    for (int i = 0; i < n; i++)
        *CROFT_NEW(r, int) = i;
}
";
    let prints = |source: &str| -> Vec<String> {
        bench.write("twice.c", source);
        let log = log(&bench, 1, &["twice.c"]);
        results(&log)
            .iter()
            .map(|result| {
                result["partialFingerprints"]["croft/v1"]
                    .as_str()
                    .expect("a fingerprint")
                    .to_owned()
            })
            .collect()
    };
    let before = prints(twice);
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    assert_eq!(
        prints(&format!("\n\n// moved\n{twice}").replace("        *", "      *")),
        before
    );
    assert_ne!(
        prints(&twice.replace("= i;", "= i + 1;")),
        before,
        "another line is another finding"
    );
}

#[test]
fn columns_are_characters_and_paths_are_encoded() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("a b")).expect("the folder can be written");
    let source = LEAKING.replace(
        "*CROFT_NEW(r, int) = i;",
        "/* \u{e9}\u{e9} */ *CROFT_NEW(r, int) = i;",
    );
    bench.write("a b/ä#%.c", source);
    let log = log(&bench, 1, &["a b/ä#%.c"]);
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
    let place = &results(&log)[0]["locations"][0];
    assert_eq!(uri(place), "a%20b/%C3%A4%23%25.c");
    assert_eq!(
        place["physicalLocation"]["artifactLocation"]["uriBaseId"],
        "%SRCROOT%"
    );
    let region = &place["physicalLocation"]["region"];
    assert_eq!(
        (&region["startColumn"], &region["endColumn"]),
        (&json!(19), &json!(28))
    );
    let base = log["runs"][0]["originalUriBaseIds"]["%SRCROOT%"]["uri"].as_str();
    assert!(
        base.is_some_and(|uri| uri.starts_with("file:///") && uri.ends_with('/')),
        "{base:?}"
    );
}

#[test]
fn a_file_outside_the_working_directory_is_absolute() {
    let bench = Bench::new();
    let elsewhere = Bench::new();
    let path = elsewhere.path("leaking.c");
    let log = log(&bench, 1, &[path.to_str().expect("a text")]);
    let artifact = &results(&log)[0]["locations"][0]["physicalLocation"]["artifactLocation"];
    let uri = artifact["uri"].as_str().expect("a place has a file");
    assert!(
        uri.starts_with("file:///") && uri.ends_with("/leaking.c"),
        "{uri}"
    );
    assert_eq!(artifact["uriBaseId"], Value::Null);
}

#[test]
fn a_file_that_cannot_be_read_is_a_notification_and_the_others_are_judged() {
    let bench = Bench::new();
    let log = log(&bench, 2, &["missing.c", "leaking.c", "right.c"]);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(
        (&invocation["executionSuccessful"], &invocation["exitCode"]),
        (&json!(false), &json!(2))
    );
    let [notice] = &invocation["toolExecutionNotifications"]
        .as_array()
        .expect("a list")[..]
    else {
        panic!("{invocation:#}")
    };
    assert_eq!(notice["level"], "error");
    assert_eq!(uri(&notice["locations"][0]), "missing.c");
    assert!(
        notice["message"]["text"]
            .as_str()
            .is_some_and(|text| text.contains("cannot read `missing.c`"))
    );
    assert_eq!(results(&log).len(), 1);
    // A manifest that is wrong belongs to no file.
    bench.write("wrong.toml", "nonsense");
    let log = self::log(&bench, 2, &["--effects", "wrong.toml", "right.c"]);
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        json!(false)
    );
}

#[test]
fn places_without_lines_have_the_file_the_function_and_the_instruction() {
    let bench = Bench::new();
    bench.write("right.c", RIGHT);
    bench.bitcode("leaking.c", "leaking.bc", &["-O0"]);
    let log = log(&bench, 1, &["leaking.bc"]);
    let place = &results(&log)[0]["locations"][0];
    assert_eq!(uri(place), "leaking.bc");
    assert_eq!(place["physicalLocation"]["region"], Value::Null);
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "main");
    assert!(
        place["properties"]["instruction"]
            .as_str()
            .is_some_and(|text| text.contains("@croft.alloc"))
    );
    let notices = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notices[0]["level"], "note");
    assert!(
        notices[0]["message"]["text"]
            .as_str()
            .is_some_and(|text| text.contains("-g"))
    );
}

#[test]
fn every_error_page_makes_a_valid_log() {
    let bench = Bench::new();
    let mut judged = 0;
    for entry in std::fs::read_dir(folder::root().join("docs/errors"))
        .expect("the pages are there")
        .flatten()
    {
        let page = std::fs::read_to_string(entry.path()).expect("a page is text");
        let wrong = page.split("## Wrong\n").nth(1).expect("a page has an example");
        let fence = wrong.split("```").nth(1).expect("an example has a fence");
        let (language, source) = fence.split_once('\n').expect("an example has lines");
        let name = if language == "c" {
            "example.c"
        } else {
            "example.ll"
        };
        bench.write(name, source);
        let log = log(&bench, 1, &[name]);
        let code = entry
            .path()
            .file_stem()
            .and_then(|stem| stem.to_str())
            .map(str::to_owned);
        assert_eq!(results(&log)[0]["ruleId"].as_str(), code.as_deref());
        judged += 1;
    }
    assert!(judged >= 27, "{judged} pages");
}
