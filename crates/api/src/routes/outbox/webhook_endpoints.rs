//! `/v1/webhook-endpoints`: all webhook endpoints of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use deserr::Deserr;
use mintage_domain::base::change::Change;
use mintage_domain::base::id::WebhookEndpointId;
use mintage_domain::base::page::{Cursor, Page};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::model::outbox::webhook_signature::WebhookSecret;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::outbox::send::send_test;
use mintage_domain::usecase::outbox::webhook_endpoint::{
    self, EndpointUpdate, NewEndpoint, create_endpoint, delete_endpoint, update_endpoint,
};
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use utoipa::ToSchema;

use super::webhook::read_url;
use crate::auth::TokenCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::json::{Faults, Patch, read_body};
use crate::request::parse_id;
use crate::schema;
use crate::views::outbox::{CreatedEndpointView, DeliveryView, EndpointPage, EndpointView};

/// The webhook endpoint to create.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct CreateWebhookEndpointRequest {
    url: schema::WebhookUrl,
    #[deserr(default)]
    description: Option<schema::EndpointDescription>,
    /// The mode of the events. By default the endpoint receives the events of both modes.
    #[deserr(default)]
    mode: Option<schema::Mode>,
    /// By default the endpoint receives all events.
    #[deserr(default)]
    events: Option<schema::EventNames>,
}

/// Create a webhook endpoint
///
/// The answer contains the signing secret, which no later answer contains. A tenant has at most ten
/// endpoints of a mode; one of both modes counts in each. Each event is sent to all endpoints that receive
/// it. Events that wait because there was no endpoint of their mode are sent to the new one; older
/// events are not.
#[utoipa::path(
    post,
    path = "/v1/webhook-endpoints",
    operation_id = "createWebhookEndpoint",
    tag = "Integrations",
    request_body = CreateWebhookEndpointRequest,
    responses((status = 201, description = "The webhook endpoint.", body = CreatedEndpointView<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["webhook/too-many-endpoints"]))),
)]
pub(super) async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let body = read_body::<CreateWebhookEndpointRequest>(&body.read().await?)?;
    let new = NewEndpoint {
        url: read_url(&body.url, app.settings.webhook_urls, &*app.http)?,
        description: body.description.map(|it| it.0),
        mode: body.mode.map(|mode| mode.0),
        events: body.events.and_then(|events| events.0),
    };
    let created = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        create_endpoint(&*app.store, &caller.env(app), &tenant, &actor, &new)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(with_secret(HttpResponse::Created(), &app, &created))
}

