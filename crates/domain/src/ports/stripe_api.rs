//! Stripe's API and webhooks.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::base::email::Email;
use crate::base::id::{OrderId, SessionId, StripeAccountId, StripePriceId, StripeProductId};
use crate::base::mode::Mode;
use crate::base::money::Money;
use crate::base::secret::Secret;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::stripe_value::StripeObjectId;
use crate::base::time::Timestamp;
use crate::base::url::WebUrl;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price_link::PriceLink;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::StripeEvent;
use crate::ports::stripe_sales::{
    BookedSince, ChargePayment, NewCoupon, NewPromotionCode, StripePage, TransactionPage,
};

/// Calls Stripe's API on accounts that are connected by OAuth, or with a key of the seller's own.
///
/// An adapter MUST act on the given account and in its mode, MUST send the given idempotency key
/// when it creates an object (`the_same_key_creates_one_object`), and MUST NOT repeat an OAuth exchange, since
/// Stripe revokes the grant when a code is used twice (`a_code_works_once`).
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Stripe: Send + Sync {
    /// Whether this mode is configured on this server.
    fn offers(&self, mode: Mode) -> bool;

    /// The URL of the page where a seller grants access. Stripe redirects the seller to `redirect`
    /// with a code and the `state`. Fails if the mode is not configured.
    fn authorize_url(
        &self,
        mode: Mode,
        state: &Secret,
        redirect: &WebUrl,
    ) -> Result<String, StripeError>;

    /// Exchanges a code for a grant. The code must not be used again.
    fn exchange(&self, mode: Mode, code: &Secret) -> Result<Grant, StripeError>;

    /// Revokes a grant. Succeeds if the account is not connected any more
    /// (`ending_an_ended_grant_succeeds`).
    fn deauthorize(&self, account: &AccountRef) -> Result<(), StripeError>;

    /// Retrieves an account.
    fn account(&self, account: &AccountRef) -> Result<StripeAccount, StripeError>;

    /// Retrieves a product; `None` if it does not exist any more (`a_deleted_product_is_not_found`).
    fn product(
        &self,
        account: &AccountRef,
        id: &StripeProductId,
    ) -> Result<Option<StripeProduct>, StripeError>;

    /// Lists the newest 100 prices of a product, active or not; none if the product does not exist.
    fn prices(
        &self,
        account: &AccountRef,
        product: &StripeProductId,
    ) -> Result<Vec<StripePrice>, StripeError>;

    /// Makes a product active and names it.
    fn repair_product(
        &self,
        account: &AccountRef,
        id: &StripeProductId,
        name: &str,
    ) -> Result<(), StripeError>;

    /// Makes a price active, or archives it.
    fn set_price_active(
        &self,
        account: &AccountRef,
        id: &StripePriceId,
        active: bool,
    ) -> Result<(), StripeError>;

    /// Creates a product.
    fn create_product(
        &self,
        account: &AccountRef,
        product: &NewProduct,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeProductId, StripeError>;

    /// Creates a price.
    fn create_price(
        &self,
        account: &AccountRef,
        price: &NewPrice,
        key: &StripeIdempotencyKey,
    ) -> Result<StripePriceId, StripeError>;

    /// Opens a checkout session.
    fn open_checkout(
        &self,
        access: &StripeAccess,
        checkout: &CheckoutRequest,
        key: &StripeIdempotencyKey,
    ) -> Result<CheckoutSession, StripeError>;

    /// Lists a page of the balance transactions of an account, newest first
    /// (`transactions_are_listed_page_by_page`). Each names the payment of its source, if the credentials
    /// allow to read it.
    fn balance_transactions(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<TransactionPage, StripeError>;

    /// Lists a page of the charges of an account, newest first.
    fn charges(
        &self,
        access: &StripeAccess,
        since: &BookedSince,
    ) -> Result<StripePage<ChargePayment>, StripeError>;

    /// Creates a coupon.
    fn create_coupon(
        &self,
        access: &StripeAccess,
        coupon: &NewCoupon,
        key: &StripeIdempotencyKey,
    ) -> Result<(), StripeError>;

    /// Deletes a coupon, which ends its promotion codes. Succeeds if it does not exist
    /// (`a_deleted_coupon_ends_its_codes`).
    fn delete_coupon(&self, access: &StripeAccess, id: &str) -> Result<(), StripeError>;

    /// Creates a promotion code (`a_code_is_taken_while_it_is_active`).
    fn create_promotion_code(
        &self,
        access: &StripeAccess,
        code: &NewPromotionCode,
        key: &StripeIdempotencyKey,
    ) -> Result<StripeObjectId, StripeError>;

    /// Activates or deactivates a promotion code.
    fn set_promotion_code_active(
        &self,
        access: &StripeAccess,
        id: &StripeObjectId,
        active: bool,
    ) -> Result<(), StripeError>;
}

/// Verifies and parses Stripe's webhook events.
///
/// An adapter MUST verify the signature over the raw bytes before it parses them, accept any `v1`
/// signature that matches, refuse a timestamp more than 300 s before or after `now`, and refuse
/// every event while no secret is configured.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Webhooks: Send + Sync {
    /// Verifies and parses an event that was sent to a Connect endpoint of the platform. Also
    /// returns the mode whose secret signed the event.
    fn read_connect(
        &self,
        body: &[u8],
        signature: &str,
        now: Timestamp,
    ) -> Result<(Mode, StripeEvent), WebhookError>;

    /// Parses an event that was verified when it was received, to retry it.
    fn reread(&self, body: &[u8]) -> Result<StripeEvent, WebhookError>;
}

/// Why an event was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// No secret is configured, so that no event can be verified.
    #[error("no webhook secret is set")]
    NoSecret,
    /// The signature header is missing or malformed, or matches no secret.
    #[error("the signature does not match")]
    BadSignature,
    /// The signature matches, but its timestamp is too old or in the future.
    #[error("the signature is too old")]
    Stale,
    /// The body was signed by Stripe but is not an event.
    #[error("the body is not an event")]
    NotAnEvent,
}

