//! What a memory store holds, and how a commit changes it.

use std::collections::{BTreeMap, HashMap};

use mintage_domain::base::id::{
    ApiKeyId, AuditId, CustomerId, DeliveryId, LicenseId, MailId, OrderId, StripeAccountId,
    StripeEventId, TokenId,
};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::Counter;
use mintage_domain::commit::guards::{Facts, Refusal, check_guards, touched};
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::commit::row::Row;
use mintage_domain::commit::write::Write;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use mintage_domain::model::access::rate::RateWindow;
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::licenses::activation::{Activation, Fingerprint};
use mintage_domain::model::licenses::key::KeyHash;
use mintage_domain::model::licenses::license::{License, OrderUnit};
use mintage_domain::model::outbox::delivery::{Attempt, Delivery};
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::model::sales::customer::{Customer, CustomerIdentity};
use mintage_domain::model::sales::order::Order;
use mintage_domain::model::sales::payment::{Payment, PaymentKey};
use mintage_domain::model::sellers::audit::AuditEntry;
use mintage_domain::model::sellers::management_token::ManagementToken;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::connection::Connection;
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::model::stripe::processed_event::ProcessedEvent;

/// A map per aggregate, and an index for each row that is unique by more than its id.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) tenants: BTreeMap<TenantId, Tenant>,
    pub(super) tokens: BTreeMap<TokenId, ManagementToken>,
    pub(super) products: BTreeMap<(TenantId, ProductId), Product>,
    pub(super) key_types: BTreeMap<(TenantId, ProductId, KeyTypeId), KeyType>,
    pub(super) prices: BTreeMap<(TenantId, StripeAccountId, ProductId, KeyTypeId), PriceLink>,
    pub(super) connections: BTreeMap<TenantId, Connection>,
    pub(super) accounts: BTreeMap<AccountRef, AccountLink>,
    pub(super) oauth_rounds: BTreeMap<SecretHash, OAuthRound>,
    pub(super) events: BTreeMap<(Mode, StripeEventId), ProcessedEvent>,
    pub(super) customers: BTreeMap<CustomerId, Customer>,
    pub(super) customers_by_identity: BTreeMap<CustomerIdentity, CustomerId>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) payments: BTreeMap<PaymentKey, Payment>,
    pub(super) licenses: BTreeMap<LicenseId, License>,
    pub(super) licenses_by_unit: BTreeMap<OrderUnit, LicenseId>,
    pub(super) licenses_by_key: BTreeMap<(TenantId, Mode, KeyHash), LicenseId>,
    pub(super) activations: BTreeMap<(LicenseId, Fingerprint), Activation>,
    pub(super) api_keys: BTreeMap<ApiKeyId, ApiKey>,
    /// When each was last used.
    pub(super) api_key_uses: BTreeMap<ApiKeyId, Timestamp>,
    pub(super) endpoints: BTreeMap<TenantId, WebhookEndpoint>,
    pub(super) deliveries: BTreeMap<DeliveryId, Delivery>,
    pub(super) attempts: BTreeMap<(DeliveryId, u32), Attempt>,
    pub(super) mails: BTreeMap<MailId, QueuedMail>,
    pub(super) audit: BTreeMap<AuditId, AuditEntry>,
    pub(super) counters: HashMap<Counter, i64>,
    /// Used nonces, and until when each is remembered.
    pub(super) nonces: BTreeMap<(ApiKeyId, [u8; 32]), Timestamp>,
    pub(super) calls: BTreeMap<IdempotencyId, IdempotencyRecord>,
    /// Rate windows, and from when each says nothing any more.
    pub(super) rates: BTreeMap<String, (RateWindow, Timestamp)>,
}

impl Tables {
    /// Commits whole or not at all: nothing is touched before the judge has spoken, and nothing
    /// after that can fail.
    pub(super) fn commit(&mut self, mut changes: Changes) -> Result<Receipt, Refusal> {
        let verdicts = check_guards([&changes], self.facts(&changes));
        let counters: HashMap<Counter, i64> = verdicts
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect();
        let joined = changes.join_customers(self.known_customers(&changes));
        for customer in joined.insert.into_iter().chain(joined.update) {
            self.customers_by_identity
                .insert(customer.identity(), customer.id.clone());
            self.customers.insert(customer.id.clone(), customer);
        }
        self.counters.extend(counters.clone());
        self.write(changes);
        Ok(Receipt {
            customers: joined.effective,
            counters,
        })
    }

    fn facts(&self, changes: &Changes) -> Facts {
        let (rows, counters) = touched([changes]);
        Facts {
            versions: rows
                .into_iter()
                .filter_map(|row| self.version(&row).map(|version| (row, version)))
                .collect(),
            counters: counters
                .into_iter()
                .filter_map(|counter| self.counters.get(&counter).map(|n| (counter, *n)))
                .collect(),
        }
    }

