//! Help: an edit with the names and lines of the program at hand, and words that say who outlives whom.

use crate::bench::Bench;

/// The report on a C program.
fn report(source: &str) -> String {
    let bench = Bench::new();
    bench.write("kernel.c", format!("#include <croft.h>\n{source}"));
    let run = bench.croft(&["check", "kernel.c"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(
        run.stderr.matches("help: ").count(),
        1,
        "one finding, one help:\n{}",
        run.stderr
    );
    run.stderr
}

fn says(source: &str, parts: &[&str]) {
    let text = report(source);
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

#[test]
fn a_region_left_open_names_the_pop_and_the_line() {
    says(
        "int f(int n)\n{\n    croft_region scratch = croft_push();\n    if (n)\n        return 1;\n    croft_pop(scratch);\n    return 0;\n}\n",
        &[
            "leaves with `scratch` open",
            "end `scratch` (opened at line 4) before this way out with `croft_pop(scratch)`",
            "`CROFT_REGION(scratch)`",
        ],
    );
}

#[test]
fn a_leak_names_the_loops_line_the_reset_and_the_budgets_place() {
    says(
        "void f(int n)\n{\n    CROFT_REGION(r);\n    for (volatile int i = 0; i < n; i++) {\n        int *p = CROFT_NEW(r, int);\n        *p = i;\n    }\n}\n",
        &[
            "open a region inside the loop before line 6",
            "`croft_reset(r)` once for each iteration",
            "open `r` with a budget at line 4",
        ],
    );
}

#[test]
fn a_leak_into_a_parameter_names_its_declaration() {
    says(
        "void f(int n, croft_region r)\n{\n    for (volatile int i = 0; i < n; i++) {\n        int *p = CROFT_NEW(r, int);\n        *p = i;\n    }\n}\n",
        &["`CROFT_BOUNDED_PARAM(1)` before the function", "`croft_reset(r)`"],
    );
}

#[test]
fn appends_that_pile_up_are_no_business_of_the_function_that_appends() {
    let text = report(
        "CROFT_SEGMENTED(numbers, int);\nvoid f(int n)\n{\n    CROFT_REGION(r);\n    numbers all = CROFT_SEGMENTED_NEW(r, numbers);\n    \
         for (volatile int i = 0; i < n; i++)\n        *CROFT_APPEND(r, all) = i;\n}\n",
    );
    assert!(text.contains("open `r` with a budget at line 5"), "{text}");
    assert!(text.contains("make the array in each iteration"), "{text}");
    assert!(!text.contains("give `croft_segmented_append`"), "{text}");
    assert!(
        !text.contains("croft_reset"),
        "a reset would end the array:\n{text}"
    );
}

#[test]
fn of_two_loops_the_one_with_the_allocation_is_shown() {
    let text = report(
        "int g;\nvoid f(int n)\n{\n    CROFT_REGION(r);\n    for (volatile int i = 0; i < n; i++)\n        g++;\n    for (volatile int j = 0; j < n; j++)\n        for (volatile int k = 0; k < n; k++)\n            *CROFT_NEW(r, int) = k;\n    for (volatile int l = 0; l < n; l++)\n        g++;\n}\n",
    );
    let line = text
        .lines()
        .position(|line| line.contains("the loop repeats from here"));
    let shown = text
        .lines()
        .nth(line.expect("the loop is shown") - 1)
        .unwrap_or_default();
    assert!(shown.contains("int k = 0"), "{text}");
}

#[test]
fn a_pointer_in_a_global_says_who_outlives_whom() {
    says(
        "static int *latest;\nvoid f(void)\n{\n    CROFT_REGION(r);\n    int *p = CROFT_NEW(r, int);\n    *p = 1;\n    latest = p;\n}\n",
        &[
            "stored in the global `latest` here",
            "`r` ends here, while the global `latest` lives on",
            "store a copy in `latest` instead of the pointer, or overwrite `latest` before `r` ends at line 9",
        ],
    );
}

#[test]
fn a_pointer_in_an_older_region_names_that_region() {
    says(
        "struct cell { struct cell *next; };\nvoid f(void)\n{\n    CROFT_REGION(outer);\n    struct cell *a = CROFT_NEW(outer, struct cell);\n    CROFT_REGION(inner);\n    struct cell *b = CROFT_NEW(inner, struct cell);\n    b->next = 0;\n    a->next = b;\n}\n",
        &[
            "stored in the object in `outer` here",
            "`inner` ends here, while the object in `outer` lives on",
            "at line 8, allocate in `outer` (opened at line 5), which lives as long as the place",
        ],
    );
}

#[test]
fn a_late_use_names_the_end_and_a_carried_one_the_loop() {
    says(
        "int f(void)\n{\n    croft_region r = croft_push();\n    int *p = CROFT_NEW(r, int);\n    *p = 1;\n    croft_reset(r);\n    int v = *p;\n    croft_pop(r);\n    return v;\n}\n",
        &[
            "every value in `r` ends here",
            "read here, after the end of `r`",
            "use the value before line 7, where `r` is reset",
        ],
    );
    says(
        "int f(int n)\n{\n    int sum = 0, *last = 0;\n    for (volatile int i = 0; i < n; i++) {\n        CROFT_REGION(r);\n        int *p = CROFT_NEW(r, int);\n        *p = i;\n        if (last)\n            sum += *last;\n        last = p;\n    }\n    return sum;\n}\n",
        &["carry a copy of the value past line 12, where `r` ends"],
    );
}

#[test]
fn ends_out_of_order_and_twice_name_both_regions_and_lines() {
    says(
        "void f(void)\n{\n    croft_region a = croft_push();\n    croft_region b = croft_push();\n    croft_pop(a);\n    croft_pop(b);\n}\n",
        &[
            "`b`, opened here, is innermost",
            "`a` ends here, out of order",
            "end `b` (opened at line 5) first",
        ],
    );
    says(
        "void f(void)\n{\n    croft_region a = croft_push();\n    croft_pop(a);\n    croft_pop(a);\n}\n",
        &[
            "`a` ends here as well",
            "`a` ends a second time here",
            "remove this end of `a`, or the one at line 5",
        ],
    );
}

#[test]
fn a_returned_pointer_and_a_freed_object_name_their_allocation_and_end() {
    says(
        "int *f(void)\n{\n    CROFT_REGION(r);\n    int *p = CROFT_NEW(r, int);\n    *p = 1;\n    return p;\n}\n",
        &[
            "`r` ends here, before the caller gets the pointer",
            "take a region as a parameter and allocate in that one at line 5: then the caller decides how long the value lives",
        ],
    );
    says(
        "#include <stdlib.h>\nvoid f(void)\n{\n    CROFT_REGION(r);\n    int *p = CROFT_NEW(r, int);\n    *p = 1;\n    free(p);\n}\n",
        &["remove the call of `free`: the object dies with `r` at line 9"],
    );
}

#[test]
fn a_store_in_a_callee_names_the_global_and_the_line() {
    for (kind, name) in [("static", "keep"), ("static _Thread_local", "own")] {
        says(
            &format!(
                "{kind} int *{name};\nstatic void set(int *p)\n{{\n    {name} = p;\n}}\nstatic void via(int *p)\n{{\n    set(p);\n}}\n\
                 void f(void)\n{{\n    CROFT_REGION(r);\n    int *p = CROFT_NEW(r, int);\n    *p = 1;\n    via(p);\n}}\n"
            ),
            &[
                "kernel.c:16:5",
                &format!("the callee stores it in the global `{name}` here"),
                "passed on here",
                &format!("this call stores it in the global `{name}`"),
                &format!("`r` ends here, while the global `{name}` lives on"),
                &format!("overwrite `{name}` before `r` ends"),
            ],
        );
    }
}

#[test]
fn a_store_in_a_callee_names_the_region_of_the_object() {
    says(
        "struct box { int *p; };\nstatic void put(struct box *b, int *p)\n{\n    b->p = p;\n}\nvoid f(void)\n{\n    CROFT_REGION(outer);\n    \
         struct box *b = CROFT_NEW(outer, struct box);\n    {\n        CROFT_REGION(inner);\n        int *p = CROFT_NEW(inner, int);\n        \
         *p = 1;\n        put(b, p);\n    }\n}\n",
        &[
            "the callee stores it here",
            "the object that holds it is allocated in `outer` here",
            "this call stores it in the object in `outer`",
            "allocate in `outer` (opened at line 9)",
        ],
    );
}

#[test]
fn a_recursion_is_no_loop() {
    let text = report(
        "static int f(croft_region r, int n)\n{\n    if (n == 0)\n        return 0;\n    int *p = CROFT_NEW(r, int);\n    *p = n;\n    \
         return *p + f(r, n - 1);\n}\nint g(int n)\n{\n    CROFT_REGION(r);\n    return f(r, n);\n}\n",
    );
    for part in [
        "`f` allocates in a recursion into a region that has no budget",
        "the callee allocates here",
        "the recursion passes the region on here",
        "allocate in the base case only",
        "open `r` with a budget at line 12",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert!(!text.contains("in a loop"), "{text}");
}

/// Functions whose effects are wrong, each in its own way, with what is wrong.
const WRONG: [(&str, &str); 9] = [
    (
        "CROFT_EFFECTS(\"get(arg0)\") void f(struct b *x, int *y) { x->p = y; }",
        "the body also does this: store(arg1 -> arg0[0])",
    ),
    (
        "CROFT_EFFECTS(\"get(args)\") int *f(int *y) { return y; }",
        "the body also does this: return(arg0)",
    ),
    (
        "CROFT_EFFECTS(\"get(arg0)\") int *f(croft_region r) { return CROFT_NEW(r, int); }",
        "the body also does this: put(arg0)",
    ),
    (
        "CROFT_EFFECTS(\"pure\") void f(croft_region r) { croft_pop(r); }",
        "the body also does this: drop(arg0)",
    ),
    (
        "CROFT_EFFECTS(\"drop(arg0)\") void f(croft_region r) { (void)r; }",
        "the body does not always do this: drop(arg0)",
    ),
    (
        "CROFT_EFFECTS(\"open(return)\") croft_region f(void) { return 0; }",
        "the body does not always do this: open(return)",
    ),
    (
        "CROFT_EFFECTS(\"get(args); set(arg0[8])\") void f(struct b *x, int n) { if (n) x->q = 0; }",
        "the body does not always do this: set(arg0[8])",
    ),
    (
        "CROFT_EFFECTS(\"reset(arg0, always)\") void f(croft_region r, int n) { if (n) croft_reset(r); }",
        "the body does not always do this: reset(arg0)",
    ),
    (
        "CROFT_EFFECTS(\"get(args)\") int f(void) { return *g; }",
        "the body also does this: get(global)",
    ),
];

#[test]
fn wrong_effects_come_with_those_that_can_be_pasted() {
    for (function, why) in WRONG {
        let source = |function: &str| format!("struct b {{ int *p; int *q; }};\nint *g;\n{function}\n");
        let text = report(&source(function));
        assert!(text.contains(why), "`{why}` is not in:\n{text}");
        let (_, help) = text.split_once("what the body does: ").expect(&text);
        let help = help.lines().next().unwrap_or_default();
        let (_, rest) = function.split_once("\") ").unwrap_or_default();
        let bench = Bench::new();
        bench.write(
            "mended.c",
            format!("#include <croft.h>\n{}", source(&format!("{help} {rest}"))),
        );
        let run = bench.croft(&["check", "mended.c"]);
        assert_eq!(run.code, Some(0), "{help}\n{}", run.stderr);
    }
}

#[test]
fn a_body_that_may_be_replaced_is_called_so() {
    says(
        "__attribute__((weak)) int f(int *p) { return *p; }\nint g(void)\n{\n    CROFT_REGION(r);\n    int *p = CROFT_NEW(r, int);\n    \
         *p = 1;\n    return f(p);\n}\n",
        &["the body of `f` may be replaced at link time", "(not `weak`)"],
    );
}

#[test]
fn a_thrown_pointer_is_thrown_and_nothing_is_overwritten() {
    let bench = Bench::new();
    bench.write(
        "thrown.cpp",
        "#include <croft.h>\nint f() { CROFT_REGION(r); int *p = CROFT_NEW(r, int); *p = 1; throw p; }\n",
    );
    bench.bitcode("thrown.cpp", "thrown.bc", &["-O0", "-g"]);
    let run = bench.croft(&["check", "thrown.bc"]);
    for part in [
        "error[R0402]: pointer into a region is thrown, and whoever catches it may keep it",
        "thrown here",
        "while the exception lives on",
        "throw a copy of the value",
    ] {
        assert!(run.stderr.contains(part), "`{part}` is not in:\n{}", run.stderr);
    }
    assert!(!run.stderr.contains("overwrite"), "{}", run.stderr);
}
