//! What a use case decided: one value that says all that changes.

use crate::base::id::{CommitId, StripeAccountId};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::counter::Count;
use crate::commit::row::{Guarded, Row};
use crate::commit::write::{Expected, Write};
use crate::model::access::api_key::ApiKey;
use crate::model::access::idempotency::IdempotencyRecord;
use crate::model::access::nonce::Nonce;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price_link::PriceLink;
use crate::model::catalog::product::Product;
use crate::model::licenses::activation::Activation;
use crate::model::licenses::license::License;
use crate::model::outbox::delivery::{Attempt, Delivery};
use crate::model::outbox::mail::QueuedMail;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::model::sales::customer::Customer;
use crate::model::sales::order::Order;
use crate::model::sales::payment::Payment;
use crate::model::sellers::audit::AuditEntry;
use crate::model::sellers::management_token::ManagementToken;
use crate::model::sellers::tenant::Tenant;
use crate::model::stripe::account::AccountLink;
use crate::model::stripe::connection::Connection;
use crate::model::stripe::oauth_round::OAuthRound;
use crate::model::stripe::processed_event::ProcessedEvent;

/// Everything one decision changes: committed whole or not at all.
///
/// A part that is a [`Write`] carries the guard it is committed under. Customers carry none: a
/// customer that already exists *joins*, and the receipt names the effective id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Stored with the changes, so that an uncertain commit can be asked about.
    pub id: CommitId,
    /// When it was decided.
    pub at: Timestamp,
    /// Signatures used up: each must be new.
    pub nonces: Vec<Nonce>,
    /// IdempotencyKeys that may be sent again.
    pub idempotency: Vec<Write<IdempotencyRecord>>,
    /// Counters to add to, none above its cap.
    pub counters: Vec<Count>,
    /// Tenants made or changed.
    pub tenants: Vec<Write<Tenant>>,
    /// Management tokens made or revoked.
    pub tokens: Vec<Write<ManagementToken>>,
    /// Products made.
    pub products: Vec<Write<Product>>,
    /// Key types made.
    pub key_types: Vec<Write<KeyType>>,
    /// Stripe prices made; a later one for the same key type and account replaces the earlier.
    pub prices: Vec<PriceLink>,
    /// Accounts whose prices are forgotten.
    pub forgotten_prices: Vec<(TenantId, StripeAccountId)>,
    /// Connections made, moved or ended.
    pub connections: Vec<Write<Connection>>,
    /// Accounts linked or left.
    pub accounts: Vec<Write<AccountLink>>,
    /// OAuth rounds begun or used up.
    pub oauth_rounds: Vec<Write<OAuthRound>>,
    /// Stripe events heard, or parked ones settled.
    pub events: Vec<Write<ProcessedEvent>>,
    /// Customers met.
    pub customers: Vec<Customer>,
    /// Orders opened or moved on.
    pub orders: Vec<Write<Order>>,
    /// Payments heard of.
    pub payments: Vec<Write<Payment>>,
    /// Licenses minted or changed.
    pub licenses: Vec<Write<License>>,
    /// Devices activated, seen or released.
    pub activations: Vec<Write<Activation>>,
    /// API keys made or revoked.
    pub api_keys: Vec<Write<ApiKey>>,
    /// License webhooks set or changed.
    pub endpoints: Vec<Write<WebhookEndpoint>>,
    /// Deliveries queued, or moved on by an attempt.
    pub deliveries: Vec<Write<Delivery>>,
    /// What came of attempts.
    pub attempts: Vec<Attempt>,
    /// Mails queued, or moved on by an attempt.
    pub mails: Vec<Write<QueuedMail>>,
    /// Who did what.
    pub audit: Vec<AuditEntry>,
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
