//! The kinds of text and number on the wire, with the limits of the domain.
//!
//! - `fields`: kinds that are read from a body and described by the same type.
//! - `described`: kinds that are only described: those of answers, paths and queries.

mod described;
mod fields;
mod shape;
#[cfg(test)]
mod tests;

pub(crate) use described::{
    Actor, ApiKeyId, AuditId, Cursor, CustomerId, DeliveryId, DeliveryStatus, EmailPrefix,
    EventName, HoldCause, LicenseId, LicenseReason, LicenseStatus, MailId, MailStatus,
    MetadataFilter, OrderId, OrderStatus, ParkedEventStatus, ReasonNotActivated, ReasonNotRecorded,
    ReasonNotValid, SearchText, StripeEventId, TenantId, Time, TokenId, ValidationStatus,
    WebhookEndpointStatus,
};
pub(crate) use fields::{
    ActivationId, ActivationLimit, Amount, ApiKeyScope, Currency, CustomerName, DeviceText,
    DisplayName, Duration, Email, Entitlements, ExternalId, Fingerprint, FutureTime, KeyFormat,
    KeyPrefix, KeyTypeId, LicenseIds, LicenseKey, Metadata, Mode, Notes, OverlapSeconds, PlanCode,
    ProductId, RelativeDuration, SignatureVersion, TokenName, TokenScopes, Url, WebhookUrl,
};
