//! What the cases share: a commit of everything, and the look whether it is there.

use std::fmt::Debug;
use std::sync::Barrier;
use std::thread;

use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::receipt::Receipt;
use mintage_domain::commit::write::Write;
use mintage_domain::ports::{AuditFilter, AuditRecord, CommitError, Store};

use crate::fixtures::Shop;

/// Commits what must be committed.
#[track_caller]
pub(super) fn committed(store: &dyn Store, changes: Changes) -> Receipt {
    store.commit(changes).expect("no guard stands against it")
}

/// Commits what must be refused.
#[track_caller]
pub(super) fn refused(store: &dyn Store, changes: Changes) -> Refusal {
    match store.commit(changes) {
        Err(CommitError::Refused(refusal)) => refusal,
        other => panic!("a guard stands against it, yet: {other:?}"),
    }
}

/// Changes of one part.
pub(super) fn changing(shop: &Shop, fill: impl FnOnce(&mut Changes)) -> Changes {
    let mut changes = shop.changes();
    fill(&mut changes);
    changes
}

/// What adds to the counter of a shop's products.
pub(super) fn counting(shop: &Shop, add: i64, cap: Option<i64>) -> Changes {
    let counter = Counter::Products(shop.tenant.id.clone());
    changing(shop, |it| it.counters.push(Count { counter, add, cap }))
}

/// What the counter of a shop's products has come to.
#[track_caller]
pub(super) fn counted(store: &dyn Store, shop: &Shop) -> i64 {
    let receipt = committed(store, counting(shop, 0, None));
    receipt.counters[&Counter::Products(shop.tenant.id.clone())]
}

/// Does a thing `n` times at the same moment.
pub(super) fn at_once<T: Send>(n: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(n);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..n)
            .map(|i| {
                let (start, act) = (&start, &act);
                scope.spawn(move || {
                    start.wait();
                    act(i)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no thread panics"))
            .collect()
    })
}

/// A commit with every part of [`Changes`] that writes: a shop's foundation, and one of each row.
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
        .oauth_rounds
        .push(Write::changed(shop.oauth_round()));
    changes.events.push(Write::changed(shop.processed_event()));
    changes.payments.push(Write::changed(shop.payment()));
    let api_key = shop.api_key();
    changes.nonces.push(shop.nonce(&api_key));
    let call = shop.repeatable(&api_key, &sale.license);
    changes.idempotency.push(Write::changed(call));
    changes.api_keys.push(Write::changed(api_key));
    changes.activations.push(Write::changed(activation));
    changes.endpoints.push(Write::changed(shop.endpoint()));
    changes.attempts.push(shop.attempt(&delivery, 1));
    changes.deliveries.push(Write::changed(delivery));
    changes
        .mails
        .push(Write::changed(shop.mailing(&sale.license)));
    changes.audit.push(shop.audit_entry());
    changes
}

/// Reads every row of these changes, and finds it as it was written.
#[track_caller]
pub(super) fn assert_written(store: &dyn Store, changes: &Changes) {
    Look { store, found: true }.at(changes);
}

/// Reads every row of these changes, and finds none of them.
#[track_caller]
pub(super) fn assert_absent(store: &dyn Store, changes: &Changes) {
    Look {
        store,
        found: false,
    }
    .at(changes);
}

struct Look<'a> {
    store: &'a dyn Store,
    found: bool,
}

impl Look<'_> {
    #[track_caller]
    fn at(&self, changes: &Changes) {
        self.at_sellers(changes);
        self.at_catalog(changes);
        self.at_sales(changes);
        self.at_deliveries(changes);
    }

    #[track_caller]
    fn row<T: Debug + PartialEq + Clone, E: Debug>(&self, wanted: &T, read: Result<Option<T>, E>) {
        let wanted = self.found.then(|| wanted.clone());
        assert_eq!(read.expect("the store answers"), wanted);
    }

    #[track_caller]
    fn at_sellers(&self, changes: &Changes) {
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
    fn at_catalog(&self, changes: &Changes) {
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
    fn at_sales(&self, changes: &Changes) {
        let store = self.store;
        for it in values(&changes.events) {
            self.row(it, store.processed_event(it.endpoint, &it.id));
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
    fn at_deliveries(&self, changes: &Changes) {
        let store = self.store;
        for it in values(&changes.endpoints) {
            self.row(it, store.webhook_endpoint(&it.tenant));
        }
        for it in values(&changes.deliveries) {
            let made: Vec<_> = changes
                .attempts
                .iter()
                .filter(|attempt| attempt.delivery == it.id)
                .cloned()
                .collect();
            self.row(&(it.clone(), made), store.delivery(&it.tenant, &it.id));
        }
        for it in values(&changes.mails) {
            self.row(it, store.mailing(&it.tenant, &it.id));
        }
    }
}

fn values<T>(puts: &[Write<T>]) -> impl Iterator<Item = &T> {
    puts.iter().map(|put| &put.value)
}
