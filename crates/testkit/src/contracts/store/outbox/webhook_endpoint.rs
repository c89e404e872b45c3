//! Webhook endpoints.

use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;

use crate::contracts::store::nodes::Nodes;
use crate::contracts::store::round_trip::each_overwrites;
use crate::fixtures::{Shop, web_url};

/// WebhookEndpoints with a URL, without, and gone.
pub fn an_endpoint_reads_back_as_written(store: &Nodes<'_>) {
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
