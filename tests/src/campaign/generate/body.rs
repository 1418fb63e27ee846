//! Functions, and what is known inside them.

use super::super::lifetime::{Level, Signature, Span, State, meet};
use super::super::program::{Block, Expr, Function, Kind, Stmt};
use super::Generator;
use std::collections::BTreeMap;

/// What `break`, `continue`, `goto` and `return` have to leave, the innermost last.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// A loop.
    Loop,
    /// A statement `CROFT_SCOPE`, for a region of this level.
    Scope(usize),
    /// A declared region of this level.
    Region(usize),
    /// A region of this level that statements have to end.
    Plain(usize, Vec<Stmt>),
    /// A place that statements have to clear.
    Lent(Vec<Stmt>),
    /// A block with a label after it.
    Label(usize),
}

/// The state of a function while its body is drawn.
pub(super) struct Body {
    pub index: usize,
    pub signature: Signature,
    pub locals: Vec<Kind>,
    pub levels: Vec<Level>,
    /// Of each variable in scope that holds pointers.
    pub states: BTreeMap<usize, State>,
    pub visible: Vec<usize>,
    pub declared: Vec<Vec<usize>>,
    /// How deep in loops.
    pub depth: usize,
    /// Of each variable, how deep in loops it was declared.
    pub depths: BTreeMap<usize, usize>,
    /// The states at the head of the innermost loop, which hold at its end again.
    pub frozen: BTreeMap<usize, State>,
    pub ways: Vec<Way>,
    /// The states that `goto` brings to a label.
    pub pending: BTreeMap<usize, Vec<BTreeMap<usize, State>>>,
    pub returns: Option<Kind>,
    /// The functions that may be called although their bodies are not known: itself.
    pub recursive: bool,
    /// How many statements may still be drawn.
    pub budget: usize,
}

impl Body {
    pub fn span(&self, local: usize) -> State {
        self.states.get(&local).copied().flatten()
    }

    /// Whether a value of this span may be assigned: at the end of a loop's body the variable has to be what it was at its
    /// head.
    pub fn assignable(&self, local: usize, span: Span) -> bool {
        if self.depths.get(&local) == Some(&self.depth) {
            return true;
        }
        match self.frozen.get(&local) {
            Some(Some(frozen)) => span.fits(*frozen),
            _ => true,
        }
    }

    /// Declares a variable in the present block.
    pub fn declare(&mut self, kind: Kind) -> usize {
        let local = self.hidden(kind);
        self.visible.push(local);
        self.states.insert(local, Some(Span::NULL));
        local
    }

    /// Declares a variable that nothing else uses.
    pub fn hidden(&mut self, kind: Kind) -> usize {
        self.locals.push(kind);
        let local = self.locals.len() - 1;
        self.depths.insert(local, self.depth);
        if let Some(declared) = self.declared.last_mut() {
            declared.push(local);
        }
        local
    }

    /// Everything that may lead to this level or a younger one dies.
    pub fn kill(&mut self, level: usize) {
        kill(&mut self.states, level);
    }

    /// Whether a level may be allocated into here.
    pub fn fillable(&self, level: usize) -> bool {
        let level = &self.levels[level];
        level.handle.is_some() && (level.bounded || (!level.closed && level.depth == self.depth))
    }

    pub fn first_own_level(&self) -> usize {
        self.signature.handles.len() + 1
    }
}

pub(super) fn kill(states: &mut BTreeMap<usize, State>, level: usize) {
    for state in states.values_mut() {
        if state.is_some_and(|span| span.hi >= level && span != Span::NULL) {
            *state = None;
        }
    }
}

pub(super) fn meet_all(into: &mut BTreeMap<usize, State>, other: &BTreeMap<usize, State>) {
    for (local, state) in into.iter_mut() {
        *state = meet(*state, other.get(local).copied().flatten());
    }
}

/// The kinds of parameters, as often as they are drawn.
const PARAMETERS: [Kind; 14] = [
    Kind::Node,
    Kind::Node,
    Kind::Node,
    Kind::Node,
    Kind::Node,
    Kind::Slot,
    Kind::Slot,
    Kind::BoxAt,
    Kind::BoxAt,
    Kind::Row,
    Kind::Any,
    Kind::Box,
    Kind::Pair,
    Kind::Value,
];

impl Generator<'_, '_> {
    /// Adds a function that others may call.
    pub(super) fn function(&mut self) {
        let closure = self.closures.is_empty() && self.draws.one_in(4);
        let (signature, params, returns) = if closure {
            closure_signature()
        } else {
            self.signature()
        };
        let recursive = !closure && self.draws.one_in(4);
        let fresh = recursive && signature.handles.iter().any(Option::is_some) && self.draws.one_in(2);
        let signature = Signature { fresh, ..signature };
        let twins = self.draws.one_in(5);
        let index = self.body(signature.clone(), params.clone(), returns, recursive);
        if closure {
            self.closures.push(index);
        }
        if twins {
            // A second function of the same signature: for tables and choices of functions.
            self.body(signature, params, returns, false);
        }
    }

