//! Reads of deliveries and their attempts.

use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::event::EventName;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::outbox::delivery_claim::with_deliveries;
use crate::contracts::store::paging::{assert_paged, at_moments};
use crate::contracts::store::round_trip::{INSTANTS, comes_back, each_overwrites, longest_name};
use crate::fixtures::Shop;

/// Deliveries of every event and status, and their attempts, with and without a response, read back
/// unchanged.
pub fn a_delivery_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let statuses = [
        DeliveryStatus::Pending,
        DeliveryStatus::Leased,
        DeliveryStatus::Delivered,
        DeliveryStatus::Failed,
    ];
    for event in EventName::ALL {
        let first = Delivery {
            event,
            ..shop.delivery(&sale.license)
        };
        let rows = statuses.map(|status| Delivery {
            status,
            attempts: u32::MAX,
            schedule_from: 7,
            due_at: INSTANTS[3],
            ..first.clone()
        });
        each_overwrites(store, &shop, |it| &mut it.deliveries, rows);
    }
    let delivery = shop.delivery(&sale.license);
    let attempts = [
        (Some(200), "ok".to_owned()),
        (Some(599), longest_name()),
        (None, String::new()),
    ];
    comes_back(store, &shop, |it| {
        for (number, (status, snippet)) in (1..).zip(attempts) {
            it.attempts.push(Attempt {
                status,
                snippet,
                ..shop.attempt(&delivery, number)
            });
        }
        it.deliveries.push(Write::changed(delivery));
    });
}

/// The deliveries of a tenant are listed in pages.
pub fn deliveries_are_paged(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let sale = shop.sold(store);
    let deliveries = at_moments(
        store,
        &shop,
        |_| shop.delivery(&sale.license),
        |it, delivery| it.deliveries.push(Write::changed(delivery.clone())),
    );
    let place = |it: &Delivery| (it.created_at, it.id.to_string());
    assert_paged(
        &|page| store.deliveries(&shop.tenant.id, None, page),
        &|(it, _)| place(it),
        deliveries.iter().map(place).collect(),
    );
}

/// A delivery is listed with its last attempt and read with all attempts, the oldest first.
pub fn a_delivery_is_listed_with_its_last_attempt(store: &Nodes<'_>) {
    let (shop, written) = with_deliveries(store, "acme", 2);
    let tried = &written[0];
    let attempts: Vec<_> = (1..=11).map(|number| shop.attempt(tried, number)).collect();
    for attempt in attempts.iter().rev() {
        committed(
            store,
            changing(&shop, |it| it.attempts.push(attempt.clone())),
        );
    }
    let read = store.delivery(&shop.tenant.id, &tried.id);
    assert_eq!(read, Ok(Some((tried.clone(), attempts.clone()))));
    let page = store.deliveries(&shop.tenant.id, None, &PageRequest::default());
    for (delivery, last) in page.expect("the store answers").items {
        let expected = (delivery.id == tried.id).then(|| attempts[10].clone());
        assert_eq!(last, expected);
    }
}
