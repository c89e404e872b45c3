//! The terms of a license: duration, updates, activation limit and entitlements.

use serde::{Deserialize, Serialize};

use crate::base::text_enum::text_enum;
use crate::base::text_newtype::string_conversions;
use crate::base::time::Timestamp;
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::standing::Standing;
use crate::model::licenses::term::{Days, Term, TermIsPast};

text_enum! {
    /// When the term of a license starts.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub enum TermFrom {
        /// When the license is minted.
        #[default]
        Issue = "issue",
        /// When the license is first activated on a device.
        FirstActivation = "first_activation",
    }

    /// The text is not a start of a term.
    #[error("a term starts from `issue` or `first_activation`")]
    pub struct InvalidTermFrom;
}

string_conversions! { TermFrom, InvalidTermFrom; }

/// The terms of licenses of a key type. They are copied into each order and license, so that a
/// later change of the key type does not affect what is already sold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LicenseTerms {
    /// How long the license is valid.
    pub term: Term,
    /// When the days of the term start to count.
    pub term_from: TermFrom,
    /// For how long after it is minted the license includes updates; `None` for no limit.
    pub updates_for: Option<Days>,
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
            term_from: TermFrom::default(),
            updates_for: None,
        }
    }

    /// These terms, with the term and the activation limit of one license where given.
    #[must_use]
    pub fn overridden(self, term: Option<Term>, activation_limit: Option<u32>) -> Self {
        Self {
            term: term.unwrap_or(self.term),
            activation_limit: activation_limit.unwrap_or(self.activation_limit),
            ..self
        }
    }

    /// The standing of a license that is minted at `now`.
    pub fn standing(&self, now: Timestamp) -> Result<Standing, TermIsPast> {
        match (self.term_from, self.term) {
            (TermFrom::FirstActivation, Term::Days(days)) => {
                Ok(Standing::new(None).with_pending_term(Some(days)))
            }
            (_, term) => Ok(Standing::new(term.expires_at(now)?)),
        }
    }

    /// Until when a license that is minted at `now` includes updates; `None` for no limit.
    pub fn updates_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.updates_for.map(|days| days.after(now))
    }
}
