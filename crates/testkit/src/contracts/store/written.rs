//! A commit of one row of each kind, and the check that a store holds these rows or none of them.

use std::fmt::Debug;

use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::ledger::books::BooksId;
use mintage_domain::ports::{AuditFilter, AuditRecord};

use crate::contracts::store::counting::counting;
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// Changes that write every part: the shop and one row of each kind.
pub(super) fn everything(shop: &Shop) -> Changes {
    let sale = shop.sale();
    let delivery = shop.delivery(&sale.license);
    let activation = shop.activation(&sale.license);
    let mut changes = shop.selling(&sale);
    changes.absorb(shop.foundation());
    changes.absorb(counting(shop, 1, Some(1)));
    changes.tokens.push(Write::changed(shop.management_token()));
    changes.prices.push(shop.price_link());
    changes.connections.push(Write::changed(shop.connection()));
    changes.accounts.push(Write::changed(shop.account_link()));
    changes
        .account_states
        .push(Write::changed(shop.account_state()));
    changes
        .oauth_rounds
        .push(Write::changed(shop.oauth_round()));
    changes
        .restricted_keys
        .push(Write::changed(shop.restricted_key()));
    changes
        .probe_coupons
        .push(Write::changed(shop.probe_coupon()));
    changes.removed_probe_coupons.push(shop.probe_coupon().id);
    changes
        .manual_endpoints
        .push(Write::changed(shop.manual_endpoint()));
    changes
        .sale_mappings
        .push(Write::changed(shop.sale_mappings()));
    changes
        .product_keys
        .push(Write::changed(shop.product_key()));
    changes.events.push(Write::changed(shop.processed_event()));
    changes.payments.push(Write::changed(shop.payment()));
    changes
        .ledger_entries
        .push(Write::changed(shop.ledger_entry()));
    changes.books.push(Write::changed(shop.books()));
    changes
        .promotion_codes
        .push(Write::changed(shop.promotion_code()));
    changes
        .subscriptions
        .push(Write::changed(shop.subscription()));
    let api_key = shop.api_key();
    changes.nonces.push(shop.nonce(&api_key));
    let record = shop.idempotency_record(&api_key, &sale.license);
    changes.idempotency.push(Write::changed(record));
    changes.api_keys.push(Write::changed(api_key));
    changes.activations.push(Write::changed(activation));
    changes
        .endpoints
        .push(Write::changed(shop.webhook_endpoint()));
    changes.attempts.push(shop.attempt(&delivery, 1));
    changes.deliveries.push(Write::changed(delivery));
    changes
        .mails
        .push(Write::changed(shop.queued_mail(&sale.license)));
    changes.audit.push(shop.audit_entry());
    changes
}

/// Asserts that the store has every row of these changes as it was written.
#[track_caller]
pub(super) fn assert_written(store: &Nodes<'_>, changes: &Changes) {
    Check {
        store,
        written: true,
    }
    .all(changes);
}

/// Asserts that the store has no row of these changes.
#[track_caller]
pub(super) fn assert_absent(store: &Nodes<'_>, changes: &Changes) {
    Check {
        store,
        written: false,
    }
    .all(changes);
}

struct Check<'a> {
    store: &'a Nodes<'a>,
    written: bool,
}

