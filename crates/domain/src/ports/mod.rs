//! The ports: traits through which the domain uses the outside world. They are synchronous and can
//! be used as trait objects. Adapters implement them and are tested against the contracts in
//! `mintage-testkit`.
//!
//! To add a store, implement the parts of [`Store`] and run `mintage_testkit::store_contract!`.

mod access;
mod catalog;
mod clock;
mod commit;
mod configuration;
mod housekeeping;
mod http;
mod last_seen;
mod ledger;
mod licenses;
mod mail;
mod master_keys;
#[cfg(feature = "mock")]
mod mock_store;
mod outbox;
mod restricted_stripe;
mod sales;
mod seller_stripe;
mod sellers;
mod store;
mod store_error;
mod stripe;
mod stripe_api;
mod stripe_catalog;
mod stripe_checkout;
mod stripe_history;
mod stripe_idempotency;
mod stripe_refusal;
mod stripe_sales;
mod stripe_webhooks;
mod validations;

pub use access::{ApiKeys, IdempotencyKeys, RateLimiter, TakeDone, TakeQuery};
pub use catalog::Catalog;
pub use clock::{Clock, Entropy};
pub use commit::{Commit, CommitDone, CommitError};
pub use configuration::Configuration;
pub use housekeeping::{Housekeeping, MAX_PRUNED_ROWS, StoreLoad};
pub use http::{AnswerBody, Http, HttpError, HttpRequest, HttpResponse, Method};
pub use last_seen::{LastSeen, SeenTarget};
pub use ledger::{
    AccountSums, AttributedEntry, Ledgers, PromotionCodeFilter, PromotionCodes, SalesGroup,
    SalesRange, SalesSums, SalesTotals,
};
pub use licenses::{
    Activations, ExpiringLicense, KeyQuery, KnownLicense, LicenseFilter, LicenseRecord, Licenses,
};
pub use mail::{Mail, MailError, Message};
pub use master_keys::{MasterKeys, SealedKind, SealedValue};
pub use outbox::{ClaimLimits, Claimed, Deliveries, Mails, SET_ASIDE, WebhookEndpoints};
pub use restricted_stripe::{
    KeyAccount, KeyProver, NewSellerEndpoint, RestrictedStripe, RestrictedStripeError,
    SellerEndpoint,
};
pub use sales::{
    CustomerFilter, Customers, Erasure, Erasures, OrderFilter, Orders, Payments, Subscriptions,
    TenantErasure, TenantRows,
};
pub use seller_stripe::SellerStripe;
pub use sellers::{AuditFilter, AuditRecord, Audits, Tenants, Tokens};
pub use store::Store;
pub use store_error::StoreError;
pub use stripe::{Connections, OAuthRounds, ProcessedEvents, RestrictedKeys};
pub use stripe_api::{
    CheckoutEnd, Grant, SellerKey, Stripe, StripeAccess, StripeAccount, StripeError,
};
pub use stripe_catalog::{
    NewPrice, NewProduct, PriceBilling, SoldKeyType, StripePrice, StripeProduct,
};
pub use stripe_checkout::{
    CheckoutLine, CheckoutPrice, CheckoutRequest, CheckoutSession, NewSubscription,
};
pub use stripe_history::{HistoryKind, HistoryPage, HistoryQuery, UnknownHistory};
pub use stripe_idempotency::StripeIdempotencyKey;
pub use stripe_refusal::StripeRefusal;
pub use stripe_sales::{
    BookedSince, ChargePayment, NewCoupon, NewPromotionCode, StripePage, TransactionPage,
};
pub use stripe_webhooks::{WebhookError, Webhooks};
pub use validations::{ValidateDone, ValidateQuery, ValidateRead, Validations};

#[cfg(feature = "mock")]
pub use clock::{MockClock, MockEntropy};
#[cfg(feature = "mock")]
pub use http::MockHttp;
#[cfg(feature = "mock")]
pub use mail::MockMail;
#[cfg(feature = "mock")]
pub use mock_store::MockStore;
#[cfg(feature = "mock")]
pub use restricted_stripe::MockRestrictedStripe;
#[cfg(feature = "mock")]
pub use stripe_api::MockStripe;
#[cfg(feature = "mock")]
pub use stripe_webhooks::MockWebhooks;
