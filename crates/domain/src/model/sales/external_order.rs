//! Orders that were paid outside of Stripe, to the service that embeds the domain. The service has a
//! reference of its own for each order and each refund, from which the ids here follow.

use crate::base::id::{OrderId, PaymentIntentId, RefundId, StripeAccountId};
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::text_newtype::text_newtype;
use crate::model::sales::payment::PaymentKey;

text_newtype! {
    /// The reference of an order or a refund in the service that took the money: 1 to 255 characters
    /// without control characters.
    pub struct Reference;

    /// The text is not a [`Reference`].
    #[error("must have 1 to 255 characters, and none of them a control character")]
    pub struct InvalidReference;

    parse: |text| {
        let is_valid = (1..=255).contains(&text.chars().count()) && !text.contains(char::is_control);
        is_valid.then(|| text.to_owned())
    };
}

/// The identity of an external order: equal references of two tenants or modes are two orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExternalOrder<'a> {
    /// The tenant that sells.
    pub tenant: &'a TenantId,
    /// The mode.
    pub mode: Mode,
    /// The reference of the order.
    pub reference: &'a Reference,
}

impl ExternalOrder<'_> {
    fn texts(&self) -> [&str; 3] {
        let (tenant, reference) = (self.tenant.as_str(), self.reference.as_str());
        [tenant, self.mode.as_str(), reference]
    }

    /// The id of the order.
    pub fn id(&self) -> OrderId {
        OrderId::derived(&self.texts())
    }

    /// The identity of the payment, in which the sale and the refunds meet.
    pub fn payment(&self) -> PaymentKey {
        PaymentKey {
            account: StripeAccountId::none(),
            intent: PaymentIntentId::derived(&self.texts()),
        }
    }

    /// The id of a refund of the order.
    pub fn refund(&self, refund: &Reference) -> RefundId {
        let [tenant, mode, order] = self.texts();
        RefundId::derived(&[tenant, mode, order, refund.as_str()])
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_a_short_text_without_control_characters() {
        for (text, good) in [
            ("17", true),
            ("Bestellung \u{e4} 17", true),
            (&*"r".repeat(255), true),
            (&*"r".repeat(256), false),
            ("", false),
            ("a\0b", false),
            ("a\nb", false),
        ] {
            assert_eq!(Reference::parse(text).is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn tenants_and_modes_have_orders_of_their_own() {
        let (acme, zeta) = (TenantId::parse("acme"), TenantId::parse("zeta"));
        let (acme, zeta) = (acme.unwrap(), zeta.unwrap());
        let (one, two) = (
            Reference::parse("1").unwrap(),
            Reference::parse("2").unwrap(),
        );
        let order = |tenant, mode, reference| ExternalOrder {
            tenant,
            mode,
            reference,
        };
        let first = order(&acme, Mode::Live, &one);
        for other in [
            order(&zeta, Mode::Live, &one),
            order(&acme, Mode::Sandbox, &one),
            order(&acme, Mode::Live, &two),
        ] {
            assert_ne!(other.id(), first.id(), "{other:?}");
            assert_ne!(other.payment(), first.payment(), "{other:?}");
            assert_ne!(other.refund(&two), first.refund(&two), "{other:?}");
        }
        assert_ne!(first.refund(&one), first.refund(&two));
    }
}
