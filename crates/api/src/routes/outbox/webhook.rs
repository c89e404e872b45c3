//! `/v1/webhook`: the first webhook endpoint of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::change::Change;
use mintage_domain::base::id::WebhookEndpointId;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::outbox::webhook_endpoint::{SecretOverlap, UrlPolicy, WebhookEndpoint};
use mintage_domain::model::outbox::webhook_signature::WebhookSecret;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::{Http, HttpError, StoreError};
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
use crate::views::outbox::{SigningSecret, UpdatedWebhook, WebhookView};

fn first(app: &App, tenant: &TenantId) -> Result<Option<WebhookEndpoint>, StoreError> {
    let id = WebhookEndpointId::first_of(tenant);
    app.store.webhook_endpoint(tenant, &id)
}

/// Get the first webhook endpoint
#[utoipa::path(
    get,
    path = "/v1/webhook",
    operation_id = "getWebhook",
    tag = "Integrations",
    responses((status = 200, description = "The webhook endpoint.", body = WebhookView<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let known = blocking(&app, move |app| first(app, &caller.tenant())).await??;
    Ok(HttpResponse::Ok().json(WebhookView::of(known.as_ref())))
}

/// The first webhook endpoint to set.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
struct SetWebhookRequest {
    /// An `https` URL. With `null` nothing is sent; events then wait for a URL. Without this field
    /// nothing changes.
    #[deserr(default)]
    #[schema(value_type = Option<schema::WebhookUrl>)]
    url: Patch<schema::WebhookUrl>,
}

/// Reads the URL of an endpoint, to which requests can be sent.
pub(super) fn read_url(
    schema::WebhookUrl(text): &schema::WebhookUrl,
    policy: UrlPolicy,
    http: &dyn Http,
) -> Result<WebUrl, Faults> {
    let url = policy
        .parse(text)
        .map_err(|error| Faults::one("url", error))?;
    http.check_url(url.as_str()).map_err(|error| {
        let message = match error {
            HttpError::BadUrl => "holds characters that must be percent-encoded".to_owned(),
            error => error.to_string(),
        };
        Faults::one("url", message)
    })?;
    Ok(url)
}

/// Set the first webhook endpoint
///
/// The endpoint receives the events of both modes. The first URL creates the signing secret. The answer contains
/// the secret then, and no later answer contains the secret. An endpoint that was disabled is enabled.
#[utoipa::path(
    put,
    path = "/v1/webhook",
    operation_id = "setWebhook",
    tag = "Integrations",
    request_body = SetWebhookRequest,
    responses((status = 200, description = "The webhook endpoint.", body = UpdatedWebhook<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["webhook/too-many-endpoints"]))),
)]
pub(super) async fn set(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let body = read_body::<SetWebhookRequest>(&body.read().await?)?;
    let change = match body.url.0 {
        Change::Keep => Change::Keep,
        Change::Clear => Change::Clear,
        Change::Set(url) => Change::Set(read_url(&url, app.settings.webhook_urls, &*app.http)?),
    };
    let (url, secret) = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let url = match change {
            Change::Keep => {
                let endpoint = first(app, &tenant)?;
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
        .json(UpdatedWebhook {
            url: url.as_ref().map(WebUrl::as_str),
            signing_secret: secret.as_ref().map(WebhookSecret::expose),
        }))
}

/// Resume the first webhook endpoint
///
/// Ends the pause of an endpoint that failed for a whole day. The events that wait are sent. An endpoint
/// that is not paused stays as it is.
#[utoipa::path(
    post,
    path = "/v1/webhook/resume",
    operation_id = "resumeWebhook",
    tag = "Integrations",
    responses((status = 200, description = "The webhook endpoint.", body = WebhookView<'_>)),
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
        let id = WebhookEndpointId::first_of(&tenant);
        webhook_endpoint::resume(&*app.store, &caller.env(app), &tenant, &id, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok().json(WebhookView::of(Some(&endpoint))))
}

/// Rotate the signing secret
///
/// The answer contains the new secret of the first webhook endpoint, which no later answer contains. The
/// old secret signs nothing more; `POST /v1/webhook-endpoints/{id}/rotate-secret` lets both sign for a time. A paused endpoint is resumed.
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
    let (_, secret) = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let (id, at_once) = (WebhookEndpointId::first_of(&tenant), SecretOverlap::NONE);
        webhook_endpoint::rotate_secret(
            &*app.store,
            &caller.env(app),
            &tenant,
            &id,
            &actor,
            at_once,
        )
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(SigningSecret {
            signing_secret: secret.expose(),
        }))
}
