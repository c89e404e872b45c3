//! Licenses: what a paid order mints.

use crate::base::id::{CustomerId, LicenseId, OrderId};
use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::seal::Sealed;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::key::KeyHash;
use crate::model::licenses::standing::{Standing, State};

/// The seller's notes about a license.
pub type Notes = Text<5_000>;

/// A license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    /// Its id.
    pub id: LicenseId,
    /// Whose sale it came from.
    pub tenant: TenantId,
    /// A sandbox license never validates with a live key.
    pub mode: Mode,
    /// For which product.
    pub product: ProductId,
    /// Of which key type.
    pub key_type: KeyTypeId,
    /// Who holds it.
    pub customer: CustomerId,
    /// What it was minted for, if it was sold here.
    pub unit: Option<OrderUnit>,
    /// The hash by which its key is found.
    pub key_hash: KeyHash,
    /// The key as it may be shown: `ACME-****-****-****-Q3VZ`.
    pub masked_key: String,
    /// The key itself, sealed.
    pub sealed_key: Sealed,
    /// On how many devices it may be active.
    pub activation_limit: u32,
    /// What it unlocks.
    pub entitlements: Entitlements,
    /// Term, revocation and holds: its state follows from them.
    pub standing: Standing,
    /// What the seller notes about it, for the seller alone.
    pub notes: Option<Notes>,
    /// What the seller finds it by.
    pub metadata: Metadata,
    /// When it was minted.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}

impl License {
    /// Its state at `now`.
    pub fn state(&self, now: Timestamp) -> State {
        self.standing.state(now)
    }

    /// Why it is not good at `now`, in the word that its seller is told: `frozen`, `expired`, or
    /// what it was revoked for. `None` for a good one.
    pub fn reason(&self, now: Timestamp) -> Option<&'static str> {
        match self.state(now) {
            State::Active => None,
            State::Frozen => Some("frozen"),
            State::Expired => Some("expired"),
            State::Revoked => self.standing.revocation().map(|it| it.reason().as_str()),
        }
    }
}

/// One unit of one line of an order: each mints exactly one license.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderUnit {
    /// Which order.
    pub order: OrderId,
    /// Which line of it, from 0.
    pub line: u32,
    /// Which unit of the line, from 0.
    pub unit: u32,
}

impl OrderUnit {
    /// The only unit of an order for one license.
    pub fn only(order: OrderId) -> Self {
        Self {
            order,
            line: 0,
            unit: 0,
        }
    }
}
