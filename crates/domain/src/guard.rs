//! The three guards, and the one judge of them.
//!
//! A store loads what it knows about the rows and counters that a batch of [`Changes`] touches
//! into [`Facts`], under its locks; [`judge`] says who may commit; the store writes the rest
//! whole. So every store refuses the same things for the same reasons.

use crate::activation::{Activation, Fingerprint};
use crate::api_key::ApiKey;
use crate::catalog::{KeyType, Product};
use crate::changes::{Changes, Counter, Expected};
use crate::connection::{AccountLink, AccountRef, Connection, OAuthRound};
use crate::delivery::{Delivery, Endpoint};
use crate::id::{ApiKeyId, DeliveryId, LicenseId, MailId, OrderId, StripeEventId, TokenId};
use crate::idempotency::{CallId, IdempotencyRecord};
use crate::license::key::KeyHash;
use crate::license::{License, OrderUnit};
use crate::mail::Mailing;
use crate::management_token::ManagementToken;
use crate::mode::Mode;
use crate::order::Order;
use crate::payment::{Payment, PaymentKey};
use crate::ports::Nonce;
use crate::secret::SecretHash;
use crate::slug::{KeyTypeId, ProductId, TenantId};
use crate::stripe_event::HeardEvent;
use crate::tenant::Tenant;
use std::collections::{BTreeSet, HashMap};

/// A row that a guard speaks of: its identity in the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Row {
    /// A tenant.
    Tenant(TenantId),
    /// A management token.
    Token(TokenId),
    /// A product of a tenant.
    Product(TenantId, ProductId),
    /// A key type of a product.
    KeyType(TenantId, ProductId, KeyTypeId),
    /// A tenant's connection.
    Connection(TenantId),
    /// Whose an account is, in a mode.
    Account(AccountRef),
    /// An OAuth round, by the hash of its state.
    OAuthRound(SecretHash),
    /// A Stripe event, as heard on the endpoint of a mode.
    Event(Mode, StripeEventId),
    /// An order.
    Order(OrderId),
    /// A payment.
    Payment(PaymentKey),
    /// A license.
    License(LicenseId),
    /// The one license of a unit that was sold.
    LicenseUnit(OrderUnit),
    /// The one license of a tenant with a key, in a mode.
    LicenseKey(TenantId, Mode, KeyHash),
    /// The one activation of a device on a license.
    Activation(LicenseId, Fingerprint),
    /// An API key.
    ApiKey(ApiKeyId),
    /// A tenant's license webhook.
    Endpoint(TenantId),
    /// A delivery.
    Delivery(DeliveryId),
    /// A license's key on its way by mail.
    Mail(MailId),
    /// A signature that an API key made, used up.
    Nonce(ApiKeyId, [u8; 32]),
    /// A call that may be sent again.
    Call(CallId),
}

/// Why a commit was refused. Nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A row that had to be new exists.
    #[error("exists already: {0:?}")]
    Exists(Row),
    /// A row is not in the version that was read.
    #[error("has changed meanwhile: {0:?}")]
    Stale(Row),
    /// A counter would pass its cap.
    #[error("is full: {0:?}")]
    Full(Counter),
    /// More than [`Changes::MAX_FACTS`] facts.
    #[error("too many facts in one commit")]
    TooLarge,
}

impl Refusal {
    /// Whether it was because of a signature that is used up: deciding again will not mend it.
    pub fn is_replay(&self) -> bool {
        matches!(self, Self::Exists(Row::Nonce(..)))
    }
}

/// What a store knows about the rows and counters a batch touches. A row without a version of
/// its own is in version 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The version of each row that exists.
    pub versions: HashMap<Row, u64>,
    /// The value of each counter that was ever touched.
    pub counters: HashMap<Counter, i64>,
}

/// A row with an identity.
pub trait Guarded {
    /// Its identity.
    fn row(&self) -> Row;
}

macro_rules! guarded {
    ($($type:ty: $self:ident => $row:expr;)*) => {$(
        impl Guarded for $type {
            fn row(&$self) -> Row {
                $row
            }
        }
    )*};
}

