//! Commits.

use std::collections::{BTreeMap, HashMap};

use mintage_domain::base::id::{ProbeCouponId, StripeAccountId};
use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::Counter;
use mintage_domain::commit::guards::{Facts, Refusal, check_guards, touched};
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::commit::row::Row;
use mintage_domain::commit::write::Write;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::licenses::license::License;
use mintage_domain::model::sales::customer::{Customer, CustomerIdentity};
use mintage_domain::model::stripe::restricted_key::ProbeCoupon;
use mintage_domain::ports::{Commit, CommitDone, CommitError, Configuration, StoreError};

use crate::memory_store::store::MemoryStore;
use crate::memory_store::tables::Tables;

impl Commit for MemoryStore {
    fn submit(&self, changes: Changes, done: CommitDone) {
        let changes = self.passed_through(changes);
        let outcome = self.tables().commit(changes);
        done(outcome.map_err(CommitError::Refused));
    }
}

impl Configuration for MemoryStore {
    fn configuration_version(&self) -> Result<i64, StoreError> {
        let version = self.tables().counters.get(&Counter::Configuration).copied();
        Ok(version.unwrap_or_default())
    }
}

impl Tables {
    /// Commits all changes or none: the guards are checked before anything is written, and no write
    /// can fail.
    pub(super) fn commit(&mut self, mut changes: Changes) -> Result<Receipt, Refusal> {
        let mut facts = self.facts(&changes);
        let subscribers = std::mem::take(&mut facts.subscribers);
        let verdicts = check_guards([&changes], facts);
        let counters: HashMap<Counter, i64> = verdicts
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect();
        let joined = changes.join_customers(self.existing_customers(&changes));
        changes.fan_out(&subscribers);
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
            subscribers: changes
                .tenants_with_events()
                .map(|tenant| (tenant.clone(), self.subscribers(tenant)))
                .collect(),
        }
    }

    /// The version of a row, if the row exists; 1 for a row without a version.
    fn version(&self, row: &Row) -> Option<u64> {
        match row {
            Row::Tenant(id) => self.tenants.get(id).map(|row| row.version),
            Row::Token(id) => self.tokens.get(id).map(|row| row.version),
            Row::Product(tenant, id) => self
                .products
                .get(&(tenant.clone(), id.clone()))
                .map(|row| row.version),
            Row::KeyType(tenant, product, id) => self
                .key_types
                .get(&(tenant.clone(), product.clone(), id.clone()))
                .map(|row| row.version),
            Row::Connection(tenant) => self.connections.get(tenant).map(|row| row.version),
            Row::Account(account) => self.accounts.get(account).map(|row| row.version),
            Row::RestrictedKey(tenant, mode) => self
                .restricted_keys
                .get(&(tenant.clone(), *mode))
                .map(|row| row.version),
            Row::ProbeCoupon(id) => self.probe_coupons.get(id).map(|row| row.version),
            Row::AccountState(account) => self.account_states.get(account).map(|row| row.version),
            Row::OAuthRound(state) => self.oauth_rounds.get(state).map(|row| row.version),
            Row::ManualEndpoint(tenant, mode) => self
                .manual_endpoints
                .get(&(tenant.clone(), *mode))
                .map(|row| row.version),
            Row::SaleMappings(tenant, mode) => self
                .sale_mappings
                .get(&(tenant.clone(), *mode))
                .map(|row| row.version),
            Row::ProductKey(tenant, product) => self
                .product_keys
                .get(&(tenant.clone(), product.clone()))
                .map(|row| row.version),
            Row::Event(endpoint, id) => self
                .events
                .get(&(endpoint.clone(), id.clone()))
                .map(|row| row.version),
            Row::Order(id) => self.orders.get(id).map(|row| row.version),
            Row::Payment(key) => self.payments.get(key).map(|row| row.version),
            Row::LedgerEntry(id) => self.ledger_entries.get(id).map(|row| row.version),
            Row::Books(id) => self.books.get(id).map(|row| row.version),
            Row::PromotionCode(id) => self.promotion_codes.get(id).map(|row| row.version),
            Row::Subscription(key) => self.subscriptions.get(key).map(|row| row.version),
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
            Row::WebhookEndpoint(tenant, id) => self
                .endpoints
                .get(&(tenant.clone(), id.clone()))
                .map(|row| row.version),
            Row::Delivery(id) => self.deliveries.get(id).map(|row| row.version),
            Row::Mail(id) => self.mails.get(id).map(|row| row.version),
            Row::Nonce(key, signature) => self.nonces.get(&(key.clone(), *signature)).map(|_| 1),
            Row::Call(id) => self.idempotency_keys.get(id).map(|row| row.version),
        }
    }

    fn existing_customers(&self, changes: &Changes) -> HashMap<CustomerIdentity, Customer> {
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

    /// Writes every part except customers and counters.
    fn write(&mut self, changes: Changes) {
        let nonces = changes.nonces.into_iter();
        self.nonces
            .extend(nonces.map(|it| ((it.key, it.signature), it.expires_at)));
        write_rows(&mut self.idempotency_keys, changes.idempotency, |it| {
            it.call.clone()
        });
        write_rows(&mut self.tenants, changes.tenants, |it| it.id.clone());
        write_rows(&mut self.tokens, changes.tokens, |it| it.id.clone());
        write_rows(&mut self.products, changes.products, |it| {
            (it.tenant.clone(), it.id.clone())
        });
        write_rows(&mut self.key_types, changes.key_types, |it| {
            (it.tenant.clone(), it.product.clone(), it.id.clone())
        });
        self.write_prices(&changes.forgotten_prices, changes.prices);
        write_rows(&mut self.connections, changes.connections, |it| {
            it.tenant.clone()
        });
        write_rows(&mut self.accounts, changes.accounts, |it| {
            it.account.clone()
        });
        write_rows(&mut self.restricted_keys, changes.restricted_keys, |it| {
            (it.tenant.clone(), it.mode)
        });
        self.write_probe_coupons(changes.probe_coupons, &changes.removed_probe_coupons);
        write_rows(&mut self.account_states, changes.account_states, |it| {
            it.account.clone()
        });
        write_rows(&mut self.oauth_rounds, changes.oauth_rounds, |it| it.state);
        write_rows(&mut self.manual_endpoints, changes.manual_endpoints, |it| {
            (it.tenant.clone(), it.mode)
        });
        write_rows(&mut self.sale_mappings, changes.sale_mappings, |it| {
            (it.tenant.clone(), it.mode)
        });
        write_rows(&mut self.product_keys, changes.product_keys, |it| {
            (it.tenant.clone(), it.product.clone())
        });
        write_rows(&mut self.events, changes.events, |it| {
            (it.endpoint.clone(), it.id.clone())
        });
        write_rows(&mut self.orders, changes.orders, |it| it.id.clone());
        write_rows(&mut self.payments, changes.payments, |it| it.key.clone());
        let (entries, codes) = (changes.ledger_entries, changes.promotion_codes);
        write_rows(&mut self.ledger_entries, entries, |it| it.id.clone());
        write_rows(&mut self.books, changes.books, |it| it.id.clone());
        write_rows(&mut self.promotion_codes, codes, |it| it.id.clone());
        write_rows(&mut self.subscriptions, changes.subscriptions, |it| {
            it.key.clone()
        });
        for license in changes.licenses.iter().map(|write| &write.value) {
            self.index_license(license);
        }
        write_rows(&mut self.licenses, changes.licenses, |it| it.id.clone());
        write_rows(&mut self.activations, changes.activations, |it| {
            (it.license.clone(), it.fingerprint.clone())
        });
        write_rows(&mut self.api_keys, changes.api_keys, |it| it.id.clone());
        write_rows(&mut self.endpoints, changes.endpoints, |it| {
            (it.tenant.clone(), it.id.clone())
        });
        write_rows(&mut self.deliveries, changes.deliveries, |it| it.id.clone());
        let attempts = changes.attempts.into_iter();
        self.attempts
            .extend(attempts.map(|it| ((it.delivery.clone(), it.number), it)));
        write_rows(&mut self.mails, changes.mails, |it| it.id.clone());
        self.audit
            .extend(changes.audit.into_iter().map(|it| (it.id.clone(), it)));
    }

    fn write_probe_coupons(&mut self, coupons: Vec<Write<ProbeCoupon>>, removed: &[ProbeCouponId]) {
        write_rows(&mut self.probe_coupons, coupons, |it| it.id.clone());
        for id in removed {
            self.probe_coupons.remove(id);
        }
    }

    fn write_prices(&mut self, forgotten: &[(TenantId, StripeAccountId)], prices: Vec<PriceLink>) {
        self.prices.retain(|(tenant, account, _, _), _| {
            !forgotten
                .iter()
                .any(|(owner, of_account)| owner == tenant && of_account == account)
        });
        self.prices.extend(prices.into_iter().map(|it| {
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
        let key = |it: &License| (it.tenant.clone(), it.mode, it.key_hash);
        if let Some(before) = self.licenses.get(&license.id) {
            self.licenses_by_key.remove(&key(before));
        }
        self.licenses_by_key
            .insert(key(license), license.id.clone());
    }
}

fn write_rows<K: Ord, T>(table: &mut BTreeMap<K, T>, rows: Vec<Write<T>>, key: impl Fn(&T) -> K) {
    table.extend(
        rows.into_iter()
            .map(|write| (key(&write.value), write.value)),
    );
}
