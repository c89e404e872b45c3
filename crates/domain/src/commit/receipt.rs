//! What a commit returns.

use std::collections::HashMap;

use crate::base::id::CustomerId;
use crate::commit::counter::Counter;

/// What a commit returns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Receipt {
    /// The effective id of each proposed customer: the id of the existing customer if there is one.
    pub customers: HashMap<CustomerId, CustomerId>,
    /// The values of the counters after the commit.
    pub counters: HashMap<Counter, i64>,
}
