//! `croft effects --emit`: what a file exports, written as a manifest, makes the checker say of a caller what it says when it sees
//! the source.

use croft_tests::finding;
use croft_tests::process::{self, Run};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A library: one function for each thing that an effect can say.
const LIBRARY: &str = "\
#include <croft.h>
#include <stdlib.h>
struct node { struct node *next; int *value; };
static int *kept;
int *first(int *a, int *b) { return b ? a : NULL; }
int *value_of(struct node *n) { return n->value; }
int *value_of_next(struct node *n) { return n->next->value; }
void link(struct node *a, struct node *b) { a->next = b; }
int *make(croft_region r) { return CROFT_NEW(r, int); }
CROFT_BOUNDED_PARAM(0) struct node *many(croft_region r, int n)
{
    struct node *list = NULL;
    for (int i = 0; i < n; i++) {
        struct node *node = CROFT_NEW(r, struct node);
        node->next = list;
        list = node;
    }
    return list;
}
struct node *unbounded(croft_region r, int n)
{
    struct node *list = NULL;
    for (int i = 0; i < n; i++)
        list = CROFT_NEW(r, struct node);
    return list;
}
void end(croft_region r) { croft_pop(r); }
croft_region begin(void) { return croft_push(); }
croft_region begin_bounded(void) { return croft_push_bounded(4096); }
void keep(int *p) { kept = p; }
int *last(void) { return kept; }
void renew(croft_region r) { croft_reset(r); }
void renew_sometimes(croft_region r, int n) { if (n) croft_reset(r); }
int renew_and_read(croft_region r, int *p) { croft_reset(r); return *p; }
int *make_and_renew(croft_region r) { int *p = CROFT_NEW(r, int); croft_reset(r); return p; }
void store(croft_region r, struct node *n) { n->value = CROFT_NEW(r, int); }
void drop(int *p) { free(p); }
int read(const int *p) { return *p; }
int read_next(const struct node *n) { return *n->next->value; }
int ignore(const int *p) { return p == NULL; }
_Noreturn void fail(int *p) { exit(*p); }
static void clear(void *p) { *(int *)p = 0; }
void watch(croft_region r, int *p) { croft_cleanup(r, p, clear); }
void watch_twice(croft_region r, int *p) { croft_cleanup(r, p, clear); croft_cleanup(r, p, clear); }
void watch_briefly(croft_region r, int *p) { croft_run_cleanup(croft_register_cleanup(r, p, clear)); }
void watch_inside(int n) { croft_region r = croft_push(); int *p = CROFT_NEW(r, int); *p = n; watch(r, p); croft_pop(r); }
croft_region begin_watched(int *p) { croft_region r = croft_push(); croft_cleanup(r, p, clear); return r; }
static int hidden(int *p) { return *p; }
__attribute__((weak)) int replaceable(int *p) { return hidden(p); }
";

