//! The courier: carries events to webhook endpoints until they answer 2xx.

use actix_web::rt;
use awc::Client;
use data_encoding::HEXLOWER;
use ring::hmac;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::config::WebhookEndpoint;
use crate::events::Event;
use crate::world::{Scope, Shared};

/// One event for one endpoint.
#[derive(Clone)]
pub(crate) struct Parcel {
    pub(crate) scope: Scope,
    pub(crate) event: String,
    pub(crate) kind: &'static str,
    pub(crate) body: String,
    pub(crate) endpoint: WebhookEndpoint,
}

/// One try to hand over a parcel.
pub(crate) struct Attempt {
    event: String,
    kind: &'static str,
    url: String,
    /// Counts from 1.
    number: usize,
    at: i64,
    /// The receiver's status, or why there was none.
    outcome: Result<u16, String>,
}

impl Attempt {
    pub(crate) fn event(&self) -> &str {
        &self.event
    }

    pub(crate) fn body(&self) -> Value {
        json!({
            "event": self.event,
            "type": self.kind,
            "url": self.url,
            "attempt": self.number,
            "at": self.at,
            "status": self.outcome.as_ref().ok(),
            "error": self.outcome.as_ref().err(),
        })
    }
}

/// Takes parcels until the simulator stops; a slow receiver holds up none but its own.
pub(crate) async fn run(world: Shared, mut inbox: UnboundedReceiver<Parcel>) {
    let timeout = world.lock().config.delivery_timeout;
    let client = Client::builder()
        .disable_redirects()
        .timeout(timeout)
        .finish();
    while let Some(parcel) = inbox.recv().await {
        rt::spawn(deliver(world.clone(), client.clone(), parcel));
    }
}

async fn deliver(world: Shared, client: Client, parcel: Parcel) {
    let waits = world.lock().config.retry_schedule.clone();
    let waits = waits.into_iter().map(Some).chain([None]);
    for (number, wait) in (1..).zip(waits) {
        let outcome = post(&world, &client, &parcel).await;
        let done = outcome
            .as_ref()
            .is_ok_and(|status| (200..300).contains(status));
        record(&world, &parcel, number, outcome);
        match wait {
            Some(wait) if !done => rt::time::sleep(wait).await,
            _ => return,
        }
    }
}

async fn post(world: &Shared, client: &Client, parcel: &Parcel) -> Result<u16, String> {
    let now = world.lock().now();
    let signature = sign(parcel.endpoint.secret.expose(), now, &parcel.body);
    let request = client
        .post(&parcel.endpoint.url)
        .insert_header(("Stripe-Signature", signature))
        .insert_header(("Content-Type", "application/json; charset=utf-8"))
        .insert_header(("User-Agent", "Stripe/1.0 (simulated)"));
    let answer = request.send_body(parcel.body.clone()).await;
    answer
        .map(|answer| answer.status().as_u16())
        .map_err(|error| error.to_string())
}

fn record(world: &Shared, parcel: &Parcel, number: usize, outcome: Result<u16, String>) {
    let mut world = world.lock();
    if matches!(outcome, Ok(200..300))
        && let Ok(event) = world.find::<Event>(&parcel.scope, &parcel.event)
    {
        event.pending = event.pending.saturating_sub(1);
    }
    let at = world.now();
    world.attempts.push(Attempt {
        event: parcel.event.clone(),
        kind: parcel.kind,
        url: parcel.endpoint.url.clone(),
        number,
        at,
        outcome,
    });
}

/// `t=...,v1=...` over `t.body`, keyed with the whole secret, its `whsec_` included.
fn sign(secret: &str, at: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    format!("t={at},v1={}", HEXLOWER.encode(tag.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::sign;

    /// Made with `openssl dgst -sha256 -hmac`.
    #[test]
    fn a_signature_is_the_hmac_of_time_dot_body() {
        assert_eq!(sign("whsec_abc", 1_700_000_000, "{}"), SIGNED);
    }

    const SIGNED: &str =
        "t=1700000000,v1=bad9ac117e973d721c232d46744158d75e3f1b44e36771e13d01b9e6a580bc72";
}
