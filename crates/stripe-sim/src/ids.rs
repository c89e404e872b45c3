//! Ids and secrets with Stripe's prefixes.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

/// Draws ids; the same seed draws the same ids in the same order.
pub(crate) struct Ids {
    seed: [u8; 16],
    drawn: u64,
}

impl Ids {
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
            drawn: 0,
        }
    }

    /// How many were drawn so far, which orders what was drawn.
    pub(crate) fn drawn(&self) -> u64 {
        self.drawn
    }

    /// `prefix` and `digits` hex digits, at most 64.
    pub(crate) fn draw(&mut self, prefix: &str, digits: usize) -> String {
        self.drawn += 1;
        let mut input = self.seed.to_vec();
        input.extend(self.drawn.to_be_bytes());
        let hex = HEXLOWER.encode(digest(&SHA256, &input).as_ref());
        format!("{prefix}{}", &hex[..digits])
    }

    /// An object's id: `prefix` and 24 hex digits.
    pub(crate) fn object(&mut self, prefix: &str) -> String {
        self.draw(prefix, 24)
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn the_same_seed_draws_the_same_ids_and_no_id_twice() {
        let (mut one, mut two) = (Ids::new(Some(7)), Ids::new(Some(7)));
        let first = one.object("prod_");
        assert_eq!(first, two.object("prod_"));
        assert_ne!(first, one.object("prod_"));
        assert_ne!(first, Ids::new(None).object("prod_"));
    }
}
