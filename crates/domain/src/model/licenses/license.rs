//! Licenses, which are minted for paid orders and issued by sellers.

use crate::base::id::{CustomerId, LicenseId, OrderId};
use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::seal::Sealed;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::key::KeyHash;
use crate::model::licenses::standing::{HoldCause, RevocationReason, Standing, State};
use crate::model::licenses::subscribed::Subscribed;

/// The seller's notes about a license.
pub type Notes = Text<5_000>;

/// A license.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct License {
    /// Public id of the license.
    pub id: LicenseId,
    /// The tenant that sold the license.
    pub tenant: TenantId,
    /// The mode: a sandbox license never validates with a live API key.
    pub mode: Mode,
    /// The licensed product.
    pub product: ProductId,
    /// The key type that was sold.
    pub key_type: KeyTypeId,
    /// The customer who holds the license.
    pub customer: CustomerId,
    /// The unit of an order that the license was minted for; `None` if it was not sold by checkout.
    pub unit: Option<OrderUnit>,
    /// The hash by which the license is looked up from its key.
    pub key_hash: KeyHash,
    /// The key with its middle hidden: `ACME-****-****-****-Q3VZ`.
    pub masked_key: String,
    /// The key in plain text, sealed.
    pub sealed_key: Sealed,
    /// The largest number of active activations.
    pub activation_limit: u32,
    /// The features that the license unlocks.
    pub entitlements: Entitlements,
    /// The term, the revocation and the holds, from which the state follows.
    pub standing: Standing,
    /// Until when the license includes updates; `None` for no limit.
    pub updates_until: Option<Timestamp>,
    /// The subscription that pays for the license, if it is sold by one.
    pub subscription: Option<Subscribed>,
    /// The end of the term that was noticed last, when `license.expired` was sent.
    pub noticed_end: Option<Timestamp>,
    /// The end of the term of which the seller was reminded last, by `license.expiring`.
    pub reminded_end: Option<Timestamp>,
    /// The seller's notes, which buyers never see.
    pub notes: Option<Notes>,
    /// The seller's metadata, by which licenses can be searched.
    pub metadata: Metadata,
    /// When the license was minted.
    pub created_at: Timestamp,
    /// The sequence number of the last event about the license; 0 if there was none.
    pub event_sequence: u64,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl License {
    /// The state of the license at `now`.
    pub fn state(&self, now: Timestamp) -> State {
        self.standing.state(now)
    }

    /// Why the license is not active at `now`: `frozen`, `dispute` if (also) an open dispute froze it,
    /// `expired`, or the reason of its revocation. `None` for an active license.
    pub fn reason(&self, now: Timestamp) -> Option<&'static str> {
        match self.state(now) {
            State::Active => None,
            State::Frozen if self.is_held_by_dispute() => Some(RevocationReason::Dispute.as_str()),
            State::Frozen => Some("frozen"),
            State::Expired => Some("expired"),
            State::Revoked => self
                .standing
                .revocation()
                .map(|revocation| revocation.reason().as_str()),
        }
    }

    /// Whether the end of the term was noticed. False again once the license is extended. A lapse freezes
    /// a license instead of letting it expire.
    pub fn is_end_noticed(&self) -> bool {
        let is_lapsing = self.standing.lapse().is_some();
        let end = self.standing.expires_at();
        !is_lapsing && end.is_some() && self.noticed_end == end
    }

    /// Whether the beginning of the lapse was noticed, if there is a lapse. It is kept in place of the end
    /// of the term, which a license with a lapse does not have.
    pub fn is_lapse_noticed(&self) -> bool {
        let lapse = self.standing.lapse();
        lapse.is_some_and(|lapse| self.noticed_end == Some(lapse.from))
    }

    /// Whether the seller was reminded of the end of the term. False again once the license is extended.
    pub fn is_reminded(&self) -> bool {
        let end = self.standing.expires_at();
        end.is_some() && self.reminded_end == end
    }

    /// Whether the end of the term is one that is worth a reminder. While a subscription renews or its
    /// payment has failed, the end is that of the grace, and another event tells of it.
    pub fn is_end_foreseen(&self) -> bool {
        let period_end = self.subscription.as_ref();
        let period_end = period_end.and_then(Subscribed::current_period_end);
        self.standing.expires_at() >= period_end
    }

    fn is_held_by_dispute(&self) -> bool {
        let mut causes = self.standing.held_by();
        causes.any(|cause| matches!(cause, HoldCause::Dispute(_)))
    }
}

/// One unit of one line of an order. Each unit mints exactly one license.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OrderUnit {
    /// The order that sold the unit.
    pub order: OrderId,
    /// The index of the order's line, from 0.
    pub line: u32,
    /// The index of the unit in its line, from 0.
    pub unit: u32,
}

impl OrderUnit {
    /// Whether this is the first unit of its order, whose mail names the licenses of all units.
    pub const fn is_first(&self) -> bool {
        self.line == 0 && self.unit == 0
    }

    /// The only unit of an order that sells one license.
    pub fn only(order: OrderId) -> Self {
        Self {
            order,
            line: 0,
            unit: 0,
        }
    }
}
