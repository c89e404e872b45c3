//! Payments of the invoices of subscriptions in the sales ledger.

use mintage_domain::base::id::{InvoiceId, SubscriptionId};
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::ledger::transaction::BalanceTransaction;
use mintage_domain::model::sales::payment::{PaidInvoice, Payment};
use mintage_domain::model::sales::subscription::Subscription;
use mintage_domain::ports::{SalesGroup, SalesRange};

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// A payment of an invoice of this subscription.
fn renewal(shop: &Shop, subscription: &SubscriptionId) -> Payment {
    Payment {
        invoice: Some(PaidInvoice {
            subscription: subscription.clone(),
            invoice: InvoiceId::parse("in_1").expect("an id"),
        }),
        ..shop.payment()
    }
}

/// A payment of an invoice belongs to the order that began the subscription; to none if that is not known or
/// if the subscription is one of another account.
pub fn a_payment_of_an_invoice_belongs_to_the_order_of_its_subscription(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "other"));
    let sale = shop.sold(store);
    let begun = Subscription {
        order: Some(sale.order.id.clone()),
        ..shop.subscription()
    };
    let unknown = shop.subscription();
    let of_other = Subscription {
        order: Some(other.sold(store).order.id),
        ..other.subscription()
    };
    let subscriptions = [&begun.key.id, &unknown.key.id, &of_other.key.id];
    let payments = subscriptions.map(|id| renewal(&shop, id));
    let entries = payments.each_ref().map(|payment| {
        shop.ledger_entry_of(&BalanceTransaction {
            intent: Some(payment.key.intent.clone()),
            ..shop.balance_transaction()
        })
    });
    let renewed = entries[0].id.clone();
    committed(
        store,
        changing(&shop, |it| {
            let subscriptions = [begun, unknown, of_other].map(Write::changed);
            it.subscriptions.extend(subscriptions);
            it.payments.extend(payments.map(Write::changed));
            it.ledger_entries.extend(entries.map(Write::changed));
        }),
    );
    let range = SalesRange {
        tenant: shop.tenant.id.clone(),
        mode: shop.mode,
        from: None,
        until: None,
    };
    for (group, name) in [
        (SalesGroup::Product, shop.product.id.as_str()),
        (SalesGroup::KeyType, shop.key_type.id.as_str()),
    ] {
        let sums = store.sales_sums(&range, group, 10);
        let sums = sums.expect("the store answers").groups.into_iter();
        let sums: Vec<_> = sums.map(|it| (it.group, it.orders)).collect();
        assert_eq!(sums, [(Some(name.to_owned()), 1), (None, 2)]);
    }
    let entries = store.ledger_range(&range, None, 10);
    for it in entries.expect("the store answers") {
        let order = (it.entry.id == renewed).then(|| sale.order.id.clone());
        assert_eq!(it.order, order);
    }
}