    /// The version of a row, if it exists; 1 for a row that has none of its own.
    fn version(&self, row: &Row) -> Option<u64> {
        match row {
            Row::Tenant(id) => self.tenants.get(id).map(|row| row.version),
            Row::Token(id) => self.tokens.get(id).map(|row| row.version),
            Row::Product(tenant, id) => self.products.get(&(tenant.clone(), id.clone())).map(|_| 1),
            Row::KeyType(tenant, product, id) => self
                .key_types
                .get(&(tenant.clone(), product.clone(), id.clone()))
                .map(|_| 1),
            Row::Connection(tenant) => self.connections.get(tenant).map(|row| row.version),
            Row::Account(account) => self.accounts.get(account).map(|row| row.version),
            Row::OAuthRound(state) => self.oauth_rounds.get(state).map(|row| row.version),
            Row::Event(endpoint, id) => self
                .events
                .get(&(*endpoint, id.clone()))
                .map(|row| row.version),
            Row::Order(id) => self.orders.get(id).map(|row| row.version),
            Row::Payment(key) => self.payments.get(key).map(|row| row.version),
            Row::License(id) => self.licenses.get(id).map(|row| row.version),
            Row::LicenseUnit(unit) => self.licenses_by_unit.get(unit).map(|_| 1),
            Row::LicenseKey(tenant, mode, hash) => self
                .licenses_by_key
                .get(&(tenant.clone(), *mode, *hash))
                .map(|_| 1),
            Row::Activation(license, fingerprint) => self
                .activations
                .get(&(license.clone(), fingerprint.clone()))
                .map(|row| row.version),
            Row::ApiKey(id) => self.api_keys.get(id).map(|row| row.version),
            Row::WebhookEndpoint(tenant) => self.endpoints.get(tenant).map(|row| row.version),
            Row::Delivery(id) => self.deliveries.get(id).map(|row| row.version),
            Row::Mail(id) => self.mails.get(id).map(|row| row.version),
            Row::Nonce(key, signature) => self.nonces.get(&(key.clone(), *signature)).map(|_| 1),
            Row::Call(id) => self.calls.get(id).map(|row| row.version),
        }
    }

    fn known_customers(&self, changes: &Changes) -> HashMap<CustomerIdentity, Customer> {
        changes
            .customers
            .iter()
            .map(Customer::identity)
            .filter_map(|identity| {
                let id = self.customers_by_identity.get(&identity)?;
                Some((identity, self.customers.get(id)?.clone()))
            })
            .collect()
    }

    /// Writes every part but customers and counters, which were decided before.
    fn write(&mut self, changes: Changes) {
        self.nonces.extend(
            changes
                .nonces
                .into_iter()
                .map(|it| ((it.key, it.signature), it.expires_at)),
        );
        put(&mut self.calls, changes.idempotency, |it| it.call.clone());
        put(&mut self.tenants, changes.tenants, |it| it.id.clone());
        put(&mut self.tokens, changes.tokens, |it| it.id.clone());
        put(&mut self.products, changes.products, |it| {
            (it.tenant.clone(), it.id.clone())
        });
        put(&mut self.key_types, changes.key_types, |it| {
            (it.tenant.clone(), it.product.clone(), it.id.clone())
        });
        self.write_prices(&changes.forgotten_prices, changes.prices);
        put(&mut self.connections, changes.connections, |it| {
            it.tenant.clone()
        });
        put(&mut self.accounts, changes.accounts, |it| {
            it.account.clone()
        });
        put(&mut self.oauth_rounds, changes.oauth_rounds, |it| it.state);
        put(&mut self.events, changes.events, |it| {
            (it.endpoint, it.id.clone())
        });
        put(&mut self.orders, changes.orders, |it| it.id.clone());
        put(&mut self.payments, changes.payments, |it| it.key.clone());
        for license in changes.licenses.iter().map(|put| &put.value) {
            self.index_license(license);
        }
        put(&mut self.licenses, changes.licenses, |it| it.id.clone());
        put(&mut self.activations, changes.activations, |it| {
            (it.license.clone(), it.fingerprint.clone())
        });
        put(&mut self.api_keys, changes.api_keys, |it| it.id.clone());
        put(&mut self.endpoints, changes.endpoints, |it| {
            it.tenant.clone()
        });
        put(&mut self.deliveries, changes.deliveries, |it| it.id.clone());
        self.attempts.extend(
            changes
                .attempts
                .into_iter()
                .map(|it| ((it.delivery.clone(), it.number), it)),
        );
        put(&mut self.mails, changes.mails, |it| it.id.clone());
        self.audit
            .extend(changes.audit.into_iter().map(|it| (it.id.clone(), it)));
    }

    fn write_prices(&mut self, forgotten: &[(TenantId, StripeAccountId)], made: Vec<PriceLink>) {
        self.prices.retain(|(tenant, account, _, _), _| {
            !forgotten
                .iter()
                .any(|(who, on)| who == tenant && on == account)
        });
        self.prices.extend(made.into_iter().map(|it| {
            let key = (
                it.tenant.clone(),
                it.account.clone(),
                it.product.clone(),
                it.key_type.clone(),
            );
            (key, it)
        }));
    }

    fn index_license(&mut self, license: &License) {
        if let Some(unit) = &license.unit {
            self.licenses_by_unit
                .insert(unit.clone(), license.id.clone());
        }
        let key = (license.tenant.clone(), license.mode, license.key_hash);
        self.licenses_by_key.insert(key, license.id.clone());
    }
}

fn put<K: Ord, T>(table: &mut BTreeMap<K, T>, rows: Vec<Write<T>>, key: impl Fn(&T) -> K) {
    table.extend(rows.into_iter().map(|put| (key(&put.value), put.value)));
}
