//! `/v1/webhook/deliveries`: what was sent to a tenant's webhook, and sending it again.

use crate::app::{App, blocking};
use crate::server::auth::Caller;
use crate::server::error::ApiError;
use crate::server::paging::{PageBody, PageQuery};
use actix_web::{HttpRequest, HttpResponse, web};
use mintage_domain::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::id::DeliveryId;
use mintage_domain::management_token::TokenScope;
use mintage_domain::usecase::endpoint;
use serde_json::{Value, json};

/// `GET /v1/webhook/deliveries`.
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
    let show = |(delivery, last): &(Delivery, Option<Attempt>)| show(delivery, last.as_ref());
    Ok(HttpResponse::Ok().json(PageBody::of(&list, show)))
}

/// `POST /v1/webhook/deliveries/{id}/redeliver`: the same bytes, again.
pub(super) async fn redeliver(
    app: web::Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let caller = Caller::of(&app, &request, TokenScope::IntegrationsWrite).await?;
    let id = DeliveryId::parse(&path).map_err(|_| ApiError::not_found())?;
    let delivery = blocking(&app, move |app| {
        let (tenant, actor) = (caller.tenant(), caller.actor());
        endpoint::redeliver(&*app.store, &app.env(), &tenant, &id, &actor)
    })
    .await??;
    app.deliveries_due.notify_one();
    Ok(HttpResponse::Accepted().json(show(&delivery, None)))
}

fn show(delivery: &Delivery, last: Option<&Attempt>) -> Value {
    let status = match delivery.status {
        DeliveryStatus::Delivered => "delivered",
        DeliveryStatus::Failed => "failed",
        // The attempt under way is counted already, and the first one retries nothing.
        DeliveryStatus::Leased if delivery.attempts > 1 => "retrying",
        DeliveryStatus::Pending if delivery.attempts > 0 => "retrying",
        DeliveryStatus::Pending | DeliveryStatus::Leased => "pending",
    };
    json!({
        "id": delivery.id,
        "event": delivery.event.as_str(),
        "licenseId": delivery.license,
        "status": status,
        "attemptCount": delivery.attempts,
        "lastStatus": last.and_then(|attempt| attempt.status),
        "lastResponseSnippet": last.map(|attempt| &attempt.snippet),
        "lastAttemptAt": last.map(|attempt| attempt.at.to_rfc3339()),
        "url": last.map(|attempt| attempt.url.as_str()),
        "nextAttemptAt": (delivery.status == DeliveryStatus::Pending)
            .then(|| delivery.due_at.to_rfc3339()),
        "createdAt": delivery.created_at.to_rfc3339(),
    })
}
