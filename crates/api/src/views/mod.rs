//! Views: the JSON that the API and the command line print.

mod access;
mod catalog;
mod licenses;
mod outbox;
mod page;
mod sales;
mod sellers;
mod stripe;

pub(crate) use access::ApiKeyPage;
pub use access::{ApiKeySecret, ApiKeyView};
pub(crate) use catalog::{KeyTypePage, KeyTypeView, ProductPage, ProductView};
pub(crate) use licenses::{
    ActivationPage, ActivationResult, DeactivationResult, HeartbeatResult, IssuedLicense,
    LicensePage, RevealedKey, ValidationResult,
};
pub use licenses::{ActivationView, LicenseView};
pub(crate) use outbox::{
    DeliveryPage, DeliveryView, MailPage, MailSettingsView, MailView, SigningSecret,
    UpdatedWebhookEndpoint, WebhookEndpointView,
};
pub use sales::CustomerView;
pub(crate) use sales::{CheckoutSession, CustomerPage, OrderPage, OrderView};
pub(crate) use sellers::AuditEntryPage;
pub use sellers::AuditEntryView;
pub(crate) use stripe::{
    AccountStatus, CheckoutKey, ConnectLink, ConnectionStatus, EventReceived, ParkedEvent,
    ParkedEventPage, SetUpPricesResult,
};
