//! `POST /api/{tenant}/stripe/webhook/restricted-key/{mode}`: receives the events of an account that is connected
//! with a restricted key.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::usecase::stripe::inbound::Inbound;
use mintage_domain::usecase::stripe::restricted_key::webhook_secret;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

use super::webhook::{answer, signature};
use crate::body::EventBody;
use crate::error::ApiError;
use crate::request::parse_id;
use crate::schema;
use crate::views::stripe::EventReceived;

/// Receive the Stripe events of a seller's account
///
/// Stripe calls this route from the endpoint that was created on the account with the tenant's restricted key.
/// Stripe sends an event again after any answer but 2xx.
#[utoipa::path(
    post,
    path = "/api/{tenant}/stripe/webhook/restricted-key/{mode}",
    operation_id = "receiveRestrictedKeyEvent",
    tag = "Checkout",
    params(
        ("tenant" = inline(schema::TenantId), Path),
        ("mode" = inline(schema::Mode), Path),
    ),
    request_body(content = Object, description = "A Stripe event."),
    responses((status = 200, description = "The outcome of the event is stored.", body = EventReceived)),
    security(("stripeSignature" = [])),
    extensions(("x-error-codes" = json!([
        "common/not-found",
        "stripe/unavailable",
        "webhook/mode-mismatch",
    ]))),
)]
pub(super) async fn receive(
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: EventBody,
) -> Result<HttpResponse, ApiError> {
    let (tenant, mode) = path.into_inner();
    let tenant = parse_id(&tenant, TenantId::parse)?;
    let mode = parse_id(&mode, Mode::parse)?;
    let of = tenant.clone();
    let secret = blocking(&app, move |app| {
        let row = app.store.restricted_key(&of, mode)?;
        let row = row.ok_or_else(Problem::not_found)?;
        let secret = webhook_secret(&app.env(), &row)?;
        secret.ok_or_else(Problem::not_found)
    })
    .await??;
    let signature = signature(&request);
    // Without a signature the body is not read. An empty body gives the error of a wrong signature.
    let body = match signature {
        "" => web::Bytes::new(),
        _ => body.read().await?,
    };
    let now = app.clock.now();
    let event = app.webhooks.read_own(&body, signature, &[secret], now)?;
    let inbound = Inbound {
        endpoint: EventEndpoint::RestrictedKey(tenant, mode),
        event,
        payload: body.to_vec(),
        parked: None,
    };
    answer(&app, inbound).await
}
