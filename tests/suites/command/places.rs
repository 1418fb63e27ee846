//! Places: excerpts of several files, macros, inlined code, and IR without debug information.

use crate::bench::Bench;
use serde_json::Value;

const HEADER: &str = "\
#include <croft.h>
static inline int *make(croft_region r, int v)
{
    int *p = croft_alloc(r, 4, 4);
    *p = v;
    return p;
}
";

const USER: &str = "\
#include \"make.h\"
void f(int n)
{
    CROFT_REGION(r);
    for (volatile int i = 0; i < n; i++)
        make(r, i);
}
";

fn findings(bench: &Bench, file: &str) -> Vec<Value> {
    let run = bench.croft(&["check", "--format", "json", file]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    run.stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// `file:line` of a place.
fn place(value: &Value) -> String {
    let file = value["file"].as_str().expect("a file");
    format!(
        "{}:{}",
        file.rsplit('/').next().unwrap_or_default(),
        value["line"]
    )
}

/// The related places of a role.
fn related(finding: &Value, role: &str) -> Vec<String> {
    let all = finding["related"].as_array().expect("a list");
    all.iter()
        .filter(|related| related["role"] == role)
        .map(place)
        .collect()
}

#[test]
fn a_finding_across_files_shows_both_the_primary_first() {
    let bench = Bench::new();
    bench.write("make.h", HEADER);
    bench.write("user.c", USER);
    let text = bench.croft(&["check", "user.c"]).stderr;
    let at = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("`{part}` is not in:\n{text}"))
    };
    assert!(at("--> user.c:6:9") < at("make(r, i);"));
    assert!(at("make(r, i);") < at("::: make.h:4:14"));
    assert!(at("::: make.h:4:14") < at("int *p = croft_alloc(r, 4, 4);"));
    at("the callee allocates here");
}

#[test]
fn a_macro_is_its_use_not_its_definition() {
    let bench = Bench::new();
    bench.write(
        "macro.c",
        "#include <croft.h>\n#define PUT(r) (void)croft_alloc(r, 8, 8)\nvoid f(int n)\n{\n    CROFT_REGION(r);\n    for (volatile int i = 0; i < n; i++)\n        PUT(r);\n}\n",
    );
    for (file, level) in [
        ("macro.c", None),
        ("macro.bc", Some("-O0")),
        ("macro.bc", Some("-O2")),
    ] {
        if let Some(level) = level {
            bench.bitcode("macro.c", file, &[level, "-g"]);
        }
        let [finding] = &findings(&bench, file)[..] else {
            panic!("{file} {level:?}")
        };
        assert_eq!(place(&finding["primary"]), "macro.c:7", "{level:?}");
        assert_eq!(finding["primary"]["column"], 9, "{level:?}");
    }
}

