//! What a use case decided: one value that says all that changes.

use crate::base::id::{CommitId, ProbeCouponId, StripeAccountId};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::aggregates::aggregates;
use crate::commit::counter::{Count, Counter};
use crate::commit::row::{Guarded, Row};
use crate::commit::write::{Expected, Versioned, Write};
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
use crate::model::sales::ledger::books::Books;
use crate::model::sales::ledger::entry::LedgerEntry;
use crate::model::sales::ledger::promotion_code::PromotionCode;
use crate::model::sales::mapping::SaleMappings;
use crate::model::sales::order::Order;
use crate::model::sales::payment::Payment;
use crate::model::sales::subscription::Subscription;
use crate::model::sellers::audit::AuditEntry;
use crate::model::sellers::management_token::ManagementToken;
use crate::model::sellers::tenant::Tenant;
use crate::model::stripe::account::{AccountLink, AccountRef};
use crate::model::stripe::account_state::AccountState;
use crate::model::stripe::connection::Connection;
use crate::model::stripe::manual_endpoint::ManualEndpoint;
use crate::model::stripe::oauth_round::OAuthRound;
use crate::model::stripe::processed_event::ProcessedEvent;
use crate::model::stripe::product_key::ProductKey;
use crate::model::stripe::restricted_key::{ProbeCoupon, RestrictedKey};

// Nonces come first: whatever else a replayed call would do, that it was replayed is what its
// caller is told.
aggregates! {
    /// Everything one decision changes: committed whole or not at all.
    ///
    /// A part that is a [`Write`] carries the guard it is committed under. Customers carry none: a
    /// customer that already exists *joins*, and the receipt names the effective id.
    #[derive(Debug, Clone, PartialEq, Eq)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    pub struct Changes;

    /// Signatures used up: each must be new.
    nonces: once Nonce = it => Row::Nonce(it.key.clone(), it.signature);
    /// Calls that may be sent again under their idempotency keys.
    idempotency: versioned IdempotencyRecord = it => Row::Call(it.call.clone());
    /// Counters to add to, none above its cap.
    counters: plain Count;
    /// Tenants created or changed.
    tenants: versioned Tenant = it => Row::Tenant(it.id.clone());
    /// Management tokens created or revoked.
    tokens: versioned ManagementToken = it => Row::Token(it.id.clone());
    /// Products created or changed.
    products: versioned Product = it => Row::Product(it.tenant.clone(), it.id.clone());
    /// Key types created or changed.
    key_types: versioned KeyType =
        it => Row::KeyType(it.tenant.clone(), it.product.clone(), it.id.clone());
    /// Stripe prices created; a later one for the same key type and account replaces the earlier.
    prices: plain PriceLink;
    /// Accounts whose prices are forgotten.
    forgotten_prices: plain (TenantId, StripeAccountId);
    /// Connections created, moved or ended.
    connections: versioned Connection = it => Row::Connection(it.tenant.clone());
    /// Accounts linked or left.
    accounts: versioned AccountLink = it => Row::Account(it.account.clone());
    /// Restricted keys connected, changed or left.
    restricted_keys: versioned RestrictedKey =
        it => Row::RestrictedKey(it.tenant.clone(), it.mode);
    /// Coupons of probes, to be deleted at Stripe.
    probe_coupons: versioned ProbeCoupon = it => Row::ProbeCoupon(it.id.clone());
    /// Coupons of probes that Stripe does not have any more.
    removed_probe_coupons: plain ProbeCouponId;
    /// What Stripe said of accounts, and their payouts.
    account_states: versioned AccountState = it => Row::AccountState(it.account.clone());
    /// OAuth rounds begun or used up.
    oauth_rounds: versioned OAuthRound = it => Row::OAuthRound(it.state);
    /// Manual endpoints set or removed.
    manual_endpoints: versioned ManualEndpoint =
        it => Row::ManualEndpoint(it.tenant.clone(), it.mode);
    /// Mappings of prices and payment links set.
    sale_mappings: versioned SaleMappings = it => Row::SaleMappings(it.tenant.clone(), it.mode);
    /// Stripe keys of products set or removed.
    product_keys: versioned ProductKey =
        it => Row::ProductKey(it.tenant.clone(), it.product.clone());
    /// Stripe events received, or parked ones settled.
    events: versioned ProcessedEvent = it => Row::Event(it.endpoint.clone(), it.id.clone());
    /// Customers of orders and licenses.
    customers: plain Customer;
    /// Orders opened or moved on.
    orders: versioned Order = it => Row::Order(it.id.clone());
    /// Payments received or refunded.
    payments: versioned Payment = it => Row::Payment(it.key.clone());
    /// Entries of the sales ledger added, or completed.
    ledger_entries: versioned LedgerEntry = it => Row::LedgerEntry(it.id.clone());
    /// Books of accounts read on.
    books: versioned Books = it => Row::Books(it.id.clone());
    /// Promotion codes created or changed.
    promotion_codes: versioned PromotionCode = it => Row::PromotionCode(it.id.clone());
    /// Subscriptions begun or changed.
    subscriptions: versioned Subscription = it => Row::Subscription(it.key.clone());
    /// Licenses minted or changed.
    licenses: versioned License = it => Row::License(it.id.clone());
    /// Devices activated, seen or released.
    activations: versioned Activation =
        it => Row::Activation(it.license.clone(), it.fingerprint.clone());
    /// API keys created or revoked.
    api_keys: versioned ApiKey = it => Row::ApiKey(it.id.clone());
    /// Webhook endpoints created or changed.
    endpoints: versioned WebhookEndpoint =
        it => Row::WebhookEndpoint(it.tenant.clone(), it.id.clone());
    /// Deliveries queued, or moved on by an attempt.
    deliveries: versioned Delivery = it => Row::Delivery(it.id.clone());
    /// Attempts at deliveries, with their results.
    attempts: plain Attempt;
    /// Mails queued, or moved on by an attempt.
    mails: versioned QueuedMail = it => Row::Mail(it.id.clone());
    /// Entries of the audit trail.
    audit: plain AuditEntry;
}

