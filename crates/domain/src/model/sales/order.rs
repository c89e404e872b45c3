//! Orders: each is one Stripe Checkout session that Mintage opened, from the intent to the sale.

use std::borrow::Cow;

use crate::base::email::Email;
use crate::base::id::{CustomerId, OrderId, PaymentIntentId, SessionId, StripeAccountId};
use crate::base::mode::Mode;
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::model::catalog::sale::QuantityAs;
use crate::model::licenses::recurrence::Recurrence;
use crate::model::licenses::terms::LicenseTerms;
use crate::model::sales::basket::{Basket, OrderLine};
use crate::model::sales::claim::SaleClaim;
use crate::model::sales::items::Quantity;

/// A sale by checkout. The agreed terms and price are copied into the order when the checkout
/// opens.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Order {
    /// Public id of the order, which Stripe carries as `client_reference_id`.
    pub id: OrderId,
    /// The tenant that sells.
    pub tenant: TenantId,
    /// The mode of the connected account.
    pub mode: Mode,
    /// The connected account on which the session was opened, or what stands for the account of the
    /// seller's own endpoints; events of other accounts are ignored.
    pub account: StripeAccountId,
    /// The product of the first line. It has no meaning while the order is unmapped.
    pub product: ProductId,
    /// The key type of the first line. It has no meaning while the order is unmapped.
    pub key_type: KeyTypeId,
    /// The terms of the first license.
    pub terms: LicenseTerms,
    /// How the order recurs; `None` if it is paid once.
    pub recurrence: Option<Recurrence>,
    /// The price of all lines, as it was agreed.
    pub price: Money,
    /// What is sold beyond one license of the key type.
    pub basket: Basket,
    /// The platform's fee; `None` if there is none.
    pub fee: Option<Money>,
    /// The buyer's address that the seller's backend sent, if any.
    #[cfg_attr(feature = "serde", serde(with = "crate::base::kept_email::option"))]
    pub buyer: Option<Email>,
    /// The address of the buyer as far as it is known: the one that Stripe reported, else the one that
    /// the seller's backend sent.
    #[cfg_attr(feature = "serde", serde(with = "crate::base::kept_email::option"))]
    pub email: Option<Email>,
    /// The Stripe session, once Stripe has answered. Only a session that is stored here can mint.
    pub session: Option<SessionId>,
    /// The state of the order.
    pub status: OrderStatus,
    /// The customer who bought, once the order is paid.
    pub customer: Option<CustomerId>,
    /// The total that was paid according to Stripe, once the order is paid.
    pub total: Option<Money>,
    /// Stripe's payment, once the order is paid; `None` if it was free.
    pub payment: Option<PaymentIntentId>,
    /// When the checkout was requested.
    pub created_at: Timestamp,
    /// When the licenses were minted.
    pub fulfilled_at: Option<Timestamp>,
    /// What the session says that was sold, if the seller made the session at Stripe.
    pub claim: Option<SaleClaim>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl Order {
    /// The product and the key type of the first line; `None` while nothing says what was sold.
    pub fn sold(&self) -> Option<(&ProductId, &KeyTypeId)> {
        (self.status != OrderStatus::Unmapped).then_some((&self.product, &self.key_type))
    }

    /// The lines of the order, at least one.
    pub fn lines(&self) -> Cow<'_, [OrderLine]> {
        if self.basket.lines.is_empty() {
            return Cow::Owned(vec![OrderLine {
                product: self.product.clone(),
                key_type: self.key_type.clone(),
                terms: self.terms.clone(),
                price: self.price,
                quantity: Quantity::ONE,
                quantity_as: QuantityAs::Licenses,
            }]);
        }
        Cow::Borrowed(&self.basket.lines)
    }

    /// Whether a session with this sum of its prices and this total, in minor units, cost what was agreed.
    /// Discounts and taxes make the total differ from the sum only where they were allowed.
    pub fn may_cost(&self, subtotal: Option<i64>, total: Option<i64>) -> bool {
        let has_trial = self.recurrence.is_some_and(|it| it.trial_days > 0);
        // A subscription that begins with a trial costs nothing at first.
        let price = if has_trial { 0 } else { self.price.minor() };
        let Some(total) = total else { return false };
        let Basket {
            may_discount,
            may_tax,
            ..
        } = self.basket;
        if !may_discount && !may_tax {
            return total == price;
        }
        subtotal == Some(price) && (may_discount || total >= price) && (may_tax || total <= price)
    }

    /// The fee of which Stripe takes no more than what was paid.
    pub fn fee_of(&self, total: Option<Money>) -> Option<Money> {
        let fee = self.fee?;
        match total.filter(|total| total.currency() == fee.currency()) {
            Some(total) if total.minor() == 0 => None,
            Some(total) if total.minor() < fee.minor() => Some(total),
            _ => Some(fee),
        }
    }
}

text_enum! {
    /// The state of an order.
    pub enum OrderStatus {
        /// The order is stored; Stripe has not answered yet.
        Opening = "opening",
        /// The session is open: the buyer has a page to pay on.
        Open = "open",
        /// The buyer has completed the session; the payment is pending (a bank debit).
        AwaitingPayment = "awaiting_payment",
        /// The order is paid, and its licenses are minted.
        Fulfilled = "fulfilled",
        /// The pending payment failed.
        PaymentFailed = "payment_failed",
        /// The session expired before the buyer paid.
        Expired = "expired",
        /// Stripe opened no session, or its answer was lost.
        Abandoned = "abandoned",
        /// The order is paid, and nothing says what was sold. The seller may mint its license.
        Unmapped = "unmapped",
    }

    /// The text is not an order status.
    #[error("unknown order status")]
    pub struct UnknownStatus;
}

impl OrderStatus {
    /// Whether the status may change to `next`. Stripe's events arrive in any order: a payment is
    /// always accepted, an ended session does not become pending again, and a fulfilled order never
    /// changes.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Fulfilled => false,
            Self::Opening => true,
            Self::Open => !matches!(next, Self::Opening | Self::Open | Self::Abandoned),
            Self::AwaitingPayment => {
                matches!(next, Self::Fulfilled | Self::PaymentFailed | Self::Expired)
            }
            Self::PaymentFailed | Self::Expired | Self::Abandoned | Self::Unmapped => {
                next == Self::Fulfilled
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fulfilled_order_never_changes_and_a_payment_always_counts() {
        for status in OrderStatus::ALL {
            assert_eq!(OrderStatus::parse(status.as_str()), Ok(status));
            assert!(!OrderStatus::Fulfilled.may_become(status));
            assert_eq!(
                status.may_become(OrderStatus::Fulfilled),
                status != OrderStatus::Fulfilled
            );
        }
    }

    #[test]
    fn events_in_any_order_end_the_same() {
        use OrderStatus::{AwaitingPayment, Expired, Fulfilled, PaymentFailed};
        for (events, end) in [
            ([AwaitingPayment, Fulfilled], Fulfilled),
            ([AwaitingPayment, PaymentFailed], PaymentFailed),
            ([PaymentFailed, Fulfilled], Fulfilled),
            ([Expired, Fulfilled], Fulfilled),
        ] {
            let [first, second] = events;
            for received in [[first, second, first], [second, first, second]] {
                let last = received.into_iter().fold(OrderStatus::Open, |now, next| {
                    if now.may_become(next) { next } else { now }
                });
                assert_eq!(last, end, "{received:?}");
            }
        }
    }
}
