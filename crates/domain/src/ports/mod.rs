//! What the domain needs from outside: traits named by capability, without async, usable as
//! objects. An adapter implements them; `mintage-testkit` holds the contract each must keep.
//!
//! To bring a new store: implement [`Store`]'s parts and run `mintage_testkit::store_contract!`.

mod access;
mod catalog;
mod clock;
mod commit;
mod housekeeping;
mod http;
mod last_seen;
mod licenses;
mod mail;
mod outbox;
mod sales;
mod sellers;
mod store;
mod store_error;
mod stripe;
mod stripe_api;
mod validations;

pub use access::{ApiKeys, Calls, Limiter};
pub use catalog::Catalog;
pub use clock::{Clock, Entropy};
pub use commit::{Commit, CommitDone, CommitError};
pub use housekeeping::Housekeeping;
pub use http::{Http, HttpError, HttpRequest, HttpResponse, Method};
pub use last_seen::{Seen, Sighted};
pub use licenses::{Activations, KeyQuery, KnownLicense, LicenseFilter, LicenseRecord, Licenses};
pub use mail::{Mail, MailError, Message};
pub use outbox::{Deliveries, Endpoints, Mails};
pub use sales::{CustomerFilter, Customers, Orders, Payments};
pub use sellers::{AuditFilter, AuditRecord, Audits, Tenants, Tokens};
pub use store::Store;
pub use store_error::StoreError;
pub use stripe::{Connections, HeardEvents, OAuthRounds};
pub use stripe_api::{
    CheckoutRequest, CheckoutSession, Grant, IdempotencyKey, NewPrice, NewProduct, Stripe,
    StripeAccount, StripeError, WebhookError, Webhooks,
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
