//! What a subject has left of a rate.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::access::rate::Rate;

/// How much of a rate a subject has left after a call.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// The limit.
    pub what: Limited,
    /// The rate of the limit.
    pub rate: Rate,
    /// How many calls are left, as far as this node knows.
    pub remaining: u32,
    /// In how much time `remaining` changes.
    pub resets_in: Duration,
    /// Whether the call is refused.
    pub refused: bool,
}

impl Standing {
    /// The standing after an admitted call.
    pub fn admitted(what: Limited, rate: Rate, remaining: u32, now: Timestamp) -> Self {
        Self {
            what,
            rate,
            remaining,
            resets_in: rate.ends_in(now),
            refused: false,
        }
    }

    /// The standing after a refused call.
    pub fn refused(what: Limited, rate: Rate, wait: Duration) -> Self {
        Self {
            what,
            rate,
            remaining: 0,
            resets_in: wait,
            refused: true,
        }
    }
}
