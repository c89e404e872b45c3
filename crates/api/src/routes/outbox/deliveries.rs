//! `/v1/webhook/deliveries`: the deliveries to the webhook endpoints of a tenant.

use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::base::id::{DeliveryId, WebhookEndpointId};
use mintage_domain::base::page::Page;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery};
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::usecase::outbox::send;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;

use crate::auth::TokenCaller;
use crate::error::ApiError;
use crate::request::{PageQuery, parse_id};
use crate::schema;
use crate::views::outbox::{DeliveryPage, DeliveryView};

/// List deliveries
///
/// The answer has the deliveries to all webhook endpoints.
#[utoipa::path(
    get,
    path = "/v1/webhook/deliveries",
    operation_id = "listDeliveries",
    tag = "Integrations",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = DeliveryPage<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let page = query.read()?;
    let list = blocking(&app, move |app| {
        app.store.deliveries(&caller.tenant(), None, &page)
    })
    .await??;
    Ok(page_of(&list))
}

/// List the deliveries to a webhook endpoint
///
/// Each delivery has its attempts, its status and its last answer.
#[utoipa::path(
    get,
    path = "/v1/webhook-endpoints/{id}/deliveries",
    operation_id = "listEndpointDeliveries",
    tag = "Integrations",
    params(("id" = inline(schema::WebhookEndpointId), Path), PageQuery),
    responses((status = 200, description = "A page.", body = DeliveryPage<'_>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn list_of_endpoint(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let id = parse_id(&path, WebhookEndpointId::parse)?;
    let page = query.read()?;
    let list = blocking(&app, move |app| {
        let tenant = caller.tenant();
        if app.store.webhook_endpoint(&tenant, &id)?.is_none() {
            return Err(Problem::not_found());
        }
        Ok(app.store.deliveries(&tenant, Some(&id), &page)?)
    })
    .await??;
    Ok(page_of(&list))
}

fn page_of(list: &Page<(Delivery, Option<Attempt>)>) -> HttpResponse {
    let body = DeliveryPage::of(list, |(delivery, last)| {
        DeliveryView::of(delivery, last.as_ref())
    });
    HttpResponse::Ok().json(body)
}

/// Deliver an event again
///
/// Sends the same bytes again, to the endpoint of the delivery. The call is refused while an attempt is sending the delivery, when the
/// endpoint is gone (it answered 410) or deleted, and when the event is so old that its body is not kept any more. A
/// `license.created` that was sent to another URL before needs the scope `licenses:reveal` too, since it
/// contains the license key. If the endpoint is paused, the deliveries that wait are attempted one at a
/// time, and the first success resumes it.
#[utoipa::path(
    post,
    path = "/v1/webhook/deliveries/{id}/redeliver",
    operation_id = "redeliverEvent",
    tag = "Integrations",
    params(("id" = inline(schema::DeliveryId), Path)),
    responses((status = 202, description = "The delivery, which is due now.", body = DeliveryView<'_>)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!([
        "webhook/being-sent",
        "webhook/body-erased",
        "webhook/endpoint-gone",
    ]))),
)]
pub(super) async fn redeliver(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = TokenCaller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let id = parse_id(&path, DeliveryId::parse)?;
    let delivery = blocking(&app, move |app| {
        let (tenant, authority) = (caller.tenant(), caller.authority());
        send::redeliver(&*app.store, &caller.env(app), &tenant, &id, authority)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Accepted().json(DeliveryView::of(&delivery, None)))
}
