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
mod outbox;
mod sales;
mod sellers;
mod store;
mod store_error;
mod stripe;
mod stripe_api;
mod stripe_sales;
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
pub use licenses::{Activations, KeyQuery, KnownLicense, LicenseFilter, LicenseRecord, Licenses};
pub use mail::{Mail, MailError, Message};
pub use master_keys::{MasterKeys, SealedKind, SealedValue};
pub use outbox::{ClaimLimits, Claimed, Deliveries, Mails, SET_ASIDE, WebhookEndpoints};
pub use sales::{
    CustomerFilter, Customers, Erasure, Erasures, OrderFilter, Orders, Payments, TenantErasure,
    TenantRows,
};
pub use sellers::{AuditFilter, AuditRecord, Audits, Tenants, Tokens};
pub use store::Store;
pub use store_error::StoreError;
pub use stripe::{Connections, OAuthRounds, ProcessedEvents};
pub use stripe_api::{
    CheckoutRequest, CheckoutSession, Grant, NewPrice, NewProduct, SellerKey, SoldKeyType, Stripe,
    StripeAccess, StripeAccount, StripeError, StripeIdempotencyKey, StripePrice, StripeProduct,
    StripeRefusal, WebhookError, Webhooks,
};
pub use stripe_sales::{
    BookedSince, ChargePayment, NewCoupon, NewPromotionCode, StripePage, TransactionPage,
};
pub use validations::{ValidateDone, ValidateQuery, ValidateRead, Validations};

#[cfg(feature = "mock")]
pub use clock::{MockClock, MockEntropy};
#[cfg(feature = "mock")]
pub use http::MockHttp;
#[cfg(feature = "mock")]
pub use mail::MockMail;
#[cfg(feature = "mock")]
pub use stripe_api::{MockStripe, MockWebhooks};
