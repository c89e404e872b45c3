//! What a use case decided: one value that says all that changes.

mod count;
mod join;

pub use count::{ACTIVATIONS, Count, Counter};
pub use join::JoinedCustomers;

use crate::activation::Activation;
use crate::api_key::ApiKey;
use crate::audit::AuditEntry;
use crate::catalog::{KeyType, PriceLink, Product};
use crate::connection::{AccountLink, Connection, OAuthRound};
use crate::customer::Customer;
use crate::delivery::{Attempt, Delivery, Endpoint};
use crate::guard::{Guarded, Row};
use crate::id::{CommitId, CustomerId, StripeAccountId};
use crate::idempotency::IdempotencyRecord;
use crate::license::License;
use crate::mail::Mailing;
use crate::management_token::ManagementToken;
use crate::order::Order;
use crate::payment::Payment;
use crate::ports::Nonce;
use crate::slug::TenantId;
use crate::stripe_event::HeardEvent;
use crate::tenant::Tenant;
use crate::time::Timestamp;
use std::collections::HashMap;

/// Everything one decision changes: committed whole or not at all.
///
/// A part that is a [`Put`] carries the guard it is committed under. Customers carry none: a
/// customer that already exists *joins*, and the receipt names the effective id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Stored with the changes, so that an uncertain commit can be asked about.
    pub id: CommitId,
    /// When it was decided.
    pub at: Timestamp,
    /// Signatures used up: each must be new.
    pub nonces: Vec<Nonce>,
    /// Calls that may be sent again.
    pub idempotency: Vec<Put<IdempotencyRecord>>,
    /// Counters to add to, none above its cap.
    pub counters: Vec<Count>,
    /// Tenants made or changed.
    pub tenants: Vec<Put<Tenant>>,
    /// Management tokens made or revoked.
    pub tokens: Vec<Put<ManagementToken>>,
    /// Products made.
    pub products: Vec<Put<Product>>,
    /// Key types made.
    pub key_types: Vec<Put<KeyType>>,
    /// Stripe prices made; a later one for the same key type and account replaces the earlier.
    pub prices: Vec<PriceLink>,
    /// Accounts whose prices are forgotten.
    pub forgotten_prices: Vec<(TenantId, StripeAccountId)>,
    /// Connections made, moved or ended.
    pub connections: Vec<Put<Connection>>,
    /// Accounts linked or left.
    pub accounts: Vec<Put<AccountLink>>,
    /// OAuth rounds begun or used up.
    pub oauth_rounds: Vec<Put<OAuthRound>>,
    /// Stripe events heard, or parked ones settled.
    pub events: Vec<Put<HeardEvent>>,
    /// Customers met.
    pub customers: Vec<Customer>,
    /// Orders opened or moved on.
    pub orders: Vec<Put<Order>>,
    /// Payments heard of.
    pub payments: Vec<Put<Payment>>,
    /// Licenses minted or changed.
    pub licenses: Vec<Put<License>>,
    /// Devices activated, seen or released.
    pub activations: Vec<Put<Activation>>,
    /// API keys made or revoked.
    pub api_keys: Vec<Put<ApiKey>>,
    /// License webhooks set or changed.
    pub endpoints: Vec<Put<Endpoint>>,
    /// Deliveries queued, or moved on by an attempt.
    pub deliveries: Vec<Put<Delivery>>,
    /// What came of attempts.
    pub attempts: Vec<Attempt>,
    /// Mails queued, or moved on by an attempt.
    pub mails: Vec<Put<Mailing>>,
    /// Who did what.
    pub audit: Vec<AuditEntry>,
}

/// A whole row to write, and what must hold for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put<T> {
    /// The row as it shall be.
    pub value: T,
    /// What must hold.
    pub expected: Expected,
}

/// What must hold for a row to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// No such row exists.
    New,
    /// The row exists in this version.
    Version(u64),
}

impl<T> Put<T> {
    /// A row that must not exist yet.
    pub fn new(value: T) -> Self {
        Self {
            value,
            expected: Expected::New,
        }
    }

    /// Whether the row is to be inserted.
    pub fn is_new(&self) -> bool {
        self.expected == Expected::New
    }
}

/// Rows that count their changes.
pub trait Versioned {
    /// The counter.
    fn version_mut(&mut self) -> &mut u64;
}

impl<T: Versioned> Put<T> {
    /// A row as it was read and then changed: it must still be in the version that was read, and
    /// is written in the next one. Version 0 is a row that was never written.
    pub fn changed(mut value: T) -> Self {
        let version = value.version_mut();
        let expected = match *version {
            0 => Expected::New,
            read => Expected::Version(read),
        };
        *version = version.saturating_add(1);
        Self { value, expected }
    }
}

macro_rules! versioned {
    ($($row:ty),*) => {$(
        impl Versioned for $row {
            fn version_mut(&mut self) -> &mut u64 {
                &mut self.version
            }
        }
    )*};
}
versioned!(
    Tenant,
    ManagementToken,
    Connection,
    AccountLink,
    OAuthRound,
    HeardEvent,
    Order,
    Payment,
    License,
    Activation,
    ApiKey,
    Endpoint,
    Delivery,
    Mailing,
    IdempotencyRecord
);

