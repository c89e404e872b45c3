//! Checkout sessions, as they are asked of Stripe.

use std::collections::BTreeMap;

use crate::base::email::Email;
use crate::base::id::{OrderId, SessionId, StripePriceId};
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::url::WebUrl;
use crate::model::catalog::sale::SessionOptions;
use crate::model::sales::fee::BasisPoints;
use crate::model::sales::items::Quantity;

/// A Checkout session to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRequest {
    /// The order, sent as `client_reference_id`.
    pub order: OrderId,
    /// The tenant, for the metadata.
    pub tenant: TenantId,
    /// The product of the first line, for the metadata.
    pub product: ProductId,
    /// The key type, for the metadata.
    pub key_type: KeyTypeId,
    /// What is sold.
    pub lines: Vec<CheckoutLine>,
    /// The switches of the session.
    pub options: SessionOptions,
    /// The platform's fee; `None` if there is none.
    pub fee: Option<Money>,
    /// What a subscription has beside its price; `None` for a sale that is paid once.
    pub subscription: Option<NewSubscription>,
    /// The buyer's address, if known.
    pub buyer: Option<Email>,
    /// A signed copy of the order, for the metadata of the session.
    pub snapshot: BTreeMap<String, String>,
    /// The page that the buyer returns to after paying.
    pub success_url: WebUrl,
    /// The page that the buyer returns to after cancelling.
    pub cancel_url: WebUrl,
}

/// A line of a session to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutLine {
    /// The price to charge.
    pub price: CheckoutPrice,
    /// How many times it is charged.
    pub quantity: Quantity,
}

/// The price of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckoutPrice {
    /// A price that exists at Stripe.
    Existing(StripePriceId),
    /// A price for this session alone, which is paid once.
    Inline {
        /// The name that the buyer sees.
        name: String,
        /// The amount.
        amount: Money,
    },
}

impl From<StripePriceId> for CheckoutPrice {
    fn from(price: StripePriceId) -> Self {
        Self::Existing(price)
    }
}

/// A subscription that a Checkout session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSubscription {
    /// The platform's share of each invoice.
    pub fee: BasisPoints,
    /// How many days are free.
    pub trial_days: u16,
}

/// An open Checkout session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    /// Stripe's id of the session.
    pub id: SessionId,
    /// The URL of the page where the buyer pays.
    pub url: String,
}
