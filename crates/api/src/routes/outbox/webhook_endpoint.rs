//! `/v1/webhook`: the webhook endpoint of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::change::Change;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::outbox::webhook_endpoint::UrlPolicy;
use mintage_domain::model::outbox::webhook_signature::WebhookSecret;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::{Http, HttpError};
use mintage_domain::usecase::outbox::webhook_endpoint;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, Patch, read_body};
use crate::schema;
use crate::views::outbox::{SigningSecret, UpdatedWebhookEndpoint, WebhookEndpointView};

/// Get the webhook endpoint
#[utoipa::path(
    get,
    path = "/v1/webhook",
    operation_id = "getWebhookEndpoint",
    tag = "Integrations",
    responses((status = 200, description = "The webhook endpoint.", body = WebhookEndpointView<'_>)),
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

/// The webhook endpoint to set.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct SetWebhookEndpointRequest {
    /// An `https` URL. With `null` nothing is sent; events then wait for a URL. Without this field
    /// nothing changes.
    #[deserr(default)]
    #[schema(value_type = Option<schema::WebhookUrl>)]
    url: Patch<schema::WebhookUrl>,
}

impl SetWebhookEndpointRequest {
    /// What changes about the URL. Requests can be sent to a new one.
    fn into_url(self, policy: UrlPolicy, http: &dyn Http) -> Result<Change<WebUrl>, Faults> {
        let schema::WebhookUrl(text) = match self.url.0 {
            Change::Keep => return Ok(Change::Keep),
            Change::Clear => return Ok(Change::Clear),
            Change::Set(url) => url,
        };
        let url = policy
            .parse(&text)
            .map_err(|error| Faults::one("url", error))?;
        http.check_url(url.as_str()).map_err(|error| {
            let message = match error {
                HttpError::BadUrl => "holds characters that must be percent-encoded".to_owned(),
                error => error.to_string(),
            };
            Faults::one("url", message)
        })?;
        Ok(Change::Set(url))
    }
}

/// Set the webhook endpoint
///
/// The first URL creates the signing secret. The answer contains the secret then, and no later answer
/// contains the secret.
#[utoipa::path(
    put,
    path = "/v1/webhook",
    operation_id = "setWebhookEndpoint",
    tag = "Integrations",
    request_body = SetWebhookEndpointRequest,
    responses((status = 200, description = "The webhook endpoint.", body = UpdatedWebhookEndpoint<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn set(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let body = read_body::<SetWebhookEndpointRequest>(&body.read().await?)?;
    let change = body.into_url(app.settings.webhook_urls, &*app.http)?;
    let (url, secret) = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let url = match change {
            Change::Keep => {
                let endpoint = app.store.webhook_endpoint(&tenant)?;
                return Ok((endpoint.and_then(|endpoint| endpoint.url), None));
            }
            Change::Clear => None,
            Change::Set(url) => Some(url),
        };
        let (store, env) = (&*app.store, caller.env(app));
        let secret = webhook_endpoint::set_url(store, &env, &tenant, &actor, url.as_ref())?;
        Ok::<_, Problem>((url, secret))
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(UpdatedWebhookEndpoint {
            url: url.as_ref().map(WebUrl::as_str),
            signing_secret: secret.as_ref().map(WebhookSecret::expose),
        }))
}

/// Resume the webhook endpoint
///
/// Ends the pause of an endpoint that failed for a whole day. The events that wait are sent. An endpoint
/// that is not paused stays as it is.
#[utoipa::path(
    post,
    path = "/v1/webhook/resume",
    operation_id = "resumeWebhookEndpoint",
    tag = "Integrations",
    responses((status = 200, description = "The webhook endpoint.", body = WebhookEndpointView<'_>)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["common/not-found"]))),
)]
pub(super) async fn resume(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let endpoint = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        webhook_endpoint::resume(&*app.store, &caller.env(app), &tenant, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok().json(WebhookEndpointView::of(Some(&endpoint))))
}

/// Rotate the signing secret
///
/// The answer contains the new secret, which no later answer contains. The old secret signs nothing
/// more. A paused endpoint is resumed.
#[utoipa::path(
    post,
    path = "/v1/webhook/rotate-secret",
    operation_id = "rotateSigningSecret",
    tag = "Integrations",
    responses((status = 200, description = "The new secret.", body = SigningSecret<'_>,
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
        webhook_endpoint::rotate_secret(&*app.store, &caller.env(app), &tenant, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(SigningSecret {
            signing_secret: secret.expose(),
        }))
}
