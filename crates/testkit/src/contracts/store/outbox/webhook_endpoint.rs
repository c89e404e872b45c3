//! Webhook endpoints of tenants.

use std::collections::BTreeSet;

use mintage_domain::base::mode::Mode;
use mintage_domain::model::outbox::endpoint_health::EndpointHealth;
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::outbox::subscription::Subscription;
use mintage_domain::model::outbox::webhook_endpoint::{
    EndpointDescription, OldSecret, WebhookEndpoint,
};

use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::{INSTANTS, each_overwrites};
use crate::fixtures::{Shop, web_url};

/// Webhook endpoints with a URL, without a URL, gone, and paused, read back unchanged.
pub fn a_webhook_endpoint_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let whole = shop.webhook_endpoint();
    let without = WebhookEndpoint {
        url: None,
        ..shop.webhook_endpoint()
    };
    let gone = WebhookEndpoint {
        url: Some(web_url("HTTPS://[::1]:8443/x?q={CHECKOUT_SESSION_ID}#top")),
        gone_since: Some(shop.now()),
        ..shop.webhook_endpoint()
    };
    let paused = WebhookEndpoint {
        health: EndpointHealth {
            failing_since: Some(INSTANTS[0]),
            failures: u32::MAX,
            is_unresponsive: true,
            width: Some(u32::MAX),
            paused_at: Some(INSTANTS[3]),
            is_probed: true,
        },
        ..shop.webhook_endpoint()
    };
    let rows = [whole.clone(), without, gone, paused, whole];
    each_overwrites(store, &shop, |it| &mut it.endpoints, rows);
}

/// Endpoints that are not the first one, with each field, rotated, disabled, and deleted, read back
/// unchanged.
pub fn another_webhook_endpoint_reads_back_as_written(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    for mode in Mode::ALL.map(Some).into_iter().chain([None]) {
        let whole = shop.other_endpoint(mode);
        let subscription = |events: Option<BTreeSet<EventName>>| Subscription {
            events,
            is_enabled: false,
            ..whole.subscription.clone()
        };
        let rotated = WebhookEndpoint {
            description: EndpointDescription::parse("Zoë's “CRM”").ok(),
            subscription: subscription(Some(EventName::subscribable().collect())),
            old_secret: Some(OldSecret {
                sealed: whole.sealed_secret.clone(),
                until: INSTANTS[3],
            }),
            ..whole.clone()
        };
        let mut deleted = whole.clone();
        deleted.delete();
        let rows = [whole.clone(), rotated, deleted, whole];
        each_overwrites(store, &shop, |it| &mut it.endpoints, rows);
    }
}
