//! `/v1/webhook/deliveries`: what was sent to a tenant's webhook, and sending it again.

use crate::openapi::words;
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::paging::{PageBody, PageQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::id::{DeliveryId, LicenseId};
use mintage_domain::management_token::TokenScope;
use mintage_domain::usecase::endpoint;
use mintage_runtime::app::App;
use mintage_runtime::blocking::blocking;
use mintage_runtime::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

/// Lists what was sent, and how it went
#[utoipa::path(
    get,
    path = "/v1/webhook/deliveries",
    operation_id = "listDeliveries",
    tag = "Integrations",
    params(PageQuery),
    responses((status = 200, description = "A page.", body = PageBody<DeliveryBody<'_>>)),
    security(("managementToken" = ["integrations:read"])),
)]
pub(super) async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsRead).await?;
    let page = query.read()?;
    let list = blocking(&app, move |app| {
        app.store.deliveries(&caller.tenant(), &page)
    })
    .await??;
    let body = PageBody::of(&list, |(delivery, last)| show(delivery, last.as_ref()));
    Ok(HttpResponse::Ok().json(body))
}

/// Sends the same bytes again
#[utoipa::path(
    post,
    path = "/v1/webhook/deliveries/{id}/redeliver",
    operation_id = "redeliver",
    tag = "Integrations",
    params(("id" = inline(words::DeliveryId), Path)),
    responses((status = 202, description = "It is due.", body = DeliveryBody<'_>)),
    security(("managementToken" = ["integrations:write"])),
    extensions(("x-error-codes" = json!(["webhook/being-sent"]))),
)]
pub(super) async fn redeliver(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let id = DeliveryId::parse(&path).map_err(|_| Problem::not_found())?;
    let delivery = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        endpoint::redeliver(&*app.store, &app.env(), &tenant, &id, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Accepted().json(show(&delivery, None)))
}

/// An event on its way to a tenant's webhook.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
struct DeliveryBody<'a> {
    #[schema(value_type = words::DeliveryId)]
    id: &'a DeliveryId,
    #[schema(value_type = words::EventName)]
    event: &'static str,
    #[schema(value_type = words::LicenseId)]
    license_id: &'a LicenseId,
    #[schema(value_type = words::DeliveryStatus)]
    status: &'static str,
    attempt_count: u32,
    /// How the last attempt was answered; `null` for not at all.
    #[schema(required)]
    last_status: Option<u16>,
    /// How the last answer began, or why there was none.
    #[schema(required)]
    last_response_snippet: Option<&'a str>,
    #[schema(required, value_type = Option<words::Time>)]
    last_attempt_at: Option<String>,
    /// Where the last attempt went.
    #[schema(required, value_type = Option<words::Url>)]
    url: Option<&'a str>,
    #[schema(required, value_type = Option<words::Time>)]
    next_attempt_at: Option<String>,
    #[schema(value_type = words::Time)]
    created_at: String,
}

fn show<'a>(delivery: &'a Delivery, last: Option<&'a Attempt>) -> DeliveryBody<'a> {
    let status = match delivery.status {
        DeliveryStatus::Delivered => "delivered",
        DeliveryStatus::Failed => "failed",
        // The attempt under way is counted already, and the first one retries nothing.
        DeliveryStatus::Leased if delivery.attempts > 1 => "retrying",
        DeliveryStatus::Pending if delivery.attempts > 0 => "retrying",
        DeliveryStatus::Pending | DeliveryStatus::Leased => "pending",
    };
    DeliveryBody {
        id: &delivery.id,
        event: delivery.event.as_str(),
        license_id: &delivery.license,
        status,
        attempt_count: delivery.attempts,
        last_status: last.and_then(|attempt| attempt.status),
        last_response_snippet: last.map(|attempt| attempt.snippet.as_str()),
        last_attempt_at: last.map(|attempt| attempt.at.to_rfc3339()),
        url: last.map(|attempt| attempt.url.as_str()),
        next_attempt_at: (delivery.status == DeliveryStatus::Pending)
            .then(|| delivery.due_at.to_rfc3339()),
        created_at: delivery.created_at.to_rfc3339(),
    }
}
