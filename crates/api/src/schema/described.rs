//! Kinds that are only described: those of answers, paths and queries.

use mintage_domain::base::metadata_filter;
use mintage_domain::model::licenses::standing::{RevocationReason, State};
use mintage_domain::model::outbox::event;
use mintage_domain::model::sales::order;
use mintage_domain::model::sellers::audit::SearchText as AuditSearchText;
use mintage_domain::model::stripe::next_step::NextStep;
use mintage_domain::model::stripe::stripe_account;
use mintage_domain::model::stripe::subscription;
use mintage_domain::ports;
use mintage_domain::usecase::licenses::activation::{Activated, Heartbeat};
use mintage_domain::usecase::licenses::validate::Reason;
use utoipa::openapi::schema::{KnownFormat, Schema, Type};

use super::shape::{NO_NUL, NO_SPACE, described, format, id, kind, one_of, text, text_of};

/// Defines types without values, each with its schema.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $shape:expr;)*) => {$(
        $(#[doc = $doc])*
        pub(crate) enum $name {}

        described!($name, [$($doc),*], $shape);
    )*};
}

kinds! {
    /// The id of a license.
    LicenseId = id("lic_").examples(["lic_06f5q2m8wz3k1v9c4xjt7bnrpa"]);
    /// The id of a customer. A buyer has one customer for each tenant and mode.
    CustomerId = id("cus_").examples(["cus_06f5q2m8wz3k1v9c4xjt7bnrpa"]);
    /// The id of an order.
    OrderId = id("ord_").examples(["ord_06f5q2m8wz3k1v9c4xjt7bnrpa"]);
    /// The id of a promotion code.
    PromotionCodeId = id("pc_").examples(["pc_06f5q2m8wz3k1v9c4xjt7bnrpa"]);
    /// What sales are summed by.
    SalesGroup = one_of(ports::SalesGroup::ALL.map(ports::SalesGroup::as_str));
    /// The id of an API key: `ak_live_...` or `ak_test_...`, or `pub_live_...` or `pub_test_...` for
    /// a publishable key.
    ApiKeyId = id("(ak|pub)_").examples(["ak_test_5d2f0c9b7a418e63d1f4a2b0"]);
    /// The id of a webhook endpoint.
    WebhookEndpointId = id("we_").examples(["we_06f5q2m8wz3k1v9c4xjt7bnrpa"]);
    /// The id of an event for a webhook endpoint, and of its delivery. If several endpoints receive the event,
    /// the ids of the other deliveries begin with the id of the event.
    DeliveryId = id("dlv_").examples(["dlv_06f5q2m8wz3k1v9c4xjt7bnrpa"]);
    /// Stripe's id of an event.
    StripeEventId = id("evt_").examples(["evt_1QXa2bC3dE4fG5hI"]);
    /// The id of a mail that brings a license key to its buyer.
    MailId = id("eml_");
    /// The id of a management token.
    TokenId = id("tok_").examples(["tok_06f5q2m8wz3k1v9c4xjt7bnrpa"]);
    /// The id of an entry of the audit trail.
    AuditId = id("aud_");
    /// The id of a tenant. Some words are reserved.
    TenantId = text("^[a-z0-9][a-z0-9-]{2,31}$").examples(["my-shop"]);

    /// The status of a license at the moment.
    LicenseStatus = one_of(State::ALL.map(State::as_str));
    /// The status of the license, or `INVALID` for an unknown license key.
    ValidationStatus = one_of(State::ALL.map(State::as_str).into_iter().chain(["INVALID"]));
    /// Why a license key is not valid.
    ReasonNotValid = one_of(Reason::ALL.map(Reason::as_str));
    /// Why a license was not activated on a device.
    ReasonNotActivated = one_of(
        Reason::ALL.map(Reason::as_str).into_iter().chain([Activated::LIMIT_REACHED])
    );
    /// Why a heartbeat was not recorded.
    ReasonNotRecorded = one_of(
        Reason::ALL.map(Reason::as_str).into_iter().chain([Heartbeat::NOT_ACTIVATED])
    );
    /// Why a license is not active, for its seller.
    LicenseReason = one_of(
        ["frozen", "expired"]
            .into_iter()
            .chain(RevocationReason::ALL.map(RevocationReason::as_str))
    );
    /// The cause of a hold: a freeze by the seller, a dispute over the payment, an unpaid invoice, or a
    /// paused subscription.
    HoldCause = text("^(admin|dispute:.+|invoice:.+|subscription:.+)$");
    /// The status of a subscription.
    SubscriptionStatus =
        one_of(subscription::SubscriptionStatus::ALL.map(subscription::SubscriptionStatus::as_str));
    /// The actor of an entry of the audit trail.
    Actor = text("^(operator|seller|buyer|stripe|system|token:tok_.+|api-key:ak_.+)$");
    /// The type of a Stripe account.
    AccountType = one_of(
        stripe_account::AccountType::ALL.map(stripe_account::AccountType::as_str)
    );
    /// What is to be done next for a connection.
    NextStepCode = one_of(NextStep::ALL.map(NextStep::as_str));
    /// The status of an order.
    OrderStatus = one_of(order::OrderStatus::ALL.map(order::OrderStatus::as_str));
    /// The name of an event of a license.
    LicenseEventName = one_of(
        event::EventName::ALL
            .into_iter()
            .filter(|it| it.is_about_license())
            .map(event::EventName::as_str)
    );
    /// The name of an event of a connection.
    ConnectionEventName = one_of(
        event::EventName::ALL
            .into_iter()
            .filter(|it| it.is_about_connection())
            .map(event::EventName::as_str)
    );
    /// The name of an event.
    EventName = one_of(event::EventName::ALL.map(event::EventName::as_str));
    /// The status of a webhook endpoint.
    WebhookEndpointStatus = one_of(["active", "failing", "paused", "gone"]);
    /// The status of a Stripe event that waits for its license.
    ParkedEventStatus = one_of(["parked", "given-up"]);
    /// The status of a delivery.
    DeliveryStatus = one_of(["pending", "retrying", "delivered", "failed"]);
    /// The status of a mail: `sent` after the mail server accepted the mail, `cancelled` if the license
    /// was revoked first.
    MailStatus = one_of(["pending", "retrying", "sent", "failed", "cancelled"]);

    /// A time, RFC 3339 in UTC.
    Time = format(KnownFormat::DateTime);

    /// A text that is compared as a whole.
    SearchText = text_of(1, AuditSearchText::MAX).pattern(Some(NO_NUL));
    /// The beginning of an e-mail address, at most 254 bytes.
    EmailPrefix = text_of(1, 254).pattern(Some(NO_SPACE));
    /// Texts by their keys in the metadata.
    MetadataFilter = kind(Type::Object)
        .max_properties(Some(metadata_filter::MetadataFilter::MAX_KEYS))
        .property_names(Some(text(NO_NUL).build()))
        .additional_properties(Some(Schema::from(text(NO_NUL))));
    /// The `nextCursor` of a page.
    Cursor = text(r"^(-?[0-9]{1,18}\.[!-~]{1,255})?$");
}
