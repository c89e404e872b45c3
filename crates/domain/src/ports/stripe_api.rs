use std::time::Duration;

use crate::base::email::Email;
use crate::base::id::{OrderId, SessionId, StripeAccountId, StripePriceId, StripeProductId};
use crate::base::mode::Mode;
use crate::base::money::Money;
use crate::base::secret::Secret;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::base::url::WebUrl;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::StripeEvent;

/// Stripe, as the platform uses it on accounts that were connected by OAuth.
///
/// An adapter MUST act on the account it is given and in its mode, MUST send the idempotency key
/// it is given with every POST (`the_same_key_makes_one_object`), and MUST NOT repeat an OAuth
/// exchange by itself: using a code twice ends the grant (`a_code_works_once`).
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Stripe: Send + Sync {
    /// Whether this mode is set up on this server.
    fn offers(&self, mode: Mode) -> bool;

    /// The page where a seller grants access; it sends them back to `redirect` with a code and
    /// the `state`. Error: the mode is not set up.
    fn authorize_url(
        &self,
        mode: Mode,
        state: &Secret,
        redirect: &WebUrl,
    ) -> Result<String, StripeError>;

    /// Turns a code into a grant. Once.
    fn exchange(&self, mode: Mode, code: &Secret) -> Result<Grant, StripeError>;

    /// Ends a grant. An account that is not connected any more is a success
    /// (`ending_an_ended_grant_succeeds`).
    fn deauthorize(&self, account: &AccountRef) -> Result<(), StripeError>;

    /// What Stripe says of an account.
    fn account(&self, account: &AccountRef) -> Result<StripeAccount, StripeError>;

    /// Makes a product.
    fn create_product(
        &self,
        account: &AccountRef,
        product: &NewProduct,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeProductId, StripeError>;

    /// Makes a price.
    fn create_price(
        &self,
        account: &AccountRef,
        price: &NewPrice,
        key: &StripeIdempotencyKey,
    ) -> Result<StripePriceId, StripeError>;

    /// Opens a checkout session.
    fn open_checkout(
        &self,
        account: &AccountRef,
        checkout: &CheckoutRequest,
        key: &StripeIdempotencyKey,
    ) -> Result<CheckoutSession, StripeError>;
}

/// Stripe's webhooks, as they arrive.
///
/// An adapter MUST check the signature over the raw bytes before it reads them, accept any `v1`,
/// refuse a timestamp more than 300 s from `now` either way, and refuse everything while no
/// secret is set.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Webhooks: Send + Sync {
    /// Checks and reads an event of the platform's Connect endpoints. Returns the mode whose
    /// secret signed it.
    fn read_connect(
        &self,
        body: &[u8],
        signature: &str,
        now: Timestamp,
    ) -> Result<(Mode, StripeEvent), WebhookError>;

    /// Reads an event that was checked when it came, to try it again.
    fn reread(&self, body: &[u8]) -> Result<StripeEvent, WebhookError>;
}

/// Why a webhook was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// No secret is set: nothing can be told from a forgery.
    #[error("no webhook secret is set")]
    NoSecret,
    /// The header is missing, unreadable or fits no secret.
    #[error("the signature does not match")]
    BadSignature,
    /// The signature is good and too old, or from the future.
    #[error("the signature is too old")]
    Stale,
    /// It was signed by Stripe, and is no event.
    #[error("the body is not an event")]
    NotAnEvent,
}

/// The key under which Stripe does a thing once: 1 to 255 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeIdempotencyKey(String);

impl StripeIdempotencyKey {
    /// A key made from parts that are short and never secret.
    pub fn new(parts: &[&str]) -> Self {
        let text = parts.join(":");
        Self(text.chars().take(255).collect())
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an OAuth round grants. The access token is not kept: calls are made with the platform's
/// own key on the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The account.
    pub account: StripeAccountId,
    /// Whether it is for real money.
    pub livemode: bool,
}

/// What Stripe says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeAccount {
    /// Which.
    pub id: StripeAccountId,
    /// Whether it may take payments.
    pub charges_enabled: bool,
    /// Whether it is paid out.
    pub payouts_enabled: bool,
    /// Whether its owner has told Stripe what it asked.
    pub details_submitted: bool,
    /// Its type (`standard`, `express`, `custom`, `none`), if told.
    pub kind: Option<String>,
    /// Its country, if told.
    pub country: Option<String>,
    /// Its currency, if told.
    pub default_currency: Option<String>,
}

/// A product to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub product: ProductId,
    /// Its name, as buyers see it.
    pub name: String,
}

/// A price to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrice {
    /// Whose.
    pub tenant: TenantId,
    /// Of which product.
    pub product: ProductId,
    /// For which key type.
    pub key_type: KeyTypeId,
    /// Its name, for the seller.
    pub name: String,
    /// The Stripe product it belongs to.
    pub stripe_product: StripeProductId,
    /// How much.
    pub amount: Money,
}

/// A checkout to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRequest {
    /// Our order: `client_reference_id`.
    pub order: OrderId,
    /// Whose sale.
    pub tenant: TenantId,
    /// What is sold.
    pub product: ProductId,
    /// Which key type.
    pub key_type: KeyTypeId,
    /// At which price.
    pub price: StripePriceId,
    /// The platform's fee, if there is one.
    pub fee: Option<Money>,
    /// The buyer's address, if known.
    pub buyer: Option<Email>,
    /// Where the buyer goes when done.
    pub success_url: WebUrl,
    /// Where the buyer goes when not.
    pub cancel_url: WebUrl,
}

/// An open checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    /// Stripe's id for it.
    pub id: SessionId,
    /// The page to pay on.
    pub url: String,
}

/// Why Stripe did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// This mode is not set up on this server.
    #[error("Stripe is not set up for {} mode", .0.as_str())]
    NotConfigured(Mode),
    /// The grant is gone: the account is not connected to the platform.
    #[error("the Stripe account is not connected any more")]
    AccountGone,
    /// The account may not take payments (yet).
    #[error("the Stripe account cannot take payments")]
    CannotCharge,
    /// The amount is below what Stripe takes in the currency.
    #[error("the amount is below Stripe's minimum")]
    AmountTooSmall,
    /// There is no such object.
    #[error("Stripe knows no such object")]
    NotFound,
    /// An OAuth code was refused: used, expired, or of another mode.
    #[error("Stripe refused the authorization code")]
    CodeRefused,
    /// The platform's own key was refused: the operator must act.
    #[error("Stripe refused the platform's key")]
    Unauthorized,
    /// Stripe refused the request for a reason of its own.
    #[error("Stripe refused the request: {message}")]
    Refused {
        /// Stripe's code, if it gave one.
        code: Option<String>,
        /// Stripe's words, for the log.
        message: String,
    },
    /// Too many requests; worth trying again.
    #[error("Stripe is busy")]
    Busy {
        /// After how long, if Stripe said so.
        retry_after: Option<Duration>,
    },
    /// Stripe could not be reached or failed; whether it acted is unknown.
    #[error("Stripe cannot be reached: {0}")]
    Unavailable(String),
}