/// Callers, right ones and wrong ones.
const CALLERS: &str = "\
int returns_argument(void) { croft_region r = croft_push(); int *p = CROFT_NEW(r, int); int *q = first(p, p); croft_pop(r); return *q; }
int returns_other(int *a) { croft_region r = croft_push(); int *p = CROFT_NEW(r, int); int *q = first(a, p); croft_pop(r); return *q; }
int returns_inner(void) { croft_region r = croft_push(); struct node *n = CROFT_NEW(r, struct node); n->value = CROFT_NEW(r, int); int *q = value_of(n); croft_pop(r); return *q; }
int returns_inner_of_outer(int *a) { struct node n = { NULL, a }; croft_region r = croft_push(); n.next = &n; int *q = value_of(&n); int *s = value_of_next(&n); croft_pop(r); return *q + *s; }
void links_outer_to_inner(struct node *a) { croft_region r = croft_push(); link(a, CROFT_NEW(r, struct node)); croft_pop(r); }
void links_inner_to_outer(struct node *a) { croft_region r = croft_push(); link(CROFT_NEW(r, struct node), a); croft_pop(r); }
int makes(void) { croft_region r = croft_push(); int *p = make(r); *p = 3; int n = *p; croft_pop(r); return n; }
int makes_and_uses_late(void) { croft_region r = croft_push(); int *p = make(r); croft_pop(r); return *p; }
void makes_in_loop(int n) { croft_region r = croft_push(); for (int i = 0; i < n; i++) *make(r) = i; croft_pop(r); }
void makes_in_loop_and_renews(int n) { croft_region r = croft_push(); for (int i = 0; i < n; i++) { *make(r) = i; renew(r); } croft_pop(r); }
void makes_in_loop_and_renews_sometimes(int n) { croft_region r = croft_push(); for (int i = 0; i < n; i++) { *make(r) = i; renew_sometimes(r, n); } croft_pop(r); }
void many_bounded(int n) { croft_region r = croft_push_bounded(4096); many(r, n); croft_pop(r); }
void many_unbounded(int n) { croft_region r = croft_push(); many(r, n); croft_pop(r); }
void fills(int n) { croft_region r = croft_push(); unbounded(r, n); croft_pop(r); }
void ends(void) { croft_region r = croft_push(); *make(r) = 1; end(r); }
void ends_twice(void) { croft_region r = croft_push(); end(r); croft_pop(r); }
void ends_outer_first(void) { croft_region r = croft_push(); croft_region s = croft_push(); end(r); croft_pop(s); }
int uses_after_end(void) { croft_region r = croft_push(); int *p = make(r); end(r); return *p; }
void begins(void) { croft_region r = begin(); *make(r) = 1; croft_pop(r); }
void begins_only(void) { croft_region r = begin(); *make(r) = 1; }
void begins_bounded(int n) { croft_region r = begin_bounded(); many(r, n); end(r); }
void begins_unbounded(int n) { croft_region r = begin(); many(r, n); end(r); }
void keeps(void) { croft_region r = croft_push(); keep(make(r)); croft_pop(r); }
void keeps_heap(void) { croft_region r = croft_push(); keep(malloc(sizeof(int))); croft_pop(r); }
int uses_after_renewal(void) { croft_region r = croft_push(); int *p = make(r); renew(r); int n = *p; croft_pop(r); return n; }
int reads_late(void) { croft_region r = croft_push(); int n = renew_and_read(r, make(r)); croft_pop(r); return n; }
int reads_outer_late(int *a) { croft_region r = croft_push(); int n = renew_and_read(r, a); croft_pop(r); return n; }
int uses_stale(void) { croft_region r = croft_push(); int n = *make_and_renew(r); croft_pop(r); return n; }
int ignores_stale(void) { croft_region r = croft_push(); int n = make_and_renew(r) != NULL; croft_pop(r); return n; }
int stores_inner(void) { struct node n; croft_region r = croft_push(); store(r, &n); croft_pop(r); return *n.value; }
int stores_inner_in_time(void) { struct node n; croft_region r = croft_push(); store(r, &n); int v = *n.value; croft_pop(r); return v; }
void stores_into_callers(struct node *n) { croft_region r = croft_push(); store(r, n); croft_pop(r); }
void frees(void) { croft_region r = croft_push(); drop(make(r)); croft_pop(r); }
void frees_heap(void) { croft_region r = croft_push(); drop(malloc(sizeof(int))); croft_pop(r); }
int reads_after_end(void) { croft_region r = croft_push(); int *p = make(r); croft_pop(r); return read(p); }
int ignores_after_end(void) { croft_region r = croft_push(); int *p = make(r); croft_pop(r); return ignore(p); }
int reads_on_after_end(void) { struct node n; n.next = &n; croft_region r = croft_push(); n.value = make(r); croft_pop(r); return read_next(&n); }
int fails(int n) { croft_region r = croft_push(); int *p = make(r); if (n) fail(p); croft_pop(r); return 0; }
void watches(void) { croft_region r = croft_push(); watch(r, make(r)); croft_pop(r); }
CROFT_KERNEL void kernel_watches(void) { croft_region r = croft_push(); watch(r, make(r)); croft_pop(r); }
CROFT_KERNEL CROFT_CLEANUPS(1) void kernel_may_watch(void) { croft_region r = croft_push(); watch(r, make(r)); croft_pop(r); }
CROFT_KERNEL CROFT_CLEANUPS(1) void kernel_watches_twice(void) { croft_region r = croft_push(); watch_twice(r, make(r)); croft_pop(r); }
CROFT_KERNEL CROFT_CLEANUPS(2) void kernel_may_watch_twice(void) { croft_region r = croft_push(); watch_twice(r, make(r)); croft_pop(r); }
CROFT_KERNEL void kernel_watches_briefly(void) { croft_region r = croft_push(); watch_briefly(r, make(r)); croft_pop(r); }
CROFT_KERNEL void kernel_watches_inside(int n) { watch_inside(n); }
CROFT_KERNEL CROFT_CLEANUPS(1) void kernel_may_watch_inside(int n) { watch_inside(n); }
CROFT_KERNEL void kernel_begins_watched(int *p) { croft_region r = begin_watched(p); croft_pop(r); }
CROFT_KERNEL CROFT_CLEANUPS(1) void kernel_may_begin_watched(int *p) { croft_region r = begin_watched(p); croft_pop(r); }
void watches_shorter(void) { croft_region r = croft_push(); croft_region s = croft_push(); watch(r, make(s)); croft_pop(s); croft_pop(r); }
void watches_longer(void) { croft_region r = croft_push(); croft_region s = croft_push(); watch(s, make(r)); croft_pop(s); croft_pop(r); }
void watches_in_loop(int *p, int n) { croft_region r = croft_push(); for (int i = 0; i < n; i++) watch(r, p); croft_pop(r); }
int is_replaceable(void) { croft_region r = croft_push(); int n = replaceable(make(r)); croft_pop(r); return n; }
";

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let bench = Bench { folder };
        bench.write("library.c", LIBRARY);
        bench.write("callers.c", CALLERS);
        bench.write("library.h", &header());
        bench.write("whole.c", "#include \"library.c\"\n#include \"callers.c\"\n");
        bench.write("split.c", "#include \"library.h\"\n#include \"callers.c\"\n");
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("the folder can be written");
    }

    fn croft(&self, arguments: &[&str]) -> Run {
        process::run(process::croft().current_dir(self.folder.path()).args(arguments))
    }

    fn succeeds(&self, arguments: &[&str]) -> Run {
        self.croft(arguments)
            .expect(0)
            .unwrap_or_else(|problem| panic!("{arguments:?}: {problem}"))
    }

    /// The findings in the callers: code and function.
    fn verdict(&self, arguments: &[&str]) -> BTreeSet<(String, String)> {
        let mut all = vec!["check", "--format", "json"];
        all.extend(arguments);
        let run = self.croft(&all);
        let lines: Vec<&str> = CALLERS.lines().collect();
        finding::read(&run.stdout)
            .unwrap_or_else(|problem| panic!("{problem}\n{}", run.stderr))
            .into_iter()
            .filter(|finding| finding.file == "callers.c")
            .map(|finding| (finding.code, lines[finding.line as usize - 1].to_owned()))
            .collect()
    }
}

