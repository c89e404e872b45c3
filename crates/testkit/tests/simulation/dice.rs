//! Random numbers that follow from a seed.

use std::sync::atomic::{AtomicU64, Ordering};

/// SplitMix64: a counter, mixed. Threads may share one.
pub(crate) struct Dice(AtomicU64);

impl Dice {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(Self::STEP)))
    }

    fn roll(&self) -> u64 {
        let state = self.0.fetch_add(Self::STEP, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`, which is not 0.
    pub(crate) fn below(&self, n: usize) -> usize {
        let n = u64::try_from(n).expect("a count fits");
        usize::try_from(self.roll() % n).expect("it is below a count")
    }

    pub(crate) fn one_in(&self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Clone>(&self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
