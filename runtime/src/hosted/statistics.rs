//! Counters, exact at every moment at which nobody is inside.

/// Counters of a context.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContextStatistics {
    /// Live allocations.
    pub live: usize,
    /// Bytes asked for of live allocations.
    pub live_bytes: usize,
    /// The most of these at once.
    pub peak_bytes: usize,
    /// Bytes that the upstream resource has supplied and not got back.
    pub held_bytes: usize,
    /// Allocations ever made.
    pub allocations: u64,
    /// Allocations ever freed.
    pub frees: u64,
    /// Requests refused for want of memory.
    pub failures: u64,
    /// Open handles.
    pub handles: usize,
}

impl ContextStatistics {
    /// Counts an allocation of `size` bytes.
    #[inline]
    pub(crate) fn add(&mut self, size: usize) {
        self.allocations += 1;
        self.live_bytes += size;
        if self.live_bytes > self.peak_bytes {
            self.peak_bytes = self.live_bytes;
        }
    }

    /// Counts a free.
    #[inline]
    pub(crate) fn remove(&mut self, size: usize) {
        self.live_bytes -= size;
    }

    /// With what is not counted all the time.
    pub(crate) fn completed(&self, live: usize, handles: usize) -> Self {
        Self {
            live,
            frees: self.allocations - live as u64,
            handles,
            ..*self
        }
    }
}
