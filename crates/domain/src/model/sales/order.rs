//! Orders: one Stripe Checkout session that Mintage opened, from the intent to the sale.

use crate::base::email::Email;
use crate::base::id::{CustomerId, OrderId, PaymentIntentId, SessionId, StripeAccountId};
use crate::base::mode::Mode;
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::licenses::terms::LicenseTerms;

/// A sale in the making, or made. What was agreed is copied in when the checkout opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id; Stripe carries it as `client_reference_id`.
    pub id: OrderId,
    /// Whose sale.
    pub tenant: TenantId,
    /// With real money or not.
    pub mode: Mode,
    /// On which connected account the session was opened: only its news counts.
    pub account: StripeAccountId,
    /// What is sold.
    pub product: ProductId,
    /// Which key type of it.
    pub key_type: KeyTypeId,
    /// What the license will hold.
    pub terms: LicenseTerms,
    /// The price agreed.
    pub price: Money,
    /// The platform's fee, if there is one.
    pub fee: Option<Money>,
    /// The buyer's address as the seller told it.
    pub buyer: Option<Email>,
    /// The Stripe session, once Stripe has answered. A session that is not written here mints nothing.
    pub session: Option<SessionId>,
    /// How far it is.
    pub status: OrderStatus,
    /// Who bought, once paid.
    pub customer: Option<CustomerId>,
    /// What Stripe says was paid in all, once paid.
    pub total: Option<Money>,
    /// The payment, once paid and not free.
    pub payment: Option<PaymentIntentId>,
    /// When the checkout was asked for.
    pub created_at: Timestamp,
    /// When the license was minted.
    pub fulfilled_at: Option<Timestamp>,
    /// Counts changes.
    pub version: u64,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderStatus {
    /// Written down before Stripe is asked.
    Opening,
    /// The buyer has a page to pay on.
    Open,
    /// The buyer is done; the money is on its way (a bank debit).
    AwaitingPayment,
    /// Paid, and its license minted.
    Fulfilled,
    /// The money never came.
    PaymentFailed,
    /// Nobody paid in time.
    Expired,
    /// Stripe was asked and no session came of it.
    Abandoned,
}

/// A text that is no order status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown order status")]
pub struct UnknownStatus;

impl OrderStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Opening,
        Self::Open,
        Self::AwaitingPayment,
        Self::Fulfilled,
        Self::PaymentFailed,
        Self::Expired,
        Self::Abandoned,
    ];

    /// The status as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Open => "open",
            Self::AwaitingPayment => "awaiting_payment",
            Self::Fulfilled => "fulfilled",
            Self::PaymentFailed => "payment_failed",
            Self::Expired => "expired",
            Self::Abandoned => "abandoned",
        }
    }

    /// Reads a status.
    pub fn parse(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownStatus)
    }

    /// Whether `next` may follow. News comes in any order: a payment always counts, what ends a
    /// session is not undone by what only leads there, and a sale is never unmade.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Fulfilled => false,
            Self::Opening => true,
            Self::Open => !matches!(next, Self::Opening | Self::Open | Self::Abandoned),
            Self::AwaitingPayment => {
                matches!(next, Self::Fulfilled | Self::PaymentFailed | Self::Expired)
            }
            Self::PaymentFailed | Self::Expired | Self::Abandoned => next == Self::Fulfilled,
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
    fn news_in_any_order_ends_the_same() {
        use OrderStatus::{AwaitingPayment, Expired, Fulfilled, PaymentFailed};
        for (news, end) in [
            ([AwaitingPayment, Fulfilled], Fulfilled),
            ([AwaitingPayment, PaymentFailed], PaymentFailed),
            ([PaymentFailed, Fulfilled], Fulfilled),
            ([Expired, Fulfilled], Fulfilled),
        ] {
            let [first, second] = news;
            for told in [[first, second, first], [second, first, second]] {
                let end_of_it = told.into_iter().fold(OrderStatus::Open, |now, next| {
                    if now.may_become(next) { next } else { now }
                });
                assert_eq!(end_of_it, end, "{told:?}");
            }
        }
    }
}
