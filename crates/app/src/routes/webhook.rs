//! `/v1/webhook`: where a tenant is told of its licenses.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::fields::{Fields, JsonBytes};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::management_token::TokenScope;
use mintage_domain::sign::WebhookSecret;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::endpoint;
use mintage_domain::web_url::WebUrl;
use serde_json::json;

/// `GET /v1/webhook`.
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let known = blocking(&app, move |app| app.store.endpoint(&caller.tenant())).await??;
    Ok(HttpResponse::Ok().json(json!({
        "url": known.as_ref().and_then(|e| e.url.as_ref()).map(WebUrl::as_str),
        "hasSigningSecret": known.is_some(),
        "goneSince": known.and_then(|e| e.gone_since).map(Timestamp::to_rfc3339),
    })))
}

/// `PUT /v1/webhook {url}`: `null` stops the events, which then wait. The signing secret is
/// answered when it is made, with the first URL.
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
        .json(json!({
            "url": shown.as_ref().map(WebUrl::as_str),
            "signingSecret": secret.as_ref().map(WebhookSecret::expose),
        })))
}

/// `POST /v1/webhook/rotate-secret`: another signing secret, shown once.
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
        .json(json!({ "signingSecret": secret.expose() })))
}
