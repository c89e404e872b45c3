//! Time, randomness and the master key, which the domain does not have.

use std::error::Error;

use mintage_domain::base::seal::{KeyRing, MasterKey};
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{Clock, Entropy};
use mintage_domain::usecase::env::Env;
use ring::rand::{SecureRandom, SystemRandom};

pub(crate) struct System {
    random: SystemRandom,
    keys: KeyRing,
}

impl System {
    /// A real service reads its master key from where it keeps secrets.
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let key = MasterKey::parse(&"5a".repeat(32))?;
        Ok(Self {
            random: SystemRandom::new(),
            keys: KeyRing::new(key, Vec::new())?,
        })
    }

    pub(crate) fn env(&self) -> Env<'_> {
        Env {
            clock: self,
            entropy: self,
            keys: &self.keys,
            origin: None,
        }
    }
}

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "a clock reads the time")]
    fn now(&self) -> Timestamp {
        Timestamp::EPOCH.plus(std::time::UNIX_EPOCH.elapsed().unwrap_or_default())
    }
}

impl Entropy for System {
    fn fill(&self, bytes: &mut [u8]) {
        assert!(
            self.random.fill(bytes).is_ok(),
            "without randomness no key can be generated"
        );
    }
}
