//! Payments.

use mintage_domain::model::sales::payment::Payment;

use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::each_overwrites;
use crate::fixtures::Shop;

/// Payments with and without an order, with the largest amounts, read back unchanged.
pub fn a_payment_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let first = shop.payment();
    let table = [
        (None, 0, false),
        (Some(sale.order.id), i64::MAX, true),
        (None, 1, false),
    ];
    let rows = table.map(|(order, refunded, fully_refunded)| Payment {
        order,
        refunded,
        fully_refunded,
        ..first.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.payments, rows);
}