guarded! {
    Tenant: self => Row::Tenant(self.id.clone());
    ManagementToken: self => Row::Token(self.id.clone());
    Product: self => Row::Product(self.tenant.clone(), self.id.clone());
    KeyType: self => Row::KeyType(self.tenant.clone(), self.product.clone(), self.id.clone());
    Connection: self => Row::Connection(self.tenant.clone());
    AccountLink: self => Row::Account(self.account.clone());
    OAuthRound: self => Row::OAuthRound(self.state);
    HeardEvent: self => Row::Event(self.endpoint, self.id.clone());
    Order: self => Row::Order(self.id.clone());
    Payment: self => Row::Payment(self.key.clone());
    License: self => Row::License(self.id.clone());
    Activation: self => Row::Activation(self.license.clone(), self.fingerprint.clone());
    ApiKey: self => Row::ApiKey(self.id.clone());
    Endpoint: self => Row::Endpoint(self.tenant.clone());
    Delivery: self => Row::Delivery(self.id.clone());
    Mailing: self => Row::Mail(self.id.clone());
    Nonce: self => Row::Nonce(self.key.clone(), self.signature);
    IdempotencyRecord: self => Row::Call(self.call.clone());
}

impl License {
    /// What besides its id only one license may have: the unit it was sold as, and its key.
    pub fn unique_rows(&self) -> impl Iterator<Item = Row> {
        let key = Row::LicenseKey(self.tenant.clone(), self.mode, self.key_hash);
        self.unit
            .clone()
            .map(Row::LicenseUnit)
            .into_iter()
            .chain([key])
    }
}

/// All rows and counters that a batch touches, each once, in an order that is the same for every
/// caller: what a store locks, it locks in this order.
pub fn touched<'a>(
    batch: impl IntoIterator<Item = &'a Changes>,
) -> (BTreeSet<Row>, BTreeSet<Counter>) {
    let mut rows = BTreeSet::new();
    let mut counters = BTreeSet::new();
    for changes in batch {
        rows.extend(changes.guards().into_iter().map(|(row, _)| row));
        counters.extend(changes.counters.iter().map(|count| count.counter.clone()));
    }
    (rows, counters)
}

/// Judges each of a batch in turn: a caller sees what those before it will have done, and one
/// that is refused leaves no trace on those behind it.
pub fn judge<'a>(
    batch: impl IntoIterator<Item = &'a Changes>,
    mut facts: Facts,
) -> Vec<Result<HashMap<Counter, i64>, Refusal>> {
    batch
        .into_iter()
        .map(|changes| facts.admit(changes))
        .collect()
}

impl Facts {
    /// Judges one set of changes. If they hold, these facts are as they will be once it is
    /// committed, and the values of its counters are returned; if not, nothing has changed.
    pub fn admit(&mut self, changes: &Changes) -> Result<HashMap<Counter, i64>, Refusal> {
        if changes.len() > Changes::MAX_FACTS {
            return Err(Refusal::TooLarge);
        }
        let mut versions: HashMap<Row, u64> = HashMap::new();
        for (row, expected) in changes.guards() {
            if versions.contains_key(&row) {
                return Err(Refusal::Stale(row));
            }
            let next = match (expected, self.versions.get(&row)) {
                (Expected::New, None) => 1,
                (Expected::New, Some(_)) => return Err(Refusal::Exists(row)),
                (Expected::Version(read), Some(now)) if read == *now => read.saturating_add(1),
                (Expected::Version(_), _) => return Err(Refusal::Stale(row)),
            };
            versions.insert(row, next);
        }
        let mut counters: HashMap<Counter, i64> = HashMap::new();
        for count in &changes.counters {
            let before = counters
                .get(&count.counter)
                .or_else(|| self.counters.get(&count.counter))
                .copied()
                .unwrap_or(0);
            let after = before.saturating_add(count.add);
            if count.add > 0 && count.cap.is_some_and(|cap| after > cap) {
                return Err(Refusal::Full(count.counter.clone()));
            }
            counters.insert(count.counter.clone(), after);
        }
        self.versions.extend(versions);
        self.counters.extend(counters.clone());
        Ok(counters)
    }
}

#[cfg(test)]
mod tests;
