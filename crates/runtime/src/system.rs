//! The clock and the randomness of the operating system.

use std::time::{SystemTime, UNIX_EPOCH};

use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{Clock, Entropy};
use ring::rand::{SecureRandom, SystemRandom};

/// The clock of the operating system.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The randomness of the operating system.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness, secrets could be guessed.
        assert!(
            SystemRandom::new().fill(bytes).is_ok(),
            "the operating system provides no randomness"
        );
    }
}
