//! Where decisions come from: a seed, or the bytes of a fuzzer.

/// A source of decisions. From a seed it never ends; from bytes it ends in zeros, for which the generator always has an
/// answer.
pub enum Draws<'b> {
    /// SplitMix64: small, and the same everywhere.
    Seed(u64),
    /// One byte a decision.
    Bytes(&'b [u8]),
}

impl Draws<'_> {
    /// Below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        match self {
            Draws::Seed(state) => {
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = *state;
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                (z ^ (z >> 31)) as usize % bound
            }
            Draws::Bytes(bytes) => match bytes.split_first() {
                Some((first, rest)) => {
                    *bytes = rest;
                    usize::from(*first) % bound
                }
                None => 0,
            },
        }
    }

    /// Whether one of `odds` cases is drawn.
    pub fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == odds - 1
    }

    /// With this probability in percent.
    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) >= 100 - share
    }

    /// One of several, if there is one.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())].clone())
    }
}

/// What a program is told at run time: the answers of `choose`, one byte each. Past its end every answer is 0, which
/// leaves loops and ends recursions.
pub fn choices(seed: u64) -> Vec<u8> {
    let mut draws = Draws::Seed(seed.wrapping_mul(0x2545_F491_4F6C_DD1D));
    let length = [6, 24, 60, 120][seed as usize % 4];
    // In a third of the runs most answers are nonzero, so that loops run on.
    let eager = seed.is_multiple_of(3);
    (0..length)
        .map(|_| {
            let byte = draws.below(256) as u8;
            if eager && draws.percent(60) {
                byte | 1
            } else {
                byte
            }
        })
        .collect()
}