    fn signature(&mut self) -> (Signature, Vec<Kind>, Option<Kind>) {
        let levels = [0, 1, 1, 1, 2, 2][self.draws.below(6)];
        let mut signature = Signature::default();
        let mut kinds = Vec::new();
        for level in 1..=levels {
            let handle = self.draws.percent(65).then_some(kinds.len());
            if handle.is_some() {
                kinds.push(Kind::Region);
                signature.spans.push(None);
                if self.draws.one_in(8) {
                    signature.bounded.push(level);
                }
            }
            signature.handles.push(handle);
        }
        for _ in 0..self.draws.below(4) {
            let kind = PARAMETERS[self.draws.below(PARAMETERS.len())];
            let level = if levels == 0 {
                0
            } else {
                1 + self.draws.below(levels)
            };
            let exact = matches!(kind, Kind::Slot | Kind::BoxAt | Kind::Row) || self.draws.one_in(2);
            kinds.push(kind);
            signature.spans.push(Some(if exact {
                Span::exact(level)
            } else {
                Span { lo: 0, hi: level }
            }));
        }
        let returns = match self.draws.below(20) {
            0..7 => None,
            7..15 => Some(Kind::Node),
            15 | 16 => Some(Kind::Box),
            17 | 18 => Some(Kind::Pair),
            _ => Some(Kind::Any),
        };
        if returns.is_some() {
            let level = self.draws.below(levels + 1);
            signature.result = Some(if self.draws.one_in(2) {
                Span::exact(level)
            } else {
                Span { lo: 0, hi: level }
            });
        }
        (signature, kinds, returns)
    }

    fn body(
        &mut self,
        signature: Signature,
        params: Vec<Kind>,
        returns: Option<Kind>,
        recursive: bool,
    ) -> usize {
        let noinline = self.draws.one_in(2);
        let bounded = signature
            .bounded
            .iter()
            .filter_map(|level| signature.handles[level - 1])
            .collect::<Vec<_>>();
        let function = Function {
            locals: params.clone(),
            params: params.len(),
            bounded,
            returns,
            noinline,
            body: Block::default(),
        };
        let index = self.add(function, Some(signature.clone()));
        let mut levels = vec![Level {
            handle: None,
            depth: 0,
            bounded: false,
            closed: true,
        }];
        for (at, handle) in signature.handles.iter().enumerate() {
            levels.push(Level {
                handle: *handle,
                depth: 0,
                bounded: signature.bounded.contains(&(at + 1)),
                closed: recursive && !signature.fresh,
            });
        }
        let states = signature
            .spans
            .iter()
            .enumerate()
            .filter_map(|(param, span)| span.map(|span| (param, Some(span))))
            .collect();
        let mut body = Body {
            index,
            signature,
            visible: (0..params.len())
                .filter(|param| params[*param] != Kind::Region)
                .collect(),
            depths: (0..params.len()).map(|param| (param, 0)).collect(),
            locals: params,
            levels,
            states,
            declared: Vec::new(),
            depth: 0,
            frozen: BTreeMap::new(),
            ways: Vec::new(),
            pending: BTreeMap::new(),
            returns,
            recursive,
            budget: self.plan.size + self.draws.below(self.plan.size),
        };
        let count = body.budget;
        let block = self.block(
            &mut body,
            count,
            |_, _, _| {},
            |generator, body, stmts| {
                if body.returns.is_some() {
                    let value = generator.result(body);
                    stmts.push(Stmt::Return(Some(value)));
                }
            },
        );
        self.program.functions[index].locals = body.locals;
        self.program.functions[index].body = block;
        self.signatures[index] = Some(body.signature);
        index
    }

    /// Adds the function that the program starts at.
    pub(super) fn root(&mut self) {
        self.program.root = self.body(Signature::default(), vec![], None, false);
    }

    /// A block of about `count` statements between what `before` and `after` write.
    pub(super) fn block(
        &mut self,
        body: &mut Body,
        count: usize,
        before: impl FnOnce(&mut Self, &mut Body, &mut Vec<Stmt>),
        after: impl FnOnce(&mut Self, &mut Body, &mut Vec<Stmt>),
    ) -> Block {
        let visible = body.visible.len();
        body.declared.push(Vec::new());
        let mut stmts = Vec::new();
        before(self, body, &mut stmts);
        for _ in 0..count {
            self.statement(body, &mut stmts);
        }
        after(self, body, &mut stmts);
        for local in body.visible.split_off(visible) {
            body.states.remove(&local);
        }
        Block {
            declared: body.declared.pop().unwrap_or_default(),
            stmts,
        }
    }

    /// What the function returns here: a variable that fits, or zero.
    pub(super) fn result(&mut self, body: &Body) -> Expr {
        let (Some(kind), Some(span)) = (body.returns, body.signature.result) else {
            return Expr::Null;
        };
        match self.variable(body, kind, |state| state.fits(span)) {
            Some(local) => Expr::local(local),
            None => Expr::Null,
        }
    }

    /// A variable in scope of this kind, alive and with a fitting span; any variable, where a rule is ignored.
    pub(super) fn variable(&mut self, body: &Body, kind: Kind, fits: impl Fn(Span) -> bool) -> Option<usize> {
        let lax = self.may(false);
        let known: Vec<usize> = body
            .visible
            .iter()
            .copied()
            .filter(|local| body.locals[*local] == kind && (lax || body.span(*local).is_some_and(&fits)))
            .collect();
        self.draws.pick(&known)
    }
}

/// What a closure calls: it gets its context and a node.
fn closure_signature() -> (Signature, Vec<Kind>, Option<Kind>) {
    let signature = Signature {
        spans: vec![Some(Span::exact(1)), Some(Span { lo: 0, hi: 1 })],
        handles: vec![None],
        ..Signature::default()
    };
    (signature, vec![Kind::BoxAt, Kind::Node], None)
}
