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

    /// The activation limit of a key type that names none.
    pub const DEFAULT_ACTIVATIONS: u32 = 3;

    /// The terms of a key type; what it does not name is a lifetime, the default activation limit
    /// and no entitlements.
    pub fn with_defaults(
        term: Option<Term>,
        activation_limit: Option<u32>,
        entitlements: Option<Entitlements>,
    ) -> Self {
        Self {
            term: term.unwrap_or(Term::Lifetime),
            activation_limit: activation_limit.unwrap_or(Self::DEFAULT_ACTIVATIONS),
            entitlements: entitlements.unwrap_or_default(),
        }
    }

    /// These terms, with a term and an activation limit of one license's own where given.
    pub fn overridden(self, term: Option<Term>, activation_limit: Option<u32>) -> Self {
        Self {
            term: term.unwrap_or(self.term),
            activation_limit: activation_limit.unwrap_or(self.activation_limit),
            entitlements: self.entitlements,
        }
    }
}
