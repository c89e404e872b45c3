//! Delivers events to webhook endpoints and retries until the endpoint responds with a 2xx status.

use std::time::Duration;

use actix_web::rt;
use awc::Client;
use data_encoding::HEXLOWER;
use ring::hmac;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::engine::outbox::{Attempt, Delivery};
use crate::engine::world::SharedWorld;
use crate::model::event::Event;

/// Delivers until the simulator stops. Each delivery has a task of its own, so a slow endpoint
/// does not delay the other endpoints.
pub(crate) async fn run(world: SharedWorld, mut queue: UnboundedReceiver<Delivery>) {
    let timeout = world.lock().config.delivery_timeout;
    let client = Client::builder()
        .disable_redirects()
        .timeout(timeout)
        .finish();
    while let Some(delivery) = queue.recv().await {
        rt::spawn(deliver(world.clone(), client.clone(), delivery));
    }
}

async fn deliver(world: SharedWorld, client: Client, delivery: Delivery) {
    let mut pauses: Vec<Duration> = world.lock().config.retry_schedule.clone();
    pauses.reverse();
    for number in 1.. {
        let result = post(&world, &client, &delivery).await;
        let delivered = matches!(result, Ok(200..300));
        record(&world, &delivery, number, result);
        match pauses.pop() {
            Some(pause) if !delivered => rt::time::sleep(pause).await,
            _ => return,
        }
    }
}

async fn post(world: &SharedWorld, client: &Client, delivery: &Delivery) -> Result<u16, String> {
    let now = world.lock().clock.now();
    let signature = sign(delivery.endpoint.secret.expose(), now, &delivery.body);
    let request = client
        .post(&delivery.endpoint.url)
        .insert_header(("Stripe-Signature", signature))
        .insert_header(("Content-Type", "application/json; charset=utf-8"))
        .insert_header(("User-Agent", "Stripe/1.0 (simulated)"));
    let response = request.send_body(delivery.body.clone()).await;
    response
        .map(|response| response.status().as_u16())
        .map_err(|error| error.to_string())
}

fn record(world: &SharedWorld, delivery: &Delivery, number: usize, result: Result<u16, String>) {
    let mut world = world.lock();
    if matches!(result, Ok(200..300))
        && let Ok(event) = world
            .store
            .get_mut::<Event>(&delivery.scope, &delivery.event)
    {
        event.pending_webhooks = event.pending_webhooks.saturating_sub(1);
    }
    let attempted_at = world.clock.now();
    world.outbox.attempts.push(Attempt {
        event: delivery.event.clone(),
        event_type: delivery.event_type,
        url: delivery.endpoint.url.clone(),
        number,
        attempted_at,
        result,
    });
}

/// The header `Stripe-Signature`: `t=...,v1=...`, an HMAC over `t.body`. The key is the whole
/// secret, its prefix `whsec_` included.
fn sign(secret: &str, timestamp: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{timestamp}.{body}").as_bytes());
    format!("t={timestamp},v1={}", HEXLOWER.encode(tag.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::sign;

    /// Computed with `openssl dgst -sha256 -hmac`.
    const SIGNED: &str =
        "t=1700000000,v1=bad9ac117e973d721c232d46744158d75e3f1b44e36771e13d01b9e6a580bc72";

    #[test]
    fn a_signature_is_the_hmac_of_time_dot_body() {
        assert_eq!(sign("whsec_abc", 1_700_000_000, "{}"), SIGNED);
    }
}
