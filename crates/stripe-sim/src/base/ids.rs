//! Ids and secrets with Stripe's prefixes.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// Generates ids; the same seed generates the same ids in the same order.
pub(crate) struct IdGenerator {
    seed: [u8; 16],
    count: u64,
}

impl IdGenerator {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let mut bytes = [0; 16];
        match seed {
            Some(seed) => bytes[..8].copy_from_slice(&seed.to_be_bytes()),
            None => SystemRandom::new()
                .fill(&mut bytes)
                .expect("the system has randomness"),
        }
        Self {
            seed: bytes,
            count: 0,
        }
    }

    /// The number of ids generated so far. A later object has a larger number.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// `prefix` and `digits` hex digits, at most 64.
    pub(crate) fn generate(&mut self, prefix: &str, digits: usize) -> String {
        self.count += 1;
        let mut input = self.seed.to_vec();
        input.extend(self.count.to_be_bytes());
        let hex = HEXLOWER.encode(digest(&SHA256, &input).as_ref());
        format!("{prefix}{}", &hex[..digits])
    }

    /// An id of an object: `prefix` and 24 hex digits.
    pub(crate) fn object_id(&mut self, prefix: &str) -> String {
        self.generate(prefix, 24)
    }
}

#[cfg(test)]
mod tests {
    use super::IdGenerator;

    #[test]
    fn the_same_seed_generates_the_same_ids_and_no_id_twice() {
        let (mut one, mut two) = (IdGenerator::new(Some(7)), IdGenerator::new(Some(7)));
        let first = one.object_id("prod_");
        assert_eq!(first, two.object_id("prod_"));
        assert_ne!(first, one.object_id("prod_"));
        assert_ne!(first, IdGenerator::new(None).object_id("prod_"));
    }
}
