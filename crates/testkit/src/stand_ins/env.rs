//! The environment of a use case under test.

use mintage_domain::base::seal::{KeyRing, MasterKey};
use mintage_domain::usecase::env::Env;

use crate::stand_ins::clock::FixedClock;
use crate::stand_ins::entropy::SeededEntropy;

/// The clock, the entropy and the keys of one test.
#[derive(Debug)]
pub struct TestEnv {
    /// The clock that the test sets.
    pub clock: FixedClock,
    /// Bytes that follow from the seed.
    pub entropy: SeededEntropy,
    /// A ring with one master key, called `test`.
    pub keys: KeyRing,
}

impl TestEnv {
    /// Creates an environment at [`FixedClock::START`]. Environments with different seeds create
    /// different ids.
    pub fn seeded(seed: &str) -> Self {
        let key = MasterKey::parse(&format!("test:{}", "5a".repeat(32)))
            .expect("a name and 64 hex digits");
        Self {
            clock: FixedClock::default(),
            entropy: SeededEntropy::new(seed),
            keys: KeyRing::new(key, Vec::new()).expect("one key has one name"),
        }
    }

    /// The environment as the use cases take it.
    pub fn env(&self) -> Env<'_> {
        Env {
            clock: &self.clock,
            entropy: &self.entropy,
            keys: &self.keys,
            origin: None,
        }
    }
}

impl Default for TestEnv {
    fn default() -> Self {
        Self::seeded("mintage")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mintage_domain::usecase::env::SealedField;

    use super::*;

    #[test]
    fn an_env_follows_its_clock_and_opens_what_it_sealed() {
        let test = TestEnv::default();
        let env = test.env();
        assert_eq!(env.now(), FixedClock::START);
        let later = test.clock.advance(Duration::from_secs(1));
        assert_eq!(env.now(), later);
        let field = SealedField::LICENSE_KEY;
        let sealed = env.seal(field, "lic_1", b"open sesame");
        let opened = env.open(field, "lic_1", &sealed).expect("its own seal");
        assert_eq!(opened.expose(), b"open sesame");
    }
}
