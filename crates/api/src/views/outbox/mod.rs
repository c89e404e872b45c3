//! Views of webhook endpoints, deliveries and mails.

mod mail;
mod webhook;

pub(crate) use mail::{MailPage, MailSettingsView, MailView};
pub use webhook::{CreatedEndpointView, DeliveryView, EndpointView};
pub(crate) use webhook::{DeliveryPage, EndpointPage, SigningSecret, UpdatedWebhook, WebhookView};
