//! `/v1/webhook`: where a tenant is told of its licenses.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::outbox::webhook_signature::WebhookSecret;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::outbox::webhook_endpoint;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::openapi::schema;
use crate::request::{Fields, JsonBytes};
use crate::views::{NewSigningSecret, WebhookEndpointView, WebhookSet};

/// Shows where events are sent
#[utoipa::path(
    get,
    path = "/v1/webhook",
    operation_id = "getWebhook",
    tag = "Integrations",
    responses((status = 200, description = "The endpoint.", body = WebhookEndpointView<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let known = blocking(&app, move |app| {
        app.store.webhook_endpoint(&caller.tenant())
    })
    .await??;
    Ok(HttpResponse::Ok().json(WebhookEndpointView::of(known.as_ref())))
}

/// Where to send events.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `set` reads")]
struct NewWebhook {
    /// `https`. `null` stops the events, which then wait.
    url: Option<schema::Url>,
}

/// Sets where events are sent
///
/// The signing secret is answered when it is made, with the first URL.
#[utoipa::path(
    put,
    path = "/v1/webhook",
    operation_id = "setWebhook",
    tag = "Integrations",
    request_body = NewWebhook,
    responses((status = 200, description = "The endpoint.", body = WebhookSet<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn set(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBytes,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let plain_http = app.settings.plain_http_webhooks;
    let mut fields = Fields::parse(&body.0)?;
    let url = fields.optional("url", |text| match WebUrl::parse(text) {
        Ok(url) if url.is_https() || plain_http => Ok(url),
        Ok(_) => Err("must be https: events carry license keys".to_owned()),
        Err(error) => Err(error.to_string()),
    });
    let url = fields.finish(|| Some(url))?;
    let shown = url.clone();
    let secret = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        webhook_endpoint::set_url(&*app.store, &app.env(), &tenant, &actor, url.as_ref())
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(WebhookSet {
            url: shown.as_ref().map(WebUrl::as_str),
            signing_secret: secret.as_ref().map(WebhookSecret::expose),
        }))
}

/// Replaces the signing secret
///
/// The new one is shown this once.
#[utoipa::path(
    post,
    path = "/v1/webhook/rotate-secret",
    operation_id = "rotateSigningSecret",
    tag = "Integrations",
    responses((status = 200, description = "The new secret.", body = NewSigningSecret<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["common/not-found"]))),
)]
pub(super) async fn rotate_secret(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let secret = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        webhook_endpoint::rotate_secret(&*app.store, &app.env(), &tenant, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(NewSigningSecret {
            signing_secret: secret.expose(),
        }))
}
