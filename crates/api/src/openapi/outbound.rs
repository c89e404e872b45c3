//! The outbound call of the server: the webhook endpoint of a tenant.

use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use super::schema;

/// Something that happened to a license.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes what the domain writes")]
struct LicenseEvent {
    id: schema::DeliveryId,
    /// In seconds since 1970.
    created: i64,
    /// Of this shape.
    version: String,
    event: schema::EventName,
    tenant_id: schema::TenantId,
    mode: schema::Mode,
    /// In the clear with `license.created`, masked with all others.
    key: String,
    product_id: schema::ProductId,
    key_type_id: schema::KeyTypeId,
    customer_email: schema::Email,
    /// Stripe's Checkout session, if the license came of one.
    #[schema(required)]
    session_id: Option<String>,
}

/// Tells your webhook of a license
///
/// Sent by the server to the URL of `PUT /v1/webhook` until it is answered with 2xx, at most ten times
/// in about three days. Either signature proves who sent it; both are made with the signing secret.
#[utoipa::path(
    post,
    path = "licenseEvent",
    operation_id = "licenseEvent",
    tag = "Integrations",
    params(
        ("X-Keylight-Signature" = String, Header,
            description = "`t=<seconds>,v1=<hex HMAC-SHA256(secret, t + \".\" + raw body)>`"),
        ("X-Keylight-Delivery-Id" = inline(schema::DeliveryId), Header,
            description = "The same each time that this event is sent."),
        ("webhook-id" = inline(schema::DeliveryId), Header,
            description = "The same; with the next two as Standard Webhooks has it."),
        ("webhook-timestamp" = i64, Header, description = "When it was signed, in seconds since 1970."),
        ("webhook-signature" = String, Header, description = "`v1,<base64>`"),
    ),
    request_body = LicenseEvent,
    responses(
        (status = "2XX", description = "It has arrived."),
        (status = 410, description = "Nothing more is sent until a URL is set again."),
    ),
)]
#[expect(dead_code, reason = "stands for a call that others answer")]
fn license_event() {}

#[derive(OpenApi)]
#[openapi(paths(license_event))]
struct Outbound;

/// Adds the outbound call to the document.
pub(super) fn add(document: &mut Document) {
    let outbound = Outbound::openapi();
    document.webhooks = Some(outbound.paths);
    if let Some(components) = outbound.components {
        let known = document.components.get_or_insert_default();
        known.schemas.extend(components.schemas);
    }
}
