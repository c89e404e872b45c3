//! Views: what the JSON API and the command line show of a thing.

mod access;
mod catalog;
mod licenses;
mod outbox;
mod page;
mod sales;
mod sellers;
mod stripe;

pub use access::{ApiKeySecret, ApiKeyView};
pub(crate) use catalog::{KeyTypeView, ProductView};
pub use licenses::{ActivationView, LicenseView};
pub(crate) use licenses::{
    DeviceActivated, DeviceDeactivated, DeviceHeard, IssuedLicense, RevealedKey, SlotsInUse,
    Validation,
};
pub(crate) use outbox::{
    DeliveryView, MailSettingView, MailView, NewSigningSecret, WebhookEndpointView, WebhookSet,
};
pub(crate) use page::PageView;
pub use sales::CustomerView;
pub(crate) use sales::{CheckoutOpened, OrderView};
pub use sellers::AuditEntryView;
pub(crate) use stripe::{
    AccountReached, AccountStatus, AccountUnreached, ConnectBegun, ConnectionStatus, Heard,
    NewCheckoutKey, ParkedEvent, PriceMade, PriceSkipped, PricesMade,
};