impl Check<'_> {
    #[track_caller]
    fn all(&self, changes: &Changes) {
        self.check_sellers(changes);
        self.check_catalog(changes);
        self.check_sales(changes);
        self.check_deliveries(changes);
    }

    #[track_caller]
    fn row<T: Debug + PartialEq + Clone, E: Debug>(&self, wanted: &T, read: Result<Option<T>, E>) {
        let wanted = self.written.then(|| wanted.clone());
        assert_eq!(read.expect("the store answers"), wanted);
    }

    #[track_caller]
    fn check_sellers(&self, changes: &Changes) {
        let store = self.store;
        for it in values(&changes.tenants) {
            self.row(it, store.tenant(&it.id));
        }
        for it in values(&changes.tokens) {
            self.row(it, store.token(&it.hash));
        }
        for it in values(&changes.connections) {
            self.row(it, store.connection(&it.tenant));
        }
        for it in values(&changes.accounts) {
            self.row(it, store.account_link(&it.account));
        }
        for it in values(&changes.account_states) {
            self.row(it, store.account_state(&it.account));
        }
        for it in values(&changes.oauth_rounds) {
            self.row(it, store.oauth_round(&it.state));
        }
        for it in values(&changes.api_keys) {
            self.row(it, store.api_key(&it.id));
        }
        for it in values(&changes.idempotency) {
            self.row(it, store.idempotency_record(&it.call));
        }
        for it in &changes.audit {
            let page = store.audit(&it.tenant, &AuditFilter::default(), &PageRequest::default());
            let entries = page.expect("the store answers").items;
            let entry = entries.into_iter().find(|read| read.id == it.id.as_str());
            self.row(&AuditRecord::from(it), Ok::<_, ()>(entry));
        }
    }

    #[track_caller]
    fn check_catalog(&self, changes: &Changes) {
        let store = self.store;
        for it in values(&changes.products) {
            self.row(it, store.product(&it.tenant, &it.id));
        }
        for it in values(&changes.key_types) {
            self.row(it, store.key_type(&it.tenant, &it.product, &it.id));
        }
        for it in &changes.prices {
            let read = store.price_link(&it.tenant, &it.product, &it.key_type, &it.account);
            self.row(it, read);
        }
    }

    #[track_caller]
    fn check_sales(&self, changes: &Changes) {
        let store = self.store;
        for it in values(&changes.restricted_keys) {
            self.row(it, store.restricted_key(&it.tenant, it.mode));
        }
        for it in values(&changes.probe_coupons) {
            self.row(it, store.probe_coupon(&it.id));
        }
        for it in values(&changes.manual_endpoints) {
            self.row(it, store.manual_endpoint(&it.tenant, it.mode));
        }
        for it in values(&changes.sale_mappings) {
            self.row(it, store.sale_mappings(&it.tenant, it.mode));
        }
        for it in values(&changes.product_keys) {
            self.row(it, store.product_key(&it.tenant, &it.product));
        }
        for it in values(&changes.events) {
            self.row(it, store.processed_event(&it.endpoint, &it.id));
        }
        for it in &changes.customers {
            self.row(it, store.customer(&it.tenant, &it.id));
        }
        for it in values(&changes.orders) {
            self.row(it, store.order(&it.tenant, &it.id));
        }
        for it in values(&changes.payments) {
            self.row(it, store.payment(&it.key));
        }
        for it in values(&changes.ledger_entries) {
            let books = BooksId {
                tenant: it.id.tenant.clone(),
                account: it.id.account.clone(),
            };
            let read = store.ledger_entries(&books, std::slice::from_ref(&it.id.id));
            self.row(it, read.map(|entries| entries.into_iter().next()));
        }
        for it in values(&changes.books) {
            self.row(it, store.books(&it.id));
        }
        for it in values(&changes.promotion_codes) {
            self.row(it, store.promotion_code(&it.tenant, &it.id));
        }
        for it in values(&changes.subscriptions) {
            self.row(it, store.subscription(&it.key));
        }
        for it in values(&changes.licenses) {
            let read = store.license(&it.tenant, &it.id);
            self.row(it, read.map(|found| found.map(|record| record.license)));
        }
        for it in values(&changes.activations) {
            self.row(it, store.activation(&it.license, &it.fingerprint));
            self.row(it, store.activation_by_id(&it.license, &it.id));
        }
    }

    #[track_caller]
    fn check_deliveries(&self, changes: &Changes) {
        let store = self.store;
        for it in values(&changes.endpoints) {
            self.row(it, store.webhook_endpoint(&it.tenant, &it.id));
        }
        for it in values(&changes.deliveries) {
            let attempts: Vec<_> = changes
                .attempts
                .iter()
                .filter(|attempt| attempt.delivery == it.id)
                .cloned()
                .collect();
            self.row(&(it.clone(), attempts), store.delivery(&it.tenant, &it.id));
        }
        for it in values(&changes.mails) {
            self.row(it, store.mailing(&it.tenant, &it.id));
        }
    }
}

fn values<T>(writes: &[Write<T>]) -> impl Iterator<Item = &T> {
    writes.iter().map(|write| &write.value)
}
