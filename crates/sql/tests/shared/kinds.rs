//! The commits that a busy server makes, with all that the use cases put into them.

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::license::License;
use mintage_domain::ports::Store;
use mintage_testkit::fixtures::Shop;

/// A kind of commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A signed issue under an idempotency key.
    Issue,
    /// A Stripe event about a paid order.
    PaidWebhook,
    /// A signed activation.
    Activate,
    /// A Stripe event about a refund.
    Refund,
}

impl Kind {
    /// All kinds.
    pub(crate) const ALL: [Self; 4] =
        [Self::Issue, Self::PaidWebhook, Self::Activate, Self::Refund];

    /// A commit of this kind; what it changes is in the store.
    pub(crate) fn prepare(self, store: &dyn Store, shop: &Shop) -> Changes {
        match self {
            Self::Issue => issue(shop),
            Self::PaidWebhook => paid_webhook(store, shop),
            Self::Activate => activate(store, shop),
            Self::Refund => refund(store, shop),
        }
    }
}

fn issue(shop: &Shop) -> Changes {
    let (api_key, buyer) = (shop.api_key(), shop.customer());
    let license = shop.license(&buyer);
    let mut changes = shop.changes();
    changes.nonces.push(shop.nonce(&api_key));
    let call = shop.idempotency_record(&api_key, &license);
    changes.idempotency.push(Write::changed(call));
    mint(shop, &license, &mut changes);
    changes.audit.push(shop.audit_entry());
    changes.customers.push(buyer);
    changes
}

fn paid_webhook(store: &dyn Store, shop: &Shop) -> Changes {
    let sale = shop.sale();
    let mut opening = shop.changes();
    opening.orders.push(Write::changed(sale.order));
    let opened = opening.orders[0].value.clone();
    store.commit(opening).unwrap();
    let mut changes = shop.changes();
    changes.events.push(Write::changed(shop.processed_event()));
    changes.orders.push(Write::changed(opened));
    changes.payments.push(Write::changed(shop.payment()));
    mint(shop, &sale.license, &mut changes);
    changes.customers.push(sale.customer);
    changes
}

fn activate(store: &dyn Store, shop: &Shop) -> Changes {
    let license = shop.sold(store).license;
    let mut changes = shop.changes();
    changes.nonces.push(shop.nonce(&shop.api_key()));
    changes.counters.push(Count {
        counter: Counter::of_activations(&license),
        add: 1,
        cap: Some(3),
    });
    let activation = shop.activation(&license);
    changes.activations.push(Write::changed(activation));
    changes.audit.push(shop.audit_entry());
    changes
}

fn refund(store: &dyn Store, shop: &Shop) -> Changes {
    let sale = shop.sold(store);
    let mut paid = shop.changes();
    paid.payments.push(Write::changed(shop.payment()));
    let payment = paid.payments[0].value.clone();
    store.commit(paid).unwrap();
    let mut changes = shop.changes();
    changes.events.push(Write::changed(shop.processed_event()));
    changes.payments.push(Write::changed(payment));
    let delivery = shop.delivery(&sale.license);
    changes.deliveries.push(Write::changed(delivery));
    changes.counters.push(Count {
        counter: Counter::of_licenses(&sale.license),
        add: -1,
        cap: None,
    });
    changes.licenses.push(Write::changed(sale.license));
    changes
}

fn mint(shop: &Shop, license: &License, changes: &mut Changes) {
    changes.counters.push(Count {
        counter: Counter::of_licenses(license),
        add: 1,
        cap: None,
    });
    let delivery = shop.delivery(license);
    changes.deliveries.push(Write::changed(delivery));
    changes
        .mails
        .push(Write::changed(shop.queued_mail(license)));
    changes.licenses.push(Write::changed(license.clone()));
}
