//! The terms of a license: duration, activation limit and entitlements.

use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::term::Term;

/// The terms of licenses of a key type. They are copied into each order and license, so that a
/// later change of the key type does not affect what is already sold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LicenseTerms {
    /// How long the license is valid.
    pub term: Term,
    /// The largest number of active activations.
    pub activation_limit: u32,
    /// The features that the license unlocks.
    pub entitlements: Entitlements,
}

impl LicenseTerms {
    /// The largest activation limit a key type may have.
    pub const MAX_ACTIVATIONS: u32 = 100_000;

    /// The activation limit of a key type that sets none.
    pub const DEFAULT_ACTIVATIONS: u32 = 3;

    /// The terms of a key type. By default a license has a lifetime term, the default activation
    /// limit and no entitlements.
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

    /// These terms, with the term and the activation limit of one license where given.
    #[must_use]
    pub fn overridden(self, term: Option<Term>, activation_limit: Option<u32>) -> Self {
        Self {
            term: term.unwrap_or(self.term),
            activation_limit: activation_limit.unwrap_or(self.activation_limit),
            entitlements: self.entitlements,
        }
    }
}
