//! What a commit returns.

use std::collections::HashMap;

use crate::base::id::CustomerId;
use crate::commit::counter::Counter;

/// What a commit returns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// The customer id that each proposed one came to: another one if the customer existed.
    pub customers: HashMap<CustomerId, CustomerId>,
    /// What the counters came to.
    pub counters: HashMap<Counter, i64>,
}
