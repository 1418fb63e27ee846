//! The calls and loops that led to an allocation, and what makes a cycle of two.

/// What leads to a statement, from the outside in: calls and loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Call {
        function: usize,
        site: usize,
        activation: usize,
    },
    Loop {
        id: usize,
        activation: usize,
        iteration: usize,
    },
}

impl Step {
    /// The same place in the program.
    fn resembles(self, other: Step) -> bool {
        match (self, other) {
            (
                Step::Call {
                    site: a, function: f, ..
                },
                Step::Call {
                    site: b, function: g, ..
                },
            ) => a == b && f == g,
            (Step::Loop { id: a, .. }, Step::Loop { id: b, .. }) => a == b,
            _ => false,
        }
    }
}

/// Whether two allocations of a site are steps of a cycle; see [`super`].
pub(super) fn cycle(earlier: &[Step], later: &[Step]) -> bool {
    let same = earlier.iter().zip(later).take_while(|(a, b)| a == b).count();
    let alike = |a: &[Step], b: &[Step]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.resembles(*b));
    if let (
        Some(Step::Loop {
            activation: a,
            iteration: i,
            ..
        }),
        Some(Step::Loop {
            activation: b,
            iteration: j,
            ..
        }),
    ) = (earlier.get(same), later.get(same))
        && a == b
        && i != j
        && alike(&earlier[same + 1..], &later[same + 1..])
    {
        return true;
    }
    // Two activations of a function, below an activation of it that both share (or that is one of them).
    let activations = |trace: &[Step]| -> Vec<(usize, usize, usize)> {
        trace
            .iter()
            .enumerate()
            .filter_map(|(at, step)| match step {
                Step::Call {
                    function, activation, ..
                } => Some((at, *function, *activation)),
                Step::Loop { .. } => None,
            })
            .collect()
    };
    let (first, second) = (activations(earlier), activations(later));
    first.iter().any(|(at, function, activation)| {
        second.iter().any(|(other_at, other, other_activation)| {
            function == other
                && activation != other_activation
                && first
                    .iter()
                    .any(|(outer_at, outer, _)| outer == function && *outer_at < same)
                && alike(&earlier[at + 1..], &later[other_at + 1..])
        })
    })
}