/// The declarations of the library, without a word about effects.
fn header() -> String {
    let mut text = String::new();
    for line in LIBRARY.lines() {
        let is_function =
            !line.starts_with([' ', '}', '#']) && line.contains('(') && !line.starts_with("static");
        if line.starts_with('#') || line.starts_with("struct node {") {
            text += line;
        } else if is_function {
            text += line.split(" {").next().unwrap_or(line);
            text += ";";
        }
        text += "\n";
    }
    text
}

#[test]
fn a_caller_is_judged_as_if_the_source_were_seen() {
    let bench = Bench::new();
    bench.succeeds(&["effects", "--emit", "library.toml", "library.c"]);
    let seen = bench.verdict(&["whole.c"]);
    let told = bench.verdict(&["--effects", "library.toml", "split.c"]);
    let rejected: BTreeSet<&String> = seen.iter().map(|(_, line)| line).collect();
    let callers = CALLERS.lines().count();
    println!(
        "{callers} callers, {} of them rejected, with {} findings",
        rejected.len(),
        seen.len()
    );
    assert!(
        rejected.len() >= 15 && callers - rejected.len() >= 15,
        "{seen:#?}"
    );
    assert_eq!(seen, told);
    // What is said of cleanups is there, and only what is wrong is rejected.
    let text = std::fs::read_to_string(bench.path("library.toml")).expect("it was written");
    for clause in [
        "cleanup(arg0)",
        "cleanup(arg0, 2)",
        "cleanup(return)",
        "cleanups(1)",
    ] {
        assert!(text.contains(clause), "{clause}: {text}");
    }
    let of_kernels = seen.iter().filter(|(_, line)| line.starts_with("CROFT_KERNEL"));
    let of_kernels: Vec<&String> = of_kernels.map(|(code, _)| code).collect();
    assert_eq!(of_kernels, ["R0601"; 4]);
    // And the manifest is what told it.
    let untold = bench.verdict(&["split.c"]);
    assert!(
        untold.iter().filter(|(code, _)| code == "R0902").count() >= 15,
        "{untold:#?}"
    );
}

