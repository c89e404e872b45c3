//! License webhooks and what is sent to them.

use mintage_domain::commit::write::Write;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::ports::Store;

use super::{INSTANTS, comes_back, each_overwrites, longest_name};
use crate::fixtures::{Shop, web_url};

/// WebhookEndpoints with a URL, without, and gone.
pub fn an_endpoint_reads_back_as_written(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let whole = shop.endpoint();
    let without = WebhookEndpoint {
        url: None,
        ..shop.endpoint()
    };
    let gone = WebhookEndpoint {
        url: Some(web_url("HTTPS://[::1]:8443/x?q={CHECKOUT_SESSION_ID}#top")),
        gone_since: Some(shop.now()),
        ..shop.endpoint()
    };
    let rows = [whole.clone(), without, gone, whole];
    each_overwrites(store, &shop, |it| &mut it.endpoints, rows);
}

/// Deliveries of every event and status, with their attempts, answered and not.
pub fn a_delivery_reads_back_as_written(store: &dyn Store) {
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
