//! Stripe's API.

use std::fmt;
use std::time::Duration;

use crate::base::id::{
    DisputeId, InvoiceId, PaymentIntentId, SessionId, StripeAccountId, StripePriceId,
    StripeProductId, SubscriptionId,
};
use crate::base::mode::Mode;
use crate::base::money::Money;
use crate::base::secret::Secret;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::url::WebUrl;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price_link::PriceLink;
use crate::model::licenses::recurrence::Billing;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::DisputeFacts;
pub use crate::model::stripe::stripe_account::StripeAccount;
use crate::model::stripe::subscription::{InvoiceFacts, StripeSubscription};
use crate::ports::stripe_checkout::{CheckoutRequest, CheckoutSession};
use crate::ports::stripe_history::{HistoryPage, HistoryQuery};
use crate::ports::stripe_idempotency::StripeIdempotencyKey;

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

    /// Creates a link with which the owner of an account enters at Stripe what Stripe requires. Stripe sends
    /// the owner to `return_url` afterwards, and to `refresh_url` if the link is used up or too old
    /// (`an_onboarding_link_leads_to_stripe`).
    fn onboarding_link(
        &self,
        account: &AccountRef,
        refresh_url: &WebUrl,
        return_url: &WebUrl,
    ) -> Result<String, StripeError>;

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

    /// Proves that a key of a seller's own may open checkout sessions, without opening one. Fails with
    /// `Unauthorized` if Stripe does not know the key, and with `Refused` if the key lacks the
    /// permission (`a_key_of_the_sellers_own_is_proven`).
    fn prove_checkout(&self, key: &SellerKey) -> Result<(), StripeError>;

    /// Opens a checkout session.
    fn open_checkout(
        &self,
        access: &StripeAccess,
        checkout: &CheckoutRequest,
        key: &StripeIdempotencyKey,
    ) -> Result<CheckoutSession, StripeError>;

    /// Reads a page of what happened on an account.
    fn history(
        &self,
        access: &StripeAccess,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, StripeError>;

    /// Retrieves a subscription as it is now; `None` if it does not exist
    /// (`what_does_not_exist_is_not_found`).
    fn subscription(
        &self,
        account: &AccountRef,
        id: &SubscriptionId,
    ) -> Result<Option<StripeSubscription>, StripeError>;

    /// Retrieves an invoice; `None` if it does not exist.
    fn invoice(
        &self,
        account: &AccountRef,
        id: &InvoiceId,
    ) -> Result<Option<InvoiceFacts>, StripeError>;

    /// Finds the invoice that a payment paid; `None` if it paid none.
    fn invoice_of_payment(
        &self,
        account: &AccountRef,
        payment: &PaymentIntentId,
    ) -> Result<Option<InvoiceFacts>, StripeError>;

    /// Retrieves a dispute as it is now (`a_dispute_is_retrieved_as_it_is`).
    fn dispute(&self, access: &StripeAccess, id: &DisputeId) -> Result<DisputeFacts, StripeError>;

    /// Expires a checkout session, so that nobody can pay on its page. A session that has expired already,
    /// or does not exist any more, is expired (`a_session_is_expired_once`).
    fn expire_checkout(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<CheckoutEnd, StripeError>;
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
    /// The amount, if it is one.
    pub amount: Option<Money>,
    /// How often the price is paid; `None` if it is paid once.
    pub billing: Option<PriceBilling>,
    /// Whether the price is not archived.
    pub active: bool,
    /// The key type in the metadata, if there is one.
    pub sold: Option<SoldKeyType>,
}

/// How often a price is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceBilling {
    /// For each period.
    Recurring(Billing),
    /// In a way that no key type has, such as by usage.
    Other,
}

impl StripePrice {
    /// Whether the price has this amount and is paid so often.
    pub fn is(&self, amount: Money, billing: Option<Billing>) -> bool {
        self.amount == Some(amount) && self.billing == billing.map(PriceBilling::Recurring)
    }
}

/// A Stripe product to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// The key type of the first line, for the metadata.
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
    /// How often the price is paid; `None` if it is paid once.
    pub billing: Option<Billing>,
}

/// How a checkout session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutEnd {
    /// Nobody can pay in the session any more.
    Expired,
    /// The buyer has completed the session before (`a_completed_session_is_not_expired`).
    Completed,
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
