//! Stripe's event that a session was paid, for an order that is open.

use std::io::Write;

use data_encoding::HEXLOWER;
use ring::hmac;

use crate::cases::context::Context;
use crate::cases::request::contains;
use crate::clock::unix_millis;
use crate::data::rows::session;
use crate::data::stripe::WEBHOOK_SECRET;
use crate::load::Caller;

/// An event as Stripe sends it, with all fields of a session. `@` marks what differs.
const EVENT: &str = include_str!("event.json");

pub(super) struct Webhook {
    context: Context,
    key: hmac::Key,
    signed: Vec<u8>,
}

impl Webhook {
    pub(super) fn new(context: Context) -> Self {
        Self {
            context,
            key: hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes()),
            signed: Vec::new(),
        }
    }
}

/// The event with these values in place of the marks, in their order.
fn filled(values: &[&str]) -> String {
    let mut event = String::with_capacity(EVENT.len() + 200);
    let mut values = values.iter();
    for (place, piece) in EVENT.trim_end().split('@').enumerate() {
        if place > 0 {
            event.push_str(values.next().unwrap_or(&""));
        }
        event.push_str(piece);
    }
    event
}

impl Caller for Webhook {
    fn write(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(number) = self.context.sequence.take() else {
            return false;
        };
        let account = &self.context.seller(number).account;
        let seconds = (unix_millis() / 1000).to_string();
        let id = format!("evt_bench{number:012}");
        let buyer = format!("buyer-{number}\\u0040example.com");
        let intent = format!("pi_bench{number:012}");
        let body = filled(&[
            &id,
            account,
            &seconds,
            &session(number),
            &seconds,
            &buyer,
            &intent,
        ]);
        self.signed.clear();
        // Writing to memory cannot fail.
        let _ = write!(self.signed, "{seconds}.{body}");
        let signature = HEXLOWER.encode(hmac::sign(&self.key, &self.signed).as_ref());
        let length = body.len();
        let _ = write!(
            out,
            "POST /api/stripe/webhook/connect HTTP/1.1\r\nHost: bench\r\n\
             Stripe-Signature: t={seconds},v1={signature}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        true
    }

    fn accepts(&self, status: u16, body: &[u8]) -> bool {
        // An event that is ignored or parked is answered with 200 too.
        status == 200 && contains(body, b"applied")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_json_with_every_mark_filled() {
        let event = filled(&[
            "evt_1",
            "acct_1",
            "7",
            "cs_live_1",
            "8",
            "a\\u0040b.c",
            "pi_1",
        ]);
        assert!(!event.contains('@'), "{event}");
        let event: serde_json::Value = serde_json::from_str(&event).expect("JSON");
        let session = &event["data"]["object"];
        assert_eq!(event["account"], "acct_1");
        assert_eq!(session["id"], "cs_live_1");
        assert_eq!(session["customer_details"]["email"], "a@b.c");
        assert_eq!(session["payment_intent"], "pi_1");
    }
}
