//! What the domain needs from outside: traits named by capability, without async, usable as
//! objects. An adapter implements them; `mintage-testkit` holds the contract each must keep.
//!
//! To bring a new store: implement [`Store`]'s parts and run `mintage_testkit::store_contract!`.

mod clock;
mod http;
mod mail;
mod store;
mod stripe;

pub use clock::{Clock, Entropy};
pub use http::{Http, HttpError, HttpRequest, HttpResponse, Method};
pub use mail::{Mail, MailError, Message};
pub use store::{
    Activations, ApiKeys, AuditFilter, AuditRecord, Audits, Calls, Catalog, Commit, CommitDone,
    CommitError, Connections, CustomerFilter, Customers, Deliveries, Endpoints, HeardEvents,
    Housekeeping, KeyQuery, KnownLicense, LicenseFilter, LicenseRecord, Licenses, Limiter, Mails,
    Nonce, OAuthRounds, Orders, Payments, Seen, Sighted, Store, StoreError, Tenants, Tokens,
    ValidateDone, ValidateQuery, ValidateRead, Validations,
};
pub use stripe::{
    CheckoutRequest, CheckoutSession, Grant, IdempotencyKey, NewPrice, NewProduct, Stripe,
    StripeAccount, StripeError, WebhookError, Webhooks,
};

#[cfg(feature = "mock")]
pub use clock::{MockClock, MockEntropy};
#[cfg(feature = "mock")]
pub use http::MockHttp;
#[cfg(feature = "mock")]
pub use mail::MockMail;
#[cfg(feature = "mock")]
pub use stripe::{MockStripe, MockWebhooks};
