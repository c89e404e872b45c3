//! Rows as they are stored, one file per aggregate: `From<&Domain>` writes one, `TryFrom<Row>`
//! reads it back or names the column that is no valid value of the domain.

mod activation;
mod api_key;
mod audit;
mod catalog;
mod connection;
mod customer;
mod delivery;
mod idempotency;
mod license;
mod mailing;
mod management_token;
mod order;
mod own;
mod stripe_event;
mod tenant;

pub use activation::ActivationRow;
pub use api_key::ApiKeyRow;
pub use audit::AuditRow;
pub use catalog::{KeyTypeRow, PriceLinkRow, ProductRow};
pub use connection::{AccountLinkRow, ConnectionRow, OAuthRoundRow};
pub use customer::CustomerRow;
pub use delivery::{AttemptRow, DeliveryRow, EndpointRow};
pub use idempotency::IdempotencyRow;
pub use license::{
    KnownLicenseRow, LicenseMetadataRow, LicenseRecordRow, LicenseRow, known_license,
    license_record,
};
pub use mailing::MailingRow;
pub use management_token::ManagementTokenRow;
pub use order::{OrderRow, PaymentRow};
pub use own::{ApiKeyUseRow, CommitRow, CounterRow, NonceRow, RateWindowRow};
pub use stripe_event::StripeEventRow;
pub use tenant::TenantRow;
