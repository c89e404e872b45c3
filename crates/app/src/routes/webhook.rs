//! `/v1/webhook`: where a tenant is told of its licenses.

use crate::openapi::words;
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::management_token::TokenScope;
use mintage_domain::sign::WebhookSecret;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::endpoint;
use mintage_domain::web_url::WebUrl;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use serde::Serialize;
use utoipa::ToSchema;

/// Shows where events are sent
#[utoipa::path(
    get,
    path = "/v1/webhook",
    operation_id = "getWebhook",
    tag = "Integrations",
    responses((status = 200, description = "The endpoint.", body = WebhookBody<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let known = blocking(&app, move |app| app.store.endpoint(&caller.tenant())).await??;
    Ok(HttpResponse::Ok().json(WebhookBody {
        url: known
            .as_ref()
            .and_then(|e| e.url.as_ref())
            .map(WebUrl::as_str),
        has_signing_secret: known.is_some(),
        gone_since: known
            .as_ref()
            .and_then(|e| e.gone_since)
            .map(Timestamp::to_rfc3339),
    }))
}

/// Where events are sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
struct WebhookBody<'a> {
    /// `null` for nowhere: events wait.
    #[schema(required, value_type = Option<words::Url>)]
    url: Option<&'a str>,
    has_signing_secret: bool,
    /// Since when it answers 410, and is sent nothing.
    #[schema(required, value_type = Option<words::Time>)]
    gone_since: Option<String>,
}

/// Where to send events.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `set` reads")]
struct NewWebhook {
    /// `https`. `null` stops the events, which then wait.
    url: Option<words::Url>,
}

/// Where events are sent, and what signs them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WebhookSet<'a> {
    #[schema(required, value_type = Option<words::Url>)]
    url: Option<&'a str>,
    /// `whsec_...`, with the first URL; `null` later.
    #[schema(required)]
    signing_secret: Option<&'a str>,
}

/// What signs events from now on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewSigningSecret<'a> {
    /// `whsec_...`, shown this once.
    signing_secret: &'a str,
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
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
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
        endpoint::set_url(&*app.store, &app.env(), &tenant, &actor, url.as_ref())
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
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let secret = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        endpoint::rotate_secret(&*app.store, &app.env(), &tenant, &actor)
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(NewSigningSecret {
            signing_secret: secret.expose(),
        }))
}