/// An idempotency key, under which Stripe processes a request once: 1 to 255 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeIdempotencyKey(String);

impl StripeIdempotencyKey {
    /// Builds a key from parts, which must be short and must not be secret.
    pub fn new(parts: &[&str]) -> Self {
        let text = parts.join(":");
        Self(text.chars().take(255).collect())
    }

    /// The value of the `Idempotency-Key` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The credentials of a call, and the account that the call is made on.
#[derive(Debug, Clone)]
pub enum StripeAccess {
    /// The platform's key of the mode, on an account that is connected by OAuth.
    Connect(AccountRef),
    /// A key of the seller's own, secret or restricted, on the account that the key belongs to.
    Key(SellerKey),
}

/// A Stripe key of a seller's own.
#[derive(Debug, Clone)]
pub struct SellerKey {
    /// The mode that the key is of.
    pub mode: Mode,
    /// The account that the key belongs to, if it is known.
    pub account: Option<StripeAccountId>,
    /// The key in plain text.
    pub key: Secret,
}

impl StripeAccess {
    /// The mode in which calls are made.
    pub const fn mode(&self) -> Mode {
        match self {
            Self::Connect(on) => on.mode,
            Self::Key(key) => key.mode,
        }
    }

    /// The account that calls are made on, if it is known.
    pub const fn account(&self) -> Option<&StripeAccountId> {
        match self {
            Self::Connect(on) => Some(&on.account),
            Self::Key(key) => key.account.as_ref(),
        }
    }
}

impl From<AccountRef> for StripeAccess {
    fn from(account: AccountRef) -> Self {
        Self::Connect(account)
    }
}

/// The result of an OAuth round. The access token is dropped, since calls are made on the account
/// with the platform's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The connected account.
    pub account: StripeAccountId,
    /// Whether the grant is for live mode.
    pub livemode: bool,
}

/// A Stripe account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeAccount {
    /// Stripe's id of the account.
    pub id: StripeAccountId,
    /// Whether the account may accept payments.
    pub charges_enabled: bool,
    /// Whether Stripe pays out to the account's owner.
    pub payouts_enabled: bool,
    /// Whether the owner has submitted the details that Stripe requires.
    pub details_submitted: bool,
    /// The account type (`standard`, `express`, `custom` or `none`), if Stripe sent it.
    pub kind: Option<String>,
    /// The country code, if Stripe sent it.
    pub country: Option<String>,
    /// The default currency, if Stripe sent it.
    pub default_currency: Option<String>,
}

/// The key type that a Stripe product or price is made for, in its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoldKeyType {
    /// The tenant.
    pub tenant: TenantId,
    /// The product.
    pub product: ProductId,
    /// The key type.
    pub key_type: KeyTypeId,
}

impl SoldKeyType {
    /// The ids of a key type.
    pub fn of(key_type: &KeyType) -> Self {
        Self {
            tenant: key_type.tenant.clone(),
            product: key_type.product.clone(),
            key_type: key_type.id.clone(),
        }
    }

    /// Whether these are the ids of the key type.
    pub fn is(&self, key_type: &KeyType) -> bool {
        (&self.tenant, &self.product, &self.key_type)
            == (&key_type.tenant, &key_type.product, &key_type.id)
    }