/// What a commit returns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// The customer id that each proposed one came to: another one if the customer existed.
    pub customers: HashMap<CustomerId, CustomerId>,
    /// What the counters came to.
    pub counters: HashMap<Counter, i64>,
}

impl Changes {
    /// The most facts one commit may carry, so that an import stalls nobody.
    pub const MAX_FACTS: usize = 500;

    /// Nothing, yet.
    pub fn new(id: CommitId, at: Timestamp) -> Self {
        Self {
            id,
            at,
            nonces: Vec::new(),
            idempotency: Vec::new(),
            counters: Vec::new(),
            tenants: Vec::new(),
            tokens: Vec::new(),
            products: Vec::new(),
            key_types: Vec::new(),
            prices: Vec::new(),
            forgotten_prices: Vec::new(),
            connections: Vec::new(),
            accounts: Vec::new(),
            oauth_rounds: Vec::new(),
            events: Vec::new(),
            customers: Vec::new(),
            orders: Vec::new(),
            payments: Vec::new(),
            licenses: Vec::new(),
            activations: Vec::new(),
            api_keys: Vec::new(),
            endpoints: Vec::new(),
            deliveries: Vec::new(),
            attempts: Vec::new(),
            mails: Vec::new(),
            audit: Vec::new(),
        }
    }

    /// Takes over all facts of `other`, which comes after these: how a store makes one transaction
    /// of many callers. A store forgets prices before it writes any, so a price that `other`
    /// forgets is not written at all.
    pub fn absorb(&mut self, other: Self) {
        self.prices.retain(|link| {
            !other
                .forgotten_prices
                .iter()
                .any(|(tenant, account)| *tenant == link.tenant && *account == link.account)
        });
        let Self {
            id: _,
            at: _,
            nonces,
            idempotency,
            counters,
            tenants,
            tokens,
            products,
            key_types,
            prices,
            forgotten_prices,
            connections,
            accounts,
            oauth_rounds,
            events,
            customers,
            orders,
            payments,
            licenses,
            activations,
            api_keys,
            endpoints,
            deliveries,
            attempts,
            mails,
            audit,
        } = other;
        self.nonces.extend(nonces);
        self.idempotency.extend(idempotency);
        self.counters.extend(counters);
        self.tenants.extend(tenants);
        self.tokens.extend(tokens);
        self.products.extend(products);
        self.key_types.extend(key_types);
        self.prices.extend(prices);
        self.forgotten_prices.extend(forgotten_prices);
        self.connections.extend(connections);
        self.accounts.extend(accounts);
        self.oauth_rounds.extend(oauth_rounds);
        self.events.extend(events);
        self.customers.extend(customers);
        self.orders.extend(orders);
        self.payments.extend(payments);
        self.licenses.extend(licenses);
        self.activations.extend(activations);
        self.api_keys.extend(api_keys);
        self.endpoints.extend(endpoints);
        self.deliveries.extend(deliveries);
        self.attempts.extend(attempts);
        self.mails.extend(mails);
        self.audit.extend(audit);
    }

    /// How many facts these are.
    pub fn len(&self) -> usize {
        [
            self.nonces.len(),
            self.idempotency.len(),
            self.counters.len(),
            self.tenants.len(),
            self.tokens.len(),
            self.products.len(),
            self.key_types.len(),
            self.prices.len(),
            self.forgotten_prices.len(),
            self.connections.len(),
            self.accounts.len(),
            self.oauth_rounds.len(),
            self.events.len(),
            self.customers.len(),
            self.orders.len(),
            self.payments.len(),
            self.licenses.len(),
            self.activations.len(),
            self.api_keys.len(),
            self.endpoints.len(),
            self.deliveries.len(),
            self.attempts.len(),
            self.mails.len(),
            self.audit.len(),
        ]
        .iter()
        .fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All guards these changes are committed under. Nonces first: whatever else a replayed call
    /// would do, that it was replayed is what its caller is told.
    pub fn guards(&self) -> Vec<(Row, Expected)> {
        let mut guards: Vec<_> = self
            .nonces
            .iter()
            .map(|nonce| (nonce.row(), Expected::New))
            .collect();
        macro_rules! guard {
            ($($part:ident),*) => {$(
                for put in &self.$part {
                    guards.push((put.value.row(), put.expected));
                }
            )*};
        }
        guard!(
            idempotency,
            tenants,
            tokens,
            products,
            key_types,
            connections,
            accounts,
            oauth_rounds,
            events,
            orders,
            payments,
            licenses,
            activations,
            api_keys,
            endpoints,
            deliveries,
            mails
        );
        for put in self.licenses.iter().filter(|put| put.is_new()) {
            guards.extend(put.value.unique_rows().map(|row| (row, Expected::New)));
        }
        guards
    }
}
