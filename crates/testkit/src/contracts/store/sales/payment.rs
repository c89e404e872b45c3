//! Payments.

use mintage_domain::base::id::{DisputeId, RefundId};
use mintage_domain::base::money::Currency;
use mintage_domain::model::sales::disputes::{Dispute, DisputeStatus, Disputes, Source};
use mintage_domain::model::sales::payment::Payment;
use mintage_domain::model::sales::refunds::Refunds;

use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::each_overwrites;
use crate::fixtures::Shop;

/// Payments with and without an order, refunds and disputes, with the largest amounts, read back unchanged.
pub fn a_payment_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let first = shop.payment();
    let id = |text: &str| RefundId::parse(text).expect("an id");
    let mut refunds = Refunds::default();
    refunds.report(id("re_1"), 500, None);
    refunds.report(id("pyr_2"), i64::MAX, Some(shop.now()));
    refunds.report_total(shop.now(), 500);
    let mut disputes = Disputes::default();
    for (id, status, reason) in [
        ("du_1", DisputeStatus::Lost, Some("fraudulent")),
        ("dp_2", DisputeStatus::Unknown, None),
    ] {
        let dispute = Dispute {
            status,
            amount: reason.map(|_| i64::MAX),
            reason: reason.map(str::to_owned),
        };
        let id = DisputeId::parse(id).expect("an id");
        disputes.record(&id, dispute, Source::Retrieved);
    }
    let table = [
        (None, None, None, Refunds::default()),
        (
            Some(sale.order.id),
            Some(i64::MAX),
            Currency::parse("idr").ok(),
            refunds,
        ),
        (None, Some(1), None, Refunds::default()),
    ];
    let rows = table.map(|(order, charged, currency, refunds)| Payment {
        disputes: match order {
            Some(_) => disputes.clone(),
            None => Disputes::default(),
        },
        order,
        charged,
        currency,
        refunds,
        ..first.clone()
    });
    each_overwrites(store, &shop, |it| &mut it.payments, rows);
}
