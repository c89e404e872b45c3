use std::time::{SystemTime, UNIX_EPOCH};

/// The simulator's clock: the system's time plus an offset.
pub(crate) struct Clock {
    offset: i64,
}

impl Clock {
    /// A clock that is `offset` seconds ahead of the system's time.
    pub(crate) fn new(offset: i64) -> Self {
        Self { offset }
    }

    pub(crate) fn set_offset(&mut self, seconds: i64) {
        self.offset = seconds;
    }

    /// The time in Unix seconds.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulator is independent of the server's clock"
    )]
    pub(crate) fn now(&self) -> i64 {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let seconds = i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
        seconds.saturating_add(self.offset)
    }
}