#[test]
fn a_manifest_of_several_files_is_the_same_at_every_level_of_optimisation() {
    let bench = Bench::new();
    bench.write(
        "other.c",
        "int *other(int *p) { return p; }\nint *first(int *a, int *b) { return b ? a : 0; }\n",
    );
    for level in ["-O0", "-O2"] {
        for name in ["library", "other"] {
            let (source, bitcode) = (
                bench.path(&format!("{name}.c")),
                bench.path(&format!("{name}.bc")),
            );
            process::run(
                process::clang()
                    .args([level, "-emit-llvm", "-c"])
                    .arg(source)
                    .arg("-o")
                    .arg(bitcode),
            )
            .expect(0)
            .unwrap_or_else(|problem| panic!("{problem}"));
        }
        bench.succeeds(&["effects", "--emit", "both.toml", "library.bc", "other.bc"]);
        let told = bench.verdict(&["--effects", "both.toml", "split.c"]);
        assert_eq!(told, bench.verdict(&["whole.c"]), "{level}");
    }
}

fn exported(text: &str) -> BTreeSet<String> {
    let entries =
        croft_pass::effects::manifest::entries(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    entries.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn only_what_others_can_call_and_nobody_can_replace_is_written() {
    let bench = Bench::new();
    bench.write(
        "linkage.ll",
        "define i32 @strong(ptr %p) {\n  ret i32 0\n}\n\
         define internal i32 @local(ptr %p) {\n  ret i32 0\n}\n\
         define weak i32 @weak(ptr %p) {\n  ret i32 0\n}\n\
         define linkonce i32 @linkonce(ptr %p) {\n  ret i32 0\n}\n\
         define linkonce_odr i32 @odr(ptr %p) {\n  ret i32 0\n}\n\
         define i32 @\"a {strange} \\22name\\22\"(ptr %p) {\n  ret i32 0\n}\n\
         declare i32 @declared(ptr)\n",
    );
    let run = bench.succeeds(&["effects", "--emit", "-", "linkage.ll"]);
    let expected = ["strong", "odr", "a {strange} \"name\""].map(str::to_owned);
    assert_eq!(exported(&run.stdout), BTreeSet::from(expected), "{}", run.stdout);
    let library = bench.succeeds(&["effects", "--emit", "-", "library.c"]);
    let names = exported(&library.stdout);
    assert!(
        names.contains("first") && !names.contains("hidden") && !names.contains("replaceable"),
        "{names:?}"
    );
}

#[test]
fn a_name_that_two_files_define_differently_is_left_out() {
    let bench = Bench::new();
    bench.write(
        "a.c",
        "int *same(int *p) { return p; }\nint *differs(int *p) { return p; }\n",
    );
    bench.write(
        "b.c",
        "int *same(int *p) { return p; }\nint *differs(int *p) { return 0; }\n",
    );
    let run = bench.succeeds(&["effects", "--emit", "-", "a.c", "b.c", "a.c"]);
    assert_eq!(
        exported(&run.stdout),
        BTreeSet::from(["same".to_owned()]),
        "{}",
        run.stdout
    );
}

#[test]
fn the_manifest_is_whole_or_not_there() {
    let bench = Bench::new();
    bench.write("broken.c", "int f( {\n");
    let run = bench.croft(&["effects", "--emit", "out.toml", "library.c", "broken.c"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(!bench.path("out.toml").exists());
    let run = bench.croft(&["effects", "--emit", "missing/out.toml", "library.c"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(
        run.stderr.contains("cannot write `missing/out.toml`"),
        "{}",
        run.stderr
    );
    bench.write("out.toml", "old");
    bench.succeeds(&["effects", "--emit", "out.toml", "library.c"]);
    let text = std::fs::read_to_string(bench.path("out.toml")).expect("it was written");
    assert!(exported(&text).contains("first"));
    bench.write("empty.c", "static int f(void) { return 0; }\n");
    let run = bench.succeeds(&["effects", "--emit", "-", "empty.c"]);
    assert_eq!(run.stdout, "", "a file that exports nothing");
    assert!(leftovers(bench.folder.path()).is_empty());
}

fn leftovers(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten();
    entries
        .map(|entry| entry.file_name().display().to_string())
        .filter(|name| name.starts_with(".croft-"))
        .collect()
}

#[test]
fn the_help_of_an_undescribed_call_settles_it_when_pasted() {
    let bench = Bench::new();
    let source = "#include <croft.h>\nint *other(croft_region, int *);\nvoid more(int *);\nint f(void)\n{\n    CROFT_REGION(r);\n    \
                  int *p = CROFT_NEW(r, int);\n    more(p);\n    return *other(r, p);\n}\n";
    bench.write("uses.c", source);
    let run = bench.croft(&["check", "--format", "json", "uses.c"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let mut manifest = String::new();
    for line in run.stdout.lines() {
        let finding: serde_json::Value = serde_json::from_str(line).expect("a finding is JSON");
        assert_eq!(finding["code"], "R0902", "{line}");
        let help = finding["help"].as_str().expect("a help is text");
        let (_, entry) = help.split_once("`--effects`:\n").expect("the help has an entry");
        manifest += entry;
        manifest += "\n\n";
    }
    bench.write("more.toml", &manifest);
    assert_eq!(exported(&manifest).len(), 2, "{manifest}");
    let run = bench.succeeds(&["check", "--effects", "more.toml", "uses.c"]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    // The declaration that the help proposes for C settles it as well.
    let human = bench.croft(&["check", "uses.c"]).stderr;
    let mut annotated = source.to_owned();
    for (name, declaration) in [("other", "int *other("), ("more", "void more(")] {
        let part = human
            .split(&format!("on `@{name}` in IR, "))
            .nth(1)
            .expect("the help names the function");
        let attribute = part.split(" in C").next().expect("the help ends so");
        annotated = annotated.replace(declaration, &format!("{attribute} {declaration}"));
    }
    bench.write("annotated.c", &annotated);
    bench.succeeds(&["check", "annotated.c"]);
}
