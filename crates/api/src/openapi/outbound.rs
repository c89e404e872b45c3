//! The call that the server makes: the delivery of an event to the webhook endpoint of a tenant.

use utoipa::OpenApi;
use utoipa::openapi::{OpenApi as Document, Paths};

use crate::schema;

/// An event of a license, which the server sends to each webhook endpoint that receives such events.
///
/// The request has the headers `X-Keylight-Signature` (`t=<seconds>,v1=<hex HMAC-SHA256(secret, t + "." + raw
/// body)>`), `X-Keylight-Delivery-Id`, and by Standard Webhooks `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`. Any answer with 2xx means that the event is received.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the payload that the domain writes")]
struct LicenseEvent {
    /// The id of the event, the same at every endpoint.
    id: schema::DeliveryId,
    /// When the event was created, in seconds since 1970.
    created: i64,
    /// The version of this payload.
    version: String,
    event: schema::LicenseEventName,
    tenant_id: schema::TenantId,
    mode: schema::Mode,
    /// The license key: in the clear in `license.created` and `license.reissued`, masked in all other events.
    key: String,
    product_id: schema::ProductId,
    key_type_id: schema::KeyTypeId,
    customer_email: schema::Email,
    /// The Stripe Checkout session that the license was issued for.
    #[schema(required)]
    session_id: Option<String>,
    license_id: schema::LicenseId,
    /// The order that sold the license.
    #[schema(required)]
    order_id: Option<schema::OrderId>,
    /// The state of the license after the event.
    status: schema::LicenseStatus,
    #[schema(required)]
    reason: Option<schema::LicenseReason>,
    #[schema(required)]
    expires_at: Option<schema::Time>,
    /// The metadata of the license.
    #[schema(value_type = Object)]
    metadata: serde_json::Value,
    /// When the event happened, in milliseconds since 1970.
    occurred_at: i64,
    /// The number of the event among those of its license, from 1. Events about activations and their limit
    /// repeat the number of the last event before them.
    sequence: i64,
    customer_id: schema::CustomerId,
    /// The seller's id of the customer.
    #[schema(required)]
    external_id: Option<String>,
    /// The total that was paid in minor units, in `order.paid`.
    amount_total: Option<i64>,
    /// Stripe's payment, in `order.paid`.
    payment_id: Option<String>,
    /// The total of all refunds in minor units, in `order.refunded`.
    amount_refunded: Option<i64>,
    /// The amount that was charged in minor units, in `order.refunded`.
    amount_charged: Option<i64>,
    /// Stripe's id of the dispute, in `license.disputed`.
    dispute_id: Option<String>,
    /// Stripe's status of the dispute, in `license.disputed`; `unknown` for one that the server does not know.
    dispute_status: Option<String>,
    /// Stripe's reason of the dispute, in `license.disputed`.
    dispute_reason: Option<String>,
    /// The disputed amount in minor units, in `license.disputed`.
    amount_disputed: Option<i64>,
    /// The currency of the amount, in events with an amount.
    currency: Option<schema::Currency>,
    /// The activation, in `license.activated` and `license.deactivated`.
    activation_id: Option<schema::ActivationId>,
    /// The device's fingerprint, in the same events.
    fingerprint: Option<String>,
    /// The device's name in its network, in the same events.
    hostname: Option<String>,
    /// The device's operating system, in the same events.
    os: Option<String>,
    /// The largest number of active activations, in `license.limit_reached`.
    activation_limit: Option<u32>,
}

