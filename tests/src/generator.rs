//! Kernels in C by a seed: right by construction, so the checker has to accept them, and whatever lowers them has to
//! print the same.
//!
//! A generated program is a chain of functions that take a region and a number. Bodies open regions (plain, bounded, as
//! scopes), allocate objects and arrays, link objects to older or equally old ones, loop with a region for each
//! iteration, leave early by `break`, `continue` and `return`, and fold everything into a checksum.
//!
//! Rules that keep it right: an object is allocated only into a region that was opened in the same loop body (or, outside
//! loops, into any), and points only to objects of regions that end no earlier.

use std::fmt::Write;

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_in(&mut self, odds: u64) -> bool {
        self.below(odds) == 0
    }
}

/// The program of a seed.
pub fn program(seed: u64) -> String {
    let mut writer = Writer {
        random: Random(seed),
        text: format!("// generated from seed {seed}\n{PRELUDE}"),
        names: 0,
        indent: 1,
    };
    let functions = 2 + writer.random.below(3) as usize;
    for index in 0..functions {
        writer.function(index);
    }
    let last = functions - 1;
    let _ = write!(
        writer.text,
        "int main(void)
{{
    unsigned u = {}u;
    for (unsigned round = 0; round < 20; round++) {{
        CROFT_REGION(r);
        u = f{last}(r, u + round);
        printf(\"%u\\n\", u);
    }}
}}
",
        writer.random.below(1000)
    );
    writer.text
}

const PRELUDE: &str = "#include <croft.h>
#include <stdio.h>

struct cell {
    unsigned value;
    struct cell *next;
};

static unsigned walk(const struct cell *cell, unsigned u)
{
    for (int steps = 0; cell && steps < 100; cell = cell->next, steps++)
        u = u * 31 + cell->value;
    return u;
}

";

/// Regions and objects in scope, oldest first.
#[derive(Clone, Default)]
struct Scope {
    /// Name, and whether it may be allocated into here.
    regions: Vec<(String, bool)>,
    /// Name, and the index of its region.
    cells: Vec<(String, usize)>,
    in_loop: bool,
    /// The functions that may be called.
    callees: usize,
}

struct Writer {
    random: Random,
    text: String,
    names: usize,
    indent: usize,
}

impl Writer {
    fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:1$}{line}", "", self.indent * 4);
    }

    fn function(&mut self, index: usize) {
        let inline = if self.random.one_in(2) {
            "__attribute__((noinline)) "
        } else {
            ""
        };
        let _ = write!(
            self.text,
            "{inline}static unsigned f{index}(croft_region r, unsigned u)\n{{\n"
        );
        let scope = Scope {
            regions: vec![("r".to_owned(), true)],
            callees: index,
            ..Scope::default()
        };
        self.body(scope, 0);
        self.text.push_str("    return u;\n}\n\n");
    }

    fn body(&mut self, mut scope: Scope, depth: usize) {
        let statements = 2 + self.random.below(4);
        for _ in 0..statements {
            self.statement(&mut scope, depth);
        }
    }

    fn block(&mut self, head: &str, scope: Scope, depth: usize, open: &str) {
        self.line(&format!("{head}{{"));
        self.indent += 1;
        if !open.is_empty() {
            self.line(open);
        }
        self.body(scope, depth + 1);
        self.indent -= 1;
        self.line("}");
    }

    fn statement(&mut self, scope: &mut Scope, depth: usize) {
        let nested = if depth < 3 { 10 } else { 6 };
        match self.random.below(nested) {
            0 | 1 => self.cell(scope),
            2 => self.array(scope),
            3 => {
                if let Some((cell, _)) = self.pick_cell(scope, usize::MAX) {
                    self.line(&format!("u = walk({cell}, u);"));
                }
            }
            4 => self.call(scope),
            5 => self.leave(scope),
            6 => self.nested_region(scope, depth),
            7 => self.scope_statement(scope, depth),
            8 => self.iteration(scope, depth),
            _ => {
                let modulus = 2 + self.random.below(5);
                let inner = scope.clone();
                self.block(&format!("if (u % {modulus} == 0) "), inner, depth, "");
            }
        }
    }

    /// A region that may be allocated into.
    fn pick_region(&mut self, scope: &Scope) -> Option<usize> {
        let open: Vec<usize> = (0..scope.regions.len())
            .filter(|index| scope.regions[*index].1)
            .collect();
        let count = open.len() as u64;
        (count > 0).then(|| open[self.random.below(count) as usize])
    }

    /// An object of a region that is no newer than `newest`.
    fn pick_cell(&mut self, scope: &Scope, newest: usize) -> Option<(String, usize)> {
        let known: Vec<&(String, usize)> = scope.cells.iter().filter(|cell| cell.1 <= newest).collect();
        let count = known.len() as u64;
        (count > 0).then(|| known[self.random.below(count) as usize].clone())
    }

    fn cell(&mut self, scope: &mut Scope) {
        let Some(region) = self.pick_region(scope) else {
            return;
        };
        let name = self.name("c");
        let older = self
            .pick_cell(scope, region)
            .map_or("NULL".to_owned(), |cell| cell.0);
        let value = self.random.below(100);
        let in_region = &scope.regions[region].0;
        self.line(&format!(
            "struct cell *{name} = CROFT_NEW({in_region}, struct cell);"
        ));
        self.line(&format!("{name}->value = u + {value};"));
        self.line(&format!("{name}->next = {older};"));
        scope.cells.push((name, region));
    }

    fn array(&mut self, scope: &mut Scope) {
        let Some(region) = self.pick_region(scope) else {
            return;
        };
        let name = self.name("a");
        let length = 1 + self.random.below(400);
        let in_region = &scope.regions[region].0;
        self.line(&format!(
            "unsigned *{name} = CROFT_ARRAY({in_region}, unsigned, u % {length} + 1);"
        ));
        self.line(&format!("for (unsigned i = 0; i <= u % {length}; i++)"));
        self.line(&format!("    {name}[i] = i ^ u;"));
        self.line(&format!("u += {name}[u % {length}] + {name}[0];"));
    }

    fn call(&mut self, scope: &mut Scope) {
        let Some(region) = self.pick_region(scope).filter(|_| scope.callees > 0) else {
            return;
        };
        let callee = self.random.below(scope.callees as u64);
        let in_region = &scope.regions[region].0;
        self.line(&format!("u = f{callee}({in_region}, u) + 1;"));
    }

    fn leave(&mut self, scope: &Scope) {
        let modulus = 5 + self.random.below(20);
        let way = match self.random.below(3) {
            0 if scope.in_loop => "break",
            1 if scope.in_loop => "continue",
            _ => "return u",
        };
        self.line(&format!("if (u % {modulus} == 1)"));
        self.line(&format!("    {way};"));
    }

    fn nested_region(&mut self, scope: &Scope, depth: usize) {
        let region = self.name("r");
        let mut inner = scope.clone();
        inner.regions.push((region.clone(), true));
        let open = if self.random.one_in(3) {
            format!("CROFT_REGION_BOUNDED({region}, 1u << 20);")
        } else {
            format!("CROFT_REGION({region});")
        };
        self.block("", inner, depth, &open);
    }

    fn scope_statement(&mut self, scope: &Scope, depth: usize) {
        let region = self.name("r");
        let mut inner = scope.clone();
        inner.regions.push((region.clone(), true));
        self.block(&format!("CROFT_SCOPE({region}) "), inner, depth, "");
    }

    fn iteration(&mut self, scope: &Scope, depth: usize) {
        let counter = self.name("i");
        let region = self.name("r");
        let rounds = 1 + self.random.below(4);
        let mut inner = scope.clone();
        inner.in_loop = true;
        // Only the iteration's own region may be allocated into.
        inner.regions.iter_mut().for_each(|region| region.1 = false);
        inner.regions.push((region.clone(), true));
        self.block(
            &format!("for (unsigned {counter} = 0; {counter} < {rounds}; {counter}++) "),
            inner,
            depth,
            &format!("CROFT_REGION({region});"),
        );
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_seed_gives_one_program_and_another_seed_another() {
        assert_eq!(super::program(7), super::program(7));
        assert_ne!(super::program(7), super::program(8));
    }
}
