//! Numbers that are used once on a database.

use std::ops::Range;
use std::time::Duration;

/// More calls than a run can make.
const CALLS: u64 = 100_000_000;

/// More payments a second than a server can take.
const PAYMENTS: u64 = 10_000;

/// The same on one connection.
const PAYMENTS_ON_ONE: u64 = 3_000;

/// The numbers of calls and of orders that were not used yet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Numbers {
    next_call: u64,
    next_order: u64,
}

impl Numbers {
    /// Numbers for the calls of one run.
    pub(crate) fn calls(&mut self) -> Range<u64> {
        let start = self.next_call;
        self.next_call += CALLS;
        start..self.next_call
    }

    /// Numbers for so many orders.
    pub(crate) fn orders(&mut self, count: u64) -> Range<u64> {
        let start = self.next_order;
        self.next_order += count;
        start..self.next_order
    }
}

/// How many open orders a run needs at most.
pub(crate) fn orders_for(connections: usize, time: Duration) -> u64 {
    let a_second = if connections == 1 {
        PAYMENTS_ON_ONE
    } else {
        PAYMENTS
    };
    a_second.saturating_mul(time.as_secs() + 1)
}