    /// Whether these are the ids of the key type that has the link.
    pub fn is_of(&self, link: &PriceLink) -> bool {
        (&self.tenant, &self.product, &self.key_type)
            == (&link.tenant, &link.product, &link.key_type)
    }
}

/// A product as Stripe has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeProduct {
    /// Stripe's id of the product.
    pub id: StripeProductId,
    /// The name that buyers see.
    pub name: String,
    /// Whether the product is not archived.
    pub active: bool,
    /// The key type in the metadata, if there is one.
    pub sold: Option<SoldKeyType>,
}

/// A price as Stripe has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripePrice {
    /// Stripe's id of the price.
    pub id: StripePriceId,
    /// The amount, if it is one that is charged once.
    pub amount: Option<Money>,
    /// Whether the price is not archived.
    pub active: bool,
    /// The key type in the metadata, if there is one.
    pub sold: Option<SoldKeyType>,
}

/// A Stripe product to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// The key type, for the metadata.
    pub sold: SoldKeyType,
    /// The name that buyers see.
    pub name: String,
}

/// A Stripe price to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrice {
    /// The key type, for the metadata.
    pub sold: SoldKeyType,
    /// The price's name in the seller's Stripe dashboard.
    pub name: String,
    /// The Stripe product that the price belongs to.
    pub stripe_product: StripeProductId,
    /// The amount of the price.
    pub amount: Money,
}

/// A Checkout session to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRequest {
    /// The order, sent as `client_reference_id`.
    pub order: OrderId,
    /// The tenant, for the metadata.
    pub tenant: TenantId,
    /// The product, for the metadata.
    pub product: ProductId,
    /// The key type, for the metadata.
    pub key_type: KeyTypeId,
    /// The Stripe price to charge.
    pub price: StripePriceId,
    /// The platform's fee; `None` if there is none.
    pub fee: Option<Money>,
    /// The buyer's address, if known.
    pub buyer: Option<Email>,
    /// A signed copy of the order, for the metadata of the session.
    pub snapshot: BTreeMap<String, String>,
    /// The page that the buyer returns to after paying.
    pub success_url: WebUrl,
    /// The page that the buyer returns to after cancelling.
    pub cancel_url: WebUrl,
}

/// An open Checkout session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    /// Stripe's id of the session.
    pub id: SessionId,
    /// The URL of the page where the buyer pays.
    pub url: String,
}

/// What Stripe says about a request that it refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StripeRefusal {
    /// Stripe's error code, such as `email_invalid`, if the answer has one.
    pub code: Option<String>,
    /// Stripe's message for people, without credentials.
    pub message: String,
    /// Stripe's id of the request, for its support.
    pub request_id: Option<String>,
}

impl fmt::Display for StripeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.request_id {
            Some(id) => write!(f, " ({id})"),
            None => Ok(()),
        }
    }
}

/// Why a call of Stripe's API failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// The mode is not configured on this server.
    #[error("Stripe is not set up for {} mode", .0.as_str())]
    NotConfigured(Mode),
    /// The grant was revoked: the account is not connected to the platform any more.
    #[error("the Stripe account is not connected any more")]
    AccountGone,
    /// The account may not accept payments (yet).
    #[error("the Stripe account cannot take payments")]
    CannotCharge(StripeRefusal),
    /// The amount is below Stripe's minimum in the currency.
    #[error("the amount is below Stripe's minimum")]
    AmountTooSmall(StripeRefusal),
    /// The object does not exist.
    #[error("the object does not exist at Stripe")]
    NotFound(StripeRefusal),
    /// The OAuth code was refused: it is used, expired, or of the other mode.
    #[error("Stripe refused the authorization code")]
    CodeRefused(StripeRefusal),
    /// The platform's own key was refused; the operator must correct the configuration.
    #[error("Stripe refused the platform's key")]
    Unauthorized,
    /// Stripe refused the request for another reason. The same request is refused again.
    #[error("Stripe refused the request: {0}")]
    Refused(StripeRefusal),
    /// Stripe did nothing: Stripe limited the rate of requests, or has not answered lately and was not
    /// asked. A retry may succeed.
    #[error("Stripe is busy")]
    Busy {
        /// How long to wait before a retry, if known.
        retry_after: Option<Duration>,
    },
    /// Stripe could not be reached, or failed; it is unknown whether the request was processed.
    #[error("Stripe cannot be reached: {0}")]
    Unavailable(String),
    /// Stripe answered, but the answer is too large or not what was asked for; it is unknown whether the
    /// request was processed.
    #[error("Stripe's answer cannot be read: {0}")]
    Unreadable(String),
}
