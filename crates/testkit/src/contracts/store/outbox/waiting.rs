//! Events that wait although an endpoint receives them.

use std::time::Duration;

use mintage_domain::base::id::DeliveryId;
use mintage_domain::base::slug::TenantId;
use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::Delivery;

use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// Queues three events while the tenant has no endpoint, and then creates an endpoint that receives them.
/// Returns their ids, oldest first. The second of them was sent once if `is_second_sent`.
fn waiting(store: &Nodes<'_>, shop: &Shop, is_second_sent: bool) -> [DeliveryId; 3] {
    let license = shop.sold(store).license;
    let event = |seconds, attempts| {
        Write::changed(Delivery {
            waits_in: Some(license.mode),
            attempts,
            created_at: shop.now().plus(Duration::from_secs(seconds)),
            ..shop.delivery(&license)
        })
    };
    let third = event(30, 0);
    let events = [event(10, 0), event(20, u32::from(is_second_sent)), third];
    let ids = events.each_ref().map(|event| event.value.id.clone());
    let newest_first = events.into_iter().rev().collect();
    committed(store, changing(shop, |it| it.deliveries = newest_first));
    let endpoint = Write::changed(shop.other_endpoint(Some(license.mode)));
    committed(store, changing(shop, |it| it.endpoints.push(endpoint)));
    ids
}

fn found(store: &Nodes<'_>, tenant: Option<&TenantId>, n: usize) -> Vec<DeliveryId> {
    let found = store.waiting_deliveries(tenant, n);
    let found = found.expect("the store answers").into_iter();
    found.map(|it| it.id).collect()
}

/// The events of one tenant are found without those of others, the oldest first.
pub fn events_of_a_tenant_that_waited_are_found_oldest_first(store: &Nodes<'_>) {
    let (shop, other) = (Shop::opened(store, "acme"), Shop::opened(store, "zeta"));
    let ids = waiting(store, &shop, false);
    let of_other = waiting(store, &other, false);
    let tenant = Some(&shop.tenant.id);
    assert_eq!(found(store, tenant, 9), ids);
    assert_eq!(found(store, tenant, 2), ids[..2]);
    assert_eq!(found(store, Some(&other.tenant.id), 9), of_other);
    assert_eq!(found(store, None, 9).len(), 6);
}

/// An event that was sent does not wait, although it has not ended.
pub fn an_event_that_was_sent_does_not_wait(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let [first, _, third] = waiting(store, &shop, true);
    assert_eq!(found(store, None, 9), [first, third]);
}
