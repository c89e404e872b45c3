//! `/v1/integrations/stripe/manual`: the endpoint that a seller adds at Stripe by hand, and
//! `POST /api/{tenant}/stripe/webhook`, which receives its events.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::model::access::limits::Limited;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::WebhookError;
use mintage_domain::usecase::stripe::inbound::Inbound;
use mintage_domain::usecase::stripe::manual;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::webhook;
use crate::auth::TokenCaller;
use crate::body::{EventBody, JsonBody};
use crate::error::ApiError;
use crate::json::{Faults, read_body};
use crate::limits::{admit, subject};
use crate::request::QueryParams;
use crate::schema;
use crate::views::seller_stripe::ManualEndpointView;
use crate::views::stripe::EventReceived;

/// The signing secret that Stripe shows for the endpoint.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct SetManualEndpointRequest {
    mode: schema::Mode,
    webhook_secret: schema::StripeWebhookSecret,
}

/// The mode that a call is about.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ModeQuery {
    /// The mode.
    #[param(required = true, nullable = false, inline, value_type = schema::Mode)]
    mode: Option<String>,
}

impl ModeQuery {
    /// Reads the mode, which must be there.
    pub(super) fn read(&self) -> Result<Mode, Problem> {
        let mut params = QueryParams::new();
        let text = self.mode.as_deref().or(Some(""));
        let mode = params.read("mode", text, Mode::parse);
        // A mode that is missing or malformed is a fault.
        params.finish(mode.unwrap_or(Mode::Sandbox))
    }
}

/// Set the manual endpoint
///
/// For sellers who create their checkout sessions or payment links at Stripe themselves. Add an endpoint with
/// the answered `url` and `events` in your Stripe dashboard, and send its signing secret here. The secret
/// before stays valid for a day. The platform takes no fee from these sales.
#[utoipa::path(
    put,
    path = "/v1/integrations/stripe/manual",
    operation_id = "setManualEndpoint",
    tag = "Integrations",
    request_body = SetManualEndpointRequest,
    responses((status = 200, description = "The endpoint.", body = ManualEndpointView)),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn set(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let body: SetManualEndpointRequest = read_body(&body.read().await?)?;
    let endpoint = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let wanted = (body.mode.0, &body.webhook_secret.0);
        manual::set_manual_endpoint(&*app.store, &caller.env(app), &tenant, &actor, wanted)
    })
    .await??;
    Ok(HttpResponse::Ok().json(ManualEndpointView::of(&app, &endpoint)))
}

/// Get the manual endpoint
#[utoipa::path(
    get,
    path = "/v1/integrations/stripe/manual",
    operation_id = "getManualEndpoint",
    tag = "Integrations",
    params(ModeQuery),
    responses((status = 200, description = "The endpoint.", body = ManualEndpointView)),
    security(("managementToken" = ["integrations:read"])),
    extensions(("x-error-codes" = json!(["common/not-found"]))),
)]
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<ModeQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let mode = query.read()?;
    let endpoint = blocking(&app, move |app| {
        manual::manual_endpoint(&*app.store, &caller.tenant(), mode)
    })
    .await??;
    Ok(HttpResponse::Ok().json(ManualEndpointView::of(&app, &endpoint)))
}

/// Remove the manual endpoint
///
/// Its secrets are erased, and what Stripe still sends is refused.
#[utoipa::path(
    delete,
    path = "/v1/integrations/stripe/manual",
    operation_id = "removeManualEndpoint",
    tag = "Integrations",
    params(ModeQuery),
    responses((status = 204, description = "The endpoint is removed.")),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["common/not-found"]))),
)]
pub(super) async fn remove(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<ModeQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let mode = query.read()?;
    blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        manual::remove_manual_endpoint(&*app.store, &caller.env(app), &tenant, &actor, mode)
    })
    .await??;
    Ok(HttpResponse::NoContent().finish())
}

/// Receive Stripe events of a seller
///
/// Stripe calls this route from the endpoint that a seller added by hand, in both modes. The answers are those
/// of the Connect endpoint. An unknown tenant is answered like a wrong signature.
#[utoipa::path(
    post,
    path = "/api/{tenant}/stripe/webhook",
    operation_id = "receiveManualStripeEvent",
    tag = "Checkout",
    params(("tenant" = inline(schema::TenantId), Path)),
    request_body(content = Object, description = "A Stripe event."),
    responses((status = 200, description = "The outcome of the event is stored.", body = EventReceived)),
    security(("stripeSignature" = [])),
    extensions(("x-error-codes" = json!([
        "common/rate-limited",
        "stripe/unavailable",
        "webhook/mode-mismatch",
    ]))),
)]
pub(super) async fn receive(
    app: web::Data<App>,
    tenant: web::Path<String>,
    request: HttpRequest,
    body: EventBody,
) -> Result<HttpResponse, ApiError> {
    let refused = || Problem::from(WebhookError::BadSignature);
    let tenant = TenantId::parse(&tenant).map_err(|_| refused())?;
    let signature = webhook::signature(&request).to_owned();
    if signature.is_empty() {
        return Err(refused().into());
    }
    // Of each tenant and address: nobody can use up what Stripe needs for another tenant.
    let address = subject(&request, &app.settings.trusted_proxies);
    let caller = format!("stripe-events:{tenant}:{address}");
    admit(&app, &request, &[(Limited::Address, &caller)]).await?;
    let body = body.read().await?;
    let payload = body.to_vec();
    let read = blocking(&app, move |app| {
        let (store, webhooks) = (&*app.store, &*app.webhooks);
        let sent = (&body[..], signature.as_str());
        manual::read_manual_event(store, webhooks, &app.env(), &tenant, sent)
    });
    let (endpoint, event) = read.await??;
    let inbound = Inbound {
        endpoint,
        event,
        payload,
        parked: None,
    };
    webhook::answer(&app, inbound).await
}
