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
    AccountType, Actor, ApiKeyId, AuditId, ConnectionEventName, Cursor, CustomerId, DeliveryId,
    DeliveryStatus, EmailPrefix, EventName, HoldCause, LicenseEventName, LicenseId, LicenseReason,
    LicenseStatus, MailId, MailStatus, MetadataFilter, NextStepCode, OrderId, OrderStatus,
    ParkedEventStatus, PromotionCodeId, ReasonNotActivated, ReasonNotRecorded, ReasonNotValid,
    SalesGroup, SearchText, StripeEventId, SubscriptionStatus, TenantId, Time, TokenId,
    ValidationStatus, WebhookEndpointId, WebhookEndpointStatus,
};
pub(crate) use fields::{
    ActivationId, ActivationLimit, Amount, ApiKeyScope, Campaign, Currency, CustomerName, Days,
    DeviceText, DiscountDuration, DisplayName, Duration, Email, EndpointDescription, Entitlements,
    EventNames, ExternalId, Fingerprint, FutureTime, GraceDays, Interval, IntervalCount, KeyFormat,
    KeyPrefix, KeyTypeId, LicenseIds, LicenseKey, MaxRedemptions, Metadata, Mode, Months, Notes,
    OverlapSeconds, PaymentLinkId, PercentOff, PlanCode, ProductId, PromotionCodeText, Quantity,
    QuantityAs, RelativeDuration, ReminderDays, SecretOverlapSeconds, SecretText, SignatureVersion,
    StripePriceId, StripeWebhookSecret, TermFrom, TokenName, TokenScopes, TrialDays, Url,
    WebhookUrl, campaign,
};
