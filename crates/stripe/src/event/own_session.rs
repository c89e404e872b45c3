//! What a session that a seller made says about itself. Nothing of it must be there, and whatever has another
//! form is left out, since a buyer has paid.

use mintage_domain::base::id::{PaymentLinkId, StripePriceId};
use mintage_domain::model::sales::claim::{ClaimedLine, SaleClaim};
use mintage_domain::model::stripe::event::OwnSession;
use serde_json::Value;

use crate::metadata;

/// The name of the number of licenses in the metadata.
const QUANTITY: &str = "quantity";

/// The longest value of Stripe's metadata, in characters.
const MAX_VALUE: usize = 500;

pub(super) fn read(
    entries: &Value,
    payment_link: &Value,
    line_items: &Value,
    mode: Option<&str>,
) -> OwnSession {
    let entry = |name: &str| {
        let value = entries.get(name)?.as_str()?.trim();
        let is_kept = !value.is_empty() && value.len() <= MAX_VALUE;
        is_kept.then(|| value.to_owned())
    };
    OwnSession {
        claim: SaleClaim {
            key_type: entry(metadata::KEY_TYPE),
            product: entry(metadata::PRODUCT),
            quantity: entry(QUANTITY),
            payment_link: id(payment_link).and_then(|id| PaymentLinkId::parse(id).ok()),
            lines: lines(line_items),
            ..SaleClaim::default()
        },
        tenant: entry(metadata::TENANT),
        email: entry(metadata::CUSTOMER_EMAIL),
        is_setup: mode == Some("setup"),
    }
}

/// The id of an object that may be expanded.
fn id(object: &Value) -> Option<&str> {
    object.as_str().or_else(|| object.get("id")?.as_str())
}

/// The lines of a list. Stripe itself leaves the list out of its events.
pub(crate) fn lines(items: &Value) -> Vec<ClaimedLine> {
    let data = items.get("data").and_then(Value::as_array);
    let lines = data.into_iter().flatten().filter_map(|item| {
        let price = id(item.get("price")?)?;
        Some(ClaimedLine {
            price: StripePriceId::parse(price).ok()?,
            quantity: item.get("quantity").map_or(Some(1), Value::as_i64)?,
        })
    });
    lines.take(SaleClaim::MAX_LINES).collect()
}
