//! Randomness that is the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use mintage_domain::ports::Entropy;
use ring::digest;

/// A stream of bytes that follows from a seed: SHA-256 of the seed and a counter. The bytes can be
/// computed from the seed, so the stream is for tests and **never for production**.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: String,
    blocks: AtomicU64,
}

impl SeededEntropy {
    /// Creates the stream of a seed. Equal seeds give equal bytes.
    pub fn new(seed: impl Into<String>) -> Self {
        Self {
            seed: seed.into(),
            blocks: AtomicU64::new(0),
        }
    }

    fn next_block(&self) -> digest::Digest {
        let block = self.blocks.fetch_add(1, Ordering::Relaxed);
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&block.to_be_bytes());
        context.update(self.seed.as_bytes());
        context.finish()
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(digest::SHA256_OUTPUT_LEN) {
            let block = self.next_block();
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(entropy: &SeededEntropy, n: usize) -> Vec<u8> {
        let mut bytes = vec![0; n];
        entropy.fill(&mut bytes);
        bytes
    }

    #[test]
    fn equal_seeds_give_equal_streams_that_never_repeat() {
        let (one, same, other) = (
            SeededEntropy::new("seed"),
            SeededEntropy::new("seed"),
            SeededEntropy::new("another"),
        );
        let (first, second) = (take(&one, 70), take(&one, 70));
        assert_eq!(first, take(&same, 70));
        assert_ne!(first, second);
        assert_ne!(first, take(&other, 70));
        assert_ne!(first[..32], first[32..64], "blocks differ");
    }
}
