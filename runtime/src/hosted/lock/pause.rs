//! Waiting for a thread that will not say when it is done.

use std::thread;
use std::time::Duration;

/// Waits in which this thread only lets others of its priority run.
const YIELDS: u32 = 32;
/// The first sleep after them.
const SHORTEST: Duration = Duration::from_micros(1);
const LONGEST: Duration = Duration::from_millis(1);

/// Waits that grow: first yields, as a thread that is just inside leaves soon; then sleeps, twice as long each time, up to a
/// millisecond. Only a sleep lets a thread of a lower priority go on, on the same processor, where this one is of a real-time
/// class.
pub(super) struct Pause {
    yields: u32,
    sleep: Duration,
}

impl Pause {
    pub(super) const fn new() -> Self {
        Self {
            yields: YIELDS,
            sleep: SHORTEST,
        }
    }

    /// How long to sleep now; `None` for a yield.
    fn next(&mut self) -> Option<Duration> {
        if self.yields > 0 {
            self.yields -= 1;
            return None;
        }
        let sleep = self.sleep;
        self.sleep = (2 * sleep).min(LONGEST);
        Some(sleep)
    }

    /// Waits once.
    pub(super) fn wait(&mut self) {
        match self.next() {
            None => thread::yield_now(),
            Some(sleep) => thread::sleep(sleep),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_yields_then_sleeps_longer_and_longer() {
        let mut pause = Pause::new();
        assert!((0..YIELDS).all(|_| pause.next().is_none()));
        let mut last = Duration::ZERO;
        for _ in 0..100 {
            let sleep = pause.next();
            assert!(sleep.is_some_and(|sleep| sleep > last || sleep == LONGEST));
            last = sleep.unwrap_or_default();
        }
        assert_eq!(last, LONGEST);
    }
}
