//! What a sequence consists of, and sequences as bytes.

use croft_runtime::layout::{BLOCK_SIZE, MAX_ALIGN, PAYLOAD};

use super::cleanup::Action;

/// One operation. Regions are named by their place on the stack, modulo its height.
#[derive(Clone, Debug)]
pub enum Step {
    Open {
        budget: Option<usize>,
        eager: bool,
    },
    Push {
        budget: Option<usize>,
    },
    /// Ends a region: the innermost, or any.
    Pop {
        region: Option<usize>,
    },
    Reset {
        region: usize,
    },
    Alloc {
        region: usize,
        size: usize,
        align: usize,
    },
    Array {
        region: usize,
        count: usize,
        size: usize,
        align: usize,
    },
    Register {
        region: usize,
        action: Action,
    },
    /// Runs a cleanup of a region early. Cleanups are named by their place among those registered since the last reset,
    /// modulo their number.
    RunEarly {
        region: usize,
        which: usize,
    },
    Cancel {
        region: usize,
        which: usize,
    },
}

/// The most steps of a sequence.
const LONGEST: usize = 400;

/// The steps that bytes stand for: any bytes are a sequence, and a step takes at most eight of them. What is left of a step
/// at the end counts as zeros.
pub fn decode(bytes: &[u8]) -> Vec<Step> {
    let mut source = Source { bytes, at: 0 };
    let mut steps = Vec::new();
    while source.at < bytes.len() && steps.len() < LONGEST {
        steps.push(source.step());
    }
    steps
}

struct Source<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Source<'_> {
    fn byte(&mut self) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte.into()
    }

    fn pair(&mut self) -> usize {
        self.byte() << 8 | self.byte()
    }

    fn step(&mut self) -> Step {
        match self.byte() % 21 {
            0 => Step::Open {
                budget: self.budget(),
                eager: false,
            },
            1 => Step::Open {
                budget: self.budget(),
                eager: true,
            },
            2 => Step::Push {
                budget: self.budget(),
            },
            3 => Step::Pop { region: None },
            4 => Step::Pop {
                region: Some(self.byte()),
            },
            5 => Step::Reset { region: self.byte() },
            6..12 => Step::Alloc {
                region: self.byte(),
                size: self.size(),
                align: self.align(),
            },
            16..19 => Step::Register {
                region: self.byte(),
                action: self.action(),
            },
            19 => Step::RunEarly {
                region: self.byte(),
                which: self.byte(),
            },
            20 => Step::Cancel {
                region: self.byte(),
                which: self.byte(),
            },
            _ => Step::Array {
                region: self.byte(),
                count: match self.byte() {
                    0 => usize::MAX / 2,
                    few => few,
                },
                size: self.size(),
                align: self.align(),
            },
        }
    }

    fn action(&mut self) -> Action {
        match self.byte() % 8 {
            0..4 => Action::Nothing,
            4 | 5 => Action::Scratch(self.size()),
            6 => Action::Cancel(self.byte()),
            _ => Action::Run(self.byte()),
        }
    }

    fn budget(&mut self) -> Option<usize> {
        match self.byte() % 4 {
            0 => None,
            1 => Some(self.byte()),
            2 => Some(self.pair()),
            _ => Some(self.pair() << 2),
        }
    }

    /// Sizes near every limit there is.
    fn size(&mut self) -> usize {
        match self.byte() % 8 {
            0 => self.byte() % 4,
            1 | 2 => self.byte(),
            3 => self.pair() % (PAYLOAD + 100),
            4 => PAYLOAD - self.byte() % 80,
            5 => PAYLOAD + self.pair() % (7 * BLOCK_SIZE),
            6 => (1 + self.byte() % 8) * BLOCK_SIZE - self.pair() % 1100,
            _ => usize::MAX - self.byte(),
        }
    }

    fn align(&mut self) -> usize {
        let byte = self.byte();
        match byte % 16 {
            power @ 0..13 => 1 << power,
            13 => 0,
            14 => 2 * MAX_ALIGN,
            _ => byte,
        }
    }
}