/// Receive an event of a license
///
/// The server sends each event to every webhook endpoint that receives such events until the endpoint
/// answers 2xx, at most ten times in about three days. Each of the two signatures proves the sender; the
/// signing secret makes both. For some time after a rotation, each header has a second signature by the old
/// secret.
#[utoipa::path(
    post,
    path = "licenseEvent",
    operation_id = "receiveLicenseEvent",
    tag = "Integrations",
    params(
        ("X-Keylight-Signature" = String, Header,
            description = "`t=<seconds>,v1=<hex HMAC-SHA256(secret, t + \".\" + raw body)>`, with a second `v1` after a rotation"),
        ("X-Keylight-Delivery-Id" = inline(schema::DeliveryId), Header,
            description = "The id of the event, the same in every attempt and at every endpoint."),
        ("webhook-id" = inline(schema::DeliveryId), Header,
            description = "The same id. This and the next two headers follow Standard Webhooks."),
        ("webhook-timestamp" = i64, Header, description = "When the attempt was signed, in seconds since 1970."),
        ("webhook-signature" = String, Header, description = "`v1,<base64>`, and after a rotation a second one behind a space"),
    ),
    request_body = LicenseEvent,
    responses(
        (status = "2XX", description = "The event is received."),
        (status = 410, description = "The server sends nothing more until a URL is set again."),
    ),
)]
#[expect(dead_code, reason = "describes a call that other servers answer")]
fn license_event() {}

/// An event of the connection to Stripe.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the payload that the domain writes")]
struct ConnectionEvent {
    id: schema::DeliveryId,
    /// When the event was created, in seconds since 1970.
    created: i64,
    /// The version of this payload.
    version: String,
    event: schema::ConnectionEventName,
    tenant_id: schema::TenantId,
    mode: schema::Mode,
    /// Stripe's id of the account.
    account_id: String,
    /// In `connection.needs_attention`: `charges_disabled` or `payout_failed`.
    #[schema(required)]
    reason: Option<String>,
    /// The reason for people.
    #[schema(required)]
    message: Option<String>,
    /// The payout that failed.
    #[schema(required)]
    payout: Option<FailedPayout>,
    /// When the event happened, in milliseconds since 1970.
    occurred_at: i64,
}

/// A payout that failed.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the payload that the domain writes")]
struct FailedPayout {
    id: String,
    /// In minor units.
    amount: i64,
    currency: String,
    #[schema(required)]
    failure_code: Option<String>,
}

/// Receive an event of the connection
///
/// The server sends this event when an account is connected or disconnected, when the account can no longer
/// take payments, and when a payout failed. It goes to the endpoints that there are at that moment.
#[utoipa::path(
    post,
    path = "connectionEvent",
    operation_id = "receiveConnectionEvent",
    tag = "Integrations",
    request_body = ConnectionEvent,
    responses((status = "2XX", description = "The event is received.")),
)]
#[expect(dead_code, reason = "describes a call that other servers answer")]
fn connection_event() {}

/// A test of a webhook endpoint.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the payload that the domain writes")]
struct TestEvent {
    id: schema::DeliveryId,
    /// When the event was created, in seconds since 1970.
    created: i64,
    /// The version of this payload.
    version: String,
    /// `webhook.test`.
    event: schema::EventName,
    tenant_id: schema::TenantId,
    /// The mode of the endpoint; `null` for both modes.
    #[schema(required)]
    mode: Option<schema::Mode>,
    endpoint_id: schema::WebhookEndpointId,
    /// When the event happened, in milliseconds since 1970.
    occurred_at: i64,
}

/// Receive a test event
///
/// The server sends this event when the seller tests an endpoint, with the same headers as every other
/// event.
#[utoipa::path(
    post,
    path = "testEvent",
    operation_id = "receiveTestEvent",
    tag = "Integrations",
    request_body = TestEvent,
    responses((status = "2XX", description = "The event is received.")),
)]
#[expect(dead_code, reason = "describes a call that other servers answer")]
fn test_event() {}

#[derive(OpenApi)]
#[openapi(paths(license_event, connection_event, test_event))]
struct Outbound;

/// The calls that the server makes.
pub(super) fn calls() -> Paths {
    Outbound::openapi().paths
}

/// Adds the shapes of the events to the document.
pub(super) fn add(document: &mut Document) {
    if let Some(components) = Outbound::openapi().components {
        let known = document.components.get_or_insert_default();
        known.schemas.extend(components.schemas);
    }
}