/// List webhook endpoints
///
/// The answer has all endpoints of the tenant, also that of `/v1/webhook` while it has a URL.
#[utoipa::path(
    get,
    path = "/v1/webhook-endpoints",
    operation_id = "listWebhookEndpoints",
    tag = "Integrations",
    responses((status = 200, description = "The webhook endpoints.", body = EndpointPage<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let mut endpoints = blocking(&app, move |app| {
        app.store.webhook_endpoints(&caller.tenant())
    })
    .await??;
    endpoints.reverse();
    let page = Page::of(endpoints, usize::MAX, |it| Cursor {
        at: it.created_at.unwrap_or(Timestamp::EPOCH),
        id: it.id.to_string(),
    });
    let now = app.clock.now();
    let body = EndpointPage::of(&page, |endpoint| EndpointView::of(endpoint, now));
    Ok(HttpResponse::Ok().json(body))
}

/// Get a webhook endpoint
#[utoipa::path(
    get,
    path = "/v1/webhook-endpoints/{id}",
    operation_id = "getWebhookEndpoint",
    tag = "Integrations",
    params(("id" = inline(schema::WebhookEndpointId), Path)),
    responses((status = 200, description = "The webhook endpoint.", body = EndpointView<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn get(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let id = parse_id(&path, WebhookEndpointId::parse)?;
    let endpoint = blocking(&app, move |app| {
        let endpoint = app.store.webhook_endpoint(&caller.tenant(), &id)?;
        let endpoint = endpoint.filter(|it| it.url.is_some());
        endpoint.ok_or_else(Problem::not_found)
    })
    .await??;
    Ok(HttpResponse::Ok().json(EndpointView::of(&endpoint, app.clock.now())))
}

/// A change of a webhook endpoint. What is left out stays.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct UpdateWebhookEndpointRequest {
    /// Setting a URL, also the same one, ends a pause, and events are sent again after a 410.
    #[deserr(default)]
    url: Option<schema::WebhookUrl>,
    #[deserr(default)]
    #[schema(value_type = Option<schema::EndpointDescription>)]
    description: Patch<schema::EndpointDescription>,
    /// With `null` the endpoint receives all events.
    #[deserr(default)]
    #[schema(value_type = Option<schema::EventNames>)]
    events: Patch<schema::EventNames>,
    /// A disabled endpoint receives no events. Deliveries from before wait until it is enabled.
    #[deserr(default)]
    enabled: Option<bool>,
}

/// Update a webhook endpoint
///
/// The mode of an endpoint does not change.
#[utoipa::path(
    patch,
    path = "/v1/webhook-endpoints/{id}",
    operation_id = "updateWebhookEndpoint",
    tag = "Integrations",
    params(("id" = inline(schema::WebhookEndpointId), Path)),
    request_body = UpdateWebhookEndpointRequest,
    responses((status = 200, description = "The webhook endpoint.", body = EndpointView<'_>)),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn update(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let id = parse_id(&path, WebhookEndpointId::parse)?;
    let body = read_body::<UpdateWebhookEndpointRequest>(&body.read().await?)?;
    let url = body.url.as_ref();
    let url = url.map(|url| read_url(url, app.settings.webhook_urls, &*app.http));
    let change = EndpointUpdate {
        url: url.transpose()?,
        description: body.description.0.map(|it| it.0),
        events: match body.events.0 {
            Change::Keep => Change::Keep,
            Change::Clear | Change::Set(schema::EventNames(None)) => Change::Clear,
            Change::Set(schema::EventNames(Some(events))) => Change::Set(events),
        },
        is_enabled: body.enabled,
    };
    let endpoint = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        update_endpoint(&*app.store, &caller.env(app), &tenant, &id, &actor, &change)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok().json(EndpointView::of(&endpoint, app.clock.now())))
}

/// Delete a webhook endpoint
///
/// Deliveries that were not sent yet fail. Those to the endpoint of `/v1/webhook` wait until that has a
/// URL again.
#[utoipa::path(
    delete,
    path = "/v1/webhook-endpoints/{id}",
    operation_id = "deleteWebhookEndpoint",
    tag = "Integrations",
    params(("id" = inline(schema::WebhookEndpointId), Path)),
    responses((status = 204, description = "The webhook endpoint is deleted.")),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn delete(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let id = parse_id(&path, WebhookEndpointId::parse)?;
    blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        delete_endpoint(&*app.store, &caller.env(app), &tenant, &id, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::NoContent().finish())
}

/// The rotation of a signing secret.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
struct RotateSecretRequest {
    /// The default is a day. With 0 the old secret signs nothing more.
    #[deserr(default)]
    overlap_seconds: Option<schema::SecretOverlapSeconds>,
}

/// Rotate the signing secret of a webhook endpoint
///
/// The answer contains the new secret, which no later answer contains. Until the end of the overlap each
/// event is signed with both secrets, the new one first. Two secrets sign at most: rotating again
/// ends the overlap of an older one. A paused endpoint is resumed.
#[utoipa::path(
    post,
    path = "/v1/webhook-endpoints/{id}/rotate-secret",
    operation_id = "rotateWebhookEndpointSecret",
    tag = "Integrations",
    params(("id" = inline(schema::WebhookEndpointId), Path)),
    request_body = RotateSecretRequest,
    responses((status = 200, description = "The webhook endpoint.", body = CreatedEndpointView<'_>,
        headers(("Cache-Control" = String, description = "`no-store`")))),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn rotate_secret(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    body: JsonBody,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let id = parse_id(&path, WebhookEndpointId::parse)?;
    let body = read_body::<RotateSecretRequest>(&body.read().await?)?;
    let overlap = body.overlap_seconds.map(|overlap| overlap.0);
    let overlap = overlap.unwrap_or_default();
    let rotated = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        let (store, env) = (&*app.store, caller.env(app));
        webhook_endpoint::rotate_secret(store, &env, &tenant, &id, &actor, overlap)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(with_secret(HttpResponse::Ok(), &app, &rotated))
}

/// Resume a webhook endpoint
///
/// Ends the pause of an endpoint that failed for a whole day. The events that wait are sent. An endpoint
/// that is not paused stays as it is.
#[utoipa::path(
    post,
    path = "/v1/webhook-endpoints/{id}/resume",
    operation_id = "resumeWebhookEndpoint",
    tag = "Integrations",
    params(("id" = inline(schema::WebhookEndpointId), Path)),
    responses((status = 200, description = "The webhook endpoint.", body = EndpointView<'_>)),
    security(("managementToken" = ["integrations:write"])),
)]
pub(super) async fn resume(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let id = parse_id(&path, WebhookEndpointId::parse)?;
    let endpoint = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        webhook_endpoint::resume(&*app.store, &caller.env(app), &tenant, &id, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Ok().json(EndpointView::of(&endpoint, app.clock.now())))
}

/// Test a webhook endpoint
///
/// Sends the event `webhook.test`, whatever events the endpoint receives, and signs, retries and records it
/// like any other. It contains no license. An endpoint is sent at most ten test events a minute. If the
/// endpoint is paused, the deliveries that wait are attempted one at a time, and the first success resumes
/// it.
#[utoipa::path(
    post,
    path = "/v1/webhook-endpoints/{id}/test",
    operation_id = "testWebhookEndpoint",
    tag = "Integrations",
    params(("id" = inline(schema::WebhookEndpointId), Path)),
    responses((status = 202, description = "The delivery, which is due now.", body = DeliveryView<'_>)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["webhook/endpoint-disabled", "webhook/endpoint-gone"]))),
)]
pub(super) async fn test(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let id = parse_id(&path, WebhookEndpointId::parse)?;
    let delivery = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        send_test(&*app.store, &caller.env(app), &tenant, &id, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Accepted().json(DeliveryView::of(&delivery, None)))
}

/// An answer with a secret, which must not be cached.
fn with_secret(
    mut answer: actix_web::HttpResponseBuilder,
    app: &App,
    shown: &(WebhookEndpoint, WebhookSecret),
) -> HttpResponse {
    answer
        .insert_header(("cache-control", "no-store"))
        .json(CreatedEndpointView::of(shown, app.clock.now()))
}