impl Changes {
    /// The most facts one commit may carry, so that an import stalls nobody.
    pub const MAX_FACTS: usize = 500;

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
        self.append(other);
    }

    /// Unlinks an account that a tenant leaves, and deletes the links to the prices on it.
    pub fn leave_account(
        &mut self,
        tenant: &TenantId,
        former: &AccountRef,
        link: Option<AccountLink>,
    ) {
        let prices = (tenant.clone(), former.account.clone());
        self.forgotten_prices.push(prices);
        if let Some(mut link) = link {
            link.active = false;
            self.accounts.push(Write::changed(link));
        }
    }

    /// Adds up what is added to the same counter under the same cap, so that many licenses of one order
    /// count once.
    pub fn join_counts(&mut self) {
        let mut joined: Vec<Count> = Vec::new();
        for count in std::mem::take(&mut self.counters) {
            let same = joined
                .iter_mut()
                .find(|it| it.counter == count.counter && it.cap == count.cap);
            match same {
                Some(same) => same.add = same.add.saturating_add(count.add),
                None => joined.push(count),
            }
        }
        self.counters = joined;
    }

    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All additions to counters. A commit that changes the configuration, which is what nodes cache
    /// of tenants, products, key types and API keys, also counts itself.
    pub fn counts(&self) -> impl Iterator<Item = &Count> {
        const CONFIGURATION: &Count = &Count {
            counter: Counter::Configuration,
            add: 1,
            cap: None,
        };
        let changes_configuration = !(self.tenants.is_empty()
            && self.products.is_empty()
            && self.key_types.is_empty()
            && self.api_keys.is_empty());
        let counted = changes_configuration.then_some(CONFIGURATION);
        self.counters.iter().chain(counted)
    }

    /// All guards these changes are committed under, in the order in which they are judged.
    pub fn guards(&self) -> Vec<(Row, Expected)> {
        let mut guards = self.part_guards();
        for write in self.licenses.iter().filter(|write| write.is_new()) {
            guards.extend(write.value.unique_rows().map(|row| (row, Expected::New)));
        }
        guards
    }
}
