//! What a session says that it sold, where the seller made the session and not this server.

use serde::{Deserialize, Serialize};

use crate::base::id::{InvoiceId, PaymentLinkId, StripePriceId, SubscriptionId};
use crate::model::sales::items::Quantity;

/// What a session of a seller's own says that it sold. Stripe carries the metadata and does not check it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SaleClaim {
    /// `key_type_id` in the metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_type: Option<String>,
    /// `product_id` in the metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// `quantity` in the metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// The payment link that the buyer used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_link: Option<PaymentLinkId>,
    /// The lines of the session, if the event tells them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<ClaimedLine>,
    /// The subscription that the session began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<SubscriptionId>,
    /// The first invoice of the subscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
}

/// A line of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedLine {
    /// The price that was paid.
    pub price: StripePriceId,
    /// How often it was paid.
    pub quantity: i64,
}

impl SaleClaim {
    /// The most lines that are read from an event.
    pub const MAX_LINES: usize = 100;

    /// Whether only the lines of the session can say what was sold, and they are not known.
    pub const fn lacks_lines(&self) -> bool {
        self.key_type.is_none() && self.lines.is_empty()
    }

    /// How many were sold: what the metadata say, else the quantity of the line, if one is meant or there is
    /// only one; else 1. `None` if the number is not a quantity.
    pub fn quantity(&self, line: Option<&ClaimedLine>) -> Option<Quantity> {
        let number = match (&self.quantity, line, self.lines.as_slice()) {
            (Some(text), _, _) => text.trim().parse().ok()?,
            (None, Some(line), _) | (None, None, [line]) => u32::try_from(line.quantity).ok()?,
            (None, None, _) => 1,
        };
        Quantity::new(number).ok()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    fn line(quantity: i64) -> ClaimedLine {
        ClaimedLine {
            price: StripePriceId::parse("price_1").unwrap(),
            quantity,
        }
    }

    #[test]
    fn the_metadata_and_then_the_line_say_how_many_were_sold() {
        for (quantity, lines, meant, number) in [
            (None, vec![], None, Some(1)),
            (Some("3"), vec![line(7)], Some(line(7)), Some(3)),
            (None, vec![line(7)], None, Some(7)),
            (None, vec![line(7), line(2)], None, Some(1)),
            (None, vec![line(7), line(2)], Some(line(2)), Some(2)),
            (Some("100"), vec![], None, Some(100)),
            (Some("101"), vec![], None, None),
            (Some("0"), vec![], None, None),
            (Some("-1"), vec![], None, None),
            (Some("many"), vec![], None, None),
            (None, vec![line(0)], None, None),
            (None, vec![line(i64::MAX)], None, None),
        ] {
            let claim = SaleClaim {
                quantity: quantity.map(str::to_owned),
                lines,
                ..SaleClaim::default()
            };
            let found = claim.quantity(meant.as_ref()).map(Quantity::get);
            assert_eq!(found, number, "{claim:?}");
        }
    }

    #[test]
    fn a_claim_reads_back_as_written_and_an_empty_one_is_an_empty_object() {
        let full = SaleClaim {
            key_type: Some("pro".to_owned()),
            product: Some("pixel".to_owned()),
            quantity: Some("2".to_owned()),
            payment_link: PaymentLinkId::parse("plink_1").ok(),
            lines: vec![line(2)],
            subscription: SubscriptionId::parse("sub_1").ok(),
            invoice: InvoiceId::parse("in_1").ok(),
        };
        for claim in [full, SaleClaim::default()] {
            let json = serde_json::to_string(&claim).unwrap();
            assert_eq!(serde_json::from_str::<SaleClaim>(&json).unwrap(), claim);
        }
        assert_eq!(serde_json::to_string(&SaleClaim::default()).unwrap(), "{}");
    }
}