#[test]
fn inlined_code_is_shown_where_it_is_written_and_where_it_went() {
    let bench = Bench::new();
    bench.write("make.h", HEADER);
    bench.write("user.c", USER);
    bench.bitcode("user.c", "user.bc", &["-O2", "-g"]);
    let [finding] = &findings(&bench, "user.bc")[..] else {
        panic!("one finding")
    };
    assert_eq!(place(&finding["primary"]), "make.h:4");
    assert_eq!(related(finding, "inlined-into"), ["user.c:6"]);
    let text = bench.croft(&["check", "user.bc"]).stderr;
    for part in [
        "--> make.h:4:14",
        "::: user.c:",
        "inlined into `f` here",
        "region inside the loop before user.c:6",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

#[test]
fn of_a_long_chain_of_inlined_calls_three_are_told() {
    let bench = Bench::new();
    let mut text = HEADER.to_owned();
    for level in 0..5 {
        let callee = if level == 0 {
            "make".to_owned()
        } else {
            format!("g{}", level - 1)
        };
        text += &format!(
            "static inline int *g{level}(croft_region r, int v)\n{{\n    return {callee}(r, v + 1);\n}}\n"
        );
    }
    text += &USER
        .replace("#include \"make.h\"\n", "")
        .replace("make(r, i)", "g4(r, i)");
    bench.write("chain.c", text);
    bench.bitcode("chain.c", "chain.bc", &["-O2", "-g"]);
    let [finding] = &findings(&bench, "chain.bc")[..] else {
        panic!("one finding")
    };
    assert_eq!(place(&finding["primary"]), "chain.c:4");
    assert_eq!(
        related(finding, "inlined-into"),
        ["chain.c:10", "chain.c:14", "chain.c:18"]
    );
}

#[test]
fn the_header_of_croft_is_never_a_place() {
    let bench = Bench::new();
    for level in ["-O0", "-O2"] {
        bench.bitcode("leaking.c", "leaking.bc", &[level, "-g"]);
        for finding in findings(&bench, "leaking.bc") {
            let text = finding.to_string();
            assert!(!text.contains("croft.h"), "{level}: {text}");
        }
    }
}

#[test]
fn bitcode_without_debug_information_is_shown_by_its_instructions_with_one_note() {
    let bench = Bench::new();
    bench.write("user.c", USER.replace("#include \"make.h\"", HEADER));
    for (source, file) in [("leaking.c", "leaking.bc"), ("user.c", "user.bc")] {
        bench.bitcode(source, file, &["-O2"]);
    }
    let run = bench.croft(&["check", "leaking.bc", "user.bc"]);
    assert_eq!(run.code, Some(1));
    let text = run.stderr;
    for part in [
        "--> leaking.bc",
        "--> user.bc",
        "in `main`: `",
        "in `f`: `",
        "@croft.alloc(",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert_eq!(
        text.matches("compile with -g (clang) or -C debuginfo=1 (rustc)")
            .count(),
        1,
        "{text}"
    );
    assert!(!text.contains("line "), "no line is known:\n{text}");
    bench.bitcode("leaking.c", "leaking.bc", &["-O2", "-g"]);
    let text = bench.croft(&["check", "leaking.bc"]).stderr;
    assert!(!text.contains("compile with -g"), "{text}");
}

#[test]
fn textual_ir_has_its_own_lines_and_names() {
    let bench = Bench::new();
    bench.write(
        "kernel.ll",
        "declare ptr @croft.push()\ndeclare ptr @croft.alloc(ptr, i64, i64)\ndefine ptr @f() nounwind {\n  %scratch = call ptr @croft.push()\n  %p = call ptr @croft.alloc(ptr %scratch, i64 8, i64 8)\n  store i64 0, ptr %p\n  ret ptr null\n}\n",
    );
    let text = bench.croft(&["check", "kernel.ll"]).stderr;
    for part in [
        "--> kernel.ll:7:3",
        "region `%scratch` is opened here",
        "`call void @croft.pop(ptr %scratch)`",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert!(
        !text.contains("CROFT_REGION") && !text.contains("debug information"),
        "{text}"
    );
}

#[test]
fn a_line_with_letters_of_several_bytes_is_marked_at_the_right_place() {
    let bench = Bench::new();
    bench.write(
        "letters.c",
        "#include <croft.h>\nvoid f(int n)\n{\n    CROFT_REGION(r);\n    for (volatile int i = 0; i < n; i++)\n        /* \u{e9}\u{4e16} */ *CROFT_NEW(r, int) = i;\n}\n",
    );
    let text = bench.croft(&["check", "letters.c"]).stderr;
    assert!(
        text.contains("--> letters.c:6:19"),
        "the column counts letters:\n{text}"
    );
}

#[test]
fn a_source_that_went_away_leaves_the_places() {
    let bench = Bench::new();
    bench.bitcode("leaking.c", "leaking.bc", &["-O0", "-g"]);
    std::fs::remove_file(bench.path("leaking.c")).expect("it was there");
    let text = bench.croft(&["check", "leaking.bc"]).stderr;
    assert!(
        text.contains("--> leaking.c:6:") && text.contains(", in `main`, line 6: `"),
        "{text}"
    );
    assert!(!text.contains("debug information"), "{text}");
}

#[test]
fn a_source_that_changed_since_is_marked_where_it_can_be() {
    let bench = Bench::new();
    bench.bitcode("leaking.c", "leaking.bc", &["-O0", "-g"]);
    for changed in [
        &b""[..],
        b"\n\n\n\n\n\n\n",
        b"\r\n\r\n\r\n\r\n\r\n\r\n",
        b"a\nb\nc\nd\ne\nf",
        b"\xff\n\xfe\n\xff\n\xff\n\xff\n\xff\xff",
    ] {
        bench.write("leaking.c", changed);
        for format in ["human", "json", "sarif"] {
            let run = bench.croft(&["check", "--format", format, "leaking.bc"]);
            assert_eq!(run.code, Some(1), "{changed:?} {format}");
            assert!(
                run.stderr.contains("leaking.c:6") || run.stderr.contains("line 6") || format != "human",
                "{changed:?}:\n{}",
                run.stderr
            );
        }
    }
}

#[test]
fn rusts_library_is_never_a_place() {
    let bench = Bench::new();
    bench.write(
        "kernel.rs",
        "#![no_std]\nunsafe extern \"C\" {\n    #[link_name = \"croft.push\"]\n    safe fn push() -> *mut u8;\n}\n#[unsafe(no_mangle)]\npub extern \"C\" fn kernel(n: u32) {\n    for _ in 0..n {\n        push();\n    }\n}\n",
    );
    let found = findings(&bench, "kernel.rs");
    assert!(!found.is_empty());
    for finding in found {
        assert_eq!(finding["code"], "R0201");
        assert!(
            place(&finding["primary"]).starts_with("kernel.rs:"),
            "{finding:#}"
        );
        assert!(!finding.to_string().contains("/rustc/"), "{finding:#}");
    }
}
