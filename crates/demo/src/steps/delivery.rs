//! The receiver gets the events of the license.

use serde_json::{Value, json};

use super::catalog::BOUGHT_KEY_TYPE;
use super::context::{BUYER, Context, PRODUCT, TENANT};
use crate::receiver::Delivery;
use crate::step_error::{StepError, StepResult, check};
use crate::wait::Inbox;

/// Waits for `license.created`, checks its signatures and its fields, and returns the license key.
///
/// # Errors
/// The event does not arrive, or a check fails.
pub(crate) async fn created(
    context: &Context,
    inbox: &mut Inbox,
    secret: &str,
    session: &str,
) -> StepResult<String> {
    let event = "license.created";
    let delivery = inbox.next(event).await?;
    let event_body = check_signed(context, &delivery, secret)?;
    let expected = json!({
        "event": event,
        "tenant_id": TENANT,
        "product_id": PRODUCT,
        "key_type_id": BOUGHT_KEY_TYPE,
        "customer_email": BUYER,
        "session_id": session,
        "mode": "sandbox",
    });
    check_fields(&event_body, &expected)?;
    let key = event_body["key"].as_str();
    let key = key.ok_or_else(|| StepError::new("license.created brings no key"))?;
    check(is_classic(key), || {
        format!("{key} is not ACME and four groups")
    })?;
    Ok(key.to_owned())
}

/// Waits for `license.refunded`, and checks its signatures and that its key is masked.
///
/// # Errors
/// The event does not arrive, or a check fails.
pub(crate) async fn refunded(
    context: &Context,
    inbox: &mut Inbox,
    secret: &str,
    session: &str,
    key: &str,
) -> StepResult<()> {
    let event = "license.refunded";
    let delivery = inbox.next(event).await?;
    let event_body = check_signed(context, &delivery, secret)?;
    check_fields(
        &event_body,
        &json!({ "event": event, "session_id": session }),
    )?;
    check(event_body["key"] != key, || {
        "license.refunded contains the unmasked license key".into()
    })
}

fn check_signed(context: &Context, delivery: &Delivery, secret: &str) -> StepResult<Value> {
    let event = delivery.event();
    context.client.note(format!("the receiver got {event}"));
    delivery.verify(secret).map_err(|error| {
        StepError::new(format!("a signature of the delivery is wrong: {error}"))
    })?;
    for header in ["webhook-id", "x-keylight-delivery-id"] {
        check(event["id"] == delivery.header(header), || {
            format!("{header} is not the id of the event")
        })?;
    }
    context
        .client
        .note("X-Keylight-Signature and webhook-signature verified");
    Ok(event)
}

fn check_fields(event: &Value, expected: &Value) -> StepResult<()> {
    for (field, expected) in expected.as_object().into_iter().flatten() {
        let found = &event[field];
        check(found == expected, || {
            format!("{field} of the event is {found}, not {expected}")
        })?;
    }
    Ok(())
}

/// Whether the key is `ACME-` and four groups of four symbols, without I, L, O and U.
fn is_classic(key: &str) -> bool {
    let symbol = |c: char| c.is_ascii_digit() || (c.is_ascii_uppercase() && !"ILOU".contains(c));
    let group = |group: &str| group.len() == 4 && group.chars().all(symbol);
    let groups = key.strip_prefix("ACME-").map(|rest| rest.split('-'));
    groups.is_some_and(|groups| groups.clone().count() == 4 && groups.clone().all(group))
}

#[cfg(test)]
mod tests {
    use super::is_classic;

    #[test]
    fn only_a_classic_key_is_recognised() {
        assert!(is_classic("ACME-4B2K-9XJP-T8WM-Q3VZ"));
        for key in [
            "ACME-4B2K-9XJP-T8WM",
            "ACME-4B2K-9XJP-T8WM-Q3VZ-Q3VZ",
            "ACME-4B2K-9XJP-T8WM-Q3VU",
            "acme-4b2k-9xjp-t8wm-q3vz",
            "OTHR-4B2K-9XJP-T8WM-Q3VZ",
            "",
        ] {
            assert!(!is_classic(key), "{key}");
        }
    }
}
