//! The terms of a license: duration, activation limit and entitlements.

use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::term::Term;

/// What a license of a key type holds: copied into each order and license, so that a
/// later edit of the key type touches nothing already sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseTerms {
    /// How long it runs.
    pub term: Term,
    /// How many devices it may be active on.
    pub activation_limit: u32,
    /// What it unlocks.
    pub entitlements: Entitlements,
}

impl LicenseTerms {
    /// The largest activation limit a key type may have.
    pub const MAX_ACTIVATIONS: u32 = 100_000;
}
