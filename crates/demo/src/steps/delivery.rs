//! The seller's receiver hears of it.

use serde_json::{Value, json};

use super::catalog::BOUGHT;
use super::scene::{BUYER, PRODUCT, Scene, TENANT};
use crate::failure::{Failure, Outcome, hold};
use crate::receiver::Delivery;
use crate::waiting::Inbox;

/// Waits for `license.created`, holds that it is signed and says what it should, and returns the
/// key.
///
/// # Errors
/// When it does not come, or is not what it should be.
pub(crate) async fn created(
    scene: &Scene,
    inbox: &mut Inbox,
    secret: &str,
    session: &str,
) -> Outcome<String> {
    let event = "license.created";
    let delivery = inbox.next(event).await?;
    let told = hold_signed(scene, &delivery, secret)?;
    let expected = json!({
        "event": event,
        "tenant_id": TENANT,
        "product_id": PRODUCT,
        "key_type_id": BOUGHT,
        "customer_email": BUYER,
        "session_id": session,
        "mode": "sandbox",
    });
    hold_says(&told, &expected)?;
    let key = told["key"].as_str();
    let key = key.ok_or_else(|| Failure::new("license.created brings no key"))?;
    hold(is_classic(key), || {
        format!("{key} is no key of ACME and four groups")
    })?;
    Ok(key.to_owned())
}

/// Waits for `license.refunded`, signed, without the key in the clear.
///
/// # Errors
/// When it does not come, or is not what it should be.
pub(crate) async fn refunded(
    scene: &Scene,
    inbox: &mut Inbox,
    secret: &str,
    session: &str,
    key: &str,
) -> Outcome<()> {
    let event = "license.refunded";
    let delivery = inbox.next(event).await?;
    let told = hold_signed(scene, &delivery, secret)?;
    hold_says(&told, &json!({ "event": event, "session_id": session }))?;
    hold(told["key"] != key, || {
        "license.refunded repeats the key in the clear".into()
    })
}

fn hold_signed(scene: &Scene, delivery: &Delivery, secret: &str) -> Outcome<Value> {
    let told = delivery.event();
    scene.client.found(format!("the receiver got {told}"));
    delivery
        .verify(secret)
        .map_err(|wrong| Failure::new(format!("the delivery is not to be trusted: {wrong}")))?;
    for header in ["webhook-id", "x-keylight-delivery-id"] {
        hold(told["id"] == delivery.header(header), || {
            format!("{header} is not the id of the event")
        })?;
    }
    scene
        .client
        .found("X-Keylight-Signature and webhook-signature verified");
    Ok(told)
}

fn hold_says(told: &Value, expected: &Value) -> Outcome<()> {
    for (field, expected) in expected.as_object().into_iter().flatten() {
        let said = &told[field];
        hold(said == expected, || {
            format!("the event's {field} is {said}, not {expected}")
        })?;
    }
    Ok(())
}

/// `ACME-` and four groups of four symbols, without I, L, O and U.
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
    fn a_classic_key_is_told_from_others() {
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
