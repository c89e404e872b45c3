//! Views of webhook endpoints, deliveries and mails.

mod mail;
mod webhook;

pub use mail::ResentKey;
pub(crate) use mail::{MailPage, MailSettingsView, MailView, ResentKeys};
pub use webhook::{CreatedEndpointView, DeliveryView, EndpointView};
pub(crate) use webhook::{DeliveryPage, EndpointPage, SigningSecret, UpdatedWebhook, WebhookView};
