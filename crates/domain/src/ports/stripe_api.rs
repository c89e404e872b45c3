//! Stripe's API.

use std::time::Duration;

use crate::base::id::{
    DisputeId, InvoiceId, PaymentIntentId, SessionId, StripeAccountId, StripePriceId,
    StripeProductId, SubscriptionId,
};
use crate::base::mode::Mode;
use crate::base::secret::Secret;
use crate::base::stripe_value::StripeObjectId;
use crate::base::url::WebUrl;
use crate::model::sales::claim::ClaimedLine;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::DisputeFacts;
pub use crate::model::stripe::stripe_account::StripeAccount;
use crate::model::stripe::subscription::{InvoiceFacts, StripeSubscription};
use crate::ports::stripe_catalog::{NewPrice, NewProduct, StripePrice, StripeProduct};
use crate::ports::stripe_checkout::{CheckoutRequest, CheckoutSession};
use crate::ports::stripe_history::{HistoryPage, HistoryQuery};
use crate::ports::stripe_idempotency::StripeIdempotencyKey;
use crate::ports::stripe_refusal::StripeRefusal;
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

    /// Reads the lines of a checkout session, the first [`SaleClaim::MAX_LINES`] of them; `None` if the session
    /// does not exist (`the_lines_of_a_session_are_read`).
    ///
    /// [`SaleClaim::MAX_LINES`]: crate::model::sales::claim::SaleClaim::MAX_LINES
    fn session_lines(
        &self,
        access: &StripeAccess,
        session: &SessionId,
    ) -> Result<Option<Vec<ClaimedLine>>, StripeError>;

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

/// How a checkout session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutEnd {
    /// Nobody can pay in the session any more.
    Expired,
    /// The buyer has completed the session before (`a_completed_session_is_not_expired`).
    Completed,
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

impl StripeError {
    /// Whether the key is at fault: Stripe does not accept it, or it lacks the permission.
    pub const fn is_of_key(&self) -> bool {
        match self {
            Self::Unauthorized => true,
            Self::Refused(refusal) => refusal.lacks_permission,
            _ => false,
        }
    }
}
